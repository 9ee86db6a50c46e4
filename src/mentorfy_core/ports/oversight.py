"""What operators may see of everybody's conversations."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mentorfy_core.conversations.model import Conversation, Message
from mentorfy_core.conversations.oversight import Place, Summary, Unanswered, Wanted
from mentorfy_core.ids import ConversationId, OrganizationId
from mentorfy_core.people.audits import Act


@dataclass(frozen=True, slots=True)
class Transcript:
    """A conversation, and its last messages, oldest first."""

    conversation: Conversation
    messages: Sequence[Message]


class OversightStore(Protocol):
    """Reads over a whole organisation's conversations; deleted ones are nowhere to be found.

    Every method may raise ``StoreUnavailable``.
    """

    async def conversations(
        self,
        organization_id: OrganizationId,
        wanted: Wanted,
        *,
        after: Place | None = None,
        limit: int = 50,
        act: Act | None = None,
    ) -> Sequence[Summary]:
        """Return conversations, the latest activity first.

        Args:
            organization_id: Whose.
            wanted: Which of them.
            after: Only those that follow this place.
            limit: At most so many.
            act: Written down in the same transaction as this read.
        """
        ...

    async def transcript(
        self, act: Act, conversation_id: ConversationId, *, last: int = 200, before: int | None = None
    ) -> Transcript:
        """Return a conversation of ``act.organization_id``.

        Unless it is the reader's own, the act is written down in the same transaction.

        Args:
            act: Who reads.
            conversation_id: What.
            last: At most so many messages.
            before: Only those with a smaller ``seq``.

        Raises:
            NotFound: No such conversation in this organisation; nothing is written down.
        """
        ...

    async def unanswered(self, organization_id: OrganizationId, *, limit: int = 1000) -> Sequence[Unanswered]:
        """Return the latest questions whose answer was "I don't know", the latest first."""
        ...
