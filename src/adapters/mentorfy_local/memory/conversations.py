"""Conversations and their messages, in memory."""

from collections.abc import Sequence
from dataclasses import replace

from mentorfy_core.conversations.model import Conversation, Message, MessageStatus, Speaker, Turn
from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import ConversationId, MemberId, OrganizationId
from mentorfy_local.memory.state import MemoryState


class MemoryConversationStore:
    """See ``ports.conversations.ConversationStore``."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def begin(self, turn: Turn) -> Turn:
        """Store a question and its answer-to-be; a known key returns the turn it made."""
        return self._known_turn(turn) or self._begin(turn)

    async def finish(self, answer: Message) -> Message:
        """Store the end of a streaming answer."""
        stored = self._state.messages.get((answer.organization_id, answer.id))
        if stored is None:
            raise NotFound("no such message")
        if stored.status is not MessageStatus.STREAMING:
            raise Conflict("the message has ended already")
        after = replace(
            stored,
            text=answer.text,
            status=answer.status,
            answered=answer.answered,
            references=answer.references,
        )
        self._state.messages[answer.organization_id, answer.id] = after
        return after

    async def get(self, organization_id: OrganizationId, conversation_id: ConversationId) -> Conversation:
        """Return a conversation."""
        found = self._state.conversations.get(conversation_id)
        if found is None or found.organization_id != organization_id:
            raise NotFound("no such conversation")
        return found

    async def messages(
        self, organization_id: OrganizationId, conversation_id: ConversationId, *, last: int = 50
    ) -> Sequence[Message]:
        """Return the last messages, oldest first."""
        found = [one for one in self._of(conversation_id) if one.organization_id == organization_id]
        return found[max(len(found) - last, 0) :]

    async def history(
        self, organization_id: OrganizationId, member_id: MemberId, *, limit: int = 50
    ) -> Sequence[Conversation]:
        """Return a member's conversations, the latest activity first."""
        owner = (organization_id, member_id)
        rows = [one for one in self._state.conversations.values() if (one.organization_id, one.member_id) == owner]
        rows.sort(key=lambda one: str(one.id))
        return sorted(rows, key=lambda one: one.updated_at, reverse=True)[:limit]

    async def unanswered(self, organization_id: OrganizationId, *, limit: int = 50) -> Sequence[Message]:
        """Return the latest questions whose answer was "I don't know"."""
        answers = [
            one
            for one in self._state.messages.values()
            if one.organization_id == organization_id and not one.answered and one.status is MessageStatus.COMPLETE
        ]
        answers.sort(key=lambda one: str(one.id))
        answers.sort(key=lambda one: one.created_at, reverse=True)
        return [self._of(one.conversation_id)[one.seq - 2] for one in answers[:limit]]

    def _of(self, conversation_id: ConversationId) -> list[Message]:
        found = [one for one in self._state.messages.values() if one.conversation_id == conversation_id]
        return sorted(found, key=lambda one: one.seq)

    def _known_turn(self, turn: Turn) -> Turn | None:
        owner = (turn.conversation.organization_id, turn.conversation.member_id)
        for question in self._state.messages.values():
            conversation = self._state.conversations[question.conversation_id]
            same = question.key == turn.question.key != "" and question.speaker is Speaker.PERSON
            if same and (conversation.organization_id, conversation.member_id) == owner:
                answer = self._of(conversation.id)[question.seq]
                return Turn(conversation=conversation, question=question, answer=answer, fresh=False)
        return None

    def _begin(self, turn: Turn) -> Turn:
        state, now, wanted = self._state, self._state.now(), turn.conversation
        stored = state.conversations.get(wanted.id, replace(wanted, created_at=now))
        if (stored.organization_id, stored.member_id) != (wanted.organization_id, wanted.member_id):
            raise NotFound("no such conversation")
        if any((wanted.organization_id, one.id) in state.messages for one in (turn.question, turn.answer)):
            raise Conflict("there is a message with this id")
        conversation = state.conversations[wanted.id] = replace(stored, updated_at=now)
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
        for message in (question, answer):
            state.messages[wanted.organization_id, message.id] = message
        return Turn(conversation=conversation, question=question, answer=answer)
