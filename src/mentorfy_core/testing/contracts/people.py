"""What every ``PeopleStore`` does."""

import asyncio
from dataclasses import replace

import pytest

from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import MemberId, OrganizationId
from mentorfy_core.people import Role
from mentorfy_core.ports.people import PeopleStore
from mentorfy_core.testing.contracts.steps import MINUTE, TwoOrganizations
from mentorfy_core.testing.samples import LONG_AGO, ODD_TEXT, UNSTORABLE_TEXT, a_member, an_organization, new_id


class PeopleStoreContract(TwoOrganizations):
    """Subclass it, and override ``store``."""

    @pytest.fixture
    def store(self) -> PeopleStore:
        """The store under test."""
        raise NotImplementedError

    async def test_an_organisation_comes_with_its_owner(self, store: PeopleStore, ours: OrganizationId) -> None:
        """Every field of both."""
        organization, owner = replace(an_organization(ours), name=ODD_TEXT), a_member(ours, name=ODD_TEXT)
        assert await store.add_organization(organization, owner)
        assert organization in await store.organizations()
        assert await store.member(ours, owner.id) == owner

    async def test_text_that_cannot_be_stored_breaks_nothing(self, store: PeopleStore, ours: OrganizationId) -> None:
        """NUL and lone surrogates may change, but the member is there."""
        organization = replace(an_organization(ours), name=UNSTORABLE_TEXT)
        owner = a_member(ours, name=UNSTORABLE_TEXT)
        assert await store.add_organization(organization, owner)
        assert (await store.member(ours, owner.id)).id == owner.id

    async def test_an_organisation_is_made_once(self, store: PeopleStore, ours: OrganizationId) -> None:
        """However many try; the others' owners are not written."""
        owners = [a_member(ours) for _ in range(4)]
        made = await asyncio.gather(*(store.add_organization(an_organization(ours), owner) for owner in owners))
        assert sum(made) == 1
        assert await store.members(ours) == [owner for owner, first in zip(owners, made, strict=True) if first]

    async def test_organisations_are_listed_oldest_first(
        self, store: PeopleStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """All of them."""
        older = an_organization(theirs, created_at=LONG_AGO - MINUTE)
        for organization in (an_organization(ours), older):
            await store.add_organization(organization, a_member(organization.id))
        listed = [one.id for one in await store.organizations() if one.id in {ours, theirs}]
        assert listed == [theirs, ours]

    async def test_members_are_listed_oldest_first(
        self, store: PeopleStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """One organisation's, the owner among them."""
        owner, younger = a_member(ours), a_member(ours, Role.MEMBER, created_at=LONG_AGO + 2 * MINUTE)
        older = a_member(ours, Role.ADMIN, created_at=LONG_AGO + MINUTE)
        await store.add_organization(an_organization(ours), owner)
        await store.add_organization(an_organization(theirs), a_member(theirs))
        await store.add_member(younger)
        await store.add_member(older)
        assert await store.members(ours) == [owner, older, younger]

    async def test_a_member_needs_an_organisation(self, store: PeopleStore, ours: OrganizationId) -> None:
        """Nothing is written without one."""
        member = a_member(ours)
        with pytest.raises(NotFound):
            await store.add_member(member)
        assert await store.members(ours) == []
        with pytest.raises(NotFound):
            await store.member(ours, member.id)

    async def test_a_member_is_added_once(self, store: PeopleStore, ours: OrganizationId) -> None:
        """Nobody becomes somebody else."""
        owner = a_member(ours)
        await store.add_organization(an_organization(ours), owner)
        with pytest.raises(Conflict):
            await store.add_member(replace(owner, name="Eve"))
        assert await store.members(ours) == [owner]

    async def test_a_foreign_member_is_not_found(
        self, store: PeopleStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """It looks like one that never was; the same person may be a member of both."""
        foreign = a_member(theirs)
        await store.add_organization(an_organization(theirs), foreign)
        await store.add_organization(an_organization(ours), a_member(ours))
        for member_id in (foreign.id, MemberId(new_id())):
            with pytest.raises(NotFound):
                await store.member(ours, member_id)
        assert foreign not in await store.members(ours)
        own = replace(foreign, organization_id=ours, role=Role.MEMBER)
        await store.add_member(own)
        assert await store.member(ours, foreign.id) == own
        assert await store.member(theirs, foreign.id) == foreign
