"""What signing in needs besides stores of people: counted attempts, hashed passwords, new secrets."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from mentorfy_core.people.attempts import Limit


class AttemptStore(Protocol):
    """Attempts at passwords, counted across processes and restarts."""

    async def take(self, limits: Sequence[Limit]) -> timedelta | None:
        """Count one attempt against every limit, or none where one of them is reached.

        Returns:
            ``None`` where it was counted, else how long nothing will be heard.
        """
        ...

    async def forget(self, limit: Limit) -> None:
        """Start counting again: the password was right."""
        ...


class PasswordHasher(Protocol):
    """Makes of a password what may be kept of it. Slow on purpose; never blocks the event loop."""

    async def hash(self, password: str) -> str:
        """Return a salted hash, with all that is needed to check it."""
        ...

    async def verify(self, password: str, password_hash: str) -> bool:
        """Return whether the hash is this password's. False for "", after as long a time."""
        ...


class NewSecret(Protocol):
    """Makes secrets."""

    def __call__(self) -> str:
        """Return 256 random bits as text that needs no escape in an address or a header."""
        ...
