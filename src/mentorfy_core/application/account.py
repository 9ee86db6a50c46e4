"""What a person does for themselves: name, password, personal tokens."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mentorfy_core.application.signing_in import Caller, SignIn
from mentorfy_core.errors import InvalidInput
from mentorfy_core.ids import MemberId, SessionId, TokenId
from mentorfy_core.people import Account, Actor, Role
from mentorfy_core.people.audits import Action, audit
from mentorfy_core.people.credentials import digest, new_password, person_name
from mentorfy_core.people.roles import weaker
from mentorfy_core.people.sessions import TOKEN_PREFIX, Token
from mentorfy_core.ports import Ports


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """Change one's own account."""

    ports: Ports
    sign_in: SignIn

    async def rename(self, member_id: MemberId, name: str) -> Account:
        """Change one's name, in every organisation.

        Raises:
            InvalidInput: It is no name.
        """
        before = (await self.ports.people.account(member_id)).value
        after = replace(before, name=person_name(name))
        await self.ports.people.save_account(before, after)
        return after

    async def change_password(
        self, member_id: MemberId, old: str, new: str, caller: Caller, keep: SessionId | None
    ) -> None:
        """Change one's password; every other session ends.

        Raises:
            InvalidInput: The old password is not right, or the new one is not good enough.
            TooManyAttempts: Somebody guesses the old one.
        """
        before = (await self.ports.people.account(member_id)).value
        chosen = new_password(new)
        try:
            await self.sign_in.check(before.email, old, caller)
        except InvalidInput:
            raise InvalidInput("That is not your present password.", field="old") from None
        kept = await self.ports.credentials.keep(before.email, chosen, before.password_hash, proven=True)
        after = replace(before, password_hash=kept)
        await self.ports.people.save_account(before, after, keep)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A personal token just made.

    Attributes:
        secret: The token itself; shown once, kept nowhere.
    """

    secret: str
    token: Token


@dataclass(frozen=True, slots=True)
class Tokens:
    """Look after one's own personal tokens in the organisation one acts for."""

    ports: Ports

    async def __call__(self, actor: Actor) -> Sequence[Token]:
        """Return one's tokens, oldest first."""
        return await self.ports.tokens.of(actor.organization_id, actor.member_id)

    async def add(self, actor: Actor, name: str, role: Role | None = None) -> NewToken:
        """Make a token.

        Args:
            actor: For whom.
            name: What it is for, for people.
            role: What it may do at most; never more than the actor may.

        Raises:
            InvalidInput: It has no name.
        """
        now = (await self.ports.people.account(actor.member_id)).at
        secret = TOKEN_PREFIX + self.ports.new_secret()
        token = Token(
            id=TokenId(self.ports.new_id()),
            digest=digest(secret),
            organization_id=actor.organization_id,
            member_id=actor.member_id,
            role=weaker(role or actor.role, actor.role),
            name=person_name(name),
            created_at=now,
        )
        await self.ports.tokens.add(token, audit(actor, Action.TOKEN_MADE, token.name))
        return NewToken(secret, token)

    async def revoke(self, actor: Actor, token_id: TokenId) -> None:
        """Make a token useless at once.

        Raises:
            NotFound: It is no token of theirs here.
        """
        act = audit(actor, Action.TOKEN_REVOKED, token_id)
        await self.ports.tokens.revoke(actor.organization_id, actor.member_id, token_id, act)
