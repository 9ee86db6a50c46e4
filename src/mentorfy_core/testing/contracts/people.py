"""What every ``PeopleStore`` does."""

import asyncio
from dataclasses import replace

import pytest

from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import MemberId, OrganizationId
from mentorfy_core.people import Account, Member, Role
from mentorfy_core.ports.people import PeopleStore
from mentorfy_core.testing.contracts.steps import MINUTE, TwoOrganizations
from mentorfy_core.testing.samples import (
    LONG_AGO,
    ODD_TEXT,
    UNSTORABLE_TEXT,
    a_member,
    an_act,
    an_organization,
    new_id,
)


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

    async def test_an_account_is_the_same_everywhere(
        self, store: PeopleStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Made with the first membership; a new name is told in every organisation."""
        owner = a_member(ours, name=ODD_TEXT)
        await store.add_organization(an_organization(ours), owner)
        await store.add_organization(an_organization(theirs), a_member(theirs))
        await store.add_member(replace(owner, organization_id=theirs, role=Role.ADMIN, name="Eve", email=""))
        before = (await store.account(owner.id)).value
        assert before == Account(id=owner.id, name=ODD_TEXT, email=owner.email, created_at=LONG_AGO)
        after = replace(before, name="Hanne", email=f"hanne.{owner.email}", password_hash="a hash")
        await store.save_account(before, after)
        assert (await store.account(owner.id)).value == after
        for organization_id in (ours, theirs):
            member = await store.member(organization_id, owner.id)
            assert (member.name, member.email) == ("Hanne", after.email)

    async def test_a_person_is_found_by_e_mail(self, store: PeopleStore, ours: OrganizationId) -> None:
        """Exactly as it is kept; nobody by none."""
        owner = a_member(ours)
        await store.add_organization(an_organization(ours), owner)
        found = await store.account_of(owner.email)
        assert found.value is not None
        assert found.value.id == owner.id
        assert found.at.utcoffset() is not None
        for wrong in ("", f"x{owner.email}", f"{owner.email}x", owner.email.upper(), "%", UNSTORABLE_TEXT):
            assert (await store.account_of(wrong)).value is None

    async def test_nobody_is_not_found(self, store: PeopleStore) -> None:
        """Neither read nor changed."""
        nobody = Account(id=MemberId(new_id()), name="Eve", created_at=LONG_AGO)
        with pytest.raises(NotFound):
            await store.account(nobody.id)
        with pytest.raises(NotFound):
            await store.save_account(nobody, replace(nobody, name="Adam"))
        assert await store.memberships(nobody.id) in ((), [])

    async def test_an_e_mail_is_one_persons(self, store: PeopleStore, ours: OrganizationId) -> None:
        """But any number may have none yet."""
        owner, other, nameless = a_member(ours), a_member(ours), replace(a_member(ours), email="")
        await store.add_organization(an_organization(ours), owner)
        for member in (other, nameless, replace(a_member(ours), email="")):
            await store.add_member(member)
        before = (await store.account(other.id)).value
        with pytest.raises(Conflict):
            await store.save_account(before, replace(before, email=owner.email))
        with pytest.raises(Conflict):
            await store.add_member(replace(a_member(ours), email=owner.email))
        assert (await store.account(other.id)).value == before

    async def test_of_two_who_change_an_account_the_first_wins(self, store: PeopleStore, ours: OrganizationId) -> None:
        """The other one decides again."""
        owner = a_member(ours)
        await store.add_organization(an_organization(ours), owner)
        before = (await store.account(owner.id)).value
        await store.save_account(before, replace(before, name="Hanne"))
        with pytest.raises(Conflict):
            await store.save_account(before, replace(before, password_hash="a hash"))
        assert (await store.account(owner.id)).value == replace(before, name="Hanne")

    async def test_memberships_are_listed_oldest_organisation_first(
        self, store: PeopleStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Those that were ended are none."""
        owner = a_member(ours)
        older = an_organization(theirs, created_at=LONG_AGO - MINUTE)
        await store.add_organization(an_organization(ours), owner)
        await store.add_organization(older, a_member(theirs))
        there = replace(owner, organization_id=theirs, role=Role.MEMBER)
        await store.add_member(there)
        found = await store.memberships(owner.id)
        assert [(one.organization.id, one.role) for one in found] == [(theirs, Role.MEMBER), (ours, Role.OWNER)]
        await store.change_member(there, replace(there, removed_at=LONG_AGO), an_act(owner))
        assert [one.organization.id for one in await store.memberships(owner.id)] == [ours]

    async def test_a_role_is_changed(self, store: PeopleStore, ours: OrganizationId, theirs: OrganizationId) -> None:
        """In one organisation only."""
        owner, member = a_member(ours), a_member(ours, Role.MEMBER)
        await store.add_organization(an_organization(ours), owner)
        await store.add_organization(an_organization(theirs), a_member(theirs))
        await store.add_member(member)
        await store.add_member(replace(member, organization_id=theirs))
        await store.change_member(member, replace(member, role=Role.ADMIN), an_act(owner))
        assert (await store.member(ours, member.id)).role is Role.ADMIN
        assert (await store.member(theirs, member.id)).role is Role.MEMBER

    async def test_who_is_removed_is_found_no_more_but_not_forgotten(
        self, store: PeopleStore, ours: OrganizationId
    ) -> None:
        """They may come back, as something else."""
        owner, member = await self._two(store, ours)
        gone = replace(member, removed_at=LONG_AGO + MINUTE)
        await store.change_member(member, gone, an_act(owner))
        assert await store.members(ours) == [owner]
        assert await store.everyone(ours) == [owner, gone]
        with pytest.raises(NotFound):
            await store.member(ours, member.id)
        with pytest.raises(NotFound):
            await store.change_member(member, replace(member, role=Role.OWNER), an_act(owner))
        back = replace(member, role=Role.ADMIN, created_at=LONG_AGO + 2 * MINUTE)
        await store.add_member(back)
        assert await store.everyone(ours) == [owner, back]

    async def test_a_role_that_has_changed_meanwhile_is_looked_at_again(
        self, store: PeopleStore, ours: OrganizationId
    ) -> None:
        """Whoever decided by the old one."""
        owner, member = await self._two(store, ours)
        await store.change_member(member, replace(member, role=Role.OWNER), an_act(owner))
        with pytest.raises(Conflict):
            await store.change_member(member, replace(member, removed_at=LONG_AGO), an_act(owner))
        assert (await store.member(ours, member.id)).role is Role.OWNER

    async def test_an_owner_is_always_left(self, store: PeopleStore, ours: OrganizationId) -> None:
        """However many leave at once."""
        owners = [a_member(ours) for _ in range(4)]
        await store.add_organization(an_organization(ours), owners[0])
        for owner in owners[1:]:
            await store.add_member(owner)
        leaving = [replace(owner, removed_at=LONG_AGO) for owner in owners[:2]]
        leaving += [replace(owner, role=Role.MEMBER) for owner in owners[2:]]
        changes = (store.change_member(*pair, an_act(owners[0])) for pair in zip(owners, leaving, strict=True))
        answers = await asyncio.gather(*changes, return_exceptions=True)
        assert [type(answer) for answer in answers if answer is not None] == [Conflict]
        assert [one.role for one in await store.members(ours)].count(Role.OWNER) == 1

    async def test_somebody_elses_member_is_not_changed(
        self, store: PeopleStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """It looks like one that never was."""
        owner, _ = await self._two(store, ours)
        foreign = a_member(theirs, Role.MEMBER)
        await store.add_organization(an_organization(theirs), a_member(theirs))
        await store.add_member(foreign)
        claimed = replace(foreign, organization_id=ours)
        with pytest.raises(NotFound):
            await store.change_member(claimed, replace(claimed, role=Role.ADMIN), an_act(owner))
        assert foreign not in await store.everyone(ours)
        assert await store.member(theirs, foreign.id) == foreign

    async def _two(self, store: PeopleStore, ours: OrganizationId) -> tuple[Member, Member]:
        owner, member = a_member(ours), a_member(ours, Role.MEMBER, created_at=LONG_AGO + MINUTE)
        await store.add_organization(an_organization(ours), owner)
        await store.add_member(member)
        return owner, member
