"""What every ``BotStore`` does."""

import asyncio
from dataclasses import replace

import pytest

from mentorfy_core.bots.behavior import Behavior, Creativity, ResponseLength
from mentorfy_core.bots.model import Bot, Draft, draft_of
from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import BotId, MemberId, OrganizationId
from mentorfy_core.ports.bots import BotStore
from mentorfy_core.testing.contracts.steps import MINUTE, TwoOrganizations
from mentorfy_core.testing.samples import LONG_AGO, ODD_TEXT, UNSTORABLE_TEXT, a_bot, new_id

STRICT = Behavior(
    purpose=ODD_TEXT,
    custom_instructions=("one", "two"),
    speaking_style="plain",
    response_length=ResponseLength.CUSTOM,
    custom_length="two sentences",
    creativity=Creativity.STRICT,
    no_answer="Ask Ada.",
    greeting="Hello",
)


def edited(draft: Draft, purpose: str = ODD_TEXT) -> Draft:
    """Return the draft as somebody leaves it: with a hole that publishing would refuse."""
    behavior = replace(STRICT, purpose=purpose, custom_length="", no_answer="")
    return replace(draft, name="Working title", behavior=behavior, saved_by=MemberId(new_id()))


class BotStoreContract(TwoOrganizations):
    """Subclass it, and override ``store``."""

    @pytest.fixture
    def store(self) -> BotStore:
        """The store under test."""
        raise NotImplementedError

    async def test_what_was_added_is_read_back(self, store: BotStore, ours: OrganizationId) -> None:
        """Every knob; always at revision 1."""
        bot = replace(a_bot(ours, ODD_TEXT), behavior=STRICT)
        assert await store.add(replace(bot, revision=7)) == bot
        assert await store.get(ours, bot.id) == bot
        assert await store.revisions(ours, bot.id) == [bot]

    async def test_text_that_cannot_be_stored_breaks_nothing(self, store: BotStore, ours: OrganizationId) -> None:
        """NUL and lone surrogates may change, but the bot is there."""
        bot = replace(a_bot(ours, UNSTORABLE_TEXT), behavior=Behavior(purpose=UNSTORABLE_TEXT))
        await store.add(bot)
        assert (await store.get(ours, bot.id)).id == bot.id

    async def test_a_bot_is_added_once(self, store: BotStore, ours: OrganizationId) -> None:
        """The first stays."""
        bot = await store.add(a_bot(ours))
        with pytest.raises(Conflict):
            await store.add(replace(bot, name="Other"))
        assert await store.revisions(ours, bot.id) == [bot]

    async def test_another_organisations_id_is_not_in_the_way(
        self, store: BotStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Nobody learns from a refusal which ids others have."""
        foreign = await store.add(a_bot(theirs))
        own = await store.publish(await store.add(replace(a_bot(ours, "Own"), id=foreign.id)))
        assert await store.get(ours, foreign.id) == own
        assert await store.get(theirs, foreign.id) == foreign
        assert await store.all(theirs) == [foreign]

    async def test_a_foreign_bot_is_not_found(
        self, store: BotStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Neither to be read nor to be published; it looks like one that never was."""
        foreign = await store.add(a_bot(theirs))
        for bot_id in (foreign.id, BotId(new_id())):
            with pytest.raises(NotFound):
                await store.get(ours, bot_id)
            with pytest.raises(NotFound):
                await store.publish(replace(foreign, organization_id=ours, id=bot_id))
            assert await store.revisions(ours, bot_id) == []
        assert await store.revisions(theirs, foreign.id) == [foreign]

    async def test_bots_are_listed_oldest_first(
        self, store: BotStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """One organisation's, each with its newest behaviour."""
        await store.add(a_bot(theirs))
        bots = {age: await store.add(a_bot(ours, created_at=LONG_AGO - age * MINUTE)) for age in (1, 3, 2)}
        newest = await store.publish(replace(bots[2], behavior=STRICT))
        assert await store.all(ours) == [bots[3], newest, bots[1]]

    async def test_publishing_makes_the_next_revision(self, store: BotStore, ours: OrganizationId) -> None:
        """Earlier ones stay as they were; updated_at is the store's."""
        first = await store.add(a_bot(ours))
        second = await store.publish(replace(first, name="Ada", behavior=STRICT, created_at=LONG_AGO - MINUTE))
        assert (second.name, second.behavior, second.revision) == ("Ada", STRICT, 2)
        assert second.created_at == first.created_at
        assert second.updated_at > first.updated_at
        third = await store.publish(second)
        assert await store.get(ours, first.id) == third
        assert await store.revisions(ours, first.id) == [first, second, third]

    async def test_second_of_two_publishers_loses(self, store: BotStore, ours: OrganizationId) -> None:
        """Nobody overwrites what they have not seen, at once or later."""
        first = await store.add(a_bot(ours))
        drafts = [store.publish(replace(first, name=f"draft {number}")) for number in range(4)]
        answers = await asyncio.gather(*drafts, return_exceptions=True)
        assert sum(isinstance(answer, Bot) for answer in answers) == 1
        assert sum(isinstance(answer, Conflict) for answer in answers) == 3
        with pytest.raises(Conflict):
            await store.publish(replace(first, revision=3))
        assert len(await store.revisions(ours, first.id)) == 2

    async def test_a_revision_knows_who_published_it(self, store: BotStore, ours: OrganizationId) -> None:
        """The first may be nobody's."""
        first, ada = await store.add(a_bot(ours)), MemberId(new_id())
        second = await store.publish(replace(first, published_by=ada))
        assert [bot.published_by for bot in await store.revisions(ours, first.id)] == [None, ada]
        assert await store.get(ours, first.id) == second

    async def test_a_draft_nobody_began_is_what_is_published(self, store: BotStore, ours: OrganizationId) -> None:
        """Also after a publication."""
        bot = await store.add(a_bot(ours))
        assert await store.draft(ours, bot.id) == draft_of(bot)
        newest = await store.publish(replace(bot, behavior=STRICT))
        assert await store.draft(ours, bot.id) == draft_of(newest)

    async def test_a_draft_is_kept_and_changes_nothing(self, store: BotStore, ours: OrganizationId) -> None:
        """Holes and all, with who and when."""
        bot = await store.add(a_bot(ours))
        draft = edited(await store.draft(ours, bot.id))
        saved = await store.save_draft(draft)
        assert saved == replace(draft, version=draft.version + 1, saved_at=saved.saved_at)
        assert saved.saved_at is not None
        assert saved.saved_at > LONG_AGO
        assert await store.draft(ours, bot.id) == saved
        assert await store.get(ours, bot.id) == bot
        assert await store.revisions(ours, bot.id) == [bot]

    async def test_second_of_two_savers_loses(self, store: BotStore, ours: OrganizationId) -> None:
        """Nobody overwrites what they have not seen."""
        bot = await store.add(a_bot(ours))
        draft = await store.draft(ours, bot.id)
        saves = [store.save_draft(edited(draft, f"words {number}")) for number in range(4)]
        answers = await asyncio.gather(*saves, return_exceptions=True)
        assert [type(answer) for answer in answers].count(Conflict) == 3
        assert await store.draft(ours, bot.id) in answers

    async def test_a_discarded_draft_is_gone(self, store: BotStore, ours: OrganizationId) -> None:
        """What is published stands in its place; a page that still shows the draft cannot save it again."""
        bot = await store.add(a_bot(ours))
        saved = await store.save_draft(edited(await store.draft(ours, bot.id)))
        with pytest.raises(Conflict):
            await store.discard_draft(ours, bot.id, saved.version - 1)
        assert await store.draft(ours, bot.id) == saved
        after = await store.discard_draft(ours, bot.id, saved.version)
        assert after == draft_of(bot, saved.version + 1)
        assert await store.draft(ours, bot.id) == after
        with pytest.raises(Conflict):
            await store.save_draft(saved)
        assert (await store.save_draft(edited(after))).is_begun

    async def test_a_published_draft_ends(self, store: BotStore, ours: OrganizationId) -> None:
        """In the same write; its version never comes again."""
        bot = await store.add(a_bot(ours))
        saved = await store.save_draft(edited(await store.draft(ours, bot.id)))
        newest = await store.publish(replace(bot, behavior=STRICT), draft=saved.version)
        assert await store.draft(ours, bot.id) == draft_of(newest, saved.version + 1)
        with pytest.raises(Conflict):
            await store.save_draft(saved)

    async def test_a_draft_nobody_saw_is_not_published(self, store: BotStore, ours: OrganizationId) -> None:
        """Neither is one for a revision that is not the newest; nothing is written, the draft stays."""
        bot = await store.add(a_bot(ours))
        saved = await store.save_draft(edited(await store.draft(ours, bot.id)))
        with pytest.raises(Conflict):
            await store.publish(bot, draft=saved.version - 1)
        assert await store.get(ours, bot.id) == bot
        newest = await store.publish(bot)
        with pytest.raises(Conflict):
            await store.publish(bot, draft=saved.version)
        assert await store.get(ours, bot.id) == newest
        assert await store.draft(ours, bot.id) == saved

    async def test_a_foreign_draft_is_not_found(
        self, store: BotStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """It looks like one that never was, whatever one wants with it."""
        foreign = await store.add(a_bot(theirs))
        kept = await store.save_draft(edited(await store.draft(theirs, foreign.id)))
        for bot_id in (foreign.id, BotId(new_id())):
            with pytest.raises(NotFound):
                await store.draft(ours, bot_id)
            with pytest.raises(NotFound):
                await store.save_draft(replace(kept, organization_id=ours, bot_id=bot_id))
            with pytest.raises(NotFound):
                await store.discard_draft(ours, bot_id, kept.version)
            with pytest.raises(NotFound):
                await store.hide(ours, bot_id)
            with pytest.raises(NotFound):
                await store.offer(ours, bot_id)
        assert await store.draft(theirs, foreign.id) == kept
        assert (await store.get(theirs, foreign.id)).is_offered

    async def test_a_hidden_bot_is_kept_but_not_offered(self, store: BotStore, ours: OrganizationId) -> None:
        """With its revisions; publishing does not offer it, offering does."""
        stays, bot = await store.add(a_bot(ours)), await store.add(a_bot(ours, created_at=LONG_AGO + MINUTE))
        hidden = await store.hide(ours, bot.id)
        assert hidden == replace(bot, hidden_since=hidden.hidden_since)
        assert not hidden.is_offered
        assert await store.hide(ours, bot.id) == hidden
        assert await store.all(ours) == [stays]
        assert await store.all(ours, hidden=True) == [stays, hidden]
        assert await store.get(ours, bot.id) == hidden
        newest = await store.publish(bot)
        assert newest.hidden_since == hidden.hidden_since
        offered = await store.offer(ours, bot.id)
        assert await store.offer(ours, bot.id) == offered == replace(newest, hidden_since=None)
        assert await store.all(ours) == [stays, offered]

    async def test_a_bot_may_begin_hidden(self, store: BotStore, ours: OrganizationId) -> None:
        """Until somebody has taught it how to behave."""
        bot = await store.add(replace(a_bot(ours), hidden_since=LONG_AGO))
        assert await store.all(ours) == []
        assert await store.all(ours, hidden=True) == [bot]

    async def test_the_last_offered_bot_stays(
        self, store: BotStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """However many try at once; another organisation's do not count."""
        await store.add(a_bot(theirs))
        bots = [await store.add(a_bot(ours)) for _ in range(3)]
        answers = await asyncio.gather(*(store.hide(ours, bot.id) for bot in bots), return_exceptions=True)
        assert [type(answer) for answer in answers].count(Conflict) == 1
        assert len(await store.all(ours)) == 1
