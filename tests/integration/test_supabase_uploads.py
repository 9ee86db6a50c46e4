"""Large files go to Storage in pieces, and go on where a connection broke; too large ones say so at once."""

from __future__ import annotations

import math
import random
from collections.abc import AsyncIterator
from contextlib import nullcontext
from typing import Final

import httpx
import pytest

from mentorfy_core.errors import ErrorKind, PortError
from mentorfy_core.retries import RetryManager
from mentorfy_core.testing.contracts.blobs import key
from mentorfy_core.testing.samples import an_organization_id
from mentorfy_supabase import Supabase, SupabaseBlobStore
from mentorfy_supabase.resumable import PIECE
from tests.integration.servers.faulty_proxy import Fault, FaultyProxy
from tests.integration.servers.supabase_server import Project, named_project

PATIENCE: Final = httpx.Timeout(20.0 if named_project() else 1.0, pool=20)
"""A project is further away than this machine."""

LARGE: Final = random.Random(6).randbytes(2 * PIECE + 17)
LONGER: Final = LARGE[: PIECE + 17]
ENDPOINT: Final = "/storage/v1/upload/resumable"
BREAKS: Final = (Fault.RESET, Fault.LOST, Fault.TIMEOUT, Fault.CONFLICT, Fault.BAD_GATEWAY)


@pytest.fixture
async def beside(supabase: Supabase) -> SupabaseBlobStore:
    """The store, without anything in between."""
    store = SupabaseBlobStore(supabase)
    await store.prepare()
    return store


@pytest.fixture
async def store(proxy: FaultyProxy, supabase_project: Project) -> AsyncIterator[SupabaseBlobStore]:
    """The store, by way of the proxy."""
    supabase = Supabase(proxy.url, supabase_project.secret_key, timeout=PATIENCE)
    yield SupabaseBlobStore(supabase)
    await supabase.aclose()


async def test_a_large_file_goes_in_pieces(
    store: SupabaseBlobStore, beside: SupabaseBlobStore, proxy: FaultyProxy
) -> None:
    """One request to begin, and one for each piece; what was there before is replaced."""
    ours = an_organization_id()
    await beside.put(ours, key(ours), b"before")
    await store.put(ours, key(ours), LARGE)
    assert proxy.seen[0] == ENDPOINT
    assert len(proxy.seen) == 1 + math.ceil(len(LARGE) / PIECE)
    assert await beside.get(ours, key(ours)) == LARGE
    assert list(await beside.keys(ours)) == [key(ours)]


async def test_a_file_of_one_piece_goes_in_one_request(store: SupabaseBlobStore, proxy: FaultyProxy) -> None:
    ours = an_organization_id()
    await store.put(ours, key(ours), LARGE[:PIECE])
    assert len(proxy.seen) == 1


@pytest.mark.parametrize("fault", BREAKS)
async def test_an_upload_goes_on_where_its_connection_broke(
    store: SupabaseBlobStore, beside: SupabaseBlobStore, proxy: FaultyProxy, fault: Fault
) -> None:
    """At the second piece, and once more at the third: what has arrived is not sent again."""
    ours = an_organization_id()
    broken = [fault, None]  # and the question how far it has come
    proxy.planned.extend([None, None, *broken] if fault is Fault.LOST else [None, None, *broken, None, *broken])
    await store.put(ours, key(ours), LARGE)
    assert await beside.get(ours, key(ours)) == LARGE
    pieces_sent_again = 0 if fault is Fault.LOST else 2
    questions = 1 if fault is Fault.LOST else 2
    assert len(proxy.seen) == 4 + questions + pieces_sent_again


async def test_an_upload_that_breaks_twice_at_one_place_is_over(store: SupabaseBlobStore, proxy: FaultyProxy) -> None:
    """Nobody but the worker tries for ever."""
    ours = an_organization_id()
    proxy.planned.extend([None, None, Fault.RESET, None, Fault.RESET, None])
    with pytest.raises(PortError) as raised:
        await store.put(ours, key(ours), LARGE)
    assert raised.value.kind is ErrorKind.NETWORK_ERROR
    assert len(proxy.seen) == 6


