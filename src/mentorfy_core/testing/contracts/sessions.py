"""What every ``SessionStore`` and ``TokenStore`` does, beside the ``PeopleStore`` whose people they are."""

from dataclasses import replace

import pytest

from mentorfy_core.errors import NotFound
from mentorfy_core.ids import OrganizationId, SessionId, TokenId
from mentorfy_core.people import Member, Role
from mentorfy_core.ports.people import AuditStore, PeopleStore
from mentorfy_core.ports.sessions import SessionStore, TokenStore
from mentorfy_core.testing.contracts.steps import MINUTE, TwoOrganizations
from mentorfy_core.testing.samples import (
    LONG_AGO,
    ODD_TEXT,
    UNSTORABLE_TEXT,
    a_member,
    a_session,
    a_token,
    an_act,
    an_organization,
    new_id,
)


class WithPeople(TwoOrganizations):
    """Subclass it, and override ``people`` and ``audits``; both stores are the ones under test stand on."""

    @pytest.fixture
    def people(self) -> PeopleStore:
        """Where the people are."""
        raise NotImplementedError

    @pytest.fixture
    def audits(self) -> AuditStore:
        """Where their acts are."""
        raise NotImplementedError

    @pytest.fixture
    async def owner(self, people: PeopleStore, ours: OrganizationId) -> Member:
        """The owner of our organisation."""
        owner = a_member(ours)
        await people.add_organization(an_organization(ours), owner)
        return owner

    @pytest.fixture
    async def stranger(self, people: PeopleStore, theirs: OrganizationId) -> Member:
        """The owner of the other one."""
        stranger = a_member(theirs)
        await people.add_organization(an_organization(theirs), stranger)
        return stranger

    async def joins(self, people: PeopleStore, member: Member, theirs: OrganizationId) -> None:
        """Let somebody be a member of the other organisation, too."""
        await people.add_member(replace(member, organization_id=theirs, role=Role.MEMBER))


