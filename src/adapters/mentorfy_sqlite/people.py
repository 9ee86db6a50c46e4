"""Organisations and members."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import MemberId, OrganizationId
from mentorfy_core.people import Member, Organization
from mentorfy_sqlite.database import Database
from mentorfy_sqlite.rows import Shape
from mentorfy_sqlite.transaction import Transaction

_ORGANIZATION: Final = Shape(Organization)
_MEMBER: Final = Shape(Member)


class SqlitePeopleStore:
    """See ``ports.people.PeopleStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_organization(self, organization: Organization, owner: Member) -> bool:
        """Store an organisation with its first owner, both or none."""
        sql = f"INSERT INTO organization ({_ORGANIZATION.listed}) VALUES ({_ORGANIZATION.slots}) ON CONFLICT DO NOTHING"

        def work(tx: Transaction) -> bool:
            made = tx.run(sql, _ORGANIZATION.values(organization)).rowcount == 1
            if made:
                _insert(tx, replace(owner, organization_id=organization.id))
            return made

        return await self._database.write(work)

    async def organizations(self) -> Sequence[Organization]:
        """Return all, oldest first."""
        sql = f"SELECT {_ORGANIZATION.listed} FROM organization ORDER BY created_at, id"
        return [_ORGANIZATION.build(row) for row in await self._database.read(lambda tx: tx.all(sql))]

    async def add_member(self, member: Member) -> None:
        """Store another member."""

        def work(tx: Transaction) -> None:
            if tx.one("SELECT 1 FROM organization WHERE id = ?", (str(member.organization_id),)) is None:
                raise NotFound("no such organisation")
            _insert(tx, member)

        await self._database.write(work)

    async def member(self, organization_id: OrganizationId, member_id: MemberId) -> Member:
        """Return a member."""
        sql = f"SELECT {_MEMBER.listed} FROM member WHERE organization_id = ? AND id = ?"
        row = await self._database.read(lambda tx: tx.one(sql, (str(organization_id), str(member_id))))
        if row is None:
            raise NotFound("no such member")
        return _MEMBER.build(row)

    async def members(self, organization_id: OrganizationId) -> Sequence[Member]:
        """Return the members, oldest first."""
        sql = f"SELECT {_MEMBER.listed} FROM member WHERE organization_id = ? ORDER BY created_at, id"
        rows = await self._database.read(lambda tx: tx.all(sql, (str(organization_id),)))
        return [_MEMBER.build(row) for row in rows]


def _insert(tx: Transaction, member: Member) -> None:
    try:
        tx.run(f"INSERT INTO member ({_MEMBER.listed}) VALUES ({_MEMBER.slots})", _MEMBER.values(member))
    except sqlite3.IntegrityError as error:
        raise Conflict("there is a member with this id") from error
