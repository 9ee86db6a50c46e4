"""Who writes the answers."""

from collections.abc import AsyncIterator
from typing import Protocol

from mentorfy_core.conversations.turn import ChatRequest
from mentorfy_core.ids import OrganizationId


class ChatModel(Protocol):
    """Answers from evidence."""

    def answer(self, organization_id: OrganizationId, request: ChatRequest) -> AsyncIterator[str]:
        """Yield the answer piece by piece; passages are cited as ``[n]``, verbatim quotes as “quote” [n].

        Raises:
            PortError: The provider failed.
        """
        ...
