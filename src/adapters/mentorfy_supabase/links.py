"""One-time links."""

from collections.abc import Sequence
from typing import Final

from mentorfy_core.ids import LinkId, OrganizationId
from mentorfy_core.people.audits import Act
from mentorfy_core.people.links import Link, Redemption
from mentorfy_core.ports.runtime import Read
from mentorfy_supabase import columns
from mentorfy_supabase.client import Supabase
from mentorfy_supabase.people import ACCOUNT, MEMBER
from mentorfy_supabase.rows import Shape
from mentorfy_supabase.sessions import SESSION

_LINK: Final = Shape(Link, columns=columns.LINK)


class SupabaseLinkStore:
    """See ``ports.links.LinkStore``."""

    def __init__(self, supabase: Supabase) -> None:
        self._call = supabase.call

    async def issue(self, link: Link, act: Act) -> None:
        """Store a new link, and forget those that are too old."""
        await self._call("link_issue", fresh=_LINK.values(link), act=act)

    async def find(self, digest: str) -> Read[Link]:
        """Return the link with this secret."""
        answer = await self._call("link_find", secret=digest)
        return Read(_LINK.build(answer.value), answer.at)

    async def invitations(self, organization_id: OrganizationId) -> Sequence[Link]:
        """Return the invitations that can still be used, oldest first."""
        return [_LINK.build(row) for row in (await self._call("invitations", organization=organization_id)).value]

    async def withdraw(self, organization_id: OrganizationId, link_id: LinkId, act: Act) -> None:
        """Forget an invitation."""
        await self._call("invitation_withdraw", organization=organization_id, link=link_id, act=act)

    async def redeem(self, link: Link, redemption: Redemption) -> None:
        """End a link and do what it is for."""
        await self._call(
            "link_redeem",
            organization=link.organization_id,
            secret=link.digest,
            before=ACCOUNT.values(redemption.before) if redemption.before else None,
            account=ACCOUNT.values(redemption.account),
            member=MEMBER.values(redemption.member) if redemption.member else None,
            session=SESSION.values(redemption.session),
            act=redemption.act,
        )
