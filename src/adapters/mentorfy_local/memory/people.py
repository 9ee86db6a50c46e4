"""Organisations, members, accounts and what they did, in memory."""

from collections.abc import Sequence
from dataclasses import replace

from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import MemberId, OrganizationId, SessionId
from mentorfy_core.people import Account, Member, Membership, Organization, Role
from mentorfy_core.people.audits import Act, Audited
from mentorfy_core.people.links import LinkKind
from mentorfy_core.ports.runtime import Read
from mentorfy_local.memory.state import MemoryState


class MemoryPeopleStore:
    """See ``ports.people.PeopleStore``."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def add_organization(self, organization: Organization, owner: Member) -> bool:
        """Store an organisation with its first owner, both or none."""
        if organization.id in self._state.organizations:
            return False
        self._state.organizations[organization.id] = organization
        add_member(self._state, replace(owner, organization_id=organization.id))
        return True

    async def organizations(self) -> Sequence[Organization]:
        """Return all, oldest first."""
        return sorted(self._state.organizations.values(), key=lambda one: (one.created_at, str(one.id)))

    async def add_member(self, member: Member) -> None:
        """Store another member."""
        add_member(self._state, member)

    async def member(self, organization_id: OrganizationId, member_id: MemberId) -> Member:
        """Return a member."""
        return member_of(self._state, organization_id, member_id)

    async def members(self, organization_id: OrganizationId) -> Sequence[Member]:
        """Return the members, oldest first."""
        return [one for one in await self.everyone(organization_id) if one.removed_at is None]

    async def everyone(self, organization_id: OrganizationId) -> Sequence[Member]:
        """Return the members and those who were, oldest first."""
        found = [one for one in self._state.members.values() if one.organization_id == organization_id]
        return [named(self._state, one) for one in sorted(found, key=lambda one: (one.created_at, str(one.id)))]

    async def change_member(self, before: Member, after: Member, act: Act) -> None:
        """Change a member's role, or remove them."""
        stored = member_of(self._state, before.organization_id, before.id)
        if stored.role is not before.role:
            raise Conflict("their role has changed")
        living = await self.members(before.organization_id)
        owners = {one.id for one in living if one.role is Role.OWNER}
        stays_owner = after.role is Role.OWNER and after.removed_at is None
        if not stays_owner and owners <= {before.id}:
            raise Conflict("the organisation would be left without an owner")
        key = (before.organization_id, before.id)
        self._state.members[key] = replace(stored, role=after.role, removed_at=after.removed_at)
        for link in list(self._state.links.values()):
            if link.organization_id == key[0] and key[1] in {link.created_by, link.member_id}:
                del self._state.links[link.digest]
        _end_resets(self._state, before.id)
        for token in list(self._state.tokens.values()):
            if after.removed_at and (token.organization_id, token.member_id) == key:
                del self._state.tokens[token.digest]
        append(self._state, act)

    async def memberships(self, member_id: MemberId) -> Sequence[Membership]:
        """Return where a person is a member."""
        return memberships(self._state, member_id)

    async def account(self, member_id: MemberId) -> Read[Account]:
        """Return a person's account."""
        account = self._state.accounts.get(member_id)
        if account is None:
            raise NotFound("no such person")
        return Read(account, self._state.now())

    async def account_of(self, email: str) -> Read[Account | None]:
        """Return the account with an e-mail address."""
        found = (one for one in self._state.accounts.values() if email and one.email == email)
        return Read(next(found, None), self._state.now())

    async def save_account(self, before: Account, after: Account, keep: SessionId | None = None) -> None:
        """Change a person's e-mail, name or password."""
        save_account(self._state, before, after, keep)


class MemoryAuditStore:
    """See ``ports.people.AuditStore``."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def append(self, act: Act) -> None:
        """Write down an act."""
        append(self._state, act)

    async def acts(self, organization_id: OrganizationId, limit: int = 100) -> Sequence[Audited]:
        """Return the latest acts."""
        found = [one for one in self._state.audits if one.act.organization_id == organization_id]
        return found[: -limit - 1 : -1]


def append(state: MemoryState, act: Act) -> None:
    """Write down an act; for every store whose writes are privileged."""
    state.audits.append(Audited(act, state.now()))


def add_member(state: MemoryState, member: Member) -> None:
    """See ``PeopleStore.add_member``."""
    key = (member.organization_id, member.id)
    if member.organization_id not in state.organizations:
        raise NotFound("no such organisation")
    if key in state.members and state.members[key].removed_at is None:
        raise Conflict("there is a member with this id")
    account = Account(id=member.id, name=member.name, email=member.email, created_at=member.created_at)
    if member.id not in state.accounts:
        require_free_email(state, account)
        state.accounts[member.id] = account
    state.members[key] = member
    _end_resets(state, member.id)


def _end_resets(state: MemoryState, person: MemberId) -> None:
    """See ``mentorfy_sqlite.accounts.end_resets``."""
    for link in list(state.links.values()):
        if link.kind is LinkKind.RESET and person in {link.created_by, link.member_id}:
            del state.links[link.digest]


def member_of(state: MemoryState, organization_id: OrganizationId, member_id: MemberId) -> Member:
    """See ``PeopleStore.member``."""
    found = state.members.get((organization_id, member_id))
    if found is None or found.removed_at is not None:
        raise NotFound("no such member")
    return named(state, found)


def named(state: MemoryState, member: Member) -> Member:
    """Return a member as their account calls them."""
    account = state.accounts[member.id]
    return replace(member, name=account.name, email=account.email)


def memberships(state: MemoryState, member_id: MemberId) -> Sequence[Membership]:
    """See ``PeopleStore.memberships``."""
    living = [one for one in state.members.values() if one.id == member_id and one.removed_at is None]
    found = [Membership(state.organizations[one.organization_id], one.role) for one in living]
    return sorted(found, key=lambda one: (one.organization.created_at, str(one.organization.id)))


def save_account(state: MemoryState, before: Account, after: Account, keep: SessionId | None) -> None:
    """See ``PeopleStore.save_account``."""
    stored = state.accounts.get(before.id)
    if stored is None:
        raise NotFound("no such person")
    if stored != before:
        raise Conflict("the account has changed")
    require_free_email(state, after)
    state.accounts[before.id] = replace(after, id=before.id, created_at=before.created_at)
    if after.password_hash != before.password_hash:
        end_sessions(state, before.id, keep)


def require_free_email(state: MemoryState, account: Account) -> None:
    """Refuse an e-mail that somebody else has."""
    for other in state.accounts.values():
        if account.email and other.email == account.email and other.id != account.id:
            raise Conflict("There is an account with this e-mail.")


def end_sessions(state: MemoryState, member_id: MemberId, keep: SessionId | None) -> int:
    """See ``SessionStore.end_all``."""
    ending = [one for one in state.sessions.values() if one.member_id == member_id and one.id != keep]
    for session in ending:
        del state.sessions[session.digest]
    return len(ending)
