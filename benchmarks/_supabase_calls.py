"""How many requests a document costs in a Supabase project, counted between a worker and the project."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

from mentorfy_core.documents.model import Status
from mentorfy_runtime import people
from mentorfy_supabase import Supabase, SupabaseBlobStore, SupabaseDocumentStore
from tests.integration.servers.faulty_proxy import FaultyProxy
from tests.integration.servers.in_supabase import in_supabase
from tests.integration.servers.postgres import postgres
from tests.integration.servers.supabase_server import Project, peer

DOCUMENTS = 30
TARGET = 12
COUNTED = "store calls about a document, from its claim until it can be asked about"
PARTS = {
    COUNTED: {
        "document_get",
        "document_save",
        "document_extend_lease",
        "generation_open",
        "generation_get",
        "generation_expect",
        "ledger_record",
        "ledger_rows",
    },
    "its bytes, in Storage": {"storage"},
    "its import": {"document_find", "document_add", "documents_page", "import_get", "import_save", "import_plan"},
    "the worker's looking around, however many documents there are": frozenset[str](),
}


async def counted(project: Project, folder: Path) -> Counter[str]:
    """Import a folder of letters with one worker, as shipped, and return its requests from the first to the last."""
    letters = folder / "letters"
    letters.mkdir()
    for number in range(DOCUMENTS):
        (letters / f"{number}.md").write_text(f"# Letter {number}\n\nBoat {number} leaves at {number} o'clock.\n")
    async with (
        FaultyProxy(project.url).running() as proxy,
        Supabase(proxy.url, project.secret_key) as supabase,
        Supabase(project.url, project.secret_key) as beside,
    ):
        await SupabaseBlobStore(beside).prepare()
        async with in_supabase(folder / "data", supabase) as mentorfy:
            owner = await people.local_owner(mentorfy)
            await mentorfy.start_import(owner, "local", str(letters), confirmed=True)
            proxy.seen.clear()
            stop = asyncio.Event()
            worker = asyncio.create_task(mentorfy.serve(stop))
            counts = SupabaseDocumentStore(beside).counts
            while (await counts(owner.organization_id)).value.get(Status.AVAILABLE_TO_AI, 0) < DOCUMENTS:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.2)
            requests = Counter(kind(path) for path in proxy.seen)
            stop.set()
            await worker
            return requests


def kind(path: str) -> str:
    parts = urlsplit(path).path.split("/")
    return parts[-1] if "rpc" in parts else "storage"


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, postgres() as cluster, peer(cluster) as project:
        requests = asyncio.run(counted(project, Path(folder)))
    for title, names in PARTS.items():
        found = {name: number for name, number in requests.most_common() if name in names or not names}
        requests -= Counter(found)
        print(f"{title}: {sum(found.values()) / DOCUMENTS:.1f} per document")
        print("".join(f"    {name:24} {number / DOCUMENTS:5.1f}\n" for name, number in found.items()), end="")
        if title == COUNTED:
            each = sum(found.values()) / DOCUMENTS
    print(f"target: {COUNTED} <= {TARGET} per document: {'met' if each <= TARGET else 'MISSED'}")
    return 0 if each <= TARGET else 1
