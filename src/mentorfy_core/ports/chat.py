"""Who writes the answers."""

from collections.abc import AsyncIterator
from typing import Protocol

from mentorfy_core.conversations.turn import ChatRequest
from mentorfy_core.ids import OrganizationId
from mentorfy_core.ports.limiter import Meter


class ChatModel(Protocol):
    """Answers from evidence."""

    @property
    def meter(self) -> Meter[ChatRequest] | None:
        """How what ``answer`` asks a provider is counted; ``None`` where nobody counts: then no budget is kept."""
        ...

    def answer(self, organization_id: OrganizationId, request: ChatRequest) -> AsyncIterator[str]:
        """Yield the answer piece by piece; passages are cited as ``[n]``, verbatim quotes as “quote” [n].

        Raises:
            PortError: The provider failed.
        """
        ...
