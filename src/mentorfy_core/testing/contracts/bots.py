"""What every ``BotStore`` does."""

import asyncio
from dataclasses import replace

import pytest

from mentorfy_core.bots.behavior import Behavior, Creativity, ResponseLength
from mentorfy_core.bots.model import Bot
from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import BotId, OrganizationId
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
