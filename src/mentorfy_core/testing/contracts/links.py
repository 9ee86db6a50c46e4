"""What every ``LinkStore`` does, beside the stores of the people whom its links let in."""

import asyncio
from dataclasses import replace

import pytest

from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import LinkId, MemberId, OrganizationId
from mentorfy_core.people import Account, Member, Organization, Role
from mentorfy_core.people.links import Link, LinkKind, Redemption
from mentorfy_core.ports.links import LinkStore
from mentorfy_core.ports.people import AuditStore, PeopleStore
from mentorfy_core.ports.sessions import SessionStore
from mentorfy_core.testing.contracts.sessions import WithPeople
from mentorfy_core.testing.contracts.steps import MINUTE
from mentorfy_core.testing.samples import LONG_AGO, UNSTORABLE_TEXT, a_link, a_member, a_session, an_act, new_id


def joining(link: Link, name: str = "Mia") -> Redemption:
    """Return what somebody new makes of an invitation."""
    member_id = MemberId(new_id())
    email = f"{member_id}@example.org"
    member = Member(
        id=member_id,
        organization_id=link.organization_id,
        name=name,
        email=email,
        role=link.role,
        created_at=LONG_AGO + MINUTE,
    )
    account = Account(id=member_id, name=name, email=email, created_at=LONG_AGO, password_hash="hash")
    return Redemption(before=None, account=account, member=member, session=a_session(member), act=an_act(member))


def returning(account: Account, member: Member, **changes: str) -> Redemption:
    """Return what a known person makes of a link that signs them in."""
    after = replace(account, **changes)  # type: ignore[arg-type]  # only texts are changed
    return Redemption(before=account, account=after, member=None, session=a_session(member), act=an_act(member))


