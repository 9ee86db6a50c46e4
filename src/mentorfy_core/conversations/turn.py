"""What one chat turn looks up, sends and records."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mentorfy_core.conversations.model import Message, Speaker
from mentorfy_core.errors import InvalidInput
from mentorfy_core.knowledge.answerable import content_terms
from mentorfy_core.knowledge.model import Evidence

TITLE_LENGTH: Final = 60
MAX_TITLE: Final = 120
MAX_QUESTION: Final = 4_000
"""Characters of one message; more is refused, not cut."""

HISTORY_TURNS: Final = 6
HISTORY_CHARACTERS: Final = 6_000
"""How much of a conversation the model is sent besides the question: the last turns that fit."""

FEW_TERMS: Final = 3
"""A question with fewer content words leans on the one before it."""

MORE: Final = frozenset(
    content_terms(
        "again answer clarify clearer continue detail details elaborate example examples explain further give go longer"
        " make mean more ok okay page please repeat rephrase say shorter simpler simply source sources sum summarise"
        " summarize summary sure thank thanks word words"
    )
)
"""Terms of "explain that" and "an example, please": they ask for more of the same and name no subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """All that a chat model is given. Evidence is data, never instructions.

    Attributes:
        system_prompt: See ``bots.prompt.compile_prompt``.
        temperature: In [0, 1]; dropped for models that refuse it.
        evidence: Best first; the model cites the first as ``[1]``.
        history: Earlier messages, oldest first.
    """

    system_prompt: str
    temperature: float
    evidence: tuple[Evidence, ...]
    history: tuple[Message, ...]
    question: str


def checked_question(text: str) -> str:
    """Return the message without outer white space.

    Raises:
        InvalidInput: Nothing was asked, or far too much.
    """
    question = text.replace("\x00", "").strip()
    if not question:
        raise InvalidInput("Please type a question.")
    if len(question) > MAX_QUESTION:
        raise InvalidInput(f"A message may have {MAX_QUESTION:,} characters; this one has {len(question):,}.")
    return question


def title_of(question: str) -> str:
    """Return a conversation's title: its first message's first 60 characters, on one line.

    >>> title_of("How do I  price a  loaf?")
    'How do I price a loaf?'
    """
    return " ".join(question.split())[:TITLE_LENGTH]


def checked_title(text: str) -> str:
    """Return a title that a person gave, on one line.

    Raises:
        InvalidInput: It is empty or far too long.
    """
    title = " ".join(text.replace("\x00", "").split())
    if not title:
        raise InvalidInput("Please type a title.")
    if len(title) > MAX_TITLE:
        raise InvalidInput(f"A title may have {MAX_TITLE} characters; this one has {len(title)}.")
    return title


def search_question(question: str, earlier: Sequence[Message]) -> str:
    """Return what to search for: the question, led by the one before it where it says too little by itself.

    >>> search_question("And then?", [])
    'And then?'
    """
    asked = [message.text for message in earlier if message.speaker is Speaker.PERSON]
    if len(content_terms(question)) >= FEW_TERMS or not asked:
        return question
    return f"{asked[-1]}\n{question}"


def own_subject(question: str) -> tuple[str, ...]:
    """Return the terms by which a question that leans on another names a subject of its own.

    >>> own_subject("And for a mast?"), own_subject("Can you explain that in simpler words?")
    (('mast',), ())
    """
    return tuple(term for term in content_terms(question) if term not in MORE)


def recent(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Return the last messages that fit what a model is sent, oldest first."""
    kept: list[Message] = []
    room = HISTORY_CHARACTERS
    for message in reversed(messages[-2 * HISTORY_TURNS :]):
        room -= len(message.text)
        if room < 0:
            break
        kept.append(message)
    return tuple(reversed(kept))


def rendered(evidence: Sequence[Evidence]) -> str:
    """Return the evidence as marked blocks for a model that reads text."""
    return "\n\n".join(f"<passage number={number}>\n{e.text}\n</passage>" for number, e in enumerate(evidence, 1))
