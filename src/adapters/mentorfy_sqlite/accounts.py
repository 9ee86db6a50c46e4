"""Rows of people and of their places in organisations; each function is part of somebody's write."""

import sqlite3
from typing import Final

from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import MemberId, OrganizationId, SessionId
from mentorfy_core.people import Account, Member, Membership, Organization
from mentorfy_core.people.links import LinkKind
from mentorfy_sqlite.rows import Shape
from mentorfy_sqlite.transaction import Transaction

ACCOUNT: Final = Shape(Account)
ORGANIZATION: Final = Shape(Organization)
MEMBER: Final = Shape(
    Member,
    columns={"id": "member.id", "name": "account.name", "created_at": "member.created_at", "email": "account.email"},
)
MEMBERS: Final = f"SELECT {MEMBER.listed} FROM member JOIN account ON account.id = member.id WHERE organization_id = ?"


def account_of(tx: Transaction, member_id: MemberId) -> Account | None:
    """Return a person's account, if there is one."""
    row = tx.one(f"SELECT {ACCOUNT.listed} FROM account WHERE id = ?", (str(member_id),))
    return ACCOUNT.build(row) if row else None


def member_of(tx: Transaction, organization_id: OrganizationId, member_id: MemberId) -> Member:
    """See ``PeopleStore.member``."""
    row = tx.one(f"{MEMBERS} AND member.id = ? AND removed_at IS NULL", (str(organization_id), str(member_id)))
    if row is None:
        raise NotFound("no such member")
    return MEMBER.build(row)


def memberships(tx: Transaction, member_id: MemberId) -> tuple[Membership, ...]:
    """See ``PeopleStore.memberships``."""
    rows = tx.all(
        f"SELECT member.role, {', '.join(f'organization.{name}' for name in ORGANIZATION.names)}"
        " FROM member JOIN organization ON organization.id = member.organization_id"
        " WHERE member.id = ? AND removed_at IS NULL ORDER BY organization.created_at, organization.id",
        (str(member_id),),
    )
    return tuple(_MEMBERSHIP.build((row[0],), organization=ORGANIZATION.build(row[1:])) for row in rows)


_MEMBERSHIP: Final = Shape(Membership, without={"organization"})


def insert_account(tx: Transaction, account: Account) -> None:
    """Store a new account.

    Raises:
        Conflict: Somebody has its e-mail, or its id.
    """
    try:
        tx.run(f"INSERT INTO account ({ACCOUNT.listed}) VALUES ({ACCOUNT.slots})", ACCOUNT.values(account))
    except sqlite3.IntegrityError as error:
        raise Conflict("There is an account with this e-mail.") from error


def save_account(tx: Transaction, before: Account, after: Account, keep: SessionId | None) -> None:
    """See ``PeopleStore.save_account``."""
    stored = account_of(tx, before.id)
    if stored is None:
        raise NotFound("no such person")
    if stored != before:
        raise Conflict("the account has changed")
    try:
        tx.run(
            "UPDATE account SET name = ?, email = ?, password_hash = ? WHERE id = ?",
            (after.name, after.email, after.password_hash, str(before.id)),
        )
    except sqlite3.IntegrityError as error:
        raise Conflict("There is an account with this e-mail.") from error
    if after.password_hash != before.password_hash:
        end_sessions(tx, before.id, keep)


def add_member(tx: Transaction, member: Member) -> None:
    """See ``PeopleStore.add_member``."""
    if tx.one("SELECT 1 FROM organization WHERE id = ?", (str(member.organization_id),)) is None:
        raise NotFound("no such organisation")
    if account_of(tx, member.id) is None:
        account = Account(id=member.id, name=member.name, email=member.email, created_at=member.created_at)
        insert_account(tx, account)
    stored = _STORED.values(member)
    again = ", ".join(f"{name} = excluded.{name}" for name in ("role", "created_at", "removed_at"))
    written = tx.run(
        f"INSERT INTO member ({_STORED.listed}) VALUES ({_STORED.slots})"
        f" ON CONFLICT DO UPDATE SET {again} WHERE member.removed_at IS NOT NULL",
        stored,
    )
    if written.rowcount != 1:
        raise Conflict("there is a member with this id")
    end_resets(tx, member.id)


def end_resets(tx: Transaction, person: MemberId) -> None:
    """End the links by which somebody may choose a password that this person made, or that make them choose one.

    Who may make such a link depends on what both are everywhere, and that has changed.
    """
    tx.run("DELETE FROM link WHERE kind = ? AND ? IN (created_by, member_id)", (LinkKind.RESET.value, str(person)))


_STORED: Final = Shape(Member, without={"name", "email"})


def end_sessions(tx: Transaction, member_id: MemberId, keep: SessionId | None) -> int:
    """See ``SessionStore.end_all``."""
    sql = "DELETE FROM session WHERE member_id = ? AND id IS NOT ?"
    return tx.run(sql, (str(member_id), str(keep) if keep else None)).rowcount
