"""Conversations and their messages, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from mentorfy_core.conversations.model import (
    ANSWER_LEASE,
    Conversation,
    Message,
    MessageStatus,
    Speaker,
    Turn,
)
from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import ConversationId, MemberId, MessageId, OrganizationId
from mentorfy_local.memory.state import MemoryState


class MemoryConversationStore:
    """See ``ports.conversations.ConversationStore``."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def begin(self, turn: Turn, *, lease: timedelta = ANSWER_LEASE) -> Turn:
        """Store a question and its answer-to-be; a known key returns the turn it made."""
        return self._known_turn(turn) or self._begin(turn, lease)

    async def again(
        self,
        organization_id: OrganizationId,
        message_id: MessageId,
        bot_revision: int,
        *,
        lease: timedelta = ANSWER_LEASE,
    ) -> Message:
        """Begin an ended answer anew."""
        stored = self._message(organization_id, message_id)
        is_last = stored == self._of(stored.conversation_id)[-1]
        if stored.status is MessageStatus.STREAMING or stored.speaker is not Speaker.BOT or not is_last:
            raise Conflict("the message cannot be begun anew")
        after = replace(
            stored,
            text="",
            status=MessageStatus.STREAMING,
            answered=True,
            bot_revision=bot_revision,
            references=(),
            considered=(),
            stopped=False,
            error="",
            take=stored.take + 1,
        )
        conversation = self._state.conversations[stored.conversation_id]
        self._state.conversations[conversation.id] = replace(conversation, updated_at=self._state.now())
        return self._lease(after, lease)

    async def extend(self, answer: Message, *, lease: timedelta = ANSWER_LEASE) -> Message:
        """Store a streaming answer as far as it is; renew its lease."""
        return self._lease(self._grown(answer), lease)

    async def finish(self, answer: Message) -> Message:
        """Store the end of a streaming answer."""
        return self._end(replace(self._grown(answer), status=answer.status, stopped=answer.stopped, error=answer.error))

    async def expire(self, limit: int) -> int:
        """End streaming answers whose lease has passed as aborted."""
        now = self._state.now()
        passed = [key for key, until in self._state.answer_leases.items() if until <= now][:limit]
        for key in passed:
            self._end(replace(self._state.messages[key], status=MessageStatus.ABORTED))
        return len(passed)

    async def message(self, organization_id: OrganizationId, message_id: MessageId) -> Message:
        """Return a message."""
        return self._message(organization_id, message_id)

    async def get(self, organization_id: OrganizationId, conversation_id: ConversationId) -> Conversation:
        """Return a conversation."""
        found = self._state.conversations.get(conversation_id)
        if found is None or found.organization_id != organization_id or found.deleted_at is not None:
            raise NotFound("no such conversation")
        return found

    async def messages(
        self,
        organization_id: OrganizationId,
        conversation_id: ConversationId,
        *,
        last: int = 50,
        before: int | None = None,
    ) -> Sequence[Message]:
        """Return the last messages, oldest first."""
        conversation = self._state.conversations.get(conversation_id)
        if conversation is None or conversation.organization_id != organization_id or conversation.deleted_at:
            return []
        found = [one for one in self._of(conversation_id) if before is None or one.seq < before]
        return found[max(len(found) - last, 0) :]

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
        owner = (organization_id, member_id)
        rows = [one for one in self._living() if (one.organization_id, one.member_id) == owner]
        rows.sort(key=lambda one: str(one.id))
        rows.sort(key=lambda one: one.updated_at, reverse=True)
        if after is not None:
            rows = [one for one in rows if _follows(one, after)]
        return [one for one in rows if self._holds(one, matching.casefold())][:limit]

    async def rename(
        self, organization_id: OrganizationId, member_id: MemberId, conversation_id: ConversationId, title: str
    ) -> Conversation:
        """Give a member's conversation another title."""
        found = self._owned(organization_id, member_id, conversation_id)
        if found.deleted_at is not None:
            raise NotFound("no such conversation")
        return self._keep(replace(found, title=title))

    async def delete(
        self, organization_id: OrganizationId, member_id: MemberId, conversation_id: ConversationId
    ) -> None:
        """Make a member's conversation disappear at once."""
        found = self._owned(organization_id, member_id, conversation_id)
        self._keep(replace(found, deleted_at=found.deleted_at or self._state.now()))

    async def restore(
        self,
        organization_id: OrganizationId,
        member_id: MemberId,
        conversation_id: ConversationId,
        *,
        undo: timedelta,
    ) -> Conversation:
        """Take a deletion back."""
        found = self._owned(organization_id, member_id, conversation_id)
        if found.deleted_at is not None and found.deleted_at <= self._state.now() - undo:
            raise NotFound("no such conversation")
        return self._keep(replace(found, deleted_at=None))

    async def purge(self, undo: timedelta, limit: int) -> int:
        """Remove conversations deleted longer than ``undo`` ago."""
        state, since = self._state, self._state.now() - undo
        gone = [one.id for one in state.conversations.values() if one.deleted_at and one.deleted_at <= since][:limit]
        for conversation_id in gone:
            for message in self._of(conversation_id):
                del state.messages[message.organization_id, message.id]
                state.answer_leases.pop((message.organization_id, message.id), None)
            del state.conversations[conversation_id]
        return len(gone)

    async def unanswered(self, organization_id: OrganizationId, *, limit: int = 50) -> Sequence[Message]:
        """Return the latest questions whose answer was "I don't know"."""
        living = {one.id for one in self._living()}
        answers = [
            one
            for one in self._state.messages.values()
            if one.organization_id == organization_id
            and one.conversation_id in living
            and not one.answered
            and one.status is MessageStatus.COMPLETE
        ]
        answers.sort(key=lambda one: str(one.id))
        answers.sort(key=lambda one: one.created_at, reverse=True)
        return [self._of(one.conversation_id)[one.seq - 2] for one in answers[:limit]]

    def _living(self) -> list[Conversation]:
        return [one for one in self._state.conversations.values() if one.deleted_at is None]

    def _of(self, conversation_id: ConversationId) -> list[Message]:
        found = [one for one in self._state.messages.values() if one.conversation_id == conversation_id]
        return sorted(found, key=lambda one: one.seq)

    def _message(self, organization_id: OrganizationId, message_id: MessageId) -> Message:
        stored = self._state.messages.get((organization_id, message_id))
        if stored is None or self._state.conversations[stored.conversation_id].deleted_at is not None:
            raise NotFound("no such message")
        return stored

    def _owned(
        self, organization_id: OrganizationId, member_id: MemberId, conversation_id: ConversationId
    ) -> Conversation:
        found = self._state.conversations.get(conversation_id)
        if found is None or (found.organization_id, found.member_id) != (organization_id, member_id):
            raise NotFound("no such conversation")
        return found

    def _keep(self, conversation: Conversation) -> Conversation:
        self._state.conversations[conversation.id] = conversation
        return conversation

    def _holds(self, conversation: Conversation, words: str) -> bool:
        texts = (conversation.title, *(one.text for one in self._of(conversation.id)))
        return any(words in text.casefold() for text in texts)

    def _grown(self, answer: Message) -> Message:
        stored = self._message(answer.organization_id, answer.id)
        if stored.status is not MessageStatus.STREAMING or stored.take != answer.take:
            raise Conflict("the message has ended already")
        return replace(
            stored,
            text=answer.text,
            answered=answer.answered,
            references=answer.references,
            considered=answer.considered,
        )

    def _lease(self, message: Message, lease: timedelta) -> Message:
        self._state.messages[message.organization_id, message.id] = message
        self._state.answer_leases[message.organization_id, message.id] = self._state.now() + lease
        return message

    def _end(self, message: Message) -> Message:
        self._state.messages[message.organization_id, message.id] = message
        self._state.answer_leases.pop((message.organization_id, message.id), None)
        return message

    def _known_turn(self, turn: Turn) -> Turn | None:
        owner = (turn.conversation.organization_id, turn.conversation.member_id)
        for question in self._state.messages.values():
            conversation = self._state.conversations[question.conversation_id]
            same = question.key == turn.question.key != "" and question.speaker is Speaker.PERSON
            owned = (conversation.organization_id, conversation.member_id) == owner and conversation.deleted_at is None
            if same and owned:
                answer = self._of(conversation.id)[question.seq]
                return Turn(conversation=conversation, question=question, answer=answer, fresh=False)
        return None

    def _begin(self, turn: Turn, lease: timedelta) -> Turn:
        state, now, wanted = self._state, self._state.now(), turn.conversation
        stored = state.conversations.get(wanted.id, replace(wanted, created_at=now))
        is_owned = (stored.organization_id, stored.member_id) == (wanted.organization_id, wanted.member_id)
        if not is_owned or stored.deleted_at is not None:
            raise NotFound("no such conversation")
        if any((wanted.organization_id, one.id) in state.messages for one in (turn.question, turn.answer)):
            raise Conflict("there is a message with this id")
        conversation = self._keep(replace(stored, updated_at=now))
        seq = len(self._of(wanted.id))
        question, answer = (
            replace(
                message,
                organization_id=wanted.organization_id,
                conversation_id=wanted.id,
                seq=seq + number,
                created_at=now,
            )
            for number, message in enumerate((turn.question, turn.answer), 1)
        )
        self._state.messages[wanted.organization_id, question.id] = question
        return Turn(conversation=conversation, question=question, answer=self._lease(answer, lease))


def _follows(one: Conversation, other: Conversation) -> bool:
    if one.updated_at != other.updated_at:
        return one.updated_at < other.updated_at
    return str(one.id) > str(other.id)
