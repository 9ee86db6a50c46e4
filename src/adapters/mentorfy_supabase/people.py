"""Organisations, members and accounts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from mentorfy_core.ids import MemberId, OrganizationId, SessionId
from mentorfy_core.people import Account, Member, Membership, Organization
from mentorfy_core.people.audits import Act
from mentorfy_core.ports.runtime import Read
from mentorfy_supabase import columns
from mentorfy_supabase.client import Supabase
from mentorfy_supabase.rows import Shape

ACCOUNT: Final = Shape(Account)
MEMBER: Final = Shape(Member, columns=columns.MEMBER)
ORGANIZATION: Final = Shape(Organization)
_MEMBERSHIP: Final = Shape(Membership, without={"organization"})


def memberships_of(rows: Iterable[Mapping[str, Any]]) -> tuple[Membership, ...]:
    """Return where a person is a member, as ``mentorfy.memberships_of`` tells it."""
    return tuple(_MEMBERSHIP.build(row, organization=ORGANIZATION.build(row["organization"])) for row in rows)


class SupabasePeopleStore:
    """See ``ports.people.PeopleStore``."""

    def __init__(self, supabase: Supabase) -> None:
        self._call = supabase.call

    async def add_organization(self, organization: Organization, owner: Member) -> bool:
        """Store an organisation with its first owner, both or none."""
        first = replace(owner, organization_id=organization.id)
        answer = await self._call(
            "organization_add", fresh=ORGANIZATION.values(organization), owner=MEMBER.values(first)
        )
        return answer.value is True

    async def organizations(self) -> Sequence[Organization]:
        """Return all, oldest first."""
        return [ORGANIZATION.build(row) for row in (await self._call("organizations_all")).value]

    async def add_member(self, member: Member) -> None:
        """Store another member."""
        await self._call("member_add", member=MEMBER.values(member))

    async def member(self, organization_id: OrganizationId, member_id: MemberId) -> Member:
        """Return a member."""
        return MEMBER.build((await self._call("member_get", organization=organization_id, person=member_id)).value)

    async def members(self, organization_id: OrganizationId) -> Sequence[Member]:
        """Return the members, oldest first."""
        return [one for one in await self.everyone(organization_id) if one.removed_at is None]

    async def everyone(self, organization_id: OrganizationId) -> Sequence[Member]:
        """Return the members and those who were, oldest first."""
        return [MEMBER.build(row) for row in (await self._call("members_all", organization=organization_id)).value]

    async def change_member(self, before: Member, after: Member, act: Act) -> None:
        """Change a member's role, or remove them."""
        await self._call("member_change", before=MEMBER.values(before), saved=MEMBER.values(after), act=act)

    async def memberships(self, member_id: MemberId) -> Sequence[Membership]:
        """Return where a person is a member."""
        return memberships_of((await self._call("memberships", person=member_id)).value)

    async def account(self, member_id: MemberId) -> Read[Account]:
        """Return a person's account."""
        answer = await self._call("account_get", person=member_id)
        return Read(ACCOUNT.build(answer.value), answer.at)

    async def account_of(self, email: str) -> Read[Account | None]:
        """Return the account with an e-mail address."""
        answer = await self._call("account_find", address=email)
        return Read(ACCOUNT.build(answer.value) if answer.value else None, answer.at)

    async def save_account(self, before: Account, after: Account, keep: SessionId | None = None) -> None:
        """Change a person's e-mail, name or password."""
        await self._call("account_save", before=ACCOUNT.values(before), saved=ACCOUNT.values(after), keep=keep)
