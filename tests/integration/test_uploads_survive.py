"""``kill -9`` of the web server in the middle of an upload: each file is whole or absent, and the import goes on."""

from __future__ import annotations

import http.client
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from mentorfy_core.ids import ImportId
from mentorfy_runtime.container import running
from mentorfy_runtime.settings import Settings
from mentorfy_web.visitors import COOKIE
from tests.integration.program import PATIENT, Program, eventually
from tests.integration.servers.seeded import Tenant, a_tenant
from tests.integration.web_client import answers

WEB = (sys.executable, "-P", "-m", "mentorfy_web")
WHOLE = b"# May\n\nThe boat is red.\n" * 10_000
HALF = 2_000_000


class Connection:
    """Requests of somebody who is signed in, to one server process."""

    def __init__(self, address: str, tenant: Tenant) -> None:
        self.line = http.client.HTTPConnection(urlsplit(address).netloc, timeout=PATIENT)
        self.headers = {
            "cookie": f"{COOKIE}={next(iter(tenant.sessions.values()))}",
            "sec-fetch-site": "same-origin",
            "x-mentorfy-organization": str(tenant.organization_id),
        }

    def ask(self, method: str, path: str, body: bytes | None = None) -> Any:
        self.line.request(method, f"/api/imports{path}", body, self.headers)
        answer = self.line.getresponse()
        text = answer.read()
        assert answer.status < 300, text
        return json.loads(text)

    def send_half(self, path: str) -> None:
        """Begin a request, and send only half of its body."""
        self.line.putrequest("PUT", f"/api/imports{path}")
        for name, value in {**self.headers, "content-length": str(2 * HALF)}.items():
            self.line.putheader(name, value)
        self.line.endheaders()
        self.line.send(b"x" * HALF)


@contextmanager
def web(program: Program, tenant: Tenant) -> Iterator[tuple[Any, Connection]]:
    with program.started(*WEB) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        eventually(lambda: answers(f"{address}/healthz"), what="an answer")
        connection = Connection(address, tenant)
        try:
            yield process, connection
        finally:
            connection.line.close()


async def a_tenant_in(data: Path) -> Tenant:
    async with running(Settings(data=data)) as mentorfy:
        return await a_tenant(mentorfy, "Ours")


async def test_a_killed_upload_goes_on_with_the_files_that_were_whole(tmp_path: Path) -> None:
    data = tmp_path / "data"
    tenant = await a_tenant_in(data)
    job = interrupted(Program(data, {"PORT": 18420}), tenant)
    settings = Settings(data=data)
    async with running(settings) as mentorfy:
        await mentorfy.finish(tenant.owner, job)
        plan = await mentorfy.look.plan(tenant.owner, job)
        assert {entry.display_path[-1]: entry.file.size_bytes for entry in plan if entry.file} == {
            "May.md": len(WHOLE),
            "June.md": len(WHOLE),
        }


def interrupted(program: Program, tenant: Tenant) -> ImportId:
    """Upload one file, kill the server in the middle of the second, send that one again to the next server."""
    with web(program, tenant) as (process, connection):
        job = connection.ask("POST", "", b'{"source": "upload"}')["id"]
        connection.ask("PUT", f"/{job}/files?path=May.md", WHOLE)
        connection.send_half(f"/{job}/files?path=June.md")
        eventually(lambda: list(program.data.rglob("*.part")), what="half a file")
        process.kill()
        process.wait()
    with web(program, tenant) as (_, connection):
        assert connection.ask("GET", f"/{job}")["state"] == "idle"
        connection.ask("PUT", f"/{job}/files?path=June.md", WHOLE)
        connection.ask("POST", f"/{job}/finish")
    return ImportId(UUID(job))
