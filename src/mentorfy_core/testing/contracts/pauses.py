"""What every ``PauseStore`` does."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from mentorfy_core.errors import Conflict, ErrorKind, NotFound
from mentorfy_core.ids import DocumentId, MemberId, OrganizationId
from mentorfy_core.pauses import Breaker, Pause, Scope
from mentorfy_core.pauses.model import RAMP
from mentorfy_core.people.audits import Act, Action
from mentorfy_core.ports.pauses import PauseStore
from mentorfy_core.ports.people import AuditStore
from mentorfy_core.testing.contracts.steps import MINUTE, TwoOrganizations
from mentorfy_core.testing.samples import ODD_TEXT, UNSTORABLE_TEXT, new_id


def act(organization_id: OrganizationId, action: Action = Action.PAUSED) -> Act:
    """Return what is written down about a person's act."""
    return Act(organization_id=organization_id, member_id=None, action=action, subject="drive")


class PauseStoreContract(TwoOrganizations):
    """Subclass it, and override ``store`` and ``audits``."""

    @pytest.fixture
    def store(self) -> PauseStore:
        """The store under test."""
        raise NotImplementedError

    @pytest.fixture
    def audits(self) -> AuditStore:
        """The audits in the same database."""
        raise NotImplementedError

    async def now(self, store: PauseStore) -> datetime:
        """Return the store's time."""
        return (await store.obstacles()).at

    async def paused(self, store: PauseStore, scope: Scope) -> Pause | None:
        """Return the pause of a scope, if it keeps anybody from anything."""
        return next((one for one in (await store.obstacles()).value.pauses if one.scope == scope), None)

    async def test_what_was_paused_stands(self, store: PauseStore, ours: OrganizationId) -> None:
        """Every field, for workers and for the organisation's people."""
        now = await self.now(store)
        pause = Pause(
            scope=Scope.of_connection(ours, ODD_TEXT),
            kind=ErrorKind.GRANT_REVOKED,
            sentence=ODD_TEXT,
            since=now,
            by=MemberId(new_id()),
            until=now + MINUTE,
        )
        assert await store.put(pause) == pause
        assert await self.paused(store, pause.scope) == pause
        assert (await store.of(ours)).value.pauses == [pause]

    async def test_text_that_cannot_be_stored_breaks_nothing(self, store: PauseStore, ours: OrganizationId) -> None:
        """NUL and lone surrogates may change, but work is paused."""
        scope = Scope.of_organization(ours)
        await store.put(Pause(scope=scope, sentence=UNSTORABLE_TEXT, since=await self.now(store)))
        assert await self.paused(store, scope) is not None

    async def test_others_hear_nothing_of_ours(
        self, store: PauseStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Neither is theirs lifted with ours, though it is the same source; what concerns all is told to all."""
        now, provider = await self.now(store), Scope.of_provider(f"provider {new_id()}")
        for scope in (Scope.of_connection(ours, "drive"), Scope.of_organization(ours), provider):
            await store.put(Pause(scope=scope, sentence="Why.", since=now))
        theirs_too = await store.put(Pause(scope=Scope.of_connection(theirs, "drive"), sentence="Why.", since=now))
        shared = [one for one in (await store.of(theirs)).value.pauses if one.scope.name == provider.name]
        own = [one for one in (await store.of(theirs)).value.pauses if one.scope.organization_id is not None]
        assert ([one.scope for one in shared], own) == ([provider], [theirs_too])
        await store.lift(Scope.of_connection(ours, "drive"))
        assert await self.paused(store, theirs_too.scope) == theirs_too
        await store.lift(provider)

    async def test_others_do_not_learn_which_document_failed(
        self, store: PauseStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """A breaker that concerns all keeps whose attempt failed last; workers need it, nobody else."""
        scope = Scope.of_provider(f"provider {new_id()}")
        breaker = Breaker(scope=scope, failures=1, organization_id=ours, document_id=DocumentId(new_id()))
        await store.save(breaker)
        await store.save(Breaker(scope=Scope.of_connection(ours, "drive"), failures=1))
        (told,) = [one for one in (await store.of(theirs)).value.breakers if one.scope in {scope, breaker.scope}]
        assert (told.organization_id, told.document_id, told.failures) == (None, None, 1)
        assert not [one for one in (await store.of(theirs)).value.breakers if one.scope.organization_id == ours]
        assert (await store.obstacles()).value.breaker(scope).document_id == breaker.document_id

    async def test_what_the_machine_notices_twice_is_one_pause(self, store: PauseStore, ours: OrganizationId) -> None:
        """The first stands, with its since."""
        now, scope = await self.now(store), Scope.of_connection(ours, "drive")
        first = Pause(scope=scope, sentence="First.", since=now, kind=ErrorKind.GRANT_REVOKED)
        await store.put(first)
        assert await store.put(replace(first, sentence="Second.", since=now + MINUTE)) == first
        assert await self.paused(store, scope) == first

    async def test_what_a_person_says_wins(self, store: PauseStore, ours: OrganizationId) -> None:
        """Over what the machine noticed, before and after."""
        now, scope = await self.now(store), Scope.of_connection(ours, "drive")
        noticed = Pause(scope=scope, sentence="Noticed.", since=now, kind=ErrorKind.QUOTA_EXHAUSTED)
        said = Pause(scope=scope, sentence="Said.", since=now, by=MemberId(new_id()))
        await store.put(noticed)
        assert await store.put(said) == said
        assert await store.put(noticed) == said

    async def test_a_lifted_pause_is_over_but_remembered_a_moment(
        self, store: PauseStore, ours: OrganizationId
    ) -> None:
        """So that not everybody returns at once."""
        scope = Scope.of_organization(ours)
        await store.put(Pause(scope=scope, sentence="Why.", since=await self.now(store)))
        lifted = await store.lift(scope)
        assert lifted.until is not None
        assert await self.paused(store, scope) == lifted
        assert not lifted.stands(await self.now(store))
        assert (await store.of(ours)).value.pauses == []
        with pytest.raises(NotFound):
            await store.lift(scope)

    async def test_a_pause_that_has_ended_may_be_noticed_again(self, store: PauseStore, ours: OrganizationId) -> None:
        """Its time was over, or somebody lifted it too early."""
        now, scope = await self.now(store), Scope.of_connection(ours, "drive")
        ended = Pause(scope=scope, sentence="Old.", since=now - MINUTE, until=now, kind=ErrorKind.QUOTA_EXHAUSTED)
        await store.put(ended)
        again = replace(ended, sentence="New.", since=now, until=None)
        assert await store.put(again) == again

    async def test_what_ended_long_ago_is_in_nobodys_way(self, store: PauseStore, ours: OrganizationId) -> None:
        """Nobody lifts it either."""
        now, scope = await self.now(store), Scope.of_organization(ours)
        old = Pause(scope=scope, sentence="Old.", since=now - timedelta(hours=1), until=now - RAMP - MINUTE)
        await store.put(old)
        assert await self.paused(store, scope) is None
        with pytest.raises(NotFound):
            await store.lift(scope)

    async def test_nobody_lifts_what_is_not_paused(self, store: PauseStore, ours: OrganizationId) -> None:
        """And nothing is written down."""
        with pytest.raises(NotFound):
            await store.lift(Scope.of_organization(ours), act(ours, Action.RESUMED))

    async def test_what_people_do_is_written_down(
        self, store: PauseStore, audits: AuditStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """In the same write; a lift that is refused is none."""
        scope = Scope.of_organization(ours)
        await store.put(Pause(scope=scope, sentence="Why.", since=await self.now(store)), act(ours))
        await store.lift(scope, act(ours, Action.RESUMED))
        with pytest.raises(NotFound):
            await store.lift(scope, act(ours, Action.RESUMED))
        assert [one.act.action for one in await audits.acts(ours)] == [Action.RESUMED, Action.PAUSED]
        assert await audits.acts(theirs) == []

    async def test_a_breaker_is_kept_as_it_was_written(self, store: PauseStore, ours: OrganizationId) -> None:
        """Every field; its version rises."""
        now = await self.now(store)
        breaker = Breaker(
            scope=Scope.of_connection(ours, ODD_TEXT),
            failures=3,
            failed_at=now,
            opened_at=now,
            probe_at=now + MINUTE,
            closed_at=now - MINUTE,
            organization_id=ours,
            document_id=DocumentId(new_id()),
        )
        saved = await store.save(breaker)
        assert saved == replace(breaker, version=1)
        assert (await store.obstacles()).value.breaker(breaker.scope) == saved

    async def test_second_of_two_writers_loses(self, store: PauseStore, ours: OrganizationId) -> None:
        """The first writer, too, may be too late: there was a row already."""
        fresh = Breaker(scope=Scope.of_connection(ours, "drive"), failures=1)
        first = await store.save(fresh)
        for stale in (fresh, replace(first, version=7)):
            with pytest.raises(Conflict):
                await store.save(stale)
        assert (await store.save(first)).version == 2

    async def test_a_breaker_nobody_wrote_is_closed(self, store: PauseStore, ours: OrganizationId) -> None:
        """Nothing is known against anybody."""
        scope = Scope.of_connection(ours, "drive")
        assert (await store.obstacles()).value.breaker(scope) == Breaker(scope=scope)
