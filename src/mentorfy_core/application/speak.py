"""Writing an answer: find evidence, speak or say that there is none, keep what is said so far, store the end.

Whoever writes an answer holds it under a lease, and stores it as far as it is at most a second after it was said. Once
the store refuses (a person stopped it elsewhere, it was swept, its conversation was deleted), the writing ends.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from mentorfy_core.application.answering import evidence_for, request_for
from mentorfy_core.application.begin import Begun
from mentorfy_core.application.budgeting import leave_to_answer
from mentorfy_core.application.held import to_the_end, until_answered, while_held
from mentorfy_core.application.quotes import Quotes
from mentorfy_core.conversations.citations import conceal, reveal
from mentorfy_core.conversations.model import ANSWER_LEASE, Considered, Message, MessageStatus, Reference
from mentorfy_core.conversations.turn import recent
from mentorfy_core.errors import CallerError, Conflict, Fenced, NotFound, StoreUnavailable, clean, port_error_in
from mentorfy_core.knowledge.model import Evidence, LiveSet
from mentorfy_core.ports import Ports

PIECE: Final = timedelta(milliseconds=900)
"""How often an answer that grew is stored."""

SILENCE: Final = ANSWER_LEASE / 3
"""How often one that did not grow is."""

OUR_FAULT: Final = "Something went wrong on our side, and it was noted."
NO_DATABASE: Final = "The database did not answer."


class Draft:
    """An answer while it is written. Whoever shows it is told of each change.

    Attributes:
        answer: As it was begun.
        evidence: What it rests on, once that is known.
        stopped: A person wants no more of it.
    """

    def __init__(self, answer: Message, changed: Callable[[], None] = lambda: None) -> None:
        self.answer = answer
        self.evidence: tuple[Evidence, ...] = ()
        self.stopped = False
        self._changed = changed
        self._said = ""
        self._live: LiveSet | None = None
        self._version = 0
        self._concealed: tuple[int, str, tuple[Reference, ...]] = (0, "", ())

    @property
    def length(self) -> int:
        """How many characters were said."""
        return len(self._said)

    @property
    def text(self) -> str:
        """What people see: quotes put back, but for those of documents removed meanwhile."""
        return reveal(self.so_far().text, self.words())

    def rest_on(self, evidence: Sequence[Evidence], live: LiveSet) -> None:
        """Take the evidence, and what is visible."""
        self.evidence, self._live = tuple(evidence), live

    def look_again(self, live: LiveSet) -> None:
        """Take notice of what is visible by now."""
        if self._live is not None and live.revision != self._live.revision:
            self._live = live
            self._changed()

    def say(self, piece: str) -> None:
        """Add what was said."""
        self._said += piece.replace("\x00", "")
        self._version += 1
        self._changed()

    def so_far(self) -> Message:
        """Return the streaming answer as far as it is, to be stored."""
        version, text, references = self._concealed
        if version != self._version:
            text, references = conceal(self._said, self.evidence, ended=False)
            self._concealed = (self._version, text, references)
        return replace(self.answer, text=text, references=references, considered=tuple(map(_considered, self.evidence)))

    def complete(self) -> Message:
        """Return the whole answer."""
        text, references = conceal(self._said, self.evidence)
        return replace(self.so_far(), text=text, references=references, status=MessageStatus.COMPLETE)

    def words(self) -> Mapping[int, str]:
        """Return the quotes' words that may be shown, by the place of their reference in ``so_far``, from 1."""
        references = self.so_far().references
        return {place: self._words(one) for place, one in enumerate(references, 1) if self._is_visible(one)}

    def _words(self, reference: Reference) -> str:
        source = self.evidence[reference.number - 1]
        return source.text[reference.start - source.start : reference.end - source.start]

    def _is_visible(self, reference: Reference) -> bool:
        live = self._live.generations if self._live else {}
        return reference.document_id in live.get(reference.generation, ())


