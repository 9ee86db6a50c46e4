"""Organisations, members and accounts."""

from collections.abc import Sequence
from dataclasses import replace

from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import MemberId, OrganizationId, SessionId
from mentorfy_core.people import Account, Member, Membership, Organization, Role
from mentorfy_core.people.audits import Act
from mentorfy_core.ports.runtime import Read
from mentorfy_sqlite.accounts import (
    ACCOUNT,
    MEMBER,
    MEMBERS,
    ORGANIZATION,
    account_of,
    add_member,
    end_resets,
    member_of,
    memberships,
    save_account,
)
from mentorfy_sqlite.audits import append
from mentorfy_sqlite.database import Database
from mentorfy_sqlite.times import to_text
from mentorfy_sqlite.transaction import Transaction


class SqlitePeopleStore:
    """See ``ports.people.PeopleStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_organization(self, organization: Organization, owner: Member) -> bool:
        """Store an organisation with its first owner, both or none."""
        sql = f"INSERT INTO organization ({ORGANIZATION.listed}) VALUES ({ORGANIZATION.slots}) ON CONFLICT DO NOTHING"

        def work(tx: Transaction) -> bool:
            made = tx.run(sql, ORGANIZATION.values(organization)).rowcount == 1
            if made:
                add_member(tx, replace(owner, organization_id=organization.id))
            return made

        return await self._database.write(work)

    async def organizations(self) -> Sequence[Organization]:
        """Return all, oldest first."""
        sql = f"SELECT {ORGANIZATION.listed} FROM organization ORDER BY created_at, id"
        return [ORGANIZATION.build(row) for row in await self._database.read(lambda tx: tx.all(sql))]

    async def add_member(self, member: Member) -> None:
        """Store another member."""
        await self._database.write(lambda tx: add_member(tx, member))

    async def member(self, organization_id: OrganizationId, member_id: MemberId) -> Member:
        """Return a member."""
        return await self._database.read(lambda tx: member_of(tx, organization_id, member_id))

    async def members(self, organization_id: OrganizationId) -> Sequence[Member]:
        """Return the members, oldest first."""
        return [one for one in await self.everyone(organization_id) if one.removed_at is None]

    async def everyone(self, organization_id: OrganizationId) -> Sequence[Member]:
        """Return the members and those who were, oldest first."""
        sql = f"{MEMBERS} ORDER BY member.created_at, member.id"
        rows = await self._database.read(lambda tx: tx.all(sql, (str(organization_id),)))
        return [MEMBER.build(row) for row in rows]

    async def change_member(self, before: Member, after: Member, act: Act) -> None:
        """Change a member's role, or remove them."""

        def work(tx: Transaction) -> None:
            if member_of(tx, before.organization_id, before.id).role is not before.role:
                raise Conflict("their role has changed")
            _write_role(tx, before, after)
            _end_links(tx, before)
            if after.removed_at is not None:
                tx.run("DELETE FROM token WHERE organization_id = ? AND member_id = ?", _key(before))
            append(tx, act)

        await self._database.write(work)

    async def memberships(self, member_id: MemberId) -> Sequence[Membership]:
        """Return where a person is a member."""
        return await self._database.read(lambda tx: memberships(tx, member_id))

    async def account(self, member_id: MemberId) -> Read[Account]:
        """Return a person's account."""

        def work(tx: Transaction) -> Read[Account]:
            account = account_of(tx, member_id)
            if account is None:
                raise NotFound("no such person")
            return Read(account, tx.now)

        return await self._database.read(work)

    async def account_of(self, email: str) -> Read[Account | None]:
        """Return the account with an e-mail address."""
        sql = f"SELECT {ACCOUNT.listed} FROM account WHERE email = ? AND email <> ''"

        def work(tx: Transaction) -> Read[Account | None]:
            row = tx.one(sql, (email,))
            return Read(ACCOUNT.build(row) if row else None, tx.now)

        return await self._database.read(work)

    async def save_account(self, before: Account, after: Account, keep: SessionId | None = None) -> None:
        """Change a person's e-mail, name or password."""
        await self._database.write(lambda tx: save_account(tx, before, after, keep))


def _key(member: Member) -> tuple[str, str]:
    return str(member.organization_id), str(member.id)


def _write_role(tx: Transaction, before: Member, after: Member) -> None:
    removed_at = to_text(after.removed_at) if after.removed_at else None
    tx.run(
        "UPDATE member SET role = ?, removed_at = ? WHERE organization_id = ? AND id = ?",
        (after.role.value, removed_at, *_key(before)),
    )
    owners = "SELECT 1 FROM member WHERE organization_id = ? AND role = ? AND removed_at IS NULL"
    if tx.one(owners, (str(before.organization_id), Role.OWNER.value)) is None:
        raise Conflict("the organisation would be left without an owner")


def _end_links(tx: Transaction, member: Member) -> None:
    organization, person = _key(member)
    tx.run("DELETE FROM link WHERE organization_id = ? AND ? IN (created_by, member_id)", (organization, person))
    end_resets(tx, member.id)
