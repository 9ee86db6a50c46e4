"""Conversations and their messages, in one order."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from mentorfy_core.conversations.model import ANSWER_LEASE, Conversation, Message, Turn
from mentorfy_core.ids import ConversationId, MemberId, MessageId, OrganizationId
from mentorfy_supabase import columns
from mentorfy_supabase.client import Supabase
from mentorfy_supabase.rows import Shape, storable

CONVERSATION: Final = Shape(Conversation, columns=columns.CONVERSATION)
MESSAGE: Final = Shape(Message, columns=columns.MESSAGE)


def folded(text: str) -> str:
    """Return a text as searching compares it: without case."""
    return storable(text).casefold()


def messages_of(rows: Iterable[Mapping[str, Any]]) -> list[Message]:
    """Return the messages of rows."""
    return [MESSAGE.build(row) for row in rows]


class SupabaseConversationStore:
    """See ``ports.conversations.ConversationStore``."""

    def __init__(self, supabase: Supabase) -> None:
        self._call = supabase.call

    async def begin(self, turn: Turn, *, lease: timedelta = ANSWER_LEASE) -> Turn:
        """Store a question and its answer-to-be, in one write; a known key returns the turn it made."""
        begun = await self._call(
            "turn_begin",
            conversation=conversation_values(turn.conversation),
            question=message_values(turn.question),
            answer=message_values(turn.answer),
            lease=lease,
        )
        return Turn(
            conversation=CONVERSATION.build(begun.value["conversation"]),
            question=MESSAGE.build(begun.value["question"]),
            answer=MESSAGE.build(begun.value["answer"]),
            fresh=begun.value["fresh"],
        )

    async def again(
        self,
        organization_id: OrganizationId,
        message_id: MessageId,
        bot_revision: int,
        *,
        lease: timedelta = ANSWER_LEASE,
    ) -> Message:
        """Begin an ended answer anew."""
        begun = await self._call(
            "answer_again", organization=organization_id, message=message_id, revision=bot_revision, lease=lease
        )
        return MESSAGE.build(begun.value)

    async def extend(self, answer: Message, *, lease: timedelta = ANSWER_LEASE) -> Message:
        """Store a streaming answer as far as it is; renew its lease."""
        return MESSAGE.build((await self._call("answer_save", answer=message_values(answer), lease=lease)).value)

    async def finish(self, answer: Message) -> Message:
        """Store the end of a streaming answer."""
        return MESSAGE.build((await self._call("answer_save", answer=message_values(answer), lease=None)).value)

    async def expire(self, limit: int) -> int:
        """End streaming answers whose lease has passed as aborted."""
        return int((await self._call("answers_expire", at_most=limit)).value)

    async def message(self, organization_id: OrganizationId, message_id: MessageId) -> Message:
        """Return a message."""
        return MESSAGE.build((await self._call("message_get", organization=organization_id, message=message_id)).value)

    async def get(self, organization_id: OrganizationId, conversation_id: ConversationId) -> Conversation:
        """Return a conversation."""
        found = await self._call("conversation_get", organization=organization_id, conversation=conversation_id)
        return CONVERSATION.build(found.value)

    async def messages(
        self,
        organization_id: OrganizationId,
        conversation_id: ConversationId,
        *,
        last: int = 50,
        before: int | None = None,
    ) -> Sequence[Message]:
        """Return the last messages, oldest first."""
        found = await self._call(
            "messages_last", organization=organization_id, conversation=conversation_id, latest=last, before=before
        )
        return messages_of(found.value)

    async def history(
        self,
        organization_id: OrganizationId,
        member_id: MemberId,
        *,
        limit: int = 50,
        matching: str = "",
        after: Conversation | None = None,
    ) -> Sequence[Conversation]:
        """Return a member's conversations, the latest activity first."""
        found = await self._call(
            "conversation_history",
            organization=organization_id,
            person=member_id,
            at_most=limit,
            words=folded(matching),
            after_at=after.updated_at if after else None,
            after_id=after.id if after else None,
        )
        return [CONVERSATION.build(row) for row in found.value]

    async def rename(
        self, organization_id: OrganizationId, member_id: MemberId, conversation_id: ConversationId, title: str
    ) -> Conversation:
        """Give a member's conversation another title."""
        renamed = await self._call(
            "conversation_rename",
            organization=organization_id,
            person=member_id,
            conversation=conversation_id,
            new_title=title,
            folded=folded(title),
        )
        return CONVERSATION.build(renamed.value)

    async def delete(
        self, organization_id: OrganizationId, member_id: MemberId, conversation_id: ConversationId
    ) -> None:
        """Make a member's conversation disappear at once."""
        await self._call(
            "conversation_delete", organization=organization_id, person=member_id, conversation=conversation_id
        )

    async def restore(
        self,
        organization_id: OrganizationId,
        member_id: MemberId,
        conversation_id: ConversationId,
        *,
        undo: timedelta,
    ) -> Conversation:
        """Take a deletion back."""
        restored = await self._call(
            "conversation_restore",
            organization=organization_id,
            person=member_id,
            conversation=conversation_id,
            undo=undo,
        )
        return CONVERSATION.build(restored.value)

    async def purge(self, undo: timedelta, limit: int) -> int:
        """Remove conversations deleted longer than ``undo`` ago."""
        return int((await self._call("conversations_purge", undo=undo, at_most=limit)).value)

    async def unanswered(self, organization_id: OrganizationId, *, limit: int = 50) -> Sequence[Message]:
        """Return the latest questions whose answer was "I don't know"."""
        found = await self._call("questions_unanswered", organization=organization_id, at_most=limit)
        return messages_of(row["question"] for row in found.value)


def message_values(message: Message) -> Mapping[str, object]:
    """Return the row of a message, without its lease."""
    return {**MESSAGE.values(message), "search_text": folded(message.text)}


def conversation_values(conversation: Conversation) -> Mapping[str, object]:
    """Return the row of a conversation."""
    return {**CONVERSATION.values(conversation), "search_text": folded(conversation.title)}
