"""Signing in: by e-mail and password, or by a one-time link."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from mentorfy_core.errors import Conflict, InvalidInput, NotFound, TooManyAttempts
from mentorfy_core.ids import MemberId, OrganizationId, SessionId
from mentorfy_core.people import Account, Member, Organization
from mentorfy_core.people.attempts import limits
from mentorfy_core.people.audits import Act, Action
from mentorfy_core.people.credentials import comparable_email, digest, email_address, new_password, person_name
from mentorfy_core.people.links import Link, LinkKind, Redemption, asks_for
from mentorfy_core.people.sessions import LIFETIME, Session
from mentorfy_core.ports import Ports

NOT_RIGHT: Final = "The e-mail or the password is not right."
NOWHERE: Final = "You are no member of any organisation any more: ask for an invitation."
ENDED: Final = "This link was used already, was withdrawn, or is too old: ask for a new one."


@dataclass(frozen=True, slots=True)
class Caller:
    """From where somebody signs in.

    Attributes:
        address: Their network address, to count guesses by.
        device: What they use, for people: "Firefox on Linux".
    """

    address: str
    device: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session.

    Attributes:
        secret: What the browser shows from now on; kept nowhere else.
    """

    secret: str
    session: Session


@dataclass(frozen=True, slots=True)
class SignIn:
    """Begin a session."""

    ports: Ports

    async def __call__(self, email: str, password: str, caller: Caller) -> SignedIn:
        """Sign in by e-mail and password.

        Raises:
            InvalidInput: They are not right, or their owner is no member of anything.
            TooManyAttempts: Somebody guesses.
        """
        account, now = await self.check(email, password, caller)
        memberships = await self.ports.people.memberships(account.id)
        if not memberships:
            raise InvalidInput(NOWHERE)
        signed_in = new_session(self.ports, account.id, memberships[0].organization.id, caller, now)
        act = _act(signed_in.session, Action.SIGNED_IN, caller.device)
        await self.ports.sessions.begin(signed_in.session, act)
        return signed_in

    async def check(self, email: str, password: str, caller: Caller) -> tuple[Account, datetime]:
        """Return whose e-mail and password these are, and the store's time.

        Takes as long for an e-mail that nobody has.

        Raises:
            InvalidInput: They are not right.
            TooManyAttempts: Somebody guesses.
        """
        typed = comparable_email(email)
        counted = limits(typed, caller.address)
        if wait := await self.ports.attempts.take(counted):
            raise TooManyAttempts(wait)
        found = await self.ports.people.account_of(typed)
        kept = found.value.password_hash if found.value else ""
        if not await self.ports.credentials.verify(typed, password, kept) or found.value is None:
            raise InvalidInput(NOT_RIGHT, field="password")
        await self.ports.attempts.forget(counted[0])
        return found.value, found.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What the page of a one-time link shows.

    Attributes:
        account: Whom the link signs in, or who is signed in and opens an invitation; ``None`` for somebody new.
        asks: Which fields are to be filled in: of email, name and password.
    """

    link: Link
    organization: Organization
    account: Account | None
    asks: frozenset[str]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What was typed into the page of a one-time link."""

    email: str = ""
    name: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class Links:
    """Look at a one-time link, and use it."""

    ports: Ports
    sign_in: SignIn

    async def open(self, secret: str, visitor: MemberId | None = None) -> Opened:
        """Return what a link is for; changes nothing.

        Args:
            secret: What its address ends with.
            visitor: Who is signed in already, and could join with the account they have.

        Raises:
            NotFound: It was used, withdrawn, or is too old.
        """
        try:
            read = await self.ports.links.find(digest(secret))
        except NotFound:
            raise NotFound(ENDED) from None
        whose = read.value.member_id or visitor
        account = (await self.ports.people.account(whose)).value if whose else None
        organization = await self._organization(read.value.organization_id)
        asks = asks_for(read.value, account)
        return Opened(link=read.value, organization=organization, account=account, asks=asks, at=read.at)

    async def use(self, secret: str, filled: Filled, caller: Caller, visitor: MemberId | None = None) -> SignedIn:
        """Use a link up, and sign in.

        Raises:
            NotFound: It was used, withdrawn, or is too old.
            InvalidInput: A field is missing or not usable; the link can still be used.
            Conflict: The e-mail is somebody's, or they are a member already; the link can still be used.
            TooManyAttempts: Somebody guesses the password of an account that an invitation could be for.
        """
        opened = await self.open(secret, visitor)
        before, account = await self._account(opened, filled, caller)
        link = opened.link
        signed_in = new_session(self.ports, account.id, link.organization_id, caller, opened.at)
        joins = link.kind is LinkKind.INVITE
        redemption = Redemption(
            before=before,
            account=account,
            member=_member(link, account, opened.at) if joins else None,
            session=signed_in.session,
            act=_act(signed_in.session, Action.MEMBER_JOINED if joins else Action.LINK_USED, link.role),
        )
        try:
            await self.ports.links.redeem(link, redemption)
        except NotFound:
            raise NotFound(ENDED) from None
        return signed_in

    async def _account(self, opened: Opened, filled: Filled, caller: Caller) -> tuple[Account | None, Account]:
        """Return the account as it is, if it is, and as it shall be."""
        before = opened.account
        if "email" in opened.asks:
            email = email_address(filled.email)
            holder = (await self.ports.people.account_of(email)).value
            if holder is not None and (before is None or holder.id != before.id):
                return await self._of_holder(opened, email, filled.password, caller)
            name, password = person_name(filled.name), new_password(filled.password)
            known = before or Account(id=MemberId(self.ports.new_id()), name=name, created_at=opened.at)
            kept = await self.ports.credentials.keep(email, password, known.password_hash)
            return before, replace(known, email=email, name=name, password_hash=kept)
        assert before is not None, "who has no account is asked for an e-mail"
        if "password" in opened.asks:
            kept = await self.ports.credentials.keep(before.email, new_password(filled.password), before.password_hash)
            return before, replace(before, password_hash=kept)
        return before, before

    async def _of_holder(self, opened: Opened, email: str, password: str, caller: Caller) -> tuple[Account, Account]:
        """Let the holder of an account join with it, if they know its password."""
        if opened.link.kind is not LinkKind.INVITE:
            raise Conflict("There is an account with this e-mail already: use another one.")
        try:
            account, _ = await self.sign_in.check(email, password, caller)
        except InvalidInput:
            sentence = "There is an account with this e-mail: give its password to join with it."
            raise InvalidInput(sentence, field="password") from None
        return account, account

    async def _organization(self, organization_id: OrganizationId) -> Organization:
        everything = await self.ports.people.organizations()
        return next(one for one in everything if one.id == organization_id)


def new_session(
    ports: Ports, member_id: MemberId, organization_id: OrganizationId, caller: Caller, now: datetime
) -> SignedIn:
    """Return a new session, not stored yet."""
    secret = ports.new_secret()
    session = Session(
        id=SessionId(ports.new_id()),
        digest=digest(secret),
        member_id=member_id,
        organization_id=organization_id,
        device=caller.device,
        created_at=now,
        seen_at=now,
        expires_at=now + LIFETIME,
    )
    return SignedIn(secret, session)


def _member(link: Link, account: Account, now: datetime) -> Member:
    return Member(
        id=account.id,
        organization_id=link.organization_id,
        name=account.name,
        email=account.email,
        role=link.role,
        created_at=now,
    )


def _act(session: Session, action: Action, subject: str) -> Act:
    return Act(organization_id=session.organization_id, member_id=session.member_id, action=action, subject=subject)