@dataclass(frozen=True, slots=True)
class Speak:
    """Write the answer of a turn."""

    ports: Ports

    async def __call__(self, begun: Begun, draft: Draft) -> Message:
        """Return the answer as it ended: complete, or however else somebody ended it meanwhile.

        Cancelled, it is stored as aborted; failed, as failed, with a sentence that says why.

        Args:
            begun: A fresh turn.
            draft: Grows while this goes on.

        Raises:
            PortError: The chat model or the knowledge base failed.
            NotFound: The conversation was deleted meanwhile.
        """
        try:
            answer = await while_held(self._answer(begun, draft), self._keeping(draft), PIECE)
        except Fenced:
            return await self._stored(draft)
        except asyncio.CancelledError:
            ended = replace(draft.so_far(), status=MessageStatus.ABORTED, stopped=draft.stopped)
            await to_the_end(self._end_badly(ended))
            raise
        except BaseException as error:
            failed = replace(draft.so_far(), status=MessageStatus.FAILED, error=sentence_for(error))
            await self._end_badly(failed)
            raise
        try:
            return await until_answered(lambda: self.ports.conversations.finish(answer))
        except Conflict:
            return await self._stored(draft)

    async def _answer(self, begun: Begun, draft: Draft) -> Message:
        organization_id, bot = begun.bot.organization_id, begun.bot
        live = await self.ports.documents.live(organization_id)
        question = begun.turn.question.text
        evidence = await evidence_for(self.ports, organization_id, question, bot.behavior, live, begun.earlier)
        if not evidence:
            text = bot.behavior.no_answer
            return replace(draft.answer, status=MessageStatus.COMPLETE, text=text, answered=False)
        draft.rest_on(evidence, live)
        history = await self._said_before(begun.earlier)
        request = request_for(bot.behavior, question, evidence, history)
        async with leave_to_answer(self.ports, organization_id, draft.answer.id, request):
            async for piece in self.ports.chat.answer(organization_id, request):
                draft.say(piece)
        return draft.complete()

    async def _said_before(self, earlier: Sequence[Message]) -> tuple[Message, ...]:
        """Return what the model is told of the conversation, with the quotes that may be shown."""
        shown = await Quotes(self.ports).shown(recent(earlier))
        return tuple(replace(one.message, text=one.text) for one in shown)

    def _keeping(self, draft: Draft) -> Callable[[], Awaitable[bool]]:
        clock = asyncio.get_running_loop().time
        stored_at, stored_length = clock(), 0

        async def keep() -> bool:
            """Store what was said since; False where nobody wants it any more."""
            nonlocal stored_at, stored_length
            draft.look_again(await self.ports.documents.live(draft.answer.organization_id))
            length = draft.length
            if length == stored_length and clock() - stored_at < SILENCE.total_seconds():
                return True
            try:
                await self.ports.conversations.extend(draft.so_far())
            except CallerError:
                return False
            stored_at, stored_length = clock(), length
            return True

        return keep

    async def _stored(self, draft: Draft) -> Message:
        return await until_answered(
            lambda: self.ports.conversations.message(draft.answer.organization_id, draft.answer.id)
        )

    async def _end_badly(self, answer: Message) -> None:
        with suppress(Conflict, NotFound, StoreUnavailable):  # it has ended already, or its lease will end it
            await self.ports.conversations.finish(answer)


def sentence_for(error: BaseException) -> str:
    """Return why an answer failed, for people: nothing of what a third party said."""
    known = port_error_in(error)
    if known is not None:
        return clean(known.sentence)
    return NO_DATABASE if isinstance(error, StoreUnavailable) else OUR_FAULT


def _considered(evidence: Evidence) -> Considered:
    return Considered(
        document_id=evidence.document_id,
        generation=evidence.generation,
        index=evidence.index,
        start=evidence.start,
        end=evidence.end,
        score=round(evidence.score, 4),
        seed=evidence.seed,
    )
