"""What signing in needs besides stores of people: counted attempts, passwords, new secrets."""

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


class Credentials(Protocol):
    """Passwords: hashed here, or known to a service that people sign in at.

    What ``keep`` returns counts once it stands in its owner's account; to all but the adapter it is any text. Slow on
    purpose; never blocks the event loop.
    """

    async def keep(self, email: str, password: str, kept: str = "", *, proven: bool = False) -> str:
        """Return what an account keeps of a new password; another text each time.

        Args:
            email: The account's, as accounts write it.
            password: As ``credentials.new_password`` lets it pass.
            kept: What the account keeps now; "" where it keeps nothing.
            proven: Whether its owner has just shown the present password: then the new one may count from now on,
                stored or not.

        Raises:
            InvalidInput: The service asks more of a password or an e-mail, or knows the e-mail as somebody's.
            StoreUnavailable: The service did not answer.
        """
        ...

    async def verify(self, email: str, password: str, kept: str) -> bool:
        """Return whether this is the password of the account. False where it keeps "", after as long a time.

        Raises:
            StoreUnavailable: The service did not answer.
        """
        ...


class NewSecret(Protocol):
    """Makes secrets."""

    def __call__(self) -> str:
        """Return 256 random bits as text that needs no escape in an address or a header."""
        ...
