from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from mentorfy_core.application.attempt import Attempt
from mentorfy_core.application.claim import Claim
from mentorfy_core.application.importing import ClaimImport
from mentorfy_core.application.obstacles import Obstacles
from mentorfy_core.documents.events import LeaseExpired
from mentorfy_core.documents.model import Document, Failure, Status
from mentorfy_core.errors import (
    ABOUT_EVERYONE,
    Conflict,
    ErrorKind,
    Forbidden,
    IllegalTransition,
    InvalidInput,
    NotFound,
    PortError,
    StoreUnavailable,
)
from mentorfy_core.ids import ErrorId, OrganizationId
from mentorfy_core.pauses import EVERYTHING, KNOWLEDGE, Scope
from mentorfy_core.pauses.breaker import Failed
from mentorfy_core.people import Actor, Role
from mentorfy_core.people.audits import Action
from tests.unit.application.test_outages import RETRIES, filled, opened, rows, work
from tests.unit.application.world import MEMBER, ORGANIZATION, OWNER, World, failing

OURS = Scope.of_organization(ORGANIZATION)
OTHER = OrganizationId(UUID(int=77))
STRANGER = Actor(OWNER.member_id, OTHER, Role.OWNER)
ADMIN = replace(OWNER, role=Role.ADMIN)


def source_of(world: World) -> Scope:
    return Scope.of_connection(ORGANIZATION, world.source.name)


async def claimed(world: World) -> Document | None:
    return (await Claim(world.ports, RETRIES, world.timing)(busy=False)).document


async def tried(world: World) -> Document:
    document = await claimed(world)
    assert document is not None
    await Attempt(world.ports, RETRIES, world.timing)(document)
    return world.state.documents[ORGANIZATION, document.id]


def actions(world: World) -> list[Action]:
    return [one.act.action for one in world.state.audits]


async def sentences(world: World, actor: Actor = OWNER) -> Sequence[str]:
    return [one.sentence for one in await world.mentorfy.pauses.shown(actor)]


@pytest.mark.parametrize("kind", sorted(ABOUT_EVERYONE))
async def test_everybodys_trouble_is_a_pause_and_no_try(kind: ErrorKind) -> None:
    world = await filled(3)
    world.source.token = failing(PortError(kind, "Drive is closed."), 1, world.source.token)  # type: ignore[method-assign, assignment]
    document = await tried(world)
    assert (document.status, document.tries, document.claim) == (Status.PENDING_UPLOAD, 0, None)
    assert await claimed(world) is None
    (stop,) = await world.mentorfy.pauses.shown(ADMIN)
    assert stop.scope == source_of(world)
    assert stop.can_resume
    assert stop.sentence.endswith("Drive is closed.")
    await world.mentorfy.pauses.resume(ADMIN, stop.scope)
    assert await sentences(world) == []
    await work(world, world.now + timedelta(minutes=1))
    assert {one.status for one in rows(world)} == {Status.AVAILABLE_TO_AI}


async def test_a_pause_of_a_provider_says_nothing_of_one_organisation_and_anybody_may_try_again() -> None:
    world = await filled(1)
    await tried(world)
    understand = world.ports.knowledge.understand
    world.meddle("knowledge", understand=failing(PortError(ErrorKind.BAD_CREDENTIALS, "Acme!"), 1, understand))
    assert (await tried(world)).status is Status.UPLOADED
    assert await sentences(world, STRANGER) == [
        "Learning is paused until somebody resumes it. The provider does not accept our key."
    ]
    await world.mentorfy.pauses.resume(STRANGER, Scope.of_provider(KNOWLEDGE))
    assert (await tried(world)).status is Status.AVAILABLE_TO_AI


async def test_trouble_that_nobody_outside_is_to_blame_for_waits_in_the_row() -> None:
    world = await filled(1)
    await tried(world)
    world.meddle("text", extract=failing(PortError(ErrorKind.QUOTA_EXHAUSTED, "Full."), 1, world.ports.text.extract))
    document = await tried(world)
    assert (document.tries, document.needs_person) == (0, True)
    assert await sentences(world) == []


async def test_the_pause_is_written_before_the_report() -> None:
    """Whoever dies in between has stopped the others."""
    world = await filled(1)
    world.source.token = failing(PortError(ErrorKind.GRANT_REVOKED, "No."), 1, world.source.token)  # type: ignore[method-assign, assignment]
    standing: list[int] = []
    save = world.ports.documents.save

    async def watched(document: Document, event: object) -> Document:
        standing.append(len(world.state.pauses))
        return await save(document, event)  # type: ignore[arg-type]

    world.meddle("documents", save=watched)
    await tried(world)
    assert standing == [0, 1]