class SessionStoreContract(WithPeople):
    """Subclass it, and override ``store``, too."""

    @pytest.fixture
    def store(self) -> SessionStore:
        """The store under test."""
        raise NotImplementedError

    async def test_a_session_is_recognised(self, store: SessionStore, owner: Member) -> None:
        """With all that a request needs to know."""
        session = replace(a_session(owner), device=ODD_TEXT)
        await store.begin(session, an_act(owner))
        read = await store.recognise(session.digest)
        assert read.value is not None
        assert (read.value.account.id, read.value.session, read.value.token) == (owner.id, session.id, None)
        assert read.value.seen_at == LONG_AGO
        assert read.value.acts_in is not None
        assert (read.value.acts_in.organization.id, read.value.acts_in.role) == (owner.organization_id, Role.OWNER)
        assert await store.of(owner.id) == [session]

    async def test_its_beginning_is_written_down(self, store: SessionStore, audits: AuditStore, owner: Member) -> None:
        """In the same write: where one fails, so does the other."""
        act = an_act(owner)
        await store.begin(a_session(owner), act)
        with pytest.raises(NotFound):
            await store.begin(a_session(a_member(owner.organization_id)), act)
        assert [one.act for one in await audits.acts(owner.organization_id)] == [act]

    @pytest.mark.parametrize("digest", ["", "nonsense", "%", UNSTORABLE_TEXT])
    async def test_an_unknown_secret_is_nobodys(self, store: SessionStore, owner: Member, digest: str) -> None:
        """Whatever it looks like."""
        await store.begin(a_session(owner), an_act(owner))
        assert (await store.recognise(digest)).value is None

    async def test_text_that_cannot_be_stored_breaks_nothing(self, store: SessionStore, owner: Member) -> None:
        """NUL and lone surrogates may change, but the session is there."""
        session = replace(a_session(owner), device=UNSTORABLE_TEXT)
        await store.begin(session, an_act(owner))
        assert [one.id for one in await store.of(owner.id)] == [session.id]

    async def test_an_expired_one_is_nobodys(self, store: SessionStore, owner: Member) -> None:
        """Nor is it listed or switched."""
        session = a_session(owner, expires_at=LONG_AGO)
        await store.begin(session, an_act(owner))
        assert (await store.recognise(session.digest)).value is None
        assert await store.of(owner.id) == []
        with pytest.raises(NotFound):
            await store.switch(owner.id, session.id, owner.organization_id)

    async def test_an_ended_one_is_nobodys(self, store: SessionStore, owner: Member, stranger: Member) -> None:
        """Only its owner ends it."""
        session = a_session(owner)
        await store.begin(session, an_act(owner))
        assert not await store.end(stranger.id, session.id)
        assert (await store.recognise(session.digest)).value is not None
        assert await store.end(owner.id, session.id)
        assert not await store.end(owner.id, session.id)
        assert (await store.recognise(session.digest)).value is None

    async def test_all_but_one_are_ended(self, store: SessionStore, owner: Member, stranger: Member) -> None:
        """Nobody else's."""
        mine, others = a_session(owner), [a_session(owner), a_session(owner), a_session(stranger)]
        for session in (mine, *others):
            await store.begin(session, an_act(owner))
        assert await store.end_all(owner.id, mine.id) == 2
        assert await store.of(owner.id) == [mine]
        assert await store.end_all(owner.id) == 1
        assert await store.of(owner.id) == []
        assert await store.of(stranger.id) == [others[2]]

    async def test_the_last_seen_is_listed_first(self, store: SessionStore, owner: Member) -> None:
        """And that it was seen is noted."""
        first, second = a_session(owner), replace(a_session(owner), seen_at=LONG_AGO + MINUTE)
        for session in (first, second):
            await store.begin(session, an_act(owner))
        assert [one.id for one in await store.of(owner.id)] == [second.id, first.id]
        await store.note(first.id)
        await store.note(SessionId(new_id()))
        assert [one.id for one in await store.of(owner.id)] == [first.id, second.id]

    async def test_one_switches_among_ones_own(
        self, store: SessionStore, people: PeopleStore, owner: Member, stranger: Member
    ) -> None:
        """Nobody switches to where they are no member, nor another person's session."""
        session, there = a_session(owner), stranger.organization_id
        await store.begin(session, an_act(owner))
        for who, which, where in (
            (owner.id, session.id, there),
            (owner.id, session.id, OrganizationId(new_id())),
            (stranger.id, session.id, there),
            (owner.id, SessionId(new_id()), owner.organization_id),
        ):
            with pytest.raises(NotFound):
                await store.switch(who, which, where)
        await self.joins(people, owner, there)
        await store.switch(owner.id, session.id, there)
        presence = (await store.recognise(session.digest)).value
        assert presence is not None
        assert presence.acts_in is not None
        assert (presence.acts_in.organization.id, presence.acts_in.role) == (there, Role.MEMBER)

    async def test_who_is_removed_acts_elsewhere_or_not_at_all(
        self, store: SessionStore, people: PeopleStore, owner: Member, stranger: Member
    ) -> None:
        """From the next request on."""
        member, ours = a_member(owner.organization_id, Role.ADMIN), owner.organization_id
        await people.add_member(member)
        await self.joins(people, member, stranger.organization_id)
        session = a_session(member)
        await store.begin(session, an_act(owner))
        here = await people.member(ours, member.id)
        await people.change_member(here, replace(here, removed_at=LONG_AGO), an_act(owner))
        presence = (await store.recognise(session.digest)).value
        assert presence is not None
        assert [one.organization.id for one in presence.memberships] == [stranger.organization_id]
        there = await people.member(stranger.organization_id, member.id)
        await people.change_member(there, replace(there, removed_at=LONG_AGO), an_act(owner))
        gone = (await store.recognise(session.digest)).value
        assert gone is None or gone.acts_in is None

    async def test_a_new_password_ends_the_others(
        self, store: SessionStore, people: PeopleStore, owner: Member
    ) -> None:
        """But no change of the name does."""
        mine, other = a_session(owner), a_session(owner)
        for session in (mine, other):
            await store.begin(session, an_act(owner))
        before = (await people.account(owner.id)).value
        renamed = replace(before, name="Hanne")
        await people.save_account(before, renamed)
        assert len(await store.of(owner.id)) == 2
        await people.save_account(renamed, replace(renamed, password_hash="another"), mine.id)
        assert await store.of(owner.id) == [mine]


