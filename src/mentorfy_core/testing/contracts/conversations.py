"""What every ``ConversationStore`` does."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from mentorfy_core.conversations.model import Considered, Conversation, Message, MessageStatus, Speaker, Turn
from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import ConversationId, DocumentId, GenerationId, MemberId, MessageId, OrganizationId
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

NO_TIME: Final = timedelta()
HOURS: Final = timedelta(hours=2)
CONSIDERED: Final = Considered(
    document_id=DocumentId(new_id()),
    generation=GenerationId(new_id()),
    index=3,
    start=10,
    end=20,
    score=0.75,
    seed=True,
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
        piece = await store.extend(replace(turn.answer, text="so", references=(a_reference(),), seq=9, key="x"))
        assert piece == replace(turn.answer, text="so", references=piece.references)
        assert await store.message(ours, piece.id) == piece
        assert (await store.finish(ended(turn, "so far"))).text == "so far"
        assert [message.text for message in await store.messages(ours, conversation.id)][-1] == "so far"
        with pytest.raises(Conflict):
            await store.extend(turn.answer)

    async def test_an_answer_that_nobody_writes_any_more_is_aborted(
        self, store: ConversationStore, ours: OrganizationId, conversation: Conversation
    ) -> None:
        """Once its lease has passed, and not before; its text so far stays."""
        turn = await store.begin(a_turn(conversation))
        await store.extend(replace(turn.answer, text="so"))
        other = await store.begin(a_turn(conversation), lease=NO_TIME)
        await store.extend(replace(other.answer, text="so"))
        await store.expire(1000)
        assert (await store.message(ours, other.answer.id)).status is MessageStatus.STREAMING
        await store.extend(replace(other.answer, text="so far"), lease=NO_TIME)
        await store.expire(1000)
        assert await store.message(ours, other.answer.id) == replace(
            other.answer, text="so far", status=MessageStatus.ABORTED
        )
        assert (await store.message(ours, turn.answer.id)).status is MessageStatus.STREAMING
        with pytest.raises(Conflict):
            await store.finish(ended(other))

    async def test_what_has_ended_does_not_expire(
        self, store: ConversationStore, ours: OrganizationId, conversation: Conversation
    ) -> None:
        """Its lease went with the end."""
        turn = await store.begin(a_turn(conversation), lease=NO_TIME)
        answer = await store.finish(ended(turn))
        await store.expire(1000)
        assert await store.message(ours, answer.id) == answer

    async def test_an_end_says_how(
        self, store: ConversationStore, ours: OrganizationId, conversation: Conversation
    ) -> None:
        """Stopped by a person, or failed for a reason; with what it could rest on."""
        stopped, failed = [await store.begin(a_turn(conversation)) for _ in range(2)]
        ends = (
            replace(stopped.answer, status=MessageStatus.ABORTED, stopped=True, considered=(CONSIDERED,)),
            replace(failed.answer, status=MessageStatus.FAILED, error=ODD_TEXT),
        )
        for end in ends:
            assert await store.finish(end) == end
            assert await store.message(ours, end.id) == end

    async def test_an_answer_may_be_begun_anew(
        self, store: ConversationStore, ours: OrganizationId, conversation: Conversation
    ) -> None:
        """It is empty and streams again; whoever wrote the one before has no say any more."""
        turn = await store.begin(a_turn(conversation))
        broken = replace(turn.answer, status=MessageStatus.ABORTED, text="so", stopped=True, error="x")
        await store.finish(replace(broken, considered=(CONSIDERED,), references=(a_reference(),), answered=False))
        anew = await store.again(ours, turn.answer.id, 7)
        assert anew == replace(turn.answer, bot_revision=7, take=2)
        assert (await store.get(ours, conversation.id)).updated_at >= turn.conversation.updated_at
        for late in (store.extend(turn.answer), store.finish(ended(turn)), store.again(ours, turn.answer.id, 8)):
            with pytest.raises(Conflict):
                await late
        answer = await store.finish(replace(ended(turn), take=2, bot_revision=99))
        assert (answer.bot_revision, answer.take) == (7, 2)
        assert await store.messages(ours, conversation.id) == [turn.question, answer]

    async def test_an_answer_begun_anew_is_leased(
        self, store: ConversationStore, ours: OrganizationId, conversation: Conversation
    ) -> None:
        """As the first was."""
        turn = await store.begin(a_turn(conversation))
        await store.finish(ended(turn))
        await store.again(ours, turn.answer.id, 1, lease=NO_TIME)
        await store.expire(1000)
        assert (await store.message(ours, turn.answer.id)).status is MessageStatus.ABORTED

    async def test_only_the_last_answer_is_begun_anew(
        self, store: ConversationStore, ours: OrganizationId, conversation: Conversation
    ) -> None:
        """Neither a question nor what more was said after."""
        first, second = [await store.begin(a_turn(conversation)) for _ in range(2)]
        for turn in (first, second):
            await store.finish(ended(turn))
        for message in (first.answer, first.question, second.question):
            with pytest.raises(Conflict):
                await store.again(ours, message.id, 1)

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
            wanted = replace(ended(foreign), organization_id=ours, id=message_id)
            for call in (
                store.finish(wanted),
                store.extend(wanted),
                store.message(ours, message_id),
                store.again(ours, message_id, 1),
            ):
                with pytest.raises(NotFound):
                    await call
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
        earlier = await store.messages(ours, conversation.id, last=2, before=turns[1].answer.seq)
        assert earlier == [turns[0].answer, turns[1].question]
        assert await store.messages(ours, conversation.id, before=1) == []

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

    async def test_history_goes_on_where_it_stopped(
        self, store: ConversationStore, ours: OrganizationId, ada: MemberId
    ) -> None:
        """Without gap or repetition, also where several were active at once."""
        for conversation in [a_conversation(ours, ada) for _ in range(5)]:
            await store.begin(a_turn(conversation))
        history = list(await store.history(ours, ada))
        assert len(history) == 5
        for place, one in enumerate(history, 1):
            assert await store.history(ours, ada, after=one) == history[place:]
        assert await store.history(ours, ada, after=history[0], limit=2) == history[1:3]

    async def test_history_is_searched(self, store: ConversationStore, ours: OrganizationId, ada: MemberId) -> None:
        """In titles and in messages, in any case and alphabet; what looks like a pattern is none."""
        titled, said, answered, other = (a_conversation(ours, ada) for _ in range(4))
        await store.begin(a_turn(replace(titled, title="Öl und Мир")))
        await store.begin(a_turn(said, "Where does the 100 % öl go?"))
        await store.finish(ended(await store.begin(a_turn(answered)), "Into the ÖL lamp."))
        await store.begin(a_turn(other))

        async def found(words: str) -> list[ConversationId]:
            return [one.id for one in await store.history(ours, ada, matching=words)]

        assert await found("öL") == [answered.id, said.id, titled.id]
        assert await found("мир") == [titled.id]
        assert await found("100 %") == [said.id]
        assert await found("%") == [said.id]
        assert await found("nowhere") == []
        (last,) = await store.history(ours, ada, matching="ÖL LAMP")
        assert [one.id for one in await store.history(ours, ada, matching="öl", after=last)] == [said.id, titled.id]

    async def test_a_conversation_is_renamed(self, store: ConversationStore, conversation: Conversation) -> None:
        """All else stays, its place in the history too."""
        turn = await store.begin(a_turn(conversation))
        ids = (conversation.organization_id, conversation.member_id, conversation.id)
        renamed = await store.rename(*ids, ODD_TEXT)
        assert renamed == replace(turn.conversation, title=ODD_TEXT)
        assert await store.get(conversation.organization_id, conversation.id) == renamed

    async def test_a_deleted_conversation_is_nowhere(
        self, store: ConversationStore, ours: OrganizationId, conversation: Conversation
    ) -> None:
        """At once; nobody writes in it, and its keys are free."""
        turn = await store.begin(a_turn(conversation, key="k"))
        await store.finish(ended(turn, answered=False))
        writing = await store.begin(a_turn(conversation))
        ids = (ours, conversation.member_id, conversation.id)
        for _ in range(2):
            await store.delete(*ids)
        assert await store.messages(ours, conversation.id) == []
        assert await store.history(ours, conversation.member_id) == []
        assert await store.history(ours, conversation.member_id, matching="Twice") == []
        assert await store.unanswered(ours) == []
        for call in (
            store.get(ours, conversation.id),
            store.message(ours, turn.answer.id),
            store.extend(writing.answer),
            store.finish(ended(writing)),
            store.again(ours, writing.answer.id, 1),
            store.rename(*ids, "x"),
            store.begin(a_turn(conversation)),
            store.begin(a_turn(conversation, key="k")),
        ):
            with pytest.raises(NotFound):
                await call
        elsewhere = await store.begin(a_turn(a_conversation(ours, conversation.member_id), key="k"))
        assert elsewhere.fresh

    async def test_a_deletion_can_be_taken_back_for_a_while(
        self, store: ConversationStore, ours: OrganizationId, conversation: Conversation
    ) -> None:
        """With everything in it; not once the time for it is over."""
        turn = await store.begin(a_turn(conversation))
        ids = (ours, conversation.member_id, conversation.id)
        await store.delete(*ids)
        with pytest.raises(NotFound):
            await store.restore(*ids, undo=NO_TIME)
        for _ in range(2):
            assert await store.restore(*ids, undo=HOURS) == turn.conversation
        assert await store.messages(ours, conversation.id) == [turn.question, turn.answer]
        assert [one.id for one in await store.history(ours, conversation.member_id)] == [conversation.id]

    async def test_what_was_deleted_long_ago_is_removed(
        self, store: ConversationStore, ours: OrganizationId, ada: MemberId
    ) -> None:
        """For good, with its messages; what lives, or was deleted just now, stays."""
        living, deleted = a_conversation(ours, ada), a_conversation(ours, ada)
        turns = [await store.begin(a_turn(one)) for one in (living, deleted)]
        await store.delete(ours, ada, deleted.id)
        await store.purge(HOURS, 1000)
        await store.restore(ours, ada, deleted.id, undo=HOURS)
        await store.delete(ours, ada, deleted.id)
        assert await store.purge(NO_TIME, 1000) >= 1
        await store.expire(1000)
        with pytest.raises(NotFound):
            await store.restore(ours, ada, deleted.id, undo=HOURS)
        assert await store.messages(ours, living.id) == [turns[0].question, turns[0].answer]
        assert (await store.begin(turns[1])).fresh

    async def test_only_its_member_changes_a_conversation(
        self, store: ConversationStore, ours: OrganizationId, theirs: OrganizationId, conversation: Conversation
    ) -> None:
        """Neither a colleague nor somebody elsewhere; to them it looks like one that never was."""
        turn = await store.begin(a_turn(conversation))
        known = conversation.id
        strangers = (
            (ours, MemberId(new_id()), known),
            (theirs, conversation.member_id, known),
            (ours, conversation.member_id, ConversationId(new_id())),
        )
        for ids in strangers:
            for call in (store.rename(*ids, "x"), store.delete(*ids), store.restore(*ids, undo=HOURS)):
                with pytest.raises(NotFound):
                    await call
        assert await store.get(ours, conversation.id) == turn.conversation

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
