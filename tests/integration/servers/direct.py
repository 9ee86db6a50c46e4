"""The functions of our schema, called over a connection of its own to PostgreSQL: no gateway, no HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Self

import psycopg
from postgrest.exceptions import APIError
from psycopg import sql

from mentorfy_supabase.client import Answer, Supabase
from mentorfy_supabase.errors import told
from mentorfy_supabase.rows import from_text, plain

ARGUMENTS = """
select p.proname, coalesce(jsonb_object_agg(a.name, format_type(a.type, null)) filter (where a.name is not null), '{}')
from pg_proc as p left join lateral unnest(p.proargnames, p.proargtypes::oid[]) as a(name, type) on true
where p.pronamespace = 'public'::regnamespace group by p.oid, p.proname
"""


class Direct(Supabase):
    """What the stores take for a project.

    Args:
        url: Of the database.
    """

    def __init__(self, url: str) -> None:
        super().__init__("http://127.0.0.1:9", "sb_secret_none")
        self._url = url
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._types: dict[str, Mapping[str, str]] = {}

    async def open(self) -> Self:
        self._connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True)
        async for name, types in await self._connection.execute(ARGUMENTS):
            self._types[name] = types
        await self._connection.execute("set role service_role")
        return self

    async def set_clock(self, microseconds: int) -> None:
        """Let the store's time be this, in microseconds since 1970, until the machine's clock is past it."""
        assert self._connection is not None
        await self._connection.execute("reset role")
        await self._connection.execute("select setval('mentorfy.clock', %s)", (microseconds,))
        await self._connection.execute("set role service_role")

    async def aclose(self) -> None:
        await super().aclose()
        if self._connection is not None:
            await self._connection.close()

    async def call(self, function: str, **arguments: object) -> Answer:
        assert self._connection is not None
        types = self._types[function]
        named = [sql.SQL("{} => %s::{}").format(sql.Identifier(name), sql.SQL(types[name])) for name in arguments]
        query = sql.SQL("select public.{}({})").format(sql.Identifier(function), sql.SQL(", ").join(named))
        values = [_value(plain(value), types[name]) for name, value in arguments.items()]
        try:
            row = await (await self._connection.execute(query, values)).fetchone()
        except psycopg.DatabaseError as error:
            raise told(APIError({"code": error.sqlstate, "message": error.diag.message_primary})) from None
        assert row is not None
        return Answer(row[0]["value"], from_text(row[0]["at"]))


def _value(value: object, wanted: str) -> object:
    return json.dumps(value) if wanted == "jsonb" and value is not None else value
