"""What every ``ConversationStore`` does."""

import asyncio
from dataclasses import replace

import pytest

from mentorfy_core.conversations.model import Conversation, Message, MessageStatus, Speaker, Turn
from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import ConversationId, MemberId, MessageId, OrganizationId
from mentorfy_core.ports.conversations import ConversationStore
from mentorfy_core.testing.contracts.steps import TwoOrganizations
from mentorfy_core.testing.samples import (
    LONG_AGO,
    ODD_TEXT,
    UNSTORABLE_TEXT,
    a_conversation,
    a_reference,
    a_turn,
    new_id,
)


def ended(turn: Turn, text: str = "Twice [1].", *, answered: bool = True) -> Message:
    """Return the turn's answer as it ends."""
    return replace(
        turn.answer,
        text=text,
        status=MessageStatus.COMPLETE,
        answered=answered,
        references=(a_reference(), a_reference(2)),
    )


class ConversationStoreContract(TwoOrganizations):
    """Subclass it, and override ``store``."""

    @pytest.fixture
    def store(self) -> ConversationStore:
        """The store under test."""
        raise NotImplementedError

    @pytest.fixture
    def ada(self) -> MemberId:
        """Who talks."""
        return MemberId(new_id())

    @pytest.fixture
    def conversation(self, ours: OrganizationId, ada: MemberId) -> Conversation:
        """A conversation that has not begun."""
        return a_conversation(ours, ada)

    async def test_a_first_message_begins_a_conversation(
        self, store: ConversationStore, ours: OrganizationId, conversation: Conversation
    ) -> None:
        """Its messages are 1 and 2; times are the store's."""
        asked = a_turn(conversation, ODD_TEXT)
        turn = await store.begin(asked)
        assert turn.fresh
        assert await store.get(ours, conversation.id) == turn.conversation
        assert await store.messages(ours, conversation.id) == [turn.question, turn.answer]
        at = turn.conversation.created_at
        assert at > LONG_AGO
        assert turn.conversation == replace(conversation, created_at=at, updated_at=at)
        assert turn.question == replace(asked.question, seq=1, created_at=at)
        assert turn.answer == replace(asked.answer, seq=2, created_at=at)

    async def test_text_that_cannot_be_stored_breaks_nothing(
        self, store: ConversationStore, ours: OrganizationId, conversation: Conversation
    ) -> None:
        """NUL and lone surrogates may change, but the turn is there."""
        turn = await store.begin(a_turn(replace(conversation, title=UNSTORABLE_TEXT), UNSTORABLE_TEXT))
        await store.finish(ended(turn, UNSTORABLE_TEXT))
        assert [message.seq for message in await store.messages(ours, conversation.id)] == [1, 2]

    async def test_messages_have_one_order(
        self, store: ConversationStore, ours: OrganizationId, conversation: Conversation
    ) -> None:
        """From 1 without gaps, each answer after its question, however many ask at once."""
        await store.begin(a_turn(conversation))
        turns = await asyncio.gather(*(store.begin(a_turn(conversation, f"{number}")) for number in range(4)))
        messages = await store.messages(ours, conversation.id)
        assert [message.seq for message in messages] == list(range(1, 11))
        assert [message.speaker for message in messages] == [Speaker.PERSON, Speaker.BOT] * 5
        for turn in turns:
            assert messages[turn.question.seq - 1 : turn.answer.seq] == [turn.question, turn.answer]

    async def test_a_later_turn_keeps_the_conversation_as_it_began(
        self, store: ConversationStore, conversation: Conversation
    ) -> None:
        """Only its activity is newer."""
        first = await store.begin(a_turn(conversation))
        second = await store.begin(a_turn(replace(conversation, title="Another title")))
        updated_at = second.conversation.updated_at
        assert second.conversation == replace(first.conversation, updated_at=updated_at)
        assert updated_at >= first.conversation.updated_at

    async def test_the_same_key_is_the_same_turn(
        self, store: ConversationStore, ours: OrganizationId, conversation: Conversation
    ) -> None:
        """Also under another conversation's id, as when the first message is sent twice; nothing is written."""
        turn = await store.begin(a_turn(conversation, key="k"))
        answer = await store.finish(ended(turn))
        elsewhere = a_conversation(ours, conversation.member_id)
        for repeated in (conversation, elsewhere):
            again = await store.begin(a_turn(repeated, "other words", key="k"))
            assert again == replace(turn, answer=answer, fresh=False)
        assert await store.messages(ours, conversation.id) == [turn.question, answer]
        with pytest.raises(NotFound):
            await store.get(ours, elsewhere.id)

    async def test_the_same_key_at_once_makes_one_turn(
        self, store: ConversationStore, ours: OrganizationId, conversation: Conversation
    ) -> None:
        """One is fresh."""
        turns = await asyncio.gather(*(store.begin(a_turn(conversation, key="k")) for _ in range(4)))
        assert sum(turn.fresh for turn in turns) == 1
        assert len({turn.question.id for turn in turns}) == 1
        assert len(await store.messages(ours, conversation.id)) == 2

    async def test_keys_are_each_members_own(
        self, store: ConversationStore, ours: OrganizationId, theirs: OrganizationId, conversation: Conversation
    ) -> None:
        """Another member, here or elsewhere, may use the same."""
        await store.begin(a_turn(conversation, key="k"))
        others = (a_conversation(ours, MemberId(new_id())), a_conversation(theirs, conversation.member_id))
        for other in others:
            turn = await store.begin(a_turn(other, key="k"))
            assert (turn.fresh, turn.conversation.id) == (True, other.id)

    async def test_no_key_is_never_the_same(self, store: ConversationStore, conversation: Conversation) -> None:
        """Who makes none may ask twice."""
        for _ in range(2):
            turn = a_turn(conversation)
            assert (await store.begin(replace(turn, question=replace(turn.question, key="")))).fresh

    async def test_a_message_is_stored_once(
        self, store: ConversationStore, ours: OrganizationId, conversation: Conversation
    ) -> None:
        """Also where there is no key to tell by."""
        asked = a_turn(conversation)
        asked = replace(asked, question=replace(asked.question, key=""))
        turn = await store.begin(asked)
        with pytest.raises(Conflict):
            await store.begin(asked)
        assert await store.messages(ours, conversation.id) == [turn.question, turn.answer]

    async def test_nobody_talks_in_anothers_conversation(
        self, store: ConversationStore, ours: OrganizationId, theirs: OrganizationId, conversation: Conversation
    ) -> None:
        """Neither a colleague nor somebody elsewhere."""
        turn = await store.begin(a_turn(conversation))
        colleague = replace(conversation, member_id=MemberId(new_id()))
        for stranger in (colleague, replace(conversation, organization_id=theirs)):
            with pytest.raises(NotFound):
                await store.begin(a_turn(stranger))
        assert await store.messages(ours, conversation.id) == [turn.question, turn.answer]
        assert await store.get(ours, conversation.id) == turn.conversation
        assert await store.messages(theirs, conversation.id) == []

    async def test_an_answer_ends_once(
        self, store: ConversationStore, ours: OrganizationId, conversation: Conversation
    ) -> None:
        """With its text, status and references; all else stays."""
        turn = await store.begin(a_turn(conversation))
        answer = ended(turn, ODD_TEXT, answered=False)
        assert await store.finish(replace(answer, seq=9, bot_revision=7, key="x", created_at=LONG_AGO)) == answer
        assert await store.messages(ours, conversation.id) == [turn.question, answer]
        with pytest.raises(Conflict):
            await store.finish(ended(turn, "again"))
        with pytest.raises(Conflict):
            await store.finish(replace(turn.question, text="other words"))
        assert await store.messages(ours, conversation.id) == [turn.question, answer]

    @pytest.mark.parametrize("status", [MessageStatus.ABORTED, MessageStatus.FAILED])
    async def test_an_answer_may_end_badly(
        self, store: ConversationStore, ours: OrganizationId, conversation: Conversation, status: MessageStatus
    ) -> None:
        """That is an end too."""
        turn = await store.begin(a_turn(conversation))
        answer = await store.finish(replace(turn.answer, status=status, text="so far"))
        assert (answer.status, answer.text) == (status, "so far")
        with pytest.raises(Conflict):
            await store.finish(ended(turn))
        assert (await store.messages(ours, conversation.id))[-1] == answer

    async def test_an_answer_may_come_in_pieces(
        self, store: ConversationStore, ours: OrganizationId, conversation: Conversation
    ) -> None:
        """While it is streaming it has not ended."""
        turn = await store.begin(a_turn(conversation))
        await store.finish(replace(turn.answer, text="so"))
        assert (await store.finish(ended(turn, "so far"))).text == "so far"
        assert [message.text for message in await store.messages(ours, conversation.id)][-1] == "so far"

    async def test_equal_ids_elsewhere_are_other_messages(
        self, store: ConversationStore, ours: OrganizationId, theirs: OrganizationId, ada: MemberId
    ) -> None:
        """Nobody learns from a refusal which ids others have, or ends their answers."""
        foreign = await store.begin(a_turn(a_conversation(theirs, ada)))
        asked = a_turn(a_conversation(ours, ada))
        twins = replace(asked.question, id=foreign.question.id), replace(asked.answer, id=foreign.answer.id)
        own = await store.begin(replace(asked, question=twins[0], answer=twins[1]))
        await store.finish(ended(own))
        assert await store.messages(theirs, foreign.conversation.id) == [foreign.question, foreign.answer]

    async def test_a_foreign_message_is_not_found(
        self, store: ConversationStore, ours: OrganizationId, theirs: OrganizationId, ada: MemberId
    ) -> None:
        """It looks like one that never was."""
        foreign = await store.begin(a_turn(a_conversation(theirs, ada)))
        for message_id in (foreign.answer.id, MessageId(new_id())):
            with pytest.raises(NotFound):
                await store.finish(replace(ended(foreign), organization_id=ours, id=message_id))
        assert await store.messages(theirs, foreign.conversation.id) == [foreign.question, foreign.answer]

    async def test_a_foreign_conversation_is_not_found(
        self, store: ConversationStore, ours: OrganizationId, theirs: OrganizationId, ada: MemberId
    ) -> None:
        """It looks like one that never was."""
        foreign = await store.begin(a_turn(a_conversation(theirs, ada)))
        for conversation_id in (foreign.conversation.id, ConversationId(new_id())):
            with pytest.raises(NotFound):
                await store.get(ours, conversation_id)
            assert await store.messages(ours, conversation_id) == []

    async def test_the_last_messages_are_returned_oldest_first(
        self, store: ConversationStore, ours: OrganizationId, conversation: Conversation
    ) -> None:
        """As many as were asked for."""
        turns = [await store.begin(a_turn(conversation, f"{number}")) for number in range(3)]
        assert await store.messages(ours, conversation.id, last=3) == [
            turns[1].answer,
            turns[2].question,
            turns[2].answer,
        ]
        assert await store.messages(ours, conversation.id, last=0) == []
        assert len(await store.messages(ours, conversation.id, last=99)) == 6

    async def test_history_is_one_members_latest_first(
        self, store: ConversationStore, ours: OrganizationId, theirs: OrganizationId, ada: MemberId
    ) -> None:
        """By activity, not by beginning."""
        await store.begin(a_turn(a_conversation(theirs, ada)))
        await store.begin(a_turn(a_conversation(ours, MemberId(new_id()))))
        older, newer = a_conversation(ours, ada), a_conversation(ours, ada)
        for conversation in (older, newer, older):
            await store.begin(a_turn(conversation))
        history = await store.history(ours, ada)
        assert [conversation.id for conversation in history] == [older.id, newer.id]
        assert history == [await store.get(ours, one.id) for one in history]
        assert await store.history(ours, ada, limit=1) == history[:1]

    async def test_unanswered_questions_are_recorded(
        self, store: ConversationStore, ours: OrganizationId, theirs: OrganizationId, ada: MemberId
    ) -> None:
        """Everybody's in the organisation, the latest first; not those that were answered, or broke off."""
        foreign = await store.begin(a_turn(a_conversation(theirs, ada)))
        await store.finish(ended(foreign, answered=False))
        conversation, other = a_conversation(ours, ada), a_conversation(ours, MemberId(new_id()))
        turns = [await store.begin(a_turn(one)) for one in (conversation, other, conversation, conversation)]
        for turn in turns[:2]:
            await store.finish(ended(turn, "I don't know.", answered=False))
        await store.finish(ended(turns[2]))
        broken = replace(ended(turns[3], answered=False), status=MessageStatus.FAILED)
        await store.finish(broken)
        assert await store.unanswered(ours) == [turns[1].question, turns[0].question]
        assert await store.unanswered(ours, limit=1) == [turns[1].question]
