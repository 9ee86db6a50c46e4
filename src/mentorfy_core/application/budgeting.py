"""Asking providers that count: leave before, news after."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

from mentorfy_core.application.held import to_the_end, until_answered
from mentorfy_core.budget import Answered, Ask, News, Price, Refused, Reply
from mentorfy_core.conversations.turn import ChatRequest
from mentorfy_core.documents.badges import in_words
from mentorfy_core.errors import ErrorKind, MentorfyError, PortError, port_error_in
from mentorfy_core.ids import OrganizationId
from mentorfy_core.ports import Limiter, Meter, Ports

T = TypeVar("T")

PATIENCE: Final = timedelta(seconds=30)
"""How long somebody waits for a provider's budget and keeps what they work on; what would take longer is put off."""


class NotYet(MentorfyError):
    """A provider may not be asked for longer than anybody waits here.

    Args:
        now: The store's time.
        wait: How long.
    """

    def __init__(self, now: datetime, wait: timedelta) -> None:
        super().__init__("the budget is used up")
        self.wait = wait
        self.until = now + wait


@dataclass(frozen=True, slots=True)
class Budgeted:
    """Somebody's calls of providers that count.

    Attributes:
        asker: A document's or an answer's id.
        urgent: A person waits for it.
    """

    limiter: Limiter
    organization_id: OrganizationId
    asker: UUID
    urgent: bool = False
    patience: timedelta = PATIENCE

    async def fitting(
        self, meter: Meter[Sequence[T]], items: Sequence[T], bytes_each: float
    ) -> tuple[Sequence[T], Reply]:
        """Return leave to ask for as many items, from the first on, as can be asked for at once; waits for it.

        Raises:
            NotYet: That would take too long.
        """
        fit = len(items)
        while True:
            price, divisible = meter.price(items[:fit]), fit > 1
            reply = await self._leave(meter.provider, price, divisible=divisible, size_bytes=fit * bytes_each)
            if reply.granted:
                return items[:fit], reply
            fit = max(1, int(fit * reply.part))

    async def leave(self, provider: str, price: Price) -> Reply:
        """Return leave to ask; waits for it.

        Raises:
            NotYet: That would take too long.
        """
        return await self._leave(provider, price, divisible=False, size_bytes=0)

    async def _leave(self, provider: str, price: Price, *, divisible: bool, size_bytes: float) -> Reply:
        """Return what came of it, once it is granted or less has to be asked for."""
        patience = self.patience
        while True:
            ask = Ask(
                asker=self.asker,
                price=price,
                urgent=self.urgent,
                divisible=divisible,
                patience=patience,
                size_bytes=size_bytes,
            )
            reply = await until_answered(lambda: self.limiter.ask(self.organization_id, provider, ask))  # noqa: B023
            if reply.granted or reply.part < 1:
                return reply
            if reply.wait > patience:
                raise NotYet(reply.at, reply.wait)
            patience -= reply.wait
            await asyncio.sleep(reply.wait.total_seconds())

    @asynccontextmanager
    async def telling(self, meter: Meter[Any], leave: Reply) -> AsyncGenerator[None]:
        """Tell what a call, made in the block, shows of the provider's limits, even when cancelled meanwhile."""
        try:
            yield
        except Exception as error:
            found, shown = port_error_in(error), None
            if found is not None and found.kind is ErrorKind.RATE_LIMIT:
                shown = Refused(leave.at, found.retry_after)
            await to_the_end(self._tell(meter, leave, shown))
            raise
        await to_the_end(self._tell(meter, leave, Answered() if leave.wary else None))

    async def _tell(self, meter: Meter[Any], leave: Reply, shown: News | None) -> None:
        for news in (meter.stated if meter.stated.is_news_to(leave.stated) else None, shown):
            if news is not None:
                await until_answered(lambda: self.limiter.tell(self.organization_id, meter.provider, news))  # noqa: B023


@asynccontextmanager
async def leave_to_answer(
    ports: Ports, organization_id: OrganizationId, asker: UUID, request: ChatRequest
) -> AsyncGenerator[None]:
    """Wait until the chat model may be asked, before any document, and tell what it shows of its limits.

    Raises:
        PortError: That would take too long.
    """
    meter = ports.chat.meter
    if meter is None:
        yield
        return
    budgeted = Budgeted(ports.limiter, organization_id, asker, urgent=True)
    try:
        leave = await budgeted.leave(meter.provider, meter.price(request))
    except NotYet as error:
        sentence = f"Too much is being asked of the chat model. Ask again in {in_words(error.wait)}."
        raise PortError(ErrorKind.RATE_LIMIT, sentence, retry_after=error.wait) from error
    async with budgeted.telling(meter, leave):
        yield
