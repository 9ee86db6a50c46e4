"""What operators see of everybody's conversations, and that reading them is written down."""

from dataclasses import replace
from typing import Final

import pytest

from mentorfy_core.conversations.oversight import Outcome, Place, Wanted
from mentorfy_core.errors import Forbidden, NotFound
from mentorfy_core.ids import BotId, ConversationId, MemberId
from mentorfy_core.people import Actor, Role
from mentorfy_core.people.audits import Action
from mentorfy_core.testing.samples import a_conversation, a_member, a_turn, an_organization_id, new_id
from tests.unit.application.world import BOT, MEMBER, ORGANIZATION, OWNER, World

GRACE: Final = Actor(MemberId(new_id()), ORGANIZATION, Role.MEMBER)
EVERYBODYS: Final = Wanted()


@pytest.fixture
async def world() -> World:
    world = await World().establish()
    world.put("boat.txt", "The boat is red.\n")
    await world.imported()
    grace = replace(a_member(ORGANIZATION, Role.MEMBER, name="Grace"), id=GRACE.member_id, email="grace@example.org")
    await world.ports.people.add_member(grace)
    return world


async def asked(world: World, actor: Actor, question: str) -> ConversationId:
    world.later(seconds=1)
    answer = await world.mentorfy.ask(actor, BOT, question)
    return answer.turn.conversation.id


async def acts(world: World) -> list[tuple[Action, str]]:
    return [(one.act.action, one.act.subject) for one in await world.ports.audits.acts(ORGANIZATION)]


async def test_a_list_says_who_asked_whom_and_how_it_came_out(world: World) -> None:
    await asked(world, GRACE, "Is the boat red?")
    await asked(world, OWNER, "Who invented the zeppelin?")
    listed = await world.mentorfy.oversight.conversations(OWNER, EVERYBODYS)
    names = listed.names
    said = [
        (names.person(row.conversation.member_id), names.bot(row.conversation.bot_id), row.messages, row.outcome)
        for row in listed.rows
    ]
    assert said == [
        ("Owner", "My mentor", 2, Outcome.NO_EVIDENCE),
        ("Grace", "My mentor", 2, Outcome.ANSWERED),
    ]
    assert names.email(GRACE.member_id) == "grace@example.org"
    assert await acts(world) == []


async def test_who_is_not_known_has_no_name(world: World) -> None:
    names = (await world.mentorfy.oversight.conversations(OWNER, EVERYBODYS)).names
    nobody = MemberId(new_id())
    assert (names.person(nobody), names.email(nobody), names.bot(BotId(new_id()))) == ("", "", "")


@pytest.mark.parametrize(
    ("person", "found"), [("gRaCe", 1), ("EXAMPLE.org", 1), (" ", 2), ("grace owner", 0), ("e", 2)]
)
async def test_people_are_found_by_name_or_e_mail(world: World, person: str, found: int) -> None:
    await asked(world, GRACE, "Is the boat red?")
    await asked(world, OWNER, "Is the boat red?")
    listed = await world.mentorfy.oversight.conversations(OWNER, EVERYBODYS, person=person)
    assert len(listed.rows) == found


async def test_pages_follow_each_other(world: World) -> None:
    made = [await asked(world, GRACE, f"Is the boat red {number}?") for number in range(3)]
    seen: list[ConversationId] = []
    after: Place | None = None
    for _ in range(2):
        page = await world.mentorfy.oversight.conversations(OWNER, EVERYBODYS, after=after, limit=2)
        seen += [row.conversation.id for row in page.rows]
        after = page.further
    assert (seen, after) == (made[::-1], None)


@pytest.mark.parametrize(
    ("words", "found"), [("  is \n THE boat ", 1), ("the boat RED is", 0), ("From the material", 1)]
)
async def test_words_are_searched_as_they_are_said(world: World, words: str, found: int) -> None:
    await asked(world, GRACE, "Is the boat red?")
    listed = await world.mentorfy.oversight.conversations(OWNER, Wanted(text=words))
    assert len(listed.rows) == found


async def test_reading_anothers_conversation_is_written_down_and_ones_own_is_not(world: World) -> None:
    hers, own = await asked(world, GRACE, "Is the boat red?"), await asked(world, OWNER, "Is the boat red?")
    read = await world.mentorfy.oversight.transcript(OWNER, hers)
    assert read.recorded
    assert read.messages[0].text == "Is the boat red?"
    assert "The boat is red." in read.messages[1].text
    assert read.messages[1].message.considered[0].score > 0
    assert read.earlier is None
    assert await acts(world) == [(Action.CONVERSATION_READ, str(hers))]
    assert not (await world.mentorfy.oversight.transcript(OWNER, own)).recorded
    assert len(await acts(world)) == 1


async def test_a_long_conversation_is_read_page_by_page(world: World) -> None:
    conversation = a_conversation(ORGANIZATION, GRACE.member_id)
    for number in range(101):
        await world.ports.conversations.begin(a_turn(conversation, f"Question {number}"))
    last = await world.mentorfy.oversight.transcript(OWNER, conversation.id)
    assert (len(last.messages), last.earlier) == (200, 3)
    first = await world.mentorfy.oversight.transcript(OWNER, conversation.id, before=last.earlier)
    assert ([shown.message.seq for shown in first.messages], first.earlier) == ([1, 2], None)
    nothing = await world.mentorfy.oversight.transcript(OWNER, conversation.id, before=1)
    assert (nothing.messages, nothing.earlier) == ([], None)


async def test_taking_a_list_away_is_written_down_once(world: World) -> None:
    made = [await asked(world, GRACE, f"Is the boat red {number}?") for number in range(3)]
    names, pages = await world.mentorfy.oversight.export(OWNER, EVERYBODYS, person="grace")
    rows = [row.conversation.id async for page in pages for row in page]
    assert rows == made[::-1]
    assert names.person(GRACE.member_id) == "Grace"
    assert await acts(world) == [(Action.CONVERSATIONS_EXPORTED, "a list of conversations")]


async def test_what_nobody_could_answer_is_listed_once(world: World) -> None:
    for actor, question in ((GRACE, "Who won?"), (OWNER, "who won"), (GRACE, "Is the boat red?")):
        await asked(world, actor, question)
    open_questions = await world.mentorfy.oversight.unanswered(OWNER)
    (gap,) = open_questions.gaps
    assert [(open_questions.names.person(one.member_id), one.question.text) for one in gap.asked] == [
        ("Owner", "who won"),
        ("Grace", "Who won?"),
    ]


async def test_members_see_nothing_of_it(world: World) -> None:
    hers = await asked(world, GRACE, "Is the boat red?")
    oversight = world.mentorfy.oversight
    for attempt in (
        oversight.conversations(MEMBER, EVERYBODYS),
        oversight.export(MEMBER, EVERYBODYS),
        oversight.transcript(GRACE, hers),
        oversight.unanswered(MEMBER),
    ):
        with pytest.raises(Forbidden):
            await attempt
    assert await acts(world) == []


async def test_foreign_conversations_are_not_found(world: World) -> None:
    foreign = a_conversation(an_organization_id(), GRACE.member_id)
    await world.ports.conversations.begin(a_turn(foreign))
    for conversation_id in (foreign.id, ConversationId(new_id())):
        with pytest.raises(NotFound):
            await world.mentorfy.oversight.transcript(OWNER, conversation_id)
    assert await acts(world) == []
