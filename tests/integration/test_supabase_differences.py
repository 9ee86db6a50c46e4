"""Where the tests' server answers otherwise than Supabase: our adapter does the right thing with Supabase's answer.

Each row of the table in ``docs/reference/supabase.md`` has its tests here. They run against a stub that answers as
documented and, where the environment names a real project, against that, too. Two rows are about calls that the tests'
server lacks altogether: those are answered beside it, by ``admin.mjs`` and ``tus.mjs``, as documented.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from starlette.responses import HTMLResponse, JSONResponse, Response

from mentorfy_core.errors import ErrorKind, NotFound, PortError, StoreUnavailable
from mentorfy_core.ports.vitals import Count
from mentorfy_core.testing.contracts.blobs import key
from mentorfy_core.testing.samples import an_organization_id, new_id
from mentorfy_supabase import (
    StatementRefused,
    Supabase,
    SupabaseBlobStore,
    SupabaseCredentials,
    SupabaseVitalsStore,
    SupabaseWorkerStore,
)
from mentorfy_supabase.resumable import PIECE
from tests.integration.servers.documented import PUBLISHABLE, SECRET, Documented, refused
from tests.integration.servers.supabase_server import Project, named_project

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "supabase.md"


@dataclass(frozen=True)
class Asked:
    """Who is asked.

    Attributes:
        supabase: As the service.
    """

    supabase: Supabase
    project: Project

    @property
    def blobs(self) -> SupabaseBlobStore:
        return SupabaseBlobStore(self.supabase)


async def who_has_no_grant_hears_that_the_store_is_unavailable(asked: Asked) -> None:
    """A key that was exchanged by mistake is mended by people, while work waits."""
    visitor = Supabase(asked.project.url, asked.project.publishable_key)
    with pytest.raises(StoreUnavailable, match="42501"):
        await visitor.call("audit_append", act=None)
    await visitor.aclose()


async def arguments_arrive_as_they_are(asked: Asked) -> None:
    """A list in an argument is a list there, and no text."""
    vitals, how = SupabaseVitalsStore(asked.supabase), f"test {new_id()}"
    await vitals.add({(Count.ENDS, how): 2})
    assert (await vitals.vitals()).value.counted[Count.ENDS, how] == 2


async def codes_are_kept(asked: Asked) -> None:
    """Those of our functions, PostgreSQL's and PostgREST's."""
    with pytest.raises(NotFound):
        await asked.supabase.call("document_get", organization=an_organization_id(), document=new_id())
    with pytest.raises(StoreUnavailable, match="PGRST202"):
        await asked.supabase.call("there_is_no_such_function")


async def times_are_read(asked: Asked) -> None:
    at = (await asked.supabase.call("audit_append", act=None)).at
    assert at.tzinfo is UTC
    assert abs(at - datetime.now(UTC)) < timedelta(days=1)


async def a_key_may_begin_another(asked: Asked) -> None:
    ours = an_organization_id()
    short, long = f"{ours}/{new_id()}", key(ours)
    longer = f"{short}/{new_id()}"
    for each in (short, longer, long):
        await asked.blobs.put(ours, each, each.encode())
    for each in (short, longer, long):
        assert await asked.blobs.get(ours, each) == each.encode()


async def keys_are_those_that_were_put(asked: Asked) -> None:
    """Also in "folders", of which Storage's list names one level; none that is not there is read as empty."""
    ours, blobs = an_organization_id(), asked.blobs
    wanted = sorted(key(ours, number) for number in (1, 2, 3))
    for each in wanted:
        await blobs.put(ours, each, b"x")
    await blobs.put(theirs := an_organization_id(), key(theirs), b"x")
    assert sorted(await blobs.keys(ours)) == wanted
    await blobs.delete(ours, wanted[0])
    assert sorted(await blobs.keys(ours)) == wanted[1:]
    with pytest.raises(NotFound):
        await blobs.get(ours, wanted[0])


async def our_keys_are_such_as_storage_takes(asked: Asked) -> None:
    """Others are refused here, and there once more."""
    ours = an_organization_id()
    with pytest.raises(ValueError, match="not a blob key"):
        await asked.blobs.put(ours, f"{ours}/ä", b"x")
    await asked.blobs.put(ours, key(ours), b"x")


