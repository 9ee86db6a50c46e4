"""Where conversations are kept."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from mentorfy_core.conversations.model import ANSWER_LEASE, Conversation, Message, Turn
from mentorfy_core.ids import ConversationId, MemberId, MessageId, OrganizationId


class ConversationStore(Protocol):
    """Conversations and messages in one order. Every method may raise ``StoreUnavailable``.

    A deleted conversation and its messages are nowhere to be found: for all methods but ``restore`` and ``purge`` it is
    as if they never were.
    """

    async def begin(self, turn: Turn, *, lease: timedelta = ANSWER_LEASE) -> Turn:
        """Store a question and its answer-to-be, in one write; the answer is leased to whoever writes it.

        Makes the conversation if it does not exist. ``seq`` and times are the store's. A question key that this
        member's conversations already know returns the turn it made, with ``fresh`` False, and writes nothing; "" is
        no key.

        Raises:
            NotFound: The conversation exists in another organisation, belongs to another member or is deleted.
            Conflict: There is a message with one of these ids.
        """
        ...

    async def again(
        self,
        organization_id: OrganizationId,
        message_id: MessageId,
        bot_revision: int,
        *,
        lease: timedelta = ANSWER_LEASE,
    ) -> Message:
        """Begin an answer anew: empty, streaming, leased, its ``take`` one higher; the conversation is active now.

        Raises:
            NotFound: No such message in this organisation.
            Conflict: It has not ended, is nobody's answer, or more was said since.
        """
        ...

    async def extend(self, answer: Message, *, lease: timedelta = ANSWER_LEASE) -> Message:
        """Store a streaming answer as far as it is (text, answered, references, considered); renew its lease.

        Raises:
            NotFound: No such message in this organisation.
            Conflict: It has ended, or was begun anew.
        """
        ...

    async def finish(self, answer: Message) -> Message:
        """Store the end of a streaming answer (as ``extend``, and its status, stopped and error).

        Raises:
            NotFound: No such message in this organisation.
            Conflict: It has ended already, or was begun anew.
        """
        ...

    async def expire(self, limit: int) -> int:
        """End streaming answers whose lease has passed as aborted, with the text they have; return how many.

        Together with ``purge`` the only methods that look at every organisation.
        """
        ...

    async def message(self, organization_id: OrganizationId, message_id: MessageId) -> Message:
        """Return a message.

        Raises:
            NotFound: No such message in this organisation.
        """
        ...

    async def get(self, organization_id: OrganizationId, conversation_id: ConversationId) -> Conversation:
        """Return a conversation.

        Raises:
            NotFound: No such conversation in this organisation.
        """
        ...

    async def messages(
        self,
        organization_id: OrganizationId,
        conversation_id: ConversationId,
        *,
        last: int = 50,
        before: int | None = None,
    ) -> Sequence[Message]:
        """Return the last messages, oldest first; empty for a foreign or unknown id.

        Args:
            organization_id: Whose.
            conversation_id: Of which conversation.
            last: At most so many.
            before: Only those with a smaller ``seq``.
        """
        ...

    async def history(
        self,
        organization_id: OrganizationId,
        member_id: MemberId,
        *,
        limit: int = 50,
        matching: str = "",
        after: Conversation | None = None,
    ) -> Sequence[Conversation]:
        """Return a member's conversations, the latest activity first.

        Args:
            organization_id: In which organisation.
            member_id: Whose.
            limit: At most so many.
            matching: Only those whose title or messages hold these words as they stand, in any case.
            after: Only those that follow this one, as it was last returned.
        """
        ...

    async def rename(
        self, organization_id: OrganizationId, member_id: MemberId, conversation_id: ConversationId, title: str
    ) -> Conversation:
        """Give a member's conversation another title.

        Raises:
            NotFound: This member has no such conversation.
        """
        ...

    async def delete(
        self, organization_id: OrganizationId, member_id: MemberId, conversation_id: ConversationId
    ) -> None:
        """Make a member's conversation disappear at once; what is deleted already stays so.

        Raises:
            NotFound: This member has no such conversation.
        """
        ...

    async def restore(
        self,
        organization_id: OrganizationId,
        member_id: MemberId,
        conversation_id: ConversationId,
        *,
        undo: timedelta,
    ) -> Conversation:
        """Take a deletion back; one that is not deleted is returned as it is.

        Raises:
            NotFound: This member has no such conversation, or deleted it longer than ``undo`` ago.
        """
        ...

    async def purge(self, undo: timedelta, limit: int) -> int:
        """Remove conversations deleted longer than ``undo`` ago, with all their messages; return how many."""
        ...

    async def unanswered(self, organization_id: OrganizationId, *, limit: int = 50) -> Sequence[Message]:
        """Return the latest questions whose answer was "I don't know"."""
        ...
