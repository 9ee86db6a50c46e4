"""Sessions and personal tokens: how a request is recognised, in one read."""

from collections.abc import Sequence
from typing import Final

from mentorfy_core.errors import NotFound
from mentorfy_core.ids import MemberId, OrganizationId, SessionId, TokenId
from mentorfy_core.people import Account
from mentorfy_core.people.audits import Act
from mentorfy_core.people.sessions import Presence, Session, Token
from mentorfy_core.ports.runtime import Read
from mentorfy_sqlite.accounts import account_of, end_sessions, member_of, memberships
from mentorfy_sqlite.audits import append
from mentorfy_sqlite.database import Database
from mentorfy_sqlite.rows import Shape
from mentorfy_sqlite.times import to_text
from mentorfy_sqlite.transaction import Transaction

_SESSION: Final = Shape(Session)
_TOKEN: Final = Shape(Token)


class SqliteSessionStore:
    """See ``ports.sessions.SessionStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, session: Session, act: Act) -> None:
        """Store a new session."""

        def work(tx: Transaction) -> None:
            begin(tx, session)
            append(tx, act)

        await self._database.write(work)

    async def recognise(self, digest: str) -> Read[Presence | None]:
        """Return who shows a session's secret."""
        sql = f"SELECT {_SESSION.listed} FROM session WHERE digest = ? AND expires_at > ?"

        def work(tx: Transaction) -> Read[Presence | None]:
            row = tx.one(sql, (digest, to_text(tx.now)))
            if row is None:
                return Read(None, tx.now)
            session = _SESSION.build(row)
            presence = Presence(
                account=_account(tx, session.member_id),
                organization_id=session.organization_id,
                memberships=memberships(tx, session.member_id),
                session=session.id,
                seen_at=session.seen_at,
            )
            return Read(presence, tx.now)

        return await self._database.read(work)

    async def note(self, session_id: SessionId) -> None:
        """Write down that a session was seen now."""
        sql = "UPDATE session SET seen_at = ? WHERE id = ?"
        await self._database.write(lambda tx: tx.run(sql, (to_text(tx.now), str(session_id))))

    async def switch(self, member_id: MemberId, session_id: SessionId, organization_id: OrganizationId) -> None:
        """Let a session act for another organisation of its person."""
        sql = "UPDATE session SET organization_id = ? WHERE member_id = ? AND id = ? AND expires_at > ?"

        def work(tx: Transaction) -> None:
            member_of(tx, organization_id, member_id)
            theirs = (str(organization_id), str(member_id), str(session_id), to_text(tx.now))
            if tx.run(sql, theirs).rowcount != 1:
                raise NotFound("no such session")

        await self._database.write(work)

    async def of(self, member_id: MemberId) -> Sequence[Session]:
        """Return a person's sessions, the last seen first."""
        sql = f"SELECT {_SESSION.listed} FROM session WHERE member_id = ? AND expires_at > ? ORDER BY seen_at DESC, id"
        rows = await self._database.read(lambda tx: tx.all(sql, (str(member_id), to_text(tx.now))))
        return [_SESSION.build(row) for row in rows]

    async def end(self, member_id: MemberId, session_id: SessionId) -> bool:
        """End a session."""
        sql = "DELETE FROM session WHERE member_id = ? AND id = ?"
        ended = await self._database.write(lambda tx: tx.run(sql, (str(member_id), str(session_id))).rowcount)
        return ended == 1

    async def end_all(self, member_id: MemberId, keep: SessionId | None = None) -> int:
        """End a person's sessions but one."""
        return await self._database.write(lambda tx: end_sessions(tx, member_id, keep))


class SqliteTokenStore:
    """See ``ports.sessions.TokenStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, token: Token, act: Act) -> None:
        """Store a new token."""

        def work(tx: Transaction) -> None:
            member_of(tx, token.organization_id, token.member_id)
            tx.run(f"INSERT INTO token ({_TOKEN.listed}) VALUES ({_TOKEN.slots})", _TOKEN.values(token))
            append(tx, act)

        await self._database.write(work)

    async def recognise(self, digest: str) -> Read[Presence | None]:
        """Return who shows a token."""
        sql = f"SELECT {_TOKEN.listed} FROM token WHERE digest = ?"

        def work(tx: Transaction) -> Read[Presence | None]:
            row = tx.one(sql, (digest,))
            return Read(_with_token(tx, _TOKEN.build(row)) if row else None, tx.now)

        return await self._database.read(work)

    async def note(self, organization_id: OrganizationId, token_id: TokenId) -> None:
        """Write down that a token was used now."""
        sql = "UPDATE token SET used_at = ? WHERE organization_id = ? AND id = ?"
        await self._database.write(lambda tx: tx.run(sql, (to_text(tx.now), str(organization_id), str(token_id))))

    async def of(self, organization_id: OrganizationId, member_id: MemberId) -> Sequence[Token]:
        """Return a member's tokens in an organisation, oldest first."""
        sql = f"SELECT {_TOKEN.listed} FROM token WHERE organization_id = ? AND member_id = ? ORDER BY created_at, id"
        rows = await self._database.read(lambda tx: tx.all(sql, (str(organization_id), str(member_id))))
        return [_TOKEN.build(row) for row in rows]

    async def revoke(self, organization_id: OrganizationId, member_id: MemberId, token_id: TokenId, act: Act) -> None:
        """Forget a token."""
        sql = "DELETE FROM token WHERE organization_id = ? AND member_id = ? AND id = ?"

        def work(tx: Transaction) -> None:
            if tx.run(sql, (str(organization_id), str(member_id), str(token_id))).rowcount != 1:
                raise NotFound("no such token")
            append(tx, act)

        await self._database.write(work)


def begin(tx: Transaction, session: Session) -> None:
    """See ``SessionStore.begin``."""
    member_of(tx, session.organization_id, session.member_id)
    tx.run("DELETE FROM session WHERE expires_at <= ?", (to_text(tx.now),))
    tx.run(f"INSERT INTO session ({_SESSION.listed}) VALUES ({_SESSION.slots})", _SESSION.values(session))


def _with_token(tx: Transaction, token: Token) -> Presence | None:
    here = [one for one in memberships(tx, token.member_id) if one.organization.id == token.organization_id]
    if not here:
        return None
    return Presence(
        account=_account(tx, token.member_id),
        organization_id=token.organization_id,
        memberships=tuple(here),
        token=token.id,
        at_most=token.role,
        seen_at=token.used_at,
    )


def _account(tx: Transaction, member_id: MemberId) -> Account:
    account = account_of(tx, member_id)
    assert account is not None, "a session or token has a person"
    return account
