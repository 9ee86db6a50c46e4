"""Schemathesis finds nothing: every phase, every check, against a running server with organisations that are lived in.

``EXAMPLES=200 ./dev test tests/integration/test_api_fuzzing.py -s`` makes up more requests and prints what they got.
"""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from mentorfy_web.organizations import HEADER
from mentorfy_web.visitors import COOKIE
from tests.integration.api_fuzzing import counts, fuzzed, with_examples
from tests.integration.browser.server import Server, Tenant
from tests.integration.servers.seeded import PASSWORD

EXAMPLES: Final = int(os.environ.get("EXAMPLES", "5"))
BY_SESSION: Final[Mapping[str, Sequence[str]]] = {
    "owner": ("post_tokens", "post_members_member_id_link", "patch_session"),
    "admin": ("delete_session",),
    "member": ("delete_sessions",),
}
"""Operations that a token may not use, and whose session uses them: some end it, so that each has its own."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("fuzzed"), house="plentiful", pauses={"word": 0}) as server:
        yield server


def test_no_request_by_token_is_answered_wrongly(server: Server, tmp_path: Path) -> None:
    by_session = [operation for several in BY_SESSION.values() for operation in several]
    chosen = [word for operation in by_session for word in ("--exclude-operation-id", operation)]
    tenant = server.tenants[0]
    document = described(server, tenant)
    headers = {"Authorization": f"Bearer {tenant.tokens[0]}"}
    done = fuzzed(tmp_path, document, server.address, headers, EXAMPLES, chosen)
    assert_answered(tmp_path, document, {*ids_of(document)} - {*by_session})
    assert done.returncode == 0, done.stdout[-20_000:]


@pytest.mark.parametrize("role", BY_SESSION)
def test_no_request_by_session_is_answered_wrongly(server: Server, tmp_path: Path, role: str) -> None:
    chosen = [word for operation in BY_SESSION[role] for word in ("--include-operation-id", operation)]
    tenant = server.tenants[1]  # requests by token may have removed any member of the first
    document = described(server, tenant)
    done = fuzzed(tmp_path, document, server.address, session_of(tenant, role), EXAMPLES, chosen)
    assert_answered(tmp_path, document, {*BY_SESSION[role]})
    assert done.returncode == 0, done.stdout[-20_000:]


def described(server: Server, tenant: Tenant) -> Any:
    """Return the server's OpenAPI document, with examples that exist in an organisation."""
    tenant.examples["POST /api/session"]["body"] = {"email": tenant.emails["owner"], "password": PASSWORD}
    with urllib.request.urlopen(f"{server.address}/api/openapi.json", timeout=30) as answer:
        return with_examples(json.load(answer), tenant.examples)


def session_of(tenant: Tenant, role: str) -> Mapping[str, str]:
    return {"Cookie": f"{COOKIE}={tenant.sessions[role]}", HEADER: tenant.organization}


def ids_of(document: Any) -> Mapping[str, str]:
    """Return the route of each operation, by its id."""
    return {
        operation["operationId"]: f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def assert_answered(folder: Path, document: Any, operations: set[str]) -> None:
    """Print what each operation answered; each did what it is for at least once, and no answer was our fault."""
    counted = counts(folder / "report.ndjson")
    routes = sorted(route for operation, route in ids_of(document).items() if operation in operations)
    for route in routes:
        print(f"{route:70}", *(f"{kind}: {counted[route][kind]:5}" for kind in ("2xx", "4xx", "5xx")))
    assert [route for route in routes if not counted[route]["2xx"]] == []
    assert [route for route in routes if counted[route]["5xx"]] == []