async def test_what_an_operator_pauses_is_left_alone_until_it_is_resumed() -> None:
    world = await filled(2)
    pauses = world.mentorfy.pauses
    await pauses.pause(OWNER, OURS, reason="Moving house.\x00")
    await world.start()
    assert await claimed(world) is None
    assert await ClaimImport(world.ports, world.timing)() is None
    (stop,) = await pauses.shown(OWNER)
    assert stop.sentence == "All work on documents is paused until somebody resumes it. Moving house."
    assert (stop.by, stop.can_resume) == (OWNER.member_id, True)
    assert await sentences(world, STRANGER) == []
    await pauses.resume(ADMIN, OURS)
    assert await claimed(world)
    assert await ClaimImport(world.ports, world.timing)()
    assert actions(world) == [Action.PAUSED, Action.RESUMED]


async def test_a_pause_may_end_by_itself() -> None:
    world = await filled(1)
    await world.mentorfy.pauses.pause(OWNER, source_of(world), lasts=timedelta(hours=1))
    assert await sentences(world) == [
        f"Fetching from {world.source.label} is paused for another 60 min. Somebody paused it by hand."
    ]
    assert await claimed(world) is None
    world.later(hours=1)
    assert await sentences(world) == []
    assert await claimed(world)


async def test_what_concerns_everybody_is_paused_at_the_machine_only() -> None:
    world = await filled(1)
    pauses = world.mentorfy.pauses
    for scope in (EVERYTHING, Scope.of_provider(KNOWLEDGE)):
        with pytest.raises(Forbidden):
            await pauses.pause(OWNER, scope)
        await pauses.pause(OWNER, scope, at_the_machine=True)
        (stop,) = [one for one in await pauses.shown(STRANGER) if one.scope == scope]
        assert (stop.by, stop.can_resume) == (None, False)
        with pytest.raises(Forbidden):
            await pauses.resume(OWNER, scope)
    assert await claimed(world) is None
    await pauses.resume(OWNER, EVERYTHING, at_the_machine=True)
    assert await claimed(world)
    assert {one.act.member_id for one in world.state.audits} == {None}


async def test_nobody_touches_anothers_pauses() -> None:
    world = await filled(1)
    pauses = world.mentorfy.pauses
    await pauses.pause(OWNER, OURS)
    for at_the_machine in (False, True):
        with pytest.raises(NotFound):
            await pauses.pause(STRANGER, OURS, at_the_machine=at_the_machine)
        with pytest.raises(NotFound):
            await pauses.resume(STRANGER, OURS, at_the_machine=at_the_machine)
    with pytest.raises(NotFound):
        await pauses.resume(OWNER, source_of(world))
    for refused in (pauses.shown(MEMBER), pauses.pause(MEMBER, OURS), pauses.resume(MEMBER, OURS)):
        with pytest.raises(Forbidden):
            await refused
    assert actions(world) == [Action.PAUSED]


async def test_only_what_there_is_can_be_paused() -> None:
    world = await filled(1)
    pauses = world.mentorfy.pauses
    for scope in (Scope.of_connection(ORGANIZATION, "nowhere"), Scope.of_connection(ORGANIZATION, KNOWLEDGE)):
        with pytest.raises(NotFound, match="nothing called"):
            await pauses.pause(OWNER, scope)
    with pytest.raises(NotFound, match="nothing called"):
        await pauses.pause(OWNER, Scope.of_provider("nobody"), at_the_machine=True)
    for lasts in (timedelta(), timedelta(days=400)):
        with pytest.raises(InvalidInput, match="at most a year"):
            await pauses.pause(OWNER, OURS, lasts=lasts)


async def test_an_outage_is_shown_and_ends_by_itself() -> None:
    world = await filled(1)
    await opened(world, Scope.of_provider(KNOWLEDGE))
    (stop,) = await world.mentorfy.pauses.shown(OWNER)
    assert stop.sentence.startswith("The knowledge base has not answered for 0 s.")
    assert not stop.can_resume
    with pytest.raises(Forbidden):
        await world.mentorfy.pauses.resume(OWNER, stop.scope)


async def test_a_worker_that_stood_still_looks_at_the_pauses_again() -> None:
    world = await filled(1)
    due = world.ports.documents.due

    async def slow(*arguments: object) -> object:
        found = await due(*arguments)  # type: ignore[arg-type]
        world.later(minutes=2)
        return found

    world.meddle("documents", due=slow)
    assert await claimed(world) is None


async def test_what_owes_a_stopped_stage_by_the_time_it_is_looked_at_is_left_alone() -> None:
    world = await filled(1)
    await world.mentorfy.pauses.pause(OWNER, Scope.of_provider(KNOWLEDGE), at_the_machine=True)
    due = world.ports.documents.due

    async def late(*arguments: object) -> object:
        found = await due(*arguments)  # type: ignore[arg-type]
        world.meddle("documents", due=due)
        assert (await tried(world)).status is Status.UPLOADED
        return found

    world.meddle("documents", due=late)
    assert await claimed(world) is None


