"""Where organisations, people and what they did are kept."""

from collections.abc import Sequence
from typing import Protocol

from mentorfy_core.ids import MemberId, OrganizationId, SessionId
from mentorfy_core.people import Account, Member, Membership, Organization
from mentorfy_core.people.audits import Act, Audited
from mentorfy_core.ports.runtime import Read


class PeopleStore(Protocol):
    """Organisations, their members, and the accounts behind them. Every method may raise ``StoreUnavailable``.

    Accounts belong to no organisation: what is read and changed by an account's id or e-mail is for the person
    themselves, never for another one who knows the id.
    """

    async def add_organization(self, organization: Organization, owner: Member) -> bool:
        """Store an organisation with its first owner, both or none; makes the owner's account where there is none.

        Returns:
            False where an organisation with this id exists: nothing was written.
        """
        ...

    async def organizations(self) -> Sequence[Organization]:
        """Return all, oldest first. For the operator's command line and the collector; holds no client's data."""
        ...

    async def add_member(self, member: Member) -> None:
        """Store another member; makes their account where there is none. Who was removed may be added again.

        Links to a new password that they made anywhere, or that are theirs, end with it: who may make one depends on
        what both are everywhere.

        Raises:
            NotFound: No such organisation.
            Conflict: There is a member with this id.
        """
        ...

    async def member(self, organization_id: OrganizationId, member_id: MemberId) -> Member:
        """Return a member.

        Raises:
            NotFound: No such member in this organisation, or removed.
        """
        ...

    async def members(self, organization_id: OrganizationId) -> Sequence[Member]:
        """Return the members, oldest first."""
        ...

    async def everyone(self, organization_id: OrganizationId) -> Sequence[Member]:
        """Return the members and those who were, oldest first: whose conversations these are."""
        ...

    async def change_member(self, before: Member, after: Member, act: Act) -> None:
        """Change a member's role, or remove them by ``removed_at``; the act is one write with it.

        Links that they made here, and links that sign them in by this organisation, end with it, and wherever they were
        made, links to a new password that they made or that are theirs; so do the tokens of who is removed.

        Raises:
            NotFound: No such member, or removed already.
            Conflict: Their role is no longer that of ``before``, or the organisation would be left without an owner.
        """
        ...

    async def memberships(self, member_id: MemberId) -> Sequence[Membership]:
        """Return where a person is a member, the oldest organisation first."""
        ...

    async def account(self, member_id: MemberId) -> Read[Account]:
        """Return a person's account.

        Raises:
            NotFound: No such person.
        """
        ...

    async def account_of(self, email: str) -> Read[Account | None]:
        """Return the account with an e-mail address, written as accounts write it."""
        ...

    async def save_account(self, before: Account, after: Account, keep: SessionId | None = None) -> None:
        """Change a person's e-mail, name or password.

        Where the password changes, every session of theirs but ``keep`` ends in the same write.

        Raises:
            NotFound: No such person.
            Conflict: It is no longer as in ``before``, or somebody else has the e-mail.
        """
        ...


class AuditStore(Protocol):
    """What privileged people did. Whatever else is written with an act takes the ``Act`` as an argument instead."""

    async def append(self, act: Act) -> None:
        """Write down an act that changes nothing in a store."""
        ...

    async def acts(self, organization_id: OrganizationId, limit: int = 100) -> Sequence[Audited]:
        """Return the latest acts, the latest first."""
        ...
