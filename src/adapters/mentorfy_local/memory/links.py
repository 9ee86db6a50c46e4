"""One-time links, in memory."""

from collections.abc import Sequence

from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import LinkId, OrganizationId
from mentorfy_core.people.audits import Act
from mentorfy_core.people.links import Link, LinkKind, Redemption
from mentorfy_core.ports.runtime import Read
from mentorfy_local.memory.people import add_member, append, member_of, require_free_email, save_account
from mentorfy_local.memory.sessions import begin
from mentorfy_local.memory.state import MemoryState


class MemoryLinkStore:
    """See ``ports.links.LinkStore``."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def issue(self, link: Link, act: Act) -> None:
        """Store a new link."""
        for old in list(self._state.links.values()):
            if link.member_id and old.member_id == link.member_id:
                del self._state.links[old.digest]
        self._state.links[link.digest] = link
        append(self._state, act)

    async def find(self, digest: str) -> Read[Link]:
        """Return the link with this secret."""
        now, link = self._state.now(), self._state.links.get(digest)
        if link is None or link.expires_at <= now:
            raise NotFound("no such link")
        return Read(link, now)

    async def invitations(self, organization_id: OrganizationId) -> Sequence[Link]:
        """Return the invitations that can still be used, oldest first."""
        now = self._state.now()
        ours = [one for one in self._state.links.values() if one.organization_id == organization_id]
        found = [one for one in ours if one.kind is LinkKind.INVITE and one.expires_at > now]
        return sorted(found, key=lambda one: (one.created_at, str(one.id)))

    async def withdraw(self, organization_id: OrganizationId, link_id: LinkId, act: Act) -> None:
        """Forget an invitation."""
        link = next((one for one in await self.invitations(organization_id) if one.id == link_id), None)
        if link is None:
            raise NotFound("no such invitation")
        del self._state.links[link.digest]
        append(self._state, act)

    async def redeem(self, link: Link, redemption: Redemption) -> None:
        """End a link and do what it is for."""
        await self.find(link.digest)
        self._require_possible(link, redemption)
        del self._state.links[link.digest]
        if redemption.before is None:
            self._state.accounts[redemption.account.id] = redemption.account
        else:
            save_account(self._state, redemption.before, redemption.account, None)
        if redemption.member is not None:
            add_member(self._state, redemption.member)
        begin(self._state, redemption.session)
        append(self._state, redemption.act)

    def _require_possible(self, link: Link, redemption: Redemption) -> None:
        """Check first what would break half-way."""
        state, account = self._state, redemption.account
        if redemption.before != state.accounts.get(account.id):
            raise Conflict("the account has changed")
        require_free_email(state, account)
        stored = state.members.get((link.organization_id, account.id))
        is_member = stored is not None and stored.removed_at is None
        if redemption.member is not None and is_member:
            raise Conflict("You are a member already.")
        if redemption.member is None:
            member_of(state, link.organization_id, account.id)
