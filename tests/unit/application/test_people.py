"""Signing in, members, tokens: the use cases, on stores that passed the contract."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mentorfy_core.application.members import Issued
from mentorfy_core.application.signing_in import ENDED, Caller, Filled, SignedIn
from mentorfy_core.errors import Conflict, Forbidden, InvalidInput, NotFound, TooManyAttempts
from mentorfy_core.ids import LinkId, MemberId, OrganizationId, SessionId, TokenId
from mentorfy_core.people import Actor, Role
from mentorfy_core.people.attempts import PER_EMAIL
from mentorfy_core.people.links import LinkKind
from mentorfy_core.people.sessions import LIFETIME, Presence
from mentorfy_core.testing.samples import a_member, new_id
from tests.unit.application.world import MEMBER, ORGANIZATION, OWNER, World

CALLER = Caller(address="192.0.2.1", device="Firefox on Linux")
HANNE = Filled(email="Hanne@Example.org", name="Hanne", password="oars and rowlocks")
MIA = Filled(email="mia@example.org", name="Mia", password="a few plain words")


@pytest.fixture
async def world() -> World:
    return await World().establish()


async def link_of(world: World, member_id: MemberId = OWNER.member_id) -> str:
    member = await world.ports.people.member(ORGANIZATION, member_id)
    return (await world.mentorfy.let_in(member)).secret


async def owner_signs_in(world: World) -> SignedIn:
    return await world.mentorfy.links.use(await link_of(world), HANNE, CALLER)


async def presence_of(world: World, signed_in: SignedIn) -> Presence:
    presence = await world.mentorfy.sessions.recognise(signed_in.secret)
    assert presence is not None
    return presence


async def joined(world: World, role: Role = Role.MEMBER, filled: Filled = MIA) -> Actor:
    issued = await world.mentorfy.members.invite(OWNER, role)
    signed_in = await world.mentorfy.links.use(issued.secret, filled, CALLER)
    return Actor(signed_in.session.member_id, ORGANIZATION, role)


async def another_organization(world: World, owner: Actor) -> OrganizationId:
    member = await world.ports.people.member(owner.organization_id, owner.member_id)
    return (await world.mentorfy.add_organization("Boatyard", member)).id


class TestLinks:
    async def test_the_first_owner_chooses_e_mail_name_and_password(self, world: World) -> None:
        signed_in = await owner_signs_in(world)
        presence = await presence_of(world, signed_in)
        assert (presence.account.email, presence.account.name) == ("hanne@example.org", "Hanne")
        assert presence.actor == OWNER
        assert signed_in.session.expires_at == signed_in.session.created_at + LIFETIME
        assert signed_in.secret not in repr(signed_in.session)

    async def test_the_next_link_needs_nothing(self, world: World) -> None:
        await owner_signs_in(world)
        opened = await world.mentorfy.links.open(secret := await link_of(world))
        assert (opened.asks, opened.organization.id) == (frozenset(), ORGANIZATION)
        assert (await presence_of(world, await world.mentorfy.links.use(secret, Filled(), CALLER))).actor == OWNER

    async def test_a_used_one_has_ended(self, world: World) -> None:
        secret = await link_of(world)
        await world.mentorfy.links.use(secret, HANNE, CALLER)
        for attempt in (world.mentorfy.links.open(secret), world.mentorfy.links.use(secret, HANNE, CALLER)):
            with pytest.raises(NotFound, match=ENDED):
                await attempt

    async def test_one_that_ends_while_its_form_is_filled_in_has_ended(self, world: World) -> None:
        async def too_late(*given: object) -> None:
            raise NotFound("no such link")

        secret = await link_of(world)
        world.meddle("links", redeem=too_late)
        with pytest.raises(NotFound, match=ENDED):
            await world.mentorfy.links.use(secret, HANNE, CALLER)

    async def test_it_ends_after_a_day(self, world: World) -> None:
        secret = await link_of(world)
        world.later(hours=23.9)
        await world.mentorfy.links.open(secret)
        world.later(hours=0.2)
        with pytest.raises(NotFound):
            await world.mentorfy.links.open(secret)

    async def test_somebody_elses_e_mail_is_refused_and_the_link_stays(self, world: World) -> None:
        mia = await joined(world)
        secret = await link_of(world)
        with pytest.raises(Conflict, match="already"):
            await world.mentorfy.links.use(secret, replace(HANNE, email=MIA.email), CALLER)
        await world.mentorfy.links.use(secret, HANNE, CALLER)
        assert mia.member_id != OWNER.member_id

    async def test_an_invitation_makes_somebody_new_a_member(self, world: World) -> None:
        issued = await world.mentorfy.members.invite(OWNER, Role.ADMIN, "  MIA@example.org ")
        assert (issued.link.email, issued.link.created_by) == (MIA.email, OWNER.member_id)
        opened = await world.mentorfy.links.open(issued.secret)
        assert (opened.account, opened.link.role) == (None, Role.ADMIN)
        signed_in = await world.mentorfy.links.use(issued.secret, MIA, CALLER)
        actor = (await presence_of(world, signed_in)).actor
        assert actor == Actor(signed_in.session.member_id, ORGANIZATION, Role.ADMIN)

    async def test_a_known_person_joins_by_their_password_only(self, world: World) -> None:
        await owner_signs_in(world)
        mia = await joined(world)
        there = await another_organization(world, OWNER)
        issued = await world.mentorfy.members.invite(replace(OWNER, organization_id=there), Role.MEMBER)
        with pytest.raises(InvalidInput, match="give its password"):
            await world.mentorfy.links.use(issued.secret, replace(MIA, password="wrong and wrong"), CALLER)
        signed_in = await world.mentorfy.links.use(issued.secret, replace(MIA, name="ignored"), CALLER)
        presence = await presence_of(world, signed_in)
        assert (presence.account.id, presence.account.name) == (mia.member_id, "Mia")
        assert len(presence.memberships) == 2

    async def test_who_is_signed_in_joins_as_themselves(self, world: World) -> None:
        mia = await joined(world)
        there = await another_organization(world, OWNER)
        issued = await world.mentorfy.members.invite(replace(OWNER, organization_id=there), Role.MEMBER)
        assert (await world.mentorfy.links.open(issued.secret, mia.member_id)).asks == frozenset()
        signed_in = await world.mentorfy.links.use(issued.secret, Filled(), CALLER, mia.member_id)
        assert signed_in.session.member_id == mia.member_id

    async def test_a_lost_password_is_chosen_anew(self, world: World) -> None:
        mia = await joined(world)
        before = await world.mentorfy.sign_in(MIA.email, MIA.password, CALLER)
        issued = await world.mentorfy.members.new_link(OWNER, mia.member_id)
        assert (await world.mentorfy.links.open(issued.secret)).asks == {"password"}
        with pytest.raises(InvalidInput):
            await world.mentorfy.links.use(issued.secret, Filled(password="short"), CALLER)
        await world.mentorfy.links.use(issued.secret, Filled(password="quite another one"), CALLER)
        assert await world.mentorfy.sessions.recognise(before.secret) is None
        await world.mentorfy.sign_in(MIA.email, "quite another one", CALLER)

    async def test_who_is_let_in_by_the_machine_was_let_in_by_nobody(self, world: World) -> None:
        secret = await link_of(world)
        assert (await world.mentorfy.links.open(secret)).link.created_by is None
        assert (await world.ports.audits.acts(ORGANIZATION))[0].act.member_id is None


class TestPasswords:
    async def test_the_right_one_begins_a_session(self, world: World) -> None:
        await owner_signs_in(world)
        signed_in = await world.mentorfy.sign_in(" HANNE@example.org", HANNE.password, CALLER)
        assert (await presence_of(world, signed_in)).actor == OWNER

    @pytest.mark.parametrize(
        ("email", "password"), [(HANNE.email, "wrong"), ("eve@example.org", HANNE.password), ("", ""), ("", "x")]
    )
    async def test_what_is_not_right_is_not_told_apart(self, world: World, email: str, password: str) -> None:
        await owner_signs_in(world)
        with pytest.raises(InvalidInput, match="The e-mail or the password is not right"):
            await world.mentorfy.sign_in(email, password, CALLER)

    async def test_guessing_ends_for_a_while(self, world: World) -> None:
        await owner_signs_in(world)
        for _ in range(PER_EMAIL):
            with pytest.raises(InvalidInput):
                await world.mentorfy.sign_in(HANNE.email, "a guess", CALLER)
        with pytest.raises(TooManyAttempts):
            await world.mentorfy.sign_in(HANNE.email, HANNE.password, Caller("198.51.100.7", "Safari"))
        world.later(minutes=15.1)
        await world.mentorfy.sign_in(HANNE.email, HANNE.password, CALLER)
        for _ in range(PER_EMAIL):
            with pytest.raises(InvalidInput):
                await world.mentorfy.sign_in(HANNE.email, "a guess", CALLER)

    async def test_who_is_a_member_of_nothing_is_told_so(self, world: World) -> None:
        mia = await joined(world)
        await world.mentorfy.members.remove(OWNER, mia.member_id)
        with pytest.raises(InvalidInput, match="no member"):
            await world.mentorfy.sign_in(MIA.email, MIA.password, CALLER)

    async def test_a_new_one_ends_the_other_sessions(self, world: World) -> None:
        first = await owner_signs_in(world)
        other = await world.mentorfy.sign_in(HANNE.email, HANNE.password, CALLER)
        change = world.mentorfy.account.change_password
        with pytest.raises(InvalidInput) as wrong:
            await change(OWNER.member_id, "not this one", "quite another one", CALLER, first.session.id)
        assert wrong.value.field == "old"
        await change(OWNER.member_id, HANNE.password, "quite another one", CALLER, first.session.id)
        assert [one.id for one in await world.mentorfy.sessions.of(OWNER.member_id)] == [first.session.id]
        assert await world.mentorfy.sessions.recognise(other.secret) is None

    async def test_a_name_is_changed(self, world: World) -> None:
        assert (await world.mentorfy.account.rename(OWNER.member_id, " Hanne  Lund ")).name == "Hanne Lund"
        assert (await world.mentorfy.members(OWNER))[0].name == "Hanne Lund"


class TestSessions:
    async def test_an_unknown_secret_is_nobody(self, world: World) -> None:
        assert await world.mentorfy.sessions.recognise("nonsense") is None

    async def test_that_it_was_seen_is_noted_at_times(self, world: World) -> None:
        signed_in = await owner_signs_in(world)
        await presence_of(world, signed_in)
        [session] = await world.mentorfy.sessions.of(OWNER.member_id)
        assert session.seen_at == session.created_at
        now = world.later(minutes=6)
        await presence_of(world, signed_in)
        [session] = await world.mentorfy.sessions.of(OWNER.member_id)
        assert session.seen_at == now

    async def test_it_ends_after_thirty_days(self, world: World) -> None:
        signed_in = await owner_signs_in(world)
        world.later(days=30)
        assert await world.mentorfy.sessions.recognise(signed_in.secret) is None

    async def test_who_was_removed_everywhere_is_nobody(self, world: World) -> None:
        mia = await joined(world)
        signed_in = await world.mentorfy.sign_in(MIA.email, MIA.password, CALLER)
        await world.mentorfy.members.remove(OWNER, mia.member_id)
        assert await world.mentorfy.sessions.recognise(signed_in.secret) is None

    async def test_one_switches_and_signs_out(self, world: World) -> None:
        signed_in, sessions = await owner_signs_in(world), world.mentorfy.sessions
        there, session_id = await another_organization(world, OWNER), signed_in.session.id
        await sessions.switch(OWNER.member_id, session_id, there)
        assert (await presence_of(world, signed_in)).organization_id == there
        with pytest.raises(NotFound):
            await sessions.switch(OWNER.member_id, session_id, OrganizationId(new_id()))
        assert await sessions.end(OWNER.member_id, session_id)
        assert not await sessions.end(OWNER.member_id, SessionId(new_id()))
        await owner_signs_in_again(world)
        assert await sessions.end_all(OWNER.member_id) == 1


async def owner_signs_in_again(world: World) -> SignedIn:
    return await world.mentorfy.sign_in(HANNE.email, HANNE.password, CALLER)


class TestMembers:
    async def test_members_see_no_members(self, world: World) -> None:
        members, stranger = world.mentorfy.members, MemberId(new_id())
        for attempt in (
            members(MEMBER),
            members.invitations(MEMBER),
            members.invite(MEMBER, Role.MEMBER),
            members.withdraw(MEMBER, LinkId(new_id())),
            members.change_role(MEMBER, stranger, Role.MEMBER),
            members.remove(MEMBER, stranger),
            members.new_link(MEMBER, stranger),
        ):
            with pytest.raises(Forbidden):
                await attempt

    async def test_an_invitation_is_withdrawn(self, world: World) -> None:
        issued = await world.mentorfy.members.invite(OWNER, Role.MEMBER)
        assert await world.mentorfy.members.invitations(OWNER) == [issued.link]
        await world.mentorfy.members.withdraw(OWNER, issued.link.id)
        with pytest.raises(NotFound):
            await world.mentorfy.links.open(issued.secret)

    async def test_a_role_is_changed(self, world: World) -> None:
        mia, members = await joined(world), world.mentorfy.members
        assert (await members.change_role(OWNER, mia.member_id, Role.OWNER)).role is Role.OWNER
        assert (await members.change_role(OWNER, mia.member_id, Role.OWNER)).role is Role.OWNER
        assert (await members.change_role(mia_as_owner(mia), OWNER.member_id, Role.MEMBER)).role is Role.MEMBER
        with pytest.raises(Conflict):
            await members.change_role(mia_as_owner(mia), mia.member_id, Role.ADMIN)
        with pytest.raises(Conflict):
            await members.remove(mia_as_owner(mia), mia.member_id)

    async def test_an_admin_neither_makes_nor_touches_an_owner(self, world: World) -> None:
        admin, members = await joined(world, Role.ADMIN), world.mentorfy.members
        other = await joined(world, Role.MEMBER, replace(MIA, email="ann@example.org"))
        for attempt in (
            members.invite(admin, Role.OWNER),
            members.change_role(admin, other.member_id, Role.OWNER),
            members.change_role(admin, OWNER.member_id, Role.MEMBER),
            members.remove(admin, OWNER.member_id),
            members.new_link(admin, OWNER.member_id),
        ):
            with pytest.raises(Forbidden):
                await attempt

    async def test_no_client_becomes_another(self, world: World) -> None:
        """An owner here makes no link for an owner here who is one elsewhere, too."""
        mia = await joined(world, Role.OWNER)
        await another_organization(world, OWNER)
        with pytest.raises(Forbidden, match="another organisation"):
            await world.mentorfy.members.new_link(mia, OWNER.member_id)
        with pytest.raises(Forbidden, match="your own password"):
            await world.mentorfy.members.new_link(OWNER, OWNER.member_id)
        assert (await world.mentorfy.members.new_link(OWNER, mia.member_id)).link.kind is LinkKind.RESET

    async def test_another_organisation_comes_with_a_bot(self, world: World) -> None:
        there = await another_organization(world, OWNER)
        assert [bot.name for bot in await world.ports.bots.all(there)] == ["Boatyard"]
        assert [one.role for one in await world.ports.people.members(there)] == [Role.OWNER]
        with pytest.raises(Conflict, match="already"):
            await another_organization(world, OWNER)
        with pytest.raises(InvalidInput):
            await world.mentorfy.add_organization(" ", a_member(ORGANIZATION))


def mia_as_owner(mia: Actor) -> Actor:
    return replace(mia, role=Role.OWNER)


class TestTokens:
    async def test_a_token_acts_for_its_maker(self, world: World) -> None:
        made = await world.mentorfy.tokens.add(OWNER, "Export")
        presence = await world.mentorfy.sessions.recognise_token(made.secret)
        assert presence is not None
        assert (presence.actor, presence.token) == (OWNER, made.token.id)
        assert await world.mentorfy.sessions.recognise_token(made.secret) is not None
        [token] = await world.mentorfy.tokens(OWNER)
        assert token.used_at is not None
        assert made.secret not in repr(token)

    async def test_it_is_made_for_no_more_than_its_maker(self, world: World) -> None:
        assert (await world.mentorfy.tokens.add(MEMBER, "Export", Role.OWNER)).token.role is Role.MEMBER
        assert (await world.mentorfy.tokens.add(OWNER, "Export", Role.ADMIN)).token.role is Role.ADMIN
        with pytest.raises(InvalidInput):
            await world.mentorfy.tokens.add(OWNER, " ")

    async def test_a_revoked_one_is_nobody(self, world: World) -> None:
        made = await world.mentorfy.tokens.add(OWNER, "Export")
        await world.mentorfy.tokens.revoke(OWNER, made.token.id)
        assert await world.mentorfy.sessions.recognise_token(made.secret) is None
        with pytest.raises(NotFound):
            await world.mentorfy.tokens.revoke(OWNER, TokenId(new_id()))

    @pytest.mark.parametrize("secret", ["", "nonsense", "mentorfy_nonsense"])
    async def test_nonsense_is_nobody(self, world: World, secret: str) -> None:
        assert await world.mentorfy.sessions.recognise_token(secret) is None


async def test_what_is_privileged_is_written_down(world: World) -> None:
    mia = await joined(world)
    issued: Issued = await world.mentorfy.members.invite(OWNER, Role.MEMBER)
    await world.mentorfy.members.withdraw(OWNER, issued.link.id)
    await world.mentorfy.members.change_role(OWNER, mia.member_id, Role.ADMIN)
    await world.mentorfy.members.new_link(OWNER, mia.member_id)
    await world.mentorfy.members.remove(OWNER, mia.member_id)
    acts = [one.act.action.value for one in await world.ports.audits.acts(ORGANIZATION)]
    assert acts[::-1] == [
        "member invited",
        "member joined",
        "member invited",
        "invitation withdrawn",
        "role changed",
        "sign-in link issued",
        "member removed",
    ]
    assert not [one for one in acts if issued.secret in one]
