"""What every ``OversightStore`` does."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from mentorfy_core.conversations.model import Conversation, MessageStatus
from mentorfy_core.conversations.oversight import Outcome, Place, Wanted
from mentorfy_core.errors import NotFound
from mentorfy_core.ids import BotId, ConversationId, MemberId, OrganizationId
from mentorfy_core.people.audits import Act, Action
from mentorfy_core.ports.conversations import ConversationStore
from mentorfy_core.ports.oversight import OversightStore
from mentorfy_core.ports.people import AuditStore
from mentorfy_core.testing.contracts.conversations import ended
from mentorfy_core.testing.contracts.steps import TwoOrganizations
from mentorfy_core.testing.samples import ODD_TEXT, a_conversation, a_turn, new_id

EVERYBODYS = Wanted()


def an_act(organization_id: OrganizationId, member_id: MemberId, subject: object = "a test") -> Act:
    """Return what is to be written down."""
    return Act(
        organization_id=organization_id,
        member_id=member_id,
        action=Action.CONVERSATION_READ,
        subject=str(subject),
    )


class OversightStoreContract(TwoOrganizations):
    """Subclass it, and override ``store``, ``conversations`` and ``audits``: three stores of one database."""

    @pytest.fixture
    def store(self) -> OversightStore:
        """The store under test."""
        raise NotImplementedError

    @pytest.fixture
    def conversations(self) -> ConversationStore:
        """Where the conversations are kept that it sees."""
        raise NotImplementedError

    @pytest.fixture
    def audits(self) -> AuditStore:
        """Where it writes down who read what."""
        raise NotImplementedError

    @pytest.fixture
    def ada(self) -> MemberId:
        """Who talks."""
        return MemberId(new_id())

    @pytest.fixture
    def grace(self) -> MemberId:
        """Who looks."""
        return MemberId(new_id())

    async def said(
        self,
        conversations: ConversationStore,
        conversation: Conversation,
        *fates: str,
        text: str = "How do I fold a letter?",
    ) -> Conversation:
        """Let somebody ask once per fate, and return the conversation as it is then."""
        for fate in fates:
            turn = await conversations.begin(a_turn(conversation, text))
            answer = ended(turn, answered=fate == "answered")
            if fate in {"failed", "aborted", "stopped"}:
                status = MessageStatus.FAILED if fate == "failed" else MessageStatus.ABORTED
                answer = replace(answer, status=status, answered=True, stopped=fate == "stopped")
            if fate != "streaming":
                await conversations.finish(answer)
        return await conversations.get(conversation.organization_id, conversation.id)

    async def test_everybodys_conversations_are_listed_latest_first(
        self,
        store: OversightStore,
        conversations: ConversationStore,
        ours: OrganizationId,
        theirs: OrganizationId,
        ada: MemberId,
        grace: MemberId,
    ) -> None:
        """One organisation's; not what is deleted."""
        await self.said(conversations, a_conversation(theirs, ada), "answered")
        older = await self.said(conversations, a_conversation(ours, ada), "answered", "answered")
        newer = await self.said(conversations, a_conversation(ours, grace), "answered")
        gone = await self.said(conversations, a_conversation(ours, ada), "answered")
        await conversations.delete(ours, ada, gone.id)
        listed = await store.conversations(ours, EVERYBODYS)
        assert [(one.conversation, one.messages) for one in listed] == [(newer, 2), (older, 4)]
        assert await store.conversations(ours, EVERYBODYS, limit=1) == listed[:1]

    @pytest.mark.parametrize(
        ("fates", "outcome"),
        [
            (("streaming",), Outcome.OPEN),
            (("answered",), Outcome.ANSWERED),
            (("stopped", "answered", "streaming"), Outcome.ANSWERED),
            (("no evidence",), Outcome.NO_EVIDENCE),
            (("failed",), Outcome.FAILED),
            (("aborted", "failed"), Outcome.FAILED),
            (("answered", "no evidence"), Outcome.PARTLY),
            (("answered", "failed"), Outcome.PARTLY),
            (("no evidence", "aborted"), Outcome.PARTLY),
        ],
    )
    async def test_a_conversation_comes_out_as_its_answers_did(
        self,
        store: OversightStore,
        conversations: ConversationStore,
        ours: OrganizationId,
        ada: MemberId,
        fates: tuple[str, ...],
        outcome: Outcome,
    ) -> None:
        """And is found by that, by nothing else."""
        await self.said(conversations, a_conversation(ours, ada), *fates)
        (summary,) = await store.conversations(ours, EVERYBODYS)
        assert summary.outcome is outcome
        for wanted in Outcome:
            found = await store.conversations(ours, Wanted(outcome=wanted))
            assert found == ([summary] if wanted is outcome else [])

    async def test_conversations_are_found_by_bot_person_and_time(
        self,
        store: OversightStore,
        conversations: ConversationStore,
        ours: OrganizationId,
        ada: MemberId,
        grace: MemberId,
    ) -> None:
        """Each narrows what the others leave."""
        first = await self.said(conversations, a_conversation(ours, ada), "answered")
        second = await self.said(conversations, a_conversation(ours, grace), "answered")
        at = second.updated_at
        moment = timedelta(microseconds=1)
        for wanted, expected in (
            (Wanted(bot_id=first.bot_id), [first]),
            (Wanted(bot_id=BotId(new_id())), []),
            (Wanted(member_ids=(grace,)), [second]),
            (Wanted(member_ids=(ada, grace)), [second, first]),
            (Wanted(member_ids=()), []),
            (Wanted(since=at), [second]),
            (Wanted(since=at + moment), []),
            (Wanted(until=at), [first]),
            (Wanted(since=first.updated_at, until=at + moment), [second, first]),
            (Wanted(bot_id=first.bot_id, member_ids=(grace,)), []),
        ):
            found = await store.conversations(ours, wanted)
            assert [one.conversation for one in found] == expected, wanted

    async def test_conversations_are_found_by_their_words(
        self,
        store: OversightStore,
        conversations: ConversationStore,
        ours: OrganizationId,
        ada: MemberId,
    ) -> None:
        """In any case, as they stand: nothing in them is a pattern."""
        odd = await self.said(conversations, a_conversation(ours, ada), "answered", text=ODD_TEXT)
        plain = await self.said(conversations, replace(a_conversation(ours, ada), title="Äpfel & 100 %"), "answered")
        for text, expected in (
            ("GRÜSSE", [odd]),
            ("drop table", [odd]),
            ("äPFEL", [plain]),
            ("0 %", [plain]),
            ("0_%", []),
            ("How Do I", [plain, odd]),
            ("*", []),
        ):
            found = await store.conversations(ours, Wanted(text=text))
            assert [one.conversation for one in found] == expected, text

    async def test_pages_stay_as_they_are_when_others_talk(
        self,
        store: OversightStore,
        conversations: ConversationStore,
        ours: OrganizationId,
        ada: MemberId,
    ) -> None:
        """A place in the list is where a conversation stood, wherever it stands now."""
        four = [await self.said(conversations, a_conversation(ours, ada), "answered") for _ in range(4)]
        first = await store.conversations(ours, EVERYBODYS, limit=2)
        assert [one.conversation for one in first] == four[:1:-1]
        await self.said(conversations, a_conversation(ours, ada), "answered")
        await self.said(conversations, four[2], "answered")
        second = await store.conversations(ours, EVERYBODYS, after=first[-1].place, limit=2)
        assert [one.conversation for one in second] == four[1::-1]
        same_instant = Place(four[1].updated_at, ConversationId(UUID(int=0)))
        assert len(await store.conversations(ours, EVERYBODYS, after=same_instant)) == 2
        assert await store.conversations(ours, EVERYBODYS, after=second[-1].place) == []

    async def test_a_list_may_be_written_down(
        self, store: OversightStore, audits: AuditStore, ours: OrganizationId, grace: MemberId
    ) -> None:
        """Where it is taken away, for example."""
        act = an_act(ours, grace)
        await store.conversations(ours, EVERYBODYS)
        assert await audits.acts(ours) == []
        await store.conversations(ours, EVERYBODYS, act=act)
        assert [one.act for one in await audits.acts(ours)] == [act]

    async def test_reading_somebody_elses_conversation_is_written_down(
        self,
        store: OversightStore,
        conversations: ConversationStore,
        audits: AuditStore,
        ours: OrganizationId,
        ada: MemberId,
        grace: MemberId,
    ) -> None:
        """One's own is not."""
        talk = await self.said(conversations, a_conversation(ours, ada), "answered", "no evidence")
        messages = await conversations.messages(ours, talk.id)
        own = await store.transcript(an_act(ours, ada), talk.id)
        assert (own.conversation, own.messages) == (talk, messages)
        assert await audits.acts(ours) == []
        act = an_act(ours, grace, talk.id)
        read = await store.transcript(act, talk.id, last=3)
        assert read.messages == messages[1:]
        assert [one.act for one in await audits.acts(ours)] == [act]
        earlier = await store.transcript(act, talk.id, before=2)
        assert earlier.messages == messages[:1]

    async def test_a_foreign_conversation_is_not_found(
        self,
        store: OversightStore,
        conversations: ConversationStore,
        audits: AuditStore,
        ours: OrganizationId,
        theirs: OrganizationId,
        ada: MemberId,
        grace: MemberId,
    ) -> None:
        """It looks like one that never was, and like one that is deleted; nothing is written down anywhere."""
        foreign = await self.said(conversations, a_conversation(theirs, ada), "no evidence")
        deleted = await self.said(conversations, a_conversation(ours, ada), "no evidence")
        await conversations.delete(ours, ada, deleted.id)
        for conversation_id in (foreign.id, deleted.id, ConversationId(new_id())):
            with pytest.raises(NotFound):
                await store.transcript(an_act(ours, grace), conversation_id)
        assert await audits.acts(ours) == await audits.acts(theirs) == []
        assert await store.unanswered(ours) == []

    async def test_unanswered_questions_say_whose_they_were(
        self,
        store: OversightStore,
        conversations: ConversationStore,
        ours: OrganizationId,
        ada: MemberId,
        grace: MemberId,
    ) -> None:
        """The latest first; not those that were answered, or broke off."""
        first = await self.said(conversations, a_conversation(ours, ada), "no evidence", "answered", "failed")
        second = await self.said(conversations, a_conversation(ours, grace), "no evidence", text="Why?")
        found = await store.unanswered(ours)
        assert [(one.question.text, one.member_id, one.bot_id) for one in found] == [
            ("Why?", grace, second.bot_id),
            ("How do I fold a letter?", ada, first.bot_id),
        ]
        assert await store.unanswered(ours, limit=1) == found[:1]
