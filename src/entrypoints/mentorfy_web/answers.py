"""Answers being written in this process: apart from any request, watched by any number of windows."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from types import TracebackType
from typing import Final, Self

from sse_starlette import ServerSentEvent

from mentorfy_core.application import Begun, Draft, Mentorfy, Quote, Shown
from mentorfy_core.conversations.model import Message, MessageStatus
from mentorfy_core.errors import NotFound, StoreUnavailable
from mentorfy_core.ids import ErrorId, MessageId, OrganizationId
from mentorfy_core.people import Actor
from mentorfy_web.visits import Visit

SWEEP: Final = 3.0
"""Seconds between two looks for answers that nobody writes any more: lease and sweep together are under 20."""

ELSEWHERE: Final = 0.5
"""Seconds between two looks at an answer that another process writes."""

TOGETHER: Final = 0.05
"""Seconds in which what is said is shown at once: nobody reads faster."""


async def until_gone(events: AsyncIterator[ServerSentEvent]) -> AsyncIterator[ServerSentEvent]:
    """Yield events; where their conversation is deleted meanwhile, say so and nothing more."""
    try:
        async for event in events:
            yield event
    except NotFound:
        yield ServerSentEvent("", event="gone", sep="\n")


class Speech:
    """One answer being written."""

    def __init__(self, mentorfy: Mentorfy, begun: Begun) -> None:
        self.draft = Draft(begun.turn.answer, self._tell)
        self._changed = asyncio.Event()
        self._mentorfy = mentorfy
        self.task = asyncio.create_task(self._speak(begun))
        self.task.add_done_callback(lambda _: self._tell())

    async def _speak(self, begun: Begun) -> None:
        """Write the answer; how it ended is in the store, and what nobody foresaw in the log."""
        try:
            await self._mentorfy.speak(begun, self.draft)
        except Exception as error:  # noqa: BLE001 - nobody waits for this task
            self._mentorfy.ports.failures.record(ErrorId(self._mentorfy.ports.new_id()), error)

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def shown(self) -> Shown:
        """Return the answer as far as it is."""
        message, words = self.draft.so_far(), self.draft.words()
        quotes = tuple(
            Quote(reference=one, text=words.get(place, "")) for place, one in enumerate(message.references, 1)
        )
        return Shown(message=message, text=self.draft.text, quotes=quotes)

    async def watch(self) -> AsyncIterator[Shown]:
        """Yield the answer as it grows, until it has ended."""
        while not self.task.done():
            changed = self._changed
            if self.draft.length:
                yield self.shown()
                await asyncio.sleep(TOGETHER)
            if not self.task.done():
                await changed.wait()


class Answers:
    """All answers this process writes. They go on when their window closes, and end in good order with the process."""

    def __init__(self, mentorfy: Mentorfy) -> None:
        self._mentorfy = mentorfy
        self._speeches: dict[tuple[OrganizationId, MessageId], Speech] = {}
        self._closing = asyncio.Event()
        self._sweeping: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._sweeping = asyncio.create_task(self._sweep())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end_all()
        tasks = [speech.task for speech in self._speeches.values()]
        tasks += [self._sweeping] if self._sweeping else []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def start(self, begun: Begun) -> None:
        """Begin to write the answer of a turn, unless it is not fresh: then somebody does, or did."""
        if not begun.turn.fresh:
            return
        key = (begun.turn.answer.organization_id, begun.turn.answer.id)
        speech = self._speeches[key] = Speech(self._mentorfy, begun)

        def forget(_: object) -> None:
            if self._speeches.get(key) is speech:
                del self._speeches[key]

        speech.task.add_done_callback(forget)

    def end_all(self) -> None:
        """Begin to end: what is being written is stored as aborted, whoever watches is told so."""
        self._closing.set()
        for speech in self._speeches.values():
            speech.task.cancel()

    async def stop(self, actor: Actor, answer_id: MessageId) -> Message:
        """End an answer for a person who has read enough; what was said stays.

        Raises:
            NotFound: It is not in one of the actor's conversations.
        """
        await self._mentorfy.conversations.answer(actor, answer_id)
        if speech := self._speeches.get((actor.organization_id, answer_id)):
            speech.draft.stopped = True
            speech.task.cancel()
            await asyncio.wait([speech.task])
        return await self._mentorfy.conversations.stop(actor, answer_id)

    async def ended(self, answer: Message, *, within: float) -> None:
        """Return once the answer has ended, or the seconds are over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within), aclosing(self.follow(answer)) as glimpses:
                async for _ in glimpses:
                    pass

    async def follow(self, answer: Message) -> AsyncGenerator[Shown]:
        """Yield an answer as it grows, whoever writes it; the last is as it ended, unless this process ends first.

        Args:
            answer: Whoever follows has been asked whether they may read it.

        Raises:
            NotFound: Its conversation was deleted meanwhile.
        """
        while True:
            if speech := self._speeches.get((answer.organization_id, answer.id)):
                async for shown in speech.watch():
                    yield shown
            message = await self._mentorfy.ports.conversations.message(answer.organization_id, answer.id)
            (shown,) = await self._mentorfy.quotes.shown([message])
            yield shown
            if message.status is not MessageStatus.STREAMING or self._closing.is_set():
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(ELSEWHERE):
                    await self._closing.wait()

    async def _sweep(self) -> None:
        while True:
            with suppress(StoreUnavailable):
                await self._mentorfy.sweep_answers()
            await asyncio.sleep(SWEEP)


def answers_of(visit: Visit) -> Answers:
    """Return the answers that the visited process writes."""
    answers: Answers = visit.request.app.state.answers
    return answers
