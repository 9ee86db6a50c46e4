"""What a failed call of Auth means to callers. Only codes are read."""

from collections.abc import Collection, Mapping
from typing import Final

import httpx
from supabase_auth.errors import AuthError, AuthWeakPasswordError

from mentorfy_core.errors import InvalidInput, MentorfyError, StoreUnavailable

ANSWERLESS: Final = (AuthError, httpx.HTTPError, ValueError, LookupError, TypeError, AttributeError)
"""What Auth's client raises where an answer is missing, refuses, or makes no sense."""

IS_REFUSED: Final = frozenset(
    {"invalid_credentials", "email_not_confirmed", "user_banned", "validation_failed", "email_address_invalid"}
)
"""Codes of a sign-in whose e-mail and password let nobody in."""

IS_TAKEN: Final = frozenset({"email_exists", "user_already_exists"})

_UNUSABLE_EMAIL: Final = frozenset({"validation_failed", "email_address_invalid", "email_address_not_authorized"})

_WEAK: Final[Mapping[str, str]] = {
    "length": "use a longer one",
    "characters": "mix letters, digits and signs",
    "pwned": "this one is on lists of known passwords",
}


def is_one_of(error: Exception, codes: Collection[str]) -> bool:
    """Return whether Auth itself gave one of these codes."""
    return isinstance(error, AuthError) and error.code in codes


def told(error: Exception) -> MentorfyError:
    """Return what callers are told of what Auth's client raised."""
    if isinstance(error, AuthWeakPasswordError):
        reasons = "; ".join(_WEAK[reason] for reason in error.reasons if reason in _WEAK)
        return InvalidInput(f"Choose another password: {reasons or 'this one is too easy to guess'}.", field="password")
    if is_one_of(error, _UNUSABLE_EMAIL):
        return InvalidInput("This e-mail address cannot be used to sign in: use another one.", field="email")
    code = error.code if isinstance(error, AuthError) else None
    return StoreUnavailable(f"Signing in is not possible right now ({code or type(error).__name__}).")
