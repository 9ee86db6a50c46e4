"""``/api/tokens``: one's own personal tokens in the organisation one acts for."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from pydantic import Field

from mentorfy_core.ids import TokenId
from mentorfy_core.people import Role
from mentorfy_core.people.credentials import LONGEST_NAME
from mentorfy_core.people.sessions import Token
from mentorfy_web.api.operations import Operation
from mentorfy_web.doors import Door
from mentorfy_web.visits import Visit

Name = Annotated[str, Field(max_length=LONGEST_NAME, pattern=r"[^\s\x00-\x1f\x7f]")]
"""Somewhere there must be something to see."""


@dataclass(frozen=True, slots=True)
class TokenView:
    """A token, without its secret."""

    id: UUID
    name: str
    role: Role
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class WantedToken:
    """What a token is for, and what it may do at most: one's own role, if nothing is said."""

    name: Name
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token; its secret is told only now."""

    token: TokenView
    secret: str


async def list_tokens(visit: Visit) -> list[TokenView]:
    """Return one's tokens."""
    return [_shape(one) for one in await visit.mentorfy.tokens(visit.actor)]


async def make(visit: Visit, body: WantedToken) -> MadeToken:
    """Make a token."""
    visit.require_browser()
    made = await visit.mentorfy.tokens.add(visit.actor, body.name, body.role)
    return MadeToken(_shape(made.token), made.secret)


async def revoke(visit: Visit) -> None:
    """Make a token useless."""
    await visit.mentorfy.tokens.revoke(visit.actor, TokenId(visit.id("token_id")))


def _shape(token: Token) -> TokenView:
    return TokenView(token.id, token.name, token.role, token.created_at, token.used_at)


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        method="GET",
        path="/api/tokens",
        door=Door.MEMBER,
        summary="List one's own tokens",
        does=list_tokens,
        answer=list[TokenView],
    ),
    Operation(
        method="POST",
        path="/api/tokens",
        door=Door.MEMBER,
        summary="Make a personal token; not by token",
        does=make,
        body=WantedToken,
        answer=MadeToken,
        status=HTTPStatus.CREATED,
    ),
    Operation(
        method="DELETE",
        path="/api/tokens/{token_id}",
        door=Door.MEMBER,
        summary="Revoke one of one's own tokens, at once",
        does=revoke,
    ),
)