class LinkStoreContract(WithPeople):
    """Subclass it, and override ``store`` and ``sessions``, too."""

    @pytest.fixture
    def store(self) -> LinkStore:
        """The store under test."""
        raise NotImplementedError

    @pytest.fixture
    def sessions(self) -> SessionStore:
        """Where the sessions are that links begin."""
        raise NotImplementedError

    async def test_a_link_is_found_however_often(self, store: LinkStore, owner: Member) -> None:
        """Every field; looking uses nothing up."""
        link = a_link(owner)
        await store.issue(link, an_act(owner))
        for _ in range(3):
            read = await store.find(link.digest)
            assert (read.value, read.at.utcoffset()) == (link, LONG_AGO.utcoffset())

    @pytest.mark.parametrize("digest", ["", "nonsense", "%", UNSTORABLE_TEXT])
    async def test_an_unknown_one_is_not_found(self, store: LinkStore, owner: Member, digest: str) -> None:
        """Whatever it looks like."""
        await store.issue(a_link(owner), an_act(owner))
        with pytest.raises(NotFound):
            await store.find(digest)

    async def test_one_that_is_too_old_is_not_found(self, store: LinkStore, owner: Member) -> None:
        """Nor listed, withdrawn or used."""
        link = replace(a_link(owner), expires_at=LONG_AGO)
        await store.issue(link, an_act(owner))
        assert await store.invitations(owner.organization_id) == []
        with pytest.raises(NotFound):
            await store.find(link.digest)
        with pytest.raises(NotFound):
            await store.withdraw(owner.organization_id, link.id, an_act(owner))
        with pytest.raises(NotFound):
            await store.redeem(link, joining(link))

    async def test_invitations_are_listed_oldest_first(self, store: LinkStore, owner: Member, stranger: Member) -> None:
        """One organisation's; links that sign somebody in are none."""
        first, second = a_link(owner), a_link(owner, created_at=LONG_AGO + MINUTE)
        signing_in = a_link(owner, LinkKind.RESET, of=owner)
        for link in (second, first, signing_in, a_link(stranger)):
            await store.issue(link, an_act(owner))
        assert await store.invitations(owner.organization_id) == [first, second]

    async def test_one_is_withdrawn(
        self, store: LinkStore, audits: AuditStore, owner: Member, stranger: Member
    ) -> None:
        """By its own organisation only; the act is in the same write."""
        link, made, ended = a_link(owner), an_act(owner, subject="made"), an_act(owner, subject="ended")
        await store.issue(link, made)
        for where, which in (
            (stranger.organization_id, link.id),
            (owner.organization_id, LinkId(new_id())),
        ):
            with pytest.raises(NotFound):
                await store.withdraw(where, which, ended)
        await store.withdraw(owner.organization_id, link.id, ended)
        assert [one.act for one in await audits.acts(owner.organization_id)] == [ended, made]
        with pytest.raises(NotFound):
            await store.redeem(link, joining(link))

    async def test_what_signs_in_cannot_be_withdrawn_as_an_invitation(self, store: LinkStore, owner: Member) -> None:
        """Nobody guesses that there is one."""
        link = a_link(owner, LinkKind.SIGN_IN, of=owner)
        await store.issue(link, an_act(owner))
        with pytest.raises(NotFound):
            await store.withdraw(owner.organization_id, link.id, an_act(owner))

    async def test_an_invitation_makes_a_member(
        self, store: LinkStore, people: PeopleStore, sessions: SessionStore, audits: AuditStore, owner: Member
    ) -> None:
        """Account, membership, session and act, in one write with the link's end."""
        link = a_link(owner)
        await store.issue(link, an_act(owner))
        redemption = joining(link)
        await store.redeem(link, redemption)
        assert (await people.account(redemption.account.id)).value == redemption.account
        assert await people.member(owner.organization_id, redemption.account.id) == redemption.member
        assert (await sessions.recognise(redemption.session.digest)).value is not None
        assert (await audits.acts(owner.organization_id))[0].act == redemption.act
        with pytest.raises(NotFound):
            await store.find(link.digest)

    async def test_of_several_at_once_one_succeeds(self, store: LinkStore, people: PeopleStore, owner: Member) -> None:
        """The others write nothing."""
        link = a_link(owner)
        await store.issue(link, an_act(owner))
        redemptions = [joining(link) for _ in range(5)]
        answers = await asyncio.gather(*(store.redeem(link, one) for one in redemptions), return_exceptions=True)
        assert sorted(type(answer).__name__ for answer in answers) == ["NoneType"] + ["NotFound"] * 4
        assert len(await people.everyone(owner.organization_id)) == 2

    async def test_an_e_mail_that_somebody_has_leaves_the_link(
        self, store: LinkStore, people: PeopleStore, owner: Member
    ) -> None:
        """Nothing is written."""
        link = a_link(owner)
        await store.issue(link, an_act(owner))
        redemption = joining(link)
        taken = replace(redemption, account=replace(redemption.account, email=owner.email))
        with pytest.raises(Conflict):
            await store.redeem(link, taken)
        assert (await store.find(link.digest)).value == link
        with pytest.raises(NotFound):
            await people.account(redemption.account.id)

    async def test_a_known_person_joins_with_the_account_they_have(
        self, store: LinkStore, people: PeopleStore, owner: Member, stranger: Member
    ) -> None:
        """But only once, and a link is left where they are a member already."""
        account = (await people.account(stranger.id)).value
        link, second = a_link(owner), a_link(owner)
        member = replace(stranger, organization_id=owner.organization_id, role=Role.MEMBER)
        redemption = Redemption(
            before=account, account=account, member=member, session=a_session(member), act=an_act(member)
        )
        for one in (link, second):
            await store.issue(one, an_act(owner))
        await store.redeem(link, redemption)
        assert {one.role for one in await people.memberships(stranger.id)} == {Role.OWNER, Role.MEMBER}
        with pytest.raises(Conflict):
            await store.redeem(second, replace(redemption, session=a_session(member)))
        assert (await store.find(second.digest)).value == second

    async def test_a_link_signs_a_known_person_in(
        self, store: LinkStore, people: PeopleStore, sessions: SessionStore, owner: Member
    ) -> None:
        """A new password ends the sessions that they had."""
        old = a_session(owner)
        await sessions.begin(old, an_act(owner))
        link = a_link(owner, LinkKind.RESET, of=owner)
        await store.issue(link, an_act(owner))
        account = (await people.account(owner.id)).value
        redemption = returning(account, owner, password_hash="another")
        await store.redeem(link, redemption)
        assert await sessions.of(owner.id) == [redemption.session]
        assert (await people.account(owner.id)).value.password_hash == "another"

    async def test_an_account_that_has_changed_meanwhile_leaves_the_link(
        self, store: LinkStore, people: PeopleStore, owner: Member
    ) -> None:
        """They look again."""
        link = a_link(owner, LinkKind.RESET, of=owner)
        await store.issue(link, an_act(owner))
        account = (await people.account(owner.id)).value
        await people.save_account(account, replace(account, name="Hanne"))
        with pytest.raises(Conflict):
            await store.redeem(link, returning(account, owner, password_hash="another"))
        assert (await store.find(link.digest)).value == link

    async def test_a_new_link_for_a_person_takes_the_place_of_the_last(self, store: LinkStore, owner: Member) -> None:
        """Whatever kind it was; invitations stay."""
        first, second = (a_link(owner, kind, of=owner) for kind in (LinkKind.SIGN_IN, LinkKind.RESET))
        invitation = a_link(owner)
        for link in (invitation, first, second):
            await store.issue(link, an_act(owner))
        with pytest.raises(NotFound):
            await store.find(first.digest)
        assert (await store.find(second.digest)).value == second
        assert (await store.find(invitation.digest)).value == invitation

    async def test_links_end_with_the_membership_that_they_stand_on(
        self, store: LinkStore, people: PeopleStore, owner: Member
    ) -> None:
        """Those that a member made, and those that let them in."""
        admin = a_member(owner.organization_id, Role.ADMIN)
        await people.add_member(admin)
        made, letting_in, others = a_link(admin), a_link(owner, LinkKind.RESET, of=admin), a_link(owner)
        for link in (made, letting_in, others):
            await store.issue(link, an_act(owner))
        await people.change_member(admin, replace(admin, removed_at=LONG_AGO), an_act(owner))
        for link in (made, letting_in):
            with pytest.raises(NotFound):
                await store.find(link.digest)
        assert (await store.find(others.digest)).value == others

    @pytest.mark.parametrize("joins", ["the person", "the maker", "the person, as an owner"])
    async def test_links_to_a_password_end_when_either_becomes_somebody_elsewhere(
        self, store: LinkStore, people: PeopleStore, owner: Member, stranger: Member, joins: str
    ) -> None:
        """Whoever holds one is that person in all of their organisations, and was allowed to be so in the old ones."""
        bob = a_member(owner.organization_id)
        await people.add_member(bob)
        reset, signing_in = a_link(owner, LinkKind.RESET, of=bob), a_link(owner, LinkKind.INVITE)
        for link in (reset, signing_in):
            await store.issue(link, an_act(owner))
        who = owner if joins == "the maker" else bob
        place = replace(who, organization_id=stranger.organization_id, role=Role.MEMBER)
        if joins.endswith("owner"):
            fresh = Organization(id=OrganizationId(new_id()), name="Another", created_at=LONG_AGO)
            assert await people.add_organization(fresh, replace(place, organization_id=fresh.id, role=Role.OWNER))
        else:
            await people.add_member(place)
        with pytest.raises(NotFound):
            await store.find(reset.digest)
        assert (await store.find(signing_in.digest)).value == signing_in

    async def test_links_to_a_password_end_when_a_role_changes_elsewhere(
        self, store: LinkStore, people: PeopleStore, owner: Member, stranger: Member
    ) -> None:
        bob = a_member(owner.organization_id)
        await people.add_member(bob)
        there = replace(bob, organization_id=stranger.organization_id, role=Role.MEMBER)
        await people.add_member(there)
        reset = a_link(owner, LinkKind.RESET, of=bob)
        await store.issue(reset, an_act(owner))
        await people.change_member(there, replace(there, role=Role.ADMIN), an_act(stranger))
        with pytest.raises(NotFound):
            await store.find(reset.digest)

    async def test_who_is_no_member_any_more_is_not_let_in(
        self, store: LinkStore, people: PeopleStore, owner: Member
    ) -> None:
        """Even where a link was made after they were removed."""
        admin = a_member(owner.organization_id, Role.ADMIN)
        await people.add_member(admin)
        account = (await people.account(admin.id)).value
        await people.change_member(admin, replace(admin, removed_at=LONG_AGO), an_act(owner))
        link = a_link(owner, LinkKind.SIGN_IN, of=admin)
        await store.issue(link, an_act(owner))
        with pytest.raises(NotFound):
            await store.redeem(link, returning(account, admin))
        assert (await store.find(link.digest)).value == link
