"""Passwords, hashed by argon2id."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Final

import argon2
from argon2.exceptions import VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

AT_ONCE: Final = 2
"""Hashes made at the same time: each takes 64 MiB and some 50 ms of processor."""


class Argon2Credentials:
    """See ``ports.sign_in.Credentials``.

    Args:
        parameters: The cost. RFC 9106, section 4, "second recommended option": argon2id, 3 passes over 64 MiB, 4 lanes.
            A hash carries its own, so that they may rise.
    """

    def __init__(self, parameters: argon2.Parameters = RFC_9106_LOW_MEMORY) -> None:
        self._argon2 = argon2.PasswordHasher.from_parameters(parameters)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="mentorfy-argon2")

    async def keep(self, email: str, password: str, kept: str = "", *, proven: bool = False) -> str:
        """Return a salted hash."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hash, password)

    async def verify(self, email: str, password: str, kept: str) -> bool:
        """Return whether the hash is this password's."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._verify, password, kept)

    def _hash(self, password: str) -> str:
        return self._argon2.hash(_bytes(password))

    def _verify(self, password: str, password_hash: str) -> bool:
        try:
            self._argon2.verify(password_hash or self._nobodys, _bytes(password))
        except (VerificationError, ValueError):  # a ValueError: this is no hash
            return False
        return bool(password_hash)

    @cached_property
    def _nobodys(self) -> str:
        """A hash to compare with where there is none: it takes as long."""
        return self._hash("nobody's password")


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
