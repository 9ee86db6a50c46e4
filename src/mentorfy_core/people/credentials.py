"""What people type to be recognised, and what is kept of a secret."""

import hashlib
import re
import unicodedata
from typing import Final

from mentorfy_core.errors import InvalidInput, clean

SHORTEST_PASSWORD: Final = 10
LONGEST_PASSWORD: Final = 1000
LONGEST_NAME: Final = 100
LONGEST_EMAIL: Final = 254

_EMAIL: Final = re.compile(r"[^\s@\"'<>(),:;\\\[\]]+@[^\s@\"'<>(),:;\\\[\]]+")


def email_address(text: str) -> str:
    """Return an e-mail address the way it is kept and compared: trimmed, in lower case.

    >>> email_address(" Hanne@Example.org ")
    'hanne@example.org'

    Raises:
        InvalidInput: It is none.
    """
    address = comparable_email(text)
    if len(address) > LONGEST_EMAIL or not _EMAIL.fullmatch(address) or clean(address) != address:
        raise InvalidInput("That is not an e-mail address, like name@example.org.", field="email")
    return address


def comparable_email(text: str) -> str:
    """Return whatever was typed as it would be kept if it were an address."""
    return unicodedata.normalize("NFC", text.strip().lower())


def person_name(text: str) -> str:
    """Return a person's name, or a thing's, with single spaces.

    Raises:
        InvalidInput: There is none, or it is too long.
    """
    name = " ".join(clean(text).split())
    if not name:
        raise InvalidInput("Give a name.", field="name")
    if len(name) > LONGEST_NAME:
        raise InvalidInput(f"The name is too long: {LONGEST_NAME} characters are allowed.", field="name")
    return name


def new_password(text: str) -> str:
    """Return a password that is good enough: long; what it is made of is its owner's business (NIST SP 800-63B).

    Raises:
        InvalidInput: It is too short or too long.
    """
    if len(text) < SHORTEST_PASSWORD:
        raise InvalidInput(f"Use at least {SHORTEST_PASSWORD} characters, for example a few words.", field="password")
    if len(text) > LONGEST_PASSWORD:
        raise InvalidInput(f"Use at most {LONGEST_PASSWORD} characters.", field="password")
    return text


def digest(secret: str) -> str:
    """Return what a store keeps instead of a secret of 256 random bits: nobody can go back from it."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
