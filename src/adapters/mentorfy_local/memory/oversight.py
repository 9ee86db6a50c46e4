"""Everybody's conversations, in memory."""

from collections.abc import Sequence

from mentorfy_core.conversations.model import Conversation, Message, MessageStatus, Speaker
from mentorfy_core.conversations.oversight import Place, Summary, Unanswered, Wanted, fate, outcome
from mentorfy_core.errors import NotFound
from mentorfy_core.ids import ConversationId, OrganizationId
from mentorfy_core.people.audits import Act, Audited
from mentorfy_core.ports.oversight import Transcript
from mentorfy_local.memory.state import MemoryState


class MemoryOversightStore:
    """See ``ports.oversight.OversightStore``."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def conversations(
        self,
        organization_id: OrganizationId,
        wanted: Wanted,
        *,
        after: Place | None = None,
        limit: int = 50,
        act: Act | None = None,
    ) -> Sequence[Summary]:
        """Return conversations, the latest activity first."""
        found = [self._summary(one) for one in self._living(organization_id) if self._is_wanted(one, wanted)]
        found = [one for one in found if wanted.outcome in {None, one.outcome}]
        found.sort(key=lambda one: str(one.place.id))
        found.sort(key=lambda one: one.place.updated_at, reverse=True)
        if act is not None:
            self._write_down(act)
        return [one for one in found if after is None or _follows(one.place, after)][:limit]

    async def transcript(
        self, act: Act, conversation_id: ConversationId, *, last: int = 200, before: int | None = None
    ) -> Transcript:
        """Return a conversation; unless it is the reader's own, write that down."""
        found = next((one for one in self._living(act.organization_id) if one.id == conversation_id), None)
        if found is None:
            raise NotFound("no such conversation")
        if found.member_id != act.member_id:
            self._write_down(act)
        messages = [one for one in self._messages(conversation_id) if before is None or one.seq < before]
        return Transcript(found, messages[max(len(messages) - last, 0) :])

    async def unanswered(self, organization_id: OrganizationId, *, limit: int = 1000) -> Sequence[Unanswered]:
        """Return the latest questions whose answer was "I don't know"."""
        found = [
            (answer, Unanswered(question=question, member_id=one.member_id, bot_id=one.bot_id))
            for one in self._living(organization_id)
            for question, answer in self._turns(one.id)
            if answer.status is MessageStatus.COMPLETE and not answer.answered
        ]
        found.sort(key=lambda pair: str(pair[0].id))
        found.sort(key=lambda pair: pair[0].created_at, reverse=True)
        return [one for _, one in found[:limit]]

    def _living(self, organization_id: OrganizationId) -> list[Conversation]:
        conversations = self._state.conversations.values()
        return [one for one in conversations if one.organization_id == organization_id and one.deleted_at is None]

    def _messages(self, conversation_id: ConversationId) -> list[Message]:
        found = [one for one in self._state.messages.values() if one.conversation_id == conversation_id]
        return sorted(found, key=lambda one: one.seq)

    def _turns(self, conversation_id: ConversationId) -> list[tuple[Message, Message]]:
        messages = self._messages(conversation_id)
        return list(zip(messages[::2], messages[1::2], strict=True))

    def _summary(self, conversation: Conversation) -> Summary:
        messages = self._messages(conversation.id)
        answers = [one for one in messages if one.speaker is Speaker.BOT]
        fates = [fate(one.status, answered=one.answered, stopped=one.stopped) for one in answers]
        return Summary(
            conversation=conversation,
            messages=len(messages),
            outcome=outcome([one for one in fates if one is not None]),
        )

    def _is_wanted(self, one: Conversation, wanted: Wanted) -> bool:
        return (
            wanted.bot_id in {None, one.bot_id}
            and (wanted.member_ids is None or one.member_id in wanted.member_ids)
            and (wanted.since is None or one.updated_at >= wanted.since)
            and (wanted.until is None or one.updated_at < wanted.until)
            and self._holds(one, wanted.text.casefold())
        )

    def _holds(self, one: Conversation, text: str) -> bool:
        texts = (one.title, *(message.text for message in self._messages(one.id)))
        return any(text in words.casefold() for words in texts)

    def _write_down(self, act: Act) -> None:
        self._state.audits.append(Audited(act, self._state.now()))


def _follows(place: Place, other: Place) -> bool:
    if place.updated_at != other.updated_at:
        return place.updated_at < other.updated_at
    return str(place.id) > str(other.id)
