"""Passwords that Supabase Auth keeps. It is asked for nothing else: sessions, members and roles are ours.

What an account keeps is ``supabase <user> <stamp> <salt>``: the person's id at Auth; a text that Auth keeps beside the
password, set together with it, so that a password which no account stands for lets nobody in; and one that only makes
each password another text.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from typing import Final, Self
from uuid import UUID

from supabase_auth import AsyncGoTrueAdminAPI, AsyncGoTrueClient, AsyncMemoryStorage
from supabase_auth.types import AdminUserAttributes, User

from mentorfy_core.errors import InvalidInput
from mentorfy_supabase.auth_errors import ANSWERLESS, IS_REFUSED, IS_TAKEN, is_one_of, told
from mentorfy_supabase.client import Supabase, headers_for
from mentorfy_supabase.rows import storable

_SCHEME: Final = "supabase"
_STAMP: Final = "mentorfy"
"""What the stamp is called among the metadata of a user that only the service can change."""

_LONGEST: Final = 72
"""Bytes of a password that Auth's bcrypt can tell apart."""

_IN_USE: Final = "There is an account with this e-mail: give its password to join with it."


@dataclass(frozen=True, slots=True)
class _Kept:
    user: str
    stamp: str

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return what an account keeps, unless it is nothing of ours."""
        match text.split(" "):
            case [scheme, user, stamp, _] if scheme == _SCHEME and _is_uuid(user):
                return cls(user, stamp)
            case _:
                return None

    def __str__(self) -> str:
        return f"{_SCHEME} {self.user} {self.stamp} {_random()}"


class SupabaseCredentials:
    """See ``ports.sign_in.Credentials``.

    Whoever signs in does so with the publishable key, by a client of their own that is thrown away with their tokens:
    the service's clients never act for a person, and no token of a person is kept or looked at.

    Args:
        supabase: The project; it is asked as the service to set passwords.
        publishable_key: As which passwords are checked.
    """

    def __init__(self, supabase: Supabase, publishable_key: str) -> None:
        self._url = f"{supabase.url}/auth/v1"
        self._supabase = supabase
        self._publishable = headers_for(publishable_key)

    async def keep(self, email: str, password: str, kept: str = "", *, proven: bool = False) -> str:
        """Set the password at Auth; where Auth does not know the person yet, make them known."""
        before = _Kept.read(kept)
        stamp = before.stamp if before and proven else _random()
        wanted: AdminUserAttributes = {"password": _sendable(password), "app_metadata": {_STAMP: stamp}}
        if before and await self._update(before.user, wanted):
            return str(_Kept(before.user, stamp))
        user = await self._create({**wanted, "email": email, "email_confirm": True})
        return str(_Kept(user or await self._adopt(email, password, stamp), stamp))

    async def verify(self, email: str, password: str, kept: str) -> bool:
        """Return whether Auth signs the person in, and whether it is they of whom the account keeps something."""
        known, user = _Kept.read(kept), await self._signed_in(email, password)
        if known is None or user is None:
            return False
        stamp = str(user.app_metadata.get(_STAMP, ""))
        return user.id == known.user and secrets.compare_digest(stamp.encode(), known.stamp.encode())

    async def _signed_in(self, email: str, password: str) -> User | None:
        """Return whose e-mail and password these are."""
        if not email or not password:
            return None  # Auth's client would not even ask
        visitor = AsyncGoTrueClient(
            url=self._url,
            headers=self._publishable,
            auto_refresh_token=False,
            persist_session=False,
            storage=AsyncMemoryStorage(),
            http_client=self._supabase.http,
        )
        try:
            answer = await visitor.sign_in_with_password({"email": email, "password": _sendable(password)})
        except ANSWERLESS as error:
            if is_one_of(error, IS_REFUSED):
                return None
            raise told(error) from None
        return answer.user

    async def _create(self, wanted: AdminUserAttributes) -> str | None:
        """Return the id of a new user; ``None`` where the e-mail is somebody's."""
        try:
            return (await self._as_service().create_user(wanted)).user.id
        except ANSWERLESS as error:
            if is_one_of(error, IS_TAKEN):
                return None
            raise told(error) from None

    async def _adopt(self, email: str, password: str, stamp: str) -> str:
        """Return the id of a user who is there already, if the password is theirs: an e-mail takes nobody over."""
        user = await self._signed_in(email, password)
        if user is None or not await self._update(user.id, {"app_metadata": {_STAMP: stamp}}):
            raise InvalidInput(_IN_USE, field="password")
        return user.id

    async def _update(self, user: str, wanted: AdminUserAttributes) -> bool:
        """Change a user; False where there is none."""
        try:
            await self._as_service().update_user_by_id(user, wanted)
        except ANSWERLESS as error:
            if is_one_of(error, {"user_not_found"}):
                return False
            raise told(error) from None
        return True

    def _as_service(self) -> AsyncGoTrueAdminAPI:
        return AsyncGoTrueAdminAPI(url=self._url, headers=self._supabase.headers, http_client=self._supabase.http)


def _random() -> str:
    return secrets.token_hex(16)


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _sendable(password: str) -> str:
    """Return a password as Auth gets it: as it is, or its digest where Auth would not see all of it."""
    data = password.encode("utf-8", "surrogatepass")
    if len(data) <= _LONGEST and storable(password) == password:
        return password
    return base64.b64encode(hashlib.sha256(data).digest()).decode()
