"""Bots: drafts that change nothing, publication that overwrites nobody, trials that leave no trace."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from mentorfy_core.application import preview
from mentorfy_core.bots.behavior import Behavior, Creativity, ResponseLength
from mentorfy_core.bots.model import Bot, Draft
from mentorfy_core.bots.prompt import compile_prompt
from mentorfy_core.conversations.turn import ChatRequest
from mentorfy_core.errors import Conflict, Forbidden, InvalidInput, NotFound
from mentorfy_core.ids import BotId, MemberId, OrganizationId
from mentorfy_core.people import Actor, Role
from mentorfy_core.testing.samples import a_bot, an_organization_id, new_id
from tests.unit.application.world import BOT, MEMBER, ORGANIZATION, OWNER, World

KIND = Behavior(purpose="Be kind.", custom_instructions=("Smile.", " "))
GRACE = Actor(MemberId(new_id()), ORGANIZATION, Role.ADMIN)


@dataclass
class Echo:
    """Says what it was told, with a quote."""

    requests: list[ChatRequest] = field(default_factory=list)
    meter = None

    async def answer(self, organization_id: OrganizationId, request: ChatRequest) -> AsyncIterator[str]:
        self.requests.append(request)
        yield f"{request.system_prompt.splitlines()[0]} “{request.evidence[0].text.strip()}” [1]"


@pytest.fixture
async def world() -> World:
    world = await World().establish()
    world.put("boat.txt", "The boat is red.\n")
    return world


async def drafted(world: World, behavior: Behavior = KIND, *, name: str = "Ada") -> Draft:
    newest = await world.ports.bots.draft(ORGANIZATION, BOT)
    return await world.mentorfy.save_draft(OWNER, BOT, name, behavior, version=newest.version)


async def published(world: World, behavior: Behavior = KIND) -> Bot:
    draft = await drafted(world, behavior)
    bot = await world.ports.bots.get(ORGANIZATION, BOT)
    return await world.mentorfy.publish(OWNER, BOT, version=draft.version, revision=bot.revision)


async def test_a_draft_changes_no_answer_until_it_is_published(world: World) -> None:
    await world.imported()
    before = await world.say("What colour is the Zeppelin?")
    await drafted(world, Behavior(no_answer="Ask Grace."))
    assert await world.say("What colour is the Zeppelin?") == before == (False, Behavior().no_answer)
    await published(world, Behavior(no_answer="Ask Grace!"))
    assert await world.say("What colour is the Zeppelin?") == (False, "Ask Grace!")


async def test_a_draft_remembers_who_and_when(world: World) -> None:
    draft = await drafted(world)
    bench = await world.mentorfy.bots.workbench(OWNER, BOT)
    assert bench.draft == draft
    assert (draft.saved_by, draft.saved_at, draft.name) == (OWNER.member_id, world.now, "Ada")
    assert [change.setting for change in bench.changes] == ["name", "purpose", "custom_instructions"]
    assert bench.names[OWNER.member_id] == "Owner"
    assert not bench.is_outdated


def test_a_preview_is_what_the_model_and_the_search_get() -> None:
    seen = preview("", replace(KIND, response_length=ResponseLength.EXPLANATORY, creativity=Creativity.STRICT))
    assert seen.prompt.startswith("Be kind.")
    assert (seen.search.max_results, seen.search.similarity_threshold, seen.temperature) == (10, 0.85, 0.3)
    assert seen.problems == {"name": "The bot needs a name."}


async def test_saving_the_same_again_changes_nothing(world: World) -> None:
    draft = await drafted(world)
    assert await drafted(world) == draft


async def test_nobody_saves_over_what_they_have_not_seen(world: World) -> None:
    await drafted(world)
    with pytest.raises(Conflict, match="Owner changed this draft meanwhile"):
        await world.mentorfy.save_draft(GRACE, BOT, "Grace", KIND, version=0)
    discarded = await world.mentorfy.discard_draft(OWNER, BOT, version=1)
    with pytest.raises(Conflict, match="published or discarded meanwhile"):
        await world.mentorfy.save_draft(GRACE, BOT, "Grace", KIND, version=1)
    assert not discarded.is_begun


async def test_another_window_of_ones_own_is_called_so(world: World) -> None:
    await drafted(world)
    with pytest.raises(Conflict, match="You changed this draft in another window"):
        await world.mentorfy.save_draft(OWNER, BOT, "Ada", Behavior(), version=0)


async def test_nobody_discards_what_they_have_not_seen(world: World) -> None:
    draft = await drafted(world)
    with pytest.raises(Conflict, match="Owner changed"):
        await world.mentorfy.discard_draft(GRACE, BOT, version=0)
    assert (await world.mentorfy.bots.workbench(OWNER, BOT)).draft == draft


async def test_too_much_is_not_kept(world: World) -> None:
    with pytest.raises(InvalidInput, match="at most 8,000 characters"):
        await drafted(world, Behavior(purpose="x" * 8001))
    assert not (await world.ports.bots.draft(ORGANIZATION, BOT)).is_begun


async def test_publishing_makes_a_revision_and_ends_the_draft(world: World) -> None:
    bot = await published(world)
    bench = await world.mentorfy.bots.workbench(OWNER, BOT)
    assert bench.bot == bot
    assert (bot.revision, bot.name, bot.published_by) == (2, "Ada", OWNER.member_id)
    assert bot.behavior == replace(KIND, custom_instructions=("Smile.",))
    assert not bench.draft.is_begun
    assert [(one.bot.revision, [change.setting for change in one.changes]) for one in bench.revisions] == [
        (2, ["name", "purpose", "custom_instructions"]),
        (1, []),
    ]


async def test_nothing_new_is_not_published(world: World) -> None:
    with pytest.raises(Conflict, match="nothing to publish"):
        await world.mentorfy.publish(OWNER, BOT, version=0, revision=1)


async def test_a_draft_with_holes_is_kept_but_not_published(world: World) -> None:
    draft = await drafted(world, Behavior(response_length=ResponseLength.CUSTOM, no_answer=""))
    with pytest.raises(Conflict, match=r"needs a description.*must not be empty"):
        await world.mentorfy.publish(OWNER, BOT, version=draft.version, revision=1)
    assert (await world.mentorfy.bots.workbench(OWNER, BOT)).draft == draft


async def test_of_two_publishers_the_second_is_told_and_loses_nothing(world: World) -> None:
    bot = await world.ports.bots.get(ORGANIZATION, BOT)
    draft = await drafted(world)
    await world.ports.bots.publish(replace(bot, published_by=OWNER.member_id))
    with pytest.raises(Conflict, match=r"Owner published revision 2 meanwhile\. Your draft is kept"):
        await world.mentorfy.publish(GRACE, BOT, version=draft.version, revision=1)
    bench = await world.mentorfy.bots.workbench(GRACE, BOT)
    assert bench.draft == draft
    assert bench.is_outdated
    knowing = await world.mentorfy.publish(GRACE, BOT, version=draft.version, revision=2)
    assert (knowing.revision, knowing.published_by) == (3, GRACE.member_id)


async def test_a_publisher_without_a_name_is_somebody(world: World) -> None:
    bot = await world.ports.bots.get(ORGANIZATION, BOT)
    draft = await drafted(world)
    await world.ports.bots.publish(bot)
    with pytest.raises(Conflict, match="Somebody published revision 2"):
        await world.mentorfy.publish(OWNER, BOT, version=draft.version, revision=1)


async def test_nobody_publishes_a_draft_they_have_not_seen(world: World) -> None:
    await drafted(world)
    with pytest.raises(Conflict, match="Owner changed this draft"):
        await world.mentorfy.publish(GRACE, BOT, version=0, revision=1)


async def test_a_draft_saved_amid_a_publication_wins(world: World) -> None:
    draft = await drafted(world)
    stored = world.ports.bots.publish

    async def publish(bot: Bot, **named: Any) -> Bot:
        await drafted(world, Behavior(purpose="Later words."))
        return await stored(bot, **named)

    world.meddle("bots", publish=publish)
    with pytest.raises(Conflict, match="Owner changed this draft"):
        await world.mentorfy.publish(GRACE, BOT, version=draft.version, revision=1)
    bench = await world.mentorfy.bots.workbench(OWNER, BOT)
    assert (bench.bot.revision, bench.draft.behavior.purpose) == (1, "Later words.")


async def test_an_earlier_revision_becomes_the_draft(world: World) -> None:
    await published(world)
    version = (await world.ports.bots.draft(ORGANIZATION, BOT)).version
    draft = await world.mentorfy.restore_revision(OWNER, BOT, 1, version=version)
    assert (draft.name, draft.behavior, draft.based_on) == ("My mentor", Behavior(), 2)
    with pytest.raises(Conflict, match="Owner changed this draft"):
        await world.mentorfy.restore_revision(GRACE, BOT, 1, version=version)
    again = await world.mentorfy.publish(OWNER, BOT, version=draft.version, revision=2)
    assert (again.revision, again.behavior) == (3, Behavior())
    with pytest.raises(NotFound):
        await world.mentorfy.restore_revision(OWNER, BOT, 9, version=version)


async def test_one_revision_is_shown_with_what_it_changed(world: World) -> None:
    bot = await published(world)
    revision = await world.mentorfy.bots.revision(OWNER, BOT, 2)
    assert revision.bot == bot
    assert revision.changes[0].title == "Name"
    with pytest.raises(NotFound):
        await world.mentorfy.bots.revision(OWNER, BOT, 3)


async def test_a_new_bot_is_hidden_until_it_is_offered(world: World) -> None:
    await published(world)
    world.later(minutes=1)
    bot = await world.mentorfy.add_bot(OWNER, " Bea\x00 ", like=BOT)
    assert (bot.name, bot.behavior.purpose, bot.published_by) == ("Bea", "Be kind.", OWNER.member_id)
    assert [one.name for one in await world.mentorfy.bots.offered(MEMBER)] == ["Ada"]
    assert [one.name for one, _ in await world.mentorfy.bots.all(OWNER)] == ["Ada", "Bea"]
    await world.mentorfy.offering.offer(OWNER, bot.id)
    assert [one.name for one in await world.mentorfy.bots.offered(MEMBER)] == ["Ada", "Bea"]
    assert (await world.mentorfy.add_bot(OWNER, "Cleo")).behavior == Behavior()


async def test_a_hidden_bot_takes_no_questions(world: World) -> None:
    asked = await world.mentorfy.ask(OWNER, BOT, "Is the boat red?")
    other = await world.mentorfy.add_bot(OWNER, "Bea")
    with pytest.raises(Conflict, match="Bea takes no questions"):
        await world.mentorfy.ask(MEMBER, other.id, "Is the boat red?")
    await world.mentorfy.offering.offer(OWNER, other.id)
    await world.mentorfy.offering.hide(OWNER, BOT)
    with pytest.raises(Conflict, match="My mentor takes no questions"):
        await world.mentorfy.ask(OWNER, BOT, "And now?", conversation_id=asked.turn.conversation.id)


@pytest.mark.parametrize("name", ["", "  ", "x" * 81])
async def test_a_bot_needs_a_name_of_its_size(world: World, name: str) -> None:
    with pytest.raises(InvalidInput):
        await world.mentorfy.add_bot(OWNER, name)
    assert len(await world.mentorfy.bots.all(OWNER)) == 1


async def test_the_last_bot_is_not_hidden(world: World) -> None:
    with pytest.raises(Conflict, match="only bot people can ask"):
        await world.mentorfy.offering.hide(OWNER, BOT)
    other = await world.mentorfy.add_bot(OWNER, "Bea")
    await world.mentorfy.offering.offer(OWNER, other.id)
    assert not (await world.mentorfy.offering.hide(OWNER, BOT)).is_offered


async def test_draft_and_published_answer_side_by_side_and_leave_no_trace(world: World) -> None:
    await world.imported()
    echo = Echo()
    world.ports = replace(world.ports, chat=echo)
    await published(world, replace(KIND, purpose="I am published."))
    await drafted(world, replace(KIND, purpose="I am a draft.", creativity=Creativity.CREATIVE))
    seen = await world.mentorfy.try_out(OWNER, BOT, " Is the boat red? ")
    assert seen.question == "Is the boat red?"
    assert seen.draft.text == "I am a draft. “The boat is red.” [1]"
    assert seen.published.text == "I am published. “The boat is red.” [1]"
    assert [quote.path for quote in seen.draft.quotes] == [("folder", "boat.txt")]
    assert seen.draft.evidence[0].text == "The boat is red.\n"
    assert [request.temperature for request in echo.requests] == [0.6, 0.9]
    assert await world.ports.conversations.history(ORGANIZATION, OWNER.member_id) == []
    assert await world.ports.conversations.unanswered(ORGANIZATION) == []


async def test_what_the_material_does_not_hold_is_tried_too(world: World) -> None:
    await world.imported()
    await drafted(world, replace(KIND, no_answer="Ask Grace."))
    seen = await world.mentorfy.try_out(OWNER, BOT, "Who invented the zeppelin?")
    assert (seen.draft.answered, seen.draft.text) == (False, "Ask Grace.")
    assert (seen.published.answered, seen.published.text) == (False, Behavior().no_answer)


async def test_an_unchanged_bot_is_asked_once(world: World) -> None:
    await world.imported()
    echo = Echo()
    world.ports = replace(world.ports, chat=echo)
    seen = await world.mentorfy.try_out(OWNER, BOT, "Is the boat red?")
    assert seen.draft == seen.published
    assert [request.system_prompt for request in echo.requests] == [compile_prompt(Behavior())]


async def test_a_draft_with_holes_is_not_tried(world: World) -> None:
    await drafted(world, Behavior(no_answer=""))
    with pytest.raises(Conflict, match="must not be empty"):
        await world.mentorfy.try_out(OWNER, BOT, "Is the boat red?")


async def test_members_touch_no_bot(world: World) -> None:
    mentorfy = world.mentorfy
    for attempt in (
        mentorfy.bots.all(MEMBER),
        mentorfy.bots.workbench(MEMBER, BOT),
        mentorfy.bots.revision(MEMBER, BOT, 1),
        mentorfy.add_bot(MEMBER, "Bea"),
        mentorfy.save_draft(MEMBER, BOT, "Bea", KIND, version=0),
        mentorfy.discard_draft(MEMBER, BOT, version=0),
        mentorfy.restore_revision(MEMBER, BOT, 1, version=0),
        mentorfy.publish(MEMBER, BOT, version=0, revision=1),
        mentorfy.offering.offer(MEMBER, BOT),
        mentorfy.offering.hide(MEMBER, BOT),
        mentorfy.try_out(MEMBER, BOT, "Why?"),
    ):
        with pytest.raises(Forbidden):
            await attempt
    assert len(await world.ports.bots.revisions(ORGANIZATION, BOT)) == 1


async def test_foreign_bots_are_not_found(world: World) -> None:
    foreign = await world.ports.bots.add(a_bot(an_organization_id()))
    mentorfy = world.mentorfy
    for bot_id in (foreign.id, BotId(new_id())):
        for attempt in (
            mentorfy.bots.workbench(OWNER, bot_id),
            mentorfy.bots.revision(OWNER, bot_id, 1),
            mentorfy.add_bot(OWNER, "Bea", like=bot_id),
            mentorfy.save_draft(OWNER, bot_id, "Bea", KIND, version=0),
            mentorfy.discard_draft(OWNER, bot_id, version=0),
            mentorfy.restore_revision(OWNER, bot_id, 1, version=0),
            mentorfy.publish(OWNER, bot_id, version=0, revision=1),
            mentorfy.offering.offer(OWNER, bot_id),
            mentorfy.offering.hide(OWNER, bot_id),
            mentorfy.try_out(OWNER, bot_id, "Why?"),
        ):
            with pytest.raises(NotFound):
                await attempt
