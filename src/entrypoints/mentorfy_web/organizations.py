"""A page acts for the organisation it was rendered for, or not at all."""

from typing import Final

from starlette.requests import Request

from mentorfy_core.errors import Conflict, InvalidInput
from mentorfy_web.visitors import Visitor

HEADER: Final = "x-mentorfy-organization"
FIELD: Final = "organization"
"""Forms carry it in their address, scripts in a header."""

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Switched(Conflict):
    """The person now acts for another organisation than the page was made for; nothing was written."""


def require_same_organization(request: Request, visitor: Visitor) -> None:
    """Let requests pass that were made for the organisation the visitor acts for now.

    A token is bound to one organisation, so it need not say which.

    Raises:
        Switched: The request was made for another organisation.
        InvalidInput: A browser's unsafe request does not say which organisation it was made for.
    """
    made_for = request.headers.get(HEADER) or request.query_params.get(FIELD)
    if made_for and made_for != str(visitor.organization.id):
        raise Switched(f"You switched to {visitor.organization.name}. Nothing was changed; reload the page.")
    if not made_for and request.method not in SAFE and not visitor.by_token:
        raise InvalidInput("The request does not say which organisation it was made for: reload the page.")
