"""Where one-time links are kept."""

from collections.abc import Sequence
from typing import Protocol

from mentorfy_core.ids import LinkId, OrganizationId
from mentorfy_core.people.audits import Act
from mentorfy_core.people.links import Link, Redemption
from mentorfy_core.ports.runtime import Read


class LinkStore(Protocol):
    """One-time links: each ends by being used once, by being withdrawn, or by its age."""

    async def issue(self, link: Link, act: Act) -> None:
        """Store a new link. One that signs a person in takes the place of all that did."""
        ...

    async def find(self, digest: str) -> Read[Link]:
        """Return the link with this secret; that it was looked at changes nothing.

        Raises:
            NotFound: There is none, or it was used, withdrawn, or is too old.
        """
        ...

    async def invitations(self, organization_id: OrganizationId) -> Sequence[Link]:
        """Return the invitations that can still be used, oldest first."""
        ...

    async def withdraw(self, organization_id: OrganizationId, link_id: LinkId, act: Act) -> None:
        """Forget an invitation.

        Raises:
            NotFound: No such invitation in this organisation.
        """
        ...

    async def redeem(self, link: Link, redemption: Redemption) -> None:
        """End a link and do what it is for, in one write; of several at once, one succeeds.

        Where the password of a known person changes, their other sessions end.

        Raises:
            NotFound: The link was used, withdrawn, or is too old; or the person it signs in is no member any more.
            Conflict: The account is not as it was read, somebody else has the e-mail, or who joins is a member.
        """
        ...