async def people_are_made_known_and_sign_in(asked: Asked) -> None:
    credentials = SupabaseCredentials(asked.supabase, asked.project.publishable_key)
    email, password = f"{new_id().hex}@example.org", "oars and rowlocks"
    kept = await credentials.keep(email, password)
    kept = await credentials.keep(email, "sails and halyards", kept, proven=True)
    assert await credentials.verify(email, "sails and halyards", kept)
    assert not await credentials.verify(email, password, kept)


async def large_files_arrive_in_pieces(asked: Asked) -> None:
    ours, data = an_organization_id(), bytes(range(256)) * (PIECE // 256) + b"and more"
    await asked.blobs.put(ours, key(ours), data)
    assert await asked.blobs.get(ours, key(ours)) == data


Check = Callable[[Asked], Awaitable[None]]

BY_THE_STUB: Final[Mapping[str, Check]] = {
    "grants everything on all tables to everybody": who_has_no_grant_hears_that_the_store_is_unavailable,
    "sends JSON arguments as JSON text within JSON": arguments_arrive_as_they_are,
    "answers 500 `SUP` for many error codes": codes_are_kept,
    "times with a space and `+00`": times_are_read,
    "keeps objects as files: no key may begin another": a_key_may_begin_another,
    "Storage lists every object at any prefix": keys_are_those_that_were_put,
    "Storage takes any name": our_keys_are_such_as_storage_takes,
}
BESIDE_THE_SERVER: Final[Mapping[str, Check]] = {
    "has no administration of users": people_are_made_known_and_sign_in,
    "has no uploads in pieces": large_files_arrive_in_pieces,
}
IN_TROUBLE: Final = "knows no statement timeout, no replicas, no gateway"


def gateway(status: int, **said: str) -> Response:
    return JSONResponse(said, status) if said else HTMLResponse(f"<html>{status}</html>", status)


ANSWERS: Final[Mapping[str, tuple[Response, type[Exception]]]] = {
    "a statement took too long": (
        refused(500, "57014", "canceling statement due to statement timeout"),
        StoreUnavailable,
    ),
    "a full disk": (refused(405, "25006", "cannot execute INSERT in a read-only transaction"), StoreUnavailable),
    "a replica was asked to write": (refused(405, "25006", "cannot execute nextval()"), StoreUnavailable),
    "no connection is free": (refused(504, "PGRST003", "Timed out acquiring connection"), StoreUnavailable),
    "the database starts": (refused(503, "PGRST001", "Database client error. Retrying"), StoreUnavailable),
    "the schema is loading": (refused(503, "PGRST002", "Could not query the database"), StoreUnavailable),
    "a deadlock": (refused(500, "40P01", "deadlock detected"), StoreUnavailable),
    "a value of no such kind": (refused(400, "22P02", "invalid input syntax for type uuid"), StatementRefused),
    "a check failed": (refused(400, "23514", "violates check constraint"), StatementRefused),
    "a key of nobody": (gateway(401, message="Invalid API key", hint="Double check it."), StoreUnavailable),
    "a token that is over": (refused(401, "PGRST303", "JWT expired"), StoreUnavailable),
    "no such route": (gateway(404, message="no Route matched with those values"), StoreUnavailable),
    "asked too often": (gateway(429, message="API rate limit exceeded"), StoreUnavailable),
    "nobody behind the gateway": (gateway(502), StoreUnavailable),
    "an overloaded gateway": (gateway(503, message="name resolution failed"), StoreUnavailable),
    "a slow gateway": (gateway(504, message="The upstream server is timing out"), StoreUnavailable),
    "the host is down": (gateway(521), StoreUnavailable),
    "no answer in time": (gateway(522), StoreUnavailable),
    "the project is paused": (gateway(540, message="Project paused"), StoreUnavailable),
    "the database takes too long": (gateway(544, error="DatabaseTimeout"), StoreUnavailable),
}

STORAGE_ANSWERS: Final[Mapping[str, tuple[Response, ErrorKind]]] = {
    "the database is busy": (
        gateway(544, statusCode="544", error="DatabaseTimeout", message="The connection to the database timed out"),
        ErrorKind.NETWORK_ERROR,
    ),
    "asked too often": (
        gateway(429, statusCode="429", error="SlowDown", message="Too many connections"),
        ErrorKind.RATE_LIMIT,
    ),
    "a bucket that is gone": (
        gateway(400, statusCode="404", error="Bucket not found", message="Bucket not found"),
        ErrorKind.NETWORK_ERROR,
    ),
    "a key of nobody": (
        gateway(400, statusCode="403", error="Unauthorized", message="Invalid Compact JWS"),
        ErrorKind.NETWORK_ERROR,
    ),
    "somebody else writes it": (
        gateway(400, statusCode="423", error="ResourceLocked", message="The resource is locked"),
        ErrorKind.NETWORK_ERROR,
    ),
    "a name it does not take": (
        gateway(400, statusCode="400", error="InvalidKey", message="Invalid key"),
        ErrorKind.PROCESSING_ERROR,
    ),
    "a file over the limit": (
        gateway(400, statusCode="413", error="Payload too large", message="The object exceeded the maximum size"),
        ErrorKind.TOO_LARGE,
    ),
}


@pytest.fixture(scope="module")
async def stub() -> AsyncIterator[Documented]:
    async with Documented().running() as stub:
        yield stub


@pytest.fixture
def documented(stub: Documented) -> Documented:
    """The stub, before it was asked anything."""
    stub.asked.clear()
    return stub


@asynccontextmanager
async def asking(project: Project) -> AsyncIterator[Asked]:
    supabase = Supabase(project.url, project.secret_key)
    yield Asked(supabase, project)
    await supabase.aclose()


@pytest.mark.parametrize("check", BY_THE_STUB.values(), ids=BY_THE_STUB)
async def test_what_supabase_answers_is_understood(documented: Documented, check: Check) -> None:
    async with asking(Project(documented.url, SECRET, PUBLISHABLE)) as asked:
        await check(asked)


@pytest.mark.parametrize("check", BESIDE_THE_SERVER.values(), ids=BESIDE_THE_SERVER)
async def test_what_the_server_lacks_is_understood(supabase: Supabase, supabase_project: Project, check: Check) -> None:
    """Of a real project where one is named."""
    await SupabaseBlobStore(supabase).prepare()
    async with asking(supabase_project) as asked:
        await check(asked)


if named_project():

    @pytest.mark.parametrize("check", BY_THE_STUB.values(), ids=BY_THE_STUB)
    async def test_what_a_real_project_answers_is_understood(
        supabase: Supabase, supabase_project: Project, check: Check
    ) -> None:
        await SupabaseBlobStore(supabase).prepare()
        async with asking(supabase_project) as asked:
            await check(asked)


@pytest.mark.parametrize(("answer", "kind"), ANSWERS.values(), ids=ANSWERS)
async def test_what_a_project_in_trouble_answers_is_heard(
    documented: Documented, answer: Response, kind: type[Exception]
) -> None:
    """After one request."""
    async with asking(Project(documented.url, SECRET, PUBLISHABLE)) as asked:
        documented.planned.append(answer)
        with pytest.raises(kind):
            await SupabaseWorkerStore(asked.supabase).workers()
    assert documented.asked == ["POST /rest/v1/rpc/workers_seen"]


@pytest.mark.parametrize(("answer", "kind"), STORAGE_ANSWERS.values(), ids=STORAGE_ANSWERS)
async def test_what_a_storage_in_trouble_answers_is_heard(
    documented: Documented, answer: Response, kind: ErrorKind
) -> None:
    ours = an_organization_id()
    async with asking(Project(documented.url, SECRET, PUBLISHABLE)) as asked:
        documented.planned.append(answer)
        with pytest.raises(PortError) as raised:
            await asked.blobs.put(ours, key(ours), b"x")
    assert raised.value.kind is kind
    assert len(documented.asked) == 1


def test_every_difference_that_is_told_is_tried() -> None:
    told = REFERENCE.read_text().partition("| the tests' server | Supabase |")[2]
    rows = {row for row in re.findall(r"^\| ([^|]+) \|", told, re.MULTILINE) if not row.startswith("---")}
    assert rows == {*BY_THE_STUB, *BESIDE_THE_SERVER, IN_TROUBLE}