async def test_an_event_is_told_until_it_is_heard_or_given_up() -> None:
    world = await filled(1)
    document, save = rows(world)[0], world.ports.pauses.save
    failed = Failed(organization_id=ORGANIZATION, document_id=document.id, probe=timedelta(minutes=1))
    obstacles = Obstacles(world.ports, world.timing)
    world.meddle("pauses", save=failing(Conflict("faster"), 3, save))
    breaker, _ = await Obstacles(world.ports, world.timing).tell(OURS, failed)
    assert breaker.failures == 1
    world.meddle("pauses", save=failing(Conflict("faster"), 99, save))
    breaker, _ = await Obstacles(world.ports, world.timing).tell(OURS, failed)
    assert breaker.failures == 1
    assert await obstacles.failed(document, PortError(ErrorKind.UNREADABLE, "Torn.")) is None


async def test_without_an_answer_about_pauses_nothing_is_claimed() -> None:
    world = await filled(1)
    world.meddle("pauses", obstacles=failing(StoreUnavailable("down"), 1, world.ports.pauses.obstacles))
    with pytest.raises(StoreUnavailable):
        await claimed(world)
    assert await claimed(world)


async def test_a_quarantine_is_lifted_for_one_lone_try() -> None:
    world = await filled(1)
    document = rows(world)[0]
    for losses in range(3):
        assert await claimed(world)
        document = rows(world)[0]
        world.later(hours=1)
        event = LeaseExpired(epoch=document.epoch, error_id=ErrorId(document.id), progressed=False)
        await world.mentorfy.retry.change(ORGANIZATION, document.id, lambda _, event=event: event)  # type: ignore[misc]
        assert world.state.documents[ORGANIZATION, document.id].losses == losses + 1
    with pytest.raises(Forbidden):
        await world.mentorfy.lift_quarantine(MEMBER, document.id)
    with pytest.raises(NotFound):
        await world.mentorfy.lift_quarantine(STRANGER, document.id)
    lifted = await world.mentorfy.lift_quarantine(ADMIN, document.id)
    assert (lifted.status, lifted.losses) == (Status.PENDING_UPLOAD, 3)
    with pytest.raises(IllegalTransition, match="not in quarantine"):
        await world.mentorfy.lift_quarantine(ADMIN, document.id)
    again = await claimed(world)
    assert again is not None
    assert again.claim is not None
    assert again.claim.alone
    assert actions(world) == [Action.QUARANTINE_LIFTED]


async def learned(documents: int) -> World:
    world = await filled(documents)
    await work(world, world.now + timedelta(minutes=1))
    return world


async def test_a_document_is_learned_again_and_answers_meanwhile() -> None:
    world = await learned(1)
    (before,) = rows(world)
    asked = await world.mentorfy.relearn(ADMIN, before.id)
    assert (asked.status, asked.live_generation) == (Status.UPLOADED, before.live_generation)
    with pytest.raises(IllegalTransition):
        await world.mentorfy.relearn(ADMIN, before.id)
    with pytest.raises(NotFound):
        await world.mentorfy.relearn(STRANGER, before.id)
    for refused in (world.mentorfy.relearn(MEMBER, before.id), world.mentorfy.relearn.outdated(MEMBER)):
        with pytest.raises(Forbidden):
            await refused
    await work(world, world.now + timedelta(minutes=1))
    assert rows(world)[0].status is Status.AVAILABLE_TO_AI
    assert actions(world) == [Action.RELEARN_ASKED]


async def test_what_has_an_older_recipe_is_learned_again_and_nothing_else() -> None:
    world = await learned(6)
    assert len(await world.mentorfy.relearn.outdated(OWNER)) == 0
    world.ports = replace(world.ports, chunker=NewLines())
    first, second, third, fourth, fifth, sixth = rows(world)
    world.state.documents[ORGANIZATION, first.id] = replace(first, content_version=0)
    world.state.documents[ORGANIZATION, second.id] = replace(second, generation=None, live_generation=None)
    failure = Failure(kind=ErrorKind.UNREADABLE, sentence="Torn.", error_id=ErrorId(third.id), at=world.now)
    world.state.documents[ORGANIZATION, third.id] = replace(third, status=Status.FAILED, last_error=failure)
    world.state.documents[ORGANIZATION, fourth.id] = replace(fourth, status=Status.UPLOADED)
    assert fifth.generation is not None
    del world.state.generations[ORGANIZATION, fifth.generation]
    save = world.ports.documents.save
    world.meddle("documents", save=failing(IllegalTransition("faster"), 1, save))
    assert len(await world.mentorfy.relearn.outdated(OWNER)) == 2
    assert len(await world.mentorfy.relearn.outdated(OWNER)) == 1
    assert actions(world) == [Action.RELEARN_ASKED] * 3
    await work(world, world.now + timedelta(minutes=1))
    assert world.state.documents[ORGANIZATION, sixth.id].live_generation != sixth.live_generation


class NewLines:
    """Makes the same chunks, and says that they are others."""

    recipe = "lines/2"

    def __init__(self) -> None:
        self.chunk = World().ports.chunker.chunk
