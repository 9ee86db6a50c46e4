"""One Supabase project, one HTTP client of ours: every call of a store is one request, and no request is repeated."""

from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self, cast

import httpx
from postgrest import AsyncPostgrestClient
from postgrest.exceptions import APIError
from storage3 import AsyncStorageClient

from mentorfy_core.errors import StoreUnavailable
from mentorfy_supabase.errors import FunctionMissing, told
from mentorfy_supabase.rows import from_text, plain
from mentorfy_supabase.schema import NO_SCHEMA, OtherSchema, require_known

TIMEOUT: Final = httpx.Timeout(connect=3, read=20, write=20, pool=20)
"""A statement ends after 8 s by itself; the bytes of a file take longer."""

_CONNECTIONS: Final = httpx.Limits(max_connections=20, max_keepalive_connections=20)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a function of ours returned, and the store's time when it did."""

    value: Any
    at: datetime


class Supabase:
    """A project's APIs as its service, shared by all stores of a process; lives in one event loop.

    Args:
        url: Of the project, such as https://<id>.supabase.co.
        secret_key: Acts as the service: it may do everything, so it never leaves the server.
        timeout: How long to wait for what.
    """

    def __init__(self, url: str, secret_key: str, *, timeout: httpx.Timeout = TIMEOUT) -> None:
        self.url = url.rstrip("/")
        self.http = httpx.AsyncClient(timeout=timeout, limits=_CONNECTIONS, http2=False)
        self.headers = headers = headers_for(secret_key)
        self._rest = AsyncPostgrestClient(
            f"{self.url}/rest/v1", headers=headers, http_client=self.http, retry_enabled=False
        )
        self.storage = AsyncStorageClient(f"{self.url}/storage/v1/", headers=headers, http_client=self.http)

    async def open(self) -> Self:
        """Look whether the project's schema is one that this program knows.

        Raises:
            OtherSchema: It is not.
            StoreUnavailable: The project did not answer.
        """
        try:
            require_known((await self._schema()).value)
        except BaseException:
            await self.aclose()
            raise
        return self

    async def _schema(self) -> Answer:
        try:
            return await self.call("mentorfy_schema")
        except FunctionMissing as error:
            raise OtherSchema(NO_SCHEMA) from error

    async def aclose(self) -> None:
        """Close all connections. May be repeated."""
        await self.http.aclose()

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def call(self, function: str, **arguments: object) -> Answer:
        """Call a function of ours, by POST: a read replica is never asked, so who wrote reads what they wrote.

        Args:
            function: In ``supabase/migrations``.
            arguments: By name; whatever JSON or ``rows.plain`` can say.

        Raises:
            NotFound: The function says so, as with ``Conflict`` and ``Fenced``.
            StoreUnavailable: No answer came, or none that a function of ours gives.
            StatementRefused: The database finds the call wrong.
        """
        parameters = cast("dict[str, str]", plain(arguments))
        try:
            answer = (await self._rest.rpc(function, parameters).execute()).data
        except APIError as error:
            raise told(error) from None  # its details may quote what people wrote
        except (httpx.HTTPError, ValueError) as error:
            raise told(error) from error
        if not isinstance(answer, dict) or answer.keys() != {"at", "value"}:
            raise StoreUnavailable("The store's answer makes no sense.")
        return Answer(answer["value"], from_text(str(answer["at"])))


def headers_for(key: str) -> dict[str, str]:
    """Return what a key is sent as: a new one is no JWT and must not pose as one, an old one is wanted twice."""
    return {"apikey": key} if key.startswith("sb_") else {"apikey": key, "Authorization": f"Bearer {key}"}
