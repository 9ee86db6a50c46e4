"""What parent and child say to each other: frames of a length and so many bytes, JSON except for the file itself.

A job is two frames (``Job``, then the file), an answer is one. The first answer of a child is ``READY``.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mentorfy_core.errors import ErrorKind, PortError
from mentorfy_core.knowledge.model import ExtractedText, Locator, Span
from mentorfy_text.refusals import FOR_BYTES

LENGTH: Final = struct.Struct(">I")
MAX_ANSWER: Final = 64 << 20
READY: Final = b'{"ready": true}'

_MAX_SENTENCE: Final = 500


@dataclass(frozen=True, slots=True)
class Job:
    """What the child needs to know besides the bytes; ``seconds`` of computing are all it gets."""

    title: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a child says about a file.

    Attributes:
        peak: The most real memory it has ever used, in KiB.
        outcome: A text, a refusal, or ``None`` when memory ran out.
    """

    peak: int
    outcome: ExtractedText | PortError | None


def framed(payload: bytes) -> bytes:
    """Return a payload behind its length."""
    return LENGTH.pack(len(payload)) + payload


def encode_job(job: Job) -> bytes:
    """Return a job as JSON."""
    return json.dumps({"title": job.title, "seconds": job.seconds}).encode()


def decode_job(payload: bytes) -> Job:
    """Return the job that ``encode_job`` wrote."""
    fields = json.loads(payload)
    return Job(title=fields["title"], seconds=fields["seconds"])


def encode_answer(answer: Answer) -> bytes:
    """Return an answer as JSON."""
    fields: dict[str, object] = {"peak": answer.peak}
    match answer.outcome:
        case ExtractedText(text, spans, note):
            fields |= {"text": text, "spans": [[span.end, *_places(span.locator)] for span in spans], "note": note}
        case PortError() as refusal:
            fields |= {"kind": refusal.kind, "sentence": refusal.sentence}
    return json.dumps(fields, ensure_ascii=False).encode()


def decode_answer(payload: bytes) -> Answer:
    """Return the answer of a child that nobody trusts.

    Raises:
        ValueError: It is no answer, or claims something that cannot be.
    """
    try:
        fields = json.loads(payload)
        peak = _whole(fields["peak"])
        if "text" in fields:
            return Answer(peak, _text(fields))
        return Answer(peak, _refusal(fields) if "kind" in fields else None)
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError("not an answer") from error


def _text(fields: Mapping[str, Any]) -> ExtractedText:
    text, note = _string(fields["text"]), _string(fields["note"])
    spans: list[Span] = []
    start = 0
    for end, page, slide, sheet, heading in fields["spans"]:
        if not start < _whole(end) <= len(text):
            raise ValueError("spans that do not cover the text in order")
        spans.append(Span(start, end, _locator(page, slide, sheet, heading)))
        start = end
    if start != len(text) or len(note) > _MAX_SENTENCE or "\0" in text:
        raise ValueError("a text or note that cannot be")
    text.encode()  # lone surrogates raise UnicodeEncodeError, a ValueError
    return ExtractedText(text, tuple(spans), note)


def _refusal(fields: Mapping[str, Any]) -> PortError:
    kind, sentence = ErrorKind(_string(fields["kind"])), _string(fields["sentence"])
    if kind not in FOR_BYTES or not 0 < len(sentence) <= _MAX_SENTENCE:
        raise ValueError("a refusal that cannot be")
    return PortError(kind, sentence)


def _places(locator: Locator) -> tuple[int | None, int | None, str | None, list[str]]:
    return locator.page, locator.slide, locator.sheet, list(locator.heading)


def _locator(page: object, slide: object, sheet: object, heading: list[object]) -> Locator:
    return Locator(
        page=None if page is None else _whole(page),
        slide=None if slide is None else _whole(slide),
        sheet=None if sheet is None else _string(sheet),
        heading=tuple(_string(title) for title in heading),
    )


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("not a number >= 0")
    return value


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("not a string")  # noqa: TRY004  (bad data, not a bad caller)
    return value
