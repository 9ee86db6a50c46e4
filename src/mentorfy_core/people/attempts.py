"""How often somebody may guess."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Final

from mentorfy_core.people.credentials import digest


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many attempts in a window of time.

    Attributes:
        key: Whose attempts are counted together; tells nobody whose.
    """

    key: str
    most: int
    window: timedelta


WINDOW: Final = timedelta(minutes=15)
PER_EMAIL: Final = 8
PER_ADDRESS: Final = 60
"""An office's people share an address."""


def limits(email: str, address: str) -> Sequence[Limit]:
    """Return what limits guesses at an e-mail's password that come from an address; the e-mail's first."""
    return (
        Limit(digest(f"email {email}"), PER_EMAIL, WINDOW),
        Limit(digest(f"address {neighbourhood(address)}"), PER_ADDRESS, WINDOW),
    )


def neighbourhood(address: str) -> str:
    """Return what counts as one address: of IPv6 the network of 64 bits, all of which one customer is given (RFC 6177).

    >>> neighbourhood("192.0.2.7"), neighbourhood("2001:db8::7"), neighbourhood("testclient")
    ('192.0.2.7', '2001:db8::/64', 'testclient')
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
