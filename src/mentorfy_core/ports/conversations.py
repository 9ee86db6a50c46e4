"""Where conversations are kept."""

from collections.abc import Sequence
from typing import Protocol

from mentorfy_core.conversations.model import Conversation, Message, Turn
from mentorfy_core.ids import ConversationId, MemberId, OrganizationId


class ConversationStore(Protocol):
    """Conversations and messages in one order. Every method may raise ``StoreUnavailable``."""

    async def begin(self, turn: Turn) -> Turn:
        """Store a question and its answer-to-be, in one write.

        Makes the conversation if it does not exist. ``seq`` and times are the store's. A question key that this
        member's conversations already know returns the turn it made, with ``fresh`` False, and writes nothing; "" is
        no key.

        Raises:
            NotFound: The conversation exists in another organisation or belongs to another member.
            Conflict: There is a message with one of these ids.
        """
        ...

    async def finish(self, answer: Message) -> Message:
        """Store the end of a streaming answer (text, status, answered, references).

        Raises:
            NotFound: No such message in this organisation.
            Conflict: It has ended already.
        """
        ...

    async def get(self, organization_id: OrganizationId, conversation_id: ConversationId) -> Conversation:
        """Return a conversation.

        Raises:
            NotFound: No such conversation in this organisation.
        """
        ...

    async def messages(
        self, organization_id: OrganizationId, conversation_id: ConversationId, *, last: int = 50
    ) -> Sequence[Message]:
        """Return the last messages, oldest first; empty for a foreign or unknown id."""
        ...

    async def history(
        self, organization_id: OrganizationId, member_id: MemberId, *, limit: int = 50
    ) -> Sequence[Conversation]:
        """Return a member's conversations, the latest activity first."""
        ...

    async def unanswered(self, organization_id: OrganizationId, *, limit: int = 50) -> Sequence[Message]:
        """Return the latest questions whose answer was "I don't know"."""
        ...
