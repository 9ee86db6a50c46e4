"""What kind of answer a question wants, in English. Pure."""

import re
from typing import Final

_NUMBER: Final = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|thousand|"
    r"half|quarter|third|dozen|once|twice|none|nothing|free|never|always)\b",
    re.IGNORECASE,
)
_WANTED: Final = tuple(
    (re.compile(question, re.IGNORECASE), answer)
    for question, answer in (
        (r"\bhow (?:much|many|long|far|old|often|big|large|tall|deep|wide|thick|fast|heavy|hot|cold|high)\b", _NUMBER),
        (r"\bwhat (?:is|are) the (?:price|cost|fee|number|size|weight|length|temperature|percentage)\b", _NUMBER),
        (
            r"\b(?:when|what (?:time|date|day|month|year)|which (?:day|month|year|evening)s?)\b",
            re.compile(
                r"\d|\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|march|april|may|june|july|august|"
                r"september|october|november|december|spring|summer|autumn|winter|noon|midnight|before|after|until|past)\b",
                re.IGNORECASE,
            ),
        ),
        (r"\bwho(?:m|se)?\b", re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+|\b(?:I|we|you|she|he|they)\b")),
        (
            r"\bwhy\b",
            re.compile(r"\b(?:because|since|so that|in order|that is why|reason|otherwise)\b|, so ", re.IGNORECASE),
        ),
    )
)


def wanted_by(question: str) -> re.Pattern[str] | None:
    """Return what an answer to the question should hold, or ``None`` where any sentence may be one.

    >>> pattern = wanted_by("How many benches are there?")
    >>> [bool(pattern and pattern.search(text)) for text in ("There are six benches.", "The benches are new.")]
    [True, False]
    """
    return next((answer for pattern, answer in _WANTED if pattern.search(question)), None)
