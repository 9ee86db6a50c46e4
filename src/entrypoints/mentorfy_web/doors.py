"""Who may knock where: every route says it once, and one place asks."""

from enum import StrEnum

from mentorfy_core.errors import Forbidden
from mentorfy_core.people import Role


class Door(StrEnum):
    """Who may use a route."""

    OPEN = "open"
    MEMBER = "member"
    OPERATOR = "operator"


class SignInNeeded(Exception):
    """Nobody is signed in, and the route is not for everybody."""


def require(door: Door, role: Role | None) -> None:
    """Let those pass whom the door is for.

    Raises:
        SignInNeeded: Nobody is signed in.
        Forbidden: A member is at an operator's door.
    """
    if door is Door.OPEN:
        return
    if role is None:
        raise SignInNeeded
    if door is Door.OPERATOR and role is Role.MEMBER:
        raise Forbidden("Only an owner or admin of this organisation may do that.")
