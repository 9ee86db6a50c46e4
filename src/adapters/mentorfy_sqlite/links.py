"""One-time links."""

from collections.abc import Sequence
from typing import Final

from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import LinkId, OrganizationId
from mentorfy_core.people.audits import Act
from mentorfy_core.people.links import Link, LinkKind, Redemption
from mentorfy_core.ports.runtime import Read
from mentorfy_sqlite.accounts import add_member, insert_account, save_account
from mentorfy_sqlite.audits import append
from mentorfy_sqlite.database import Database
from mentorfy_sqlite.rows import Shape
from mentorfy_sqlite.sessions import begin
from mentorfy_sqlite.times import to_text
from mentorfy_sqlite.transaction import Transaction

_LINK: Final = Shape(Link)


class SqliteLinkStore:
    """See ``ports.links.LinkStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def issue(self, link: Link, act: Act) -> None:
        """Store a new link, and forget those that are too old."""

        def work(tx: Transaction) -> None:
            person = str(link.member_id) if link.member_id else None
            tx.run("DELETE FROM link WHERE expires_at <= ? OR member_id = ?", (to_text(tx.now), person))
            tx.run(f"INSERT INTO link ({_LINK.listed}) VALUES ({_LINK.slots})", _LINK.values(link))
            append(tx, act)

        await self._database.write(work)

    async def find(self, digest: str) -> Read[Link]:
        """Return the link with this secret."""
        sql = f"SELECT {_LINK.listed} FROM link WHERE digest = ? AND expires_at > ?"

        def work(tx: Transaction) -> Read[Link]:
            row = tx.one(sql, (digest, to_text(tx.now)))
            if row is None:
                raise NotFound("no such link")
            return Read(_LINK.build(row), tx.now)

        return await self._database.read(work)

    async def invitations(self, organization_id: OrganizationId) -> Sequence[Link]:
        """Return the invitations that can still be used, oldest first."""
        sql = (
            f"SELECT {_LINK.listed} FROM link WHERE organization_id = ? AND kind = ? AND expires_at > ?"
            " ORDER BY created_at, id"
        )
        wanted = (str(organization_id), LinkKind.INVITE.value)
        rows = await self._database.read(lambda tx: tx.all(sql, (*wanted, to_text(tx.now))))
        return [_LINK.build(row) for row in rows]

    async def withdraw(self, organization_id: OrganizationId, link_id: LinkId, act: Act) -> None:
        """Forget an invitation."""
        sql = "DELETE FROM link WHERE organization_id = ? AND id = ? AND kind = ? AND expires_at > ?"

        def work(tx: Transaction) -> None:
            wanted = (str(organization_id), str(link_id), LinkKind.INVITE.value, to_text(tx.now))
            if tx.run(sql, wanted).rowcount != 1:
                raise NotFound("no such invitation")
            append(tx, act)

        await self._database.write(work)

    async def redeem(self, link: Link, redemption: Redemption) -> None:
        """End a link and do what it is for."""
        sql = "DELETE FROM link WHERE digest = ? AND expires_at > ?"

        def work(tx: Transaction) -> None:
            if tx.run(sql, (link.digest, to_text(tx.now))).rowcount != 1:
                raise NotFound("no such link")
            if redemption.before is None:
                insert_account(tx, redemption.account)
            else:
                save_account(tx, redemption.before, redemption.account, None)
            if redemption.member is not None:
                _join(tx, redemption)
            begin(tx, redemption.session)
            append(tx, redemption.act)

        await self._database.write(work)


def _join(tx: Transaction, redemption: Redemption) -> None:
    assert redemption.member is not None
    try:
        add_member(tx, redemption.member)
    except Conflict as error:
        raise Conflict("You are a member already.") from error