@pytest.mark.parametrize("fault", Fault)
async def test_putting_again_mends_every_fault(
    store: SupabaseBlobStore, beside: SupabaseBlobStore, proxy: FaultyProxy, fault: Fault
) -> None:
    """Whatever happens to every request of an upload."""
    ours = an_organization_id()
    proxy.chance = lambda _path: fault
    with nullcontext() if fault is Fault.SLOW else pytest.raises(PortError) as raised:
        await store.put(ours, key(ours), LONGER)
    if raised:
        assert raised.value.kind in {ErrorKind.NETWORK_ERROR, ErrorKind.RATE_LIMIT}
        assert len(proxy.seen) == 1
    await beside.put(ours, key(ours), LONGER)
    assert await beside.get(ours, key(ours)) == LONGER


def stubbed(answers: list[httpx.Response]) -> tuple[SupabaseBlobStore, list[httpx.Request]]:
    """Return a store of a project that answers so, one after the other, and what it was asked."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answers[len(asked) - 1]

    supabase = Supabase("http://127.0.0.1:1", "sb_secret_of_a_stub")
    supabase.http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    supabase.storage._client = supabase.http
    return SupabaseBlobStore(supabase), asked


TOO_LARGE: Final = {"error": "Payload too large", "message": "The object exceeded the maximum allowed size"}
REFUSALS: Final = {
    "a file": (1, httpx.Response(413, json={"statusCode": "413", **TOO_LARGE})),
    "a file, as older servers say it": (1, httpx.Response(400, json={"statusCode": "413", **TOO_LARGE})),
    "a gateway's page": (1, httpx.Response(413, text="<html>413 Request Entity Too Large</html>")),
    "an upload in pieces": (PIECE + 1, httpx.Response(413, text="Maximum size exceeded")),
}


@pytest.mark.parametrize(("size", "answer"), REFUSALS.values(), ids=REFUSALS)
async def test_a_file_over_the_projects_limit_fails_at_once_and_says_what_to_do(
    size: int, answer: httpx.Response
) -> None:
    """It is about this file: it is asked for once, and no retry is planned."""
    store, asked = stubbed([answer])
    ours = an_organization_id()
    with pytest.raises(PortError) as raised:
        await store.put(ours, key(ours), b"x" * size)
    assert raised.value.kind is ErrorKind.TOO_LARGE
    assert "Split it, or raise the storage's limit" in f"{raised.value}"
    assert len(asked) == 1
    assert RetryManager().delay(ErrorKind.TOO_LARGE, 0) is None


async def test_the_key_goes_to_the_project_only() -> None:
    """Whatever host Storage believes to have, behind its gateway."""
    begun = httpx.Response(201, headers={"Location": f"http://storage.internal:5000{ENDPOINT}/an-id"})
    store, asked = stubbed(
        [begun, *(httpx.Response(204, headers={"Upload-Offset": f"{each}"}) for each in (PIECE, PIECE + 1))]
    )
    ours = an_organization_id()
    await store.put(ours, key(ours), b"x" * (PIECE + 1))
    assert {one.url.host for one in asked} == {"127.0.0.1"}
    assert [one.url.path for one in asked] == [ENDPOINT, *[f"{ENDPOINT}/an-id"] * 2]


@pytest.mark.parametrize(
    "answers",
    [
        [httpx.Response(201)],
        [httpx.Response(201, headers={"Location": "/id"}), httpx.Response(204)],
        [httpx.Response(201, headers={"Location": "/id"}), httpx.Response(204, headers={"Upload-Offset": "0"})],
        [httpx.Response(201, headers={"Location": "/id"}), httpx.Response(204, headers={"Upload-Offset": "99999999"})],
        [httpx.Response(201, headers={"Location": "/id"}), httpx.Response(404)],
    ],
    ids=["nowhere", "no offset", "nothing stored", "too much stored", "forgotten"],
)
async def test_an_answer_that_makes_no_sense_is_no_answer(answers: list[httpx.Response]) -> None:
    store, asked = stubbed(answers)
    ours = an_organization_id()
    with pytest.raises(PortError) as raised:
        await store.put(ours, key(ours), b"x" * (PIECE + 1))
    assert raised.value.kind is ErrorKind.NETWORK_ERROR
    assert len(asked) == len(answers)