class TokenStoreContract(WithPeople):
    """Subclass it, and override ``store``, too."""

    @pytest.fixture
    def store(self) -> TokenStore:
        """The store under test."""
        raise NotImplementedError

    async def test_a_token_is_recognised(self, store: TokenStore, owner: Member) -> None:
        """With what it may do at most."""
        token = a_token(owner, name=ODD_TEXT, role=Role.ADMIN)
        await store.add(token, an_act(owner))
        presence = (await store.recognise(token.digest)).value
        assert presence is not None
        assert (presence.account.id, presence.token, presence.session) == (owner.id, token.id, None)
        assert presence.acts_in is not None
        assert presence.acts_in.role is Role.ADMIN
        assert await store.of(owner.organization_id, owner.id) == [token]

    async def test_its_making_and_its_end_are_written_down(
        self, store: TokenStore, audits: AuditStore, owner: Member
    ) -> None:
        """In the same writes."""
        token, made, ended = a_token(owner), an_act(owner, subject="made"), an_act(owner, subject="ended")
        await store.add(token, made)
        await store.revoke(owner.organization_id, owner.id, token.id, ended)
        with pytest.raises(NotFound):
            await store.revoke(owner.organization_id, owner.id, token.id, ended)
        assert [one.act for one in await audits.acts(owner.organization_id)] == [ended, made]
        assert (await store.recognise(token.digest)).value is None

    @pytest.mark.parametrize("digest", ["", "nonsense", UNSTORABLE_TEXT])
    async def test_an_unknown_one_is_nobodys(self, store: TokenStore, owner: Member, digest: str) -> None:
        """Whatever it looks like."""
        await store.add(a_token(owner), an_act(owner))
        assert (await store.recognise(digest)).value is None

    async def test_it_is_its_members_here_only(
        self, store: TokenStore, people: PeopleStore, owner: Member, stranger: Member
    ) -> None:
        """Neither seen nor revoked from elsewhere."""
        token, ours = a_token(owner), owner.organization_id
        await store.add(token, an_act(owner))
        await self.joins(people, owner, stranger.organization_id)
        assert await store.of(stranger.organization_id, owner.id) == []
        assert await store.of(ours, stranger.id) == []
        for where, who in ((stranger.organization_id, owner.id), (ours, stranger.id)):
            with pytest.raises(NotFound):
                await store.revoke(where, who, token.id, an_act(owner))
        presence = (await store.recognise(token.digest)).value
        assert presence is not None
        assert [one.organization.id for one in presence.memberships] == [ours]

    async def test_it_needs_a_member(self, store: TokenStore, owner: Member, stranger: Member) -> None:
        """Of its own organisation."""
        with pytest.raises(NotFound):
            await store.add(replace(a_token(owner), organization_id=stranger.organization_id), an_act(owner))

    async def test_its_use_is_noted(self, store: TokenStore, owner: Member) -> None:
        """In the order of making, as ever."""
        first, second = a_token(owner), replace(a_token(owner), created_at=LONG_AGO + MINUTE)
        for token in (second, first):
            await store.add(token, an_act(owner))
        await store.note(owner.organization_id, second.id)
        await store.note(owner.organization_id, TokenId(new_id()))
        listed = await store.of(owner.organization_id, owner.id)
        assert [(one.id, one.used_at is not None) for one in listed] == [(first.id, False), (second.id, True)]

    async def test_it_ends_with_its_members_membership(
        self, store: TokenStore, people: PeopleStore, owner: Member
    ) -> None:
        """Coming back does not bring it back."""
        member = a_member(owner.organization_id, Role.ADMIN)
        await people.add_member(member)
        token = a_token(member)
        await store.add(token, an_act(owner))
        await people.change_member(member, replace(member, role=Role.MEMBER), an_act(owner))
        demoted = (await store.recognise(token.digest)).value
        assert demoted is not None
        assert demoted.acts_in is not None
        assert demoted.acts_in.role is Role.MEMBER
        here = await people.member(member.organization_id, member.id)
        await people.change_member(here, replace(here, removed_at=LONG_AGO), an_act(owner))
        await people.add_member(member)
        assert (await store.recognise(token.digest)).value is None
