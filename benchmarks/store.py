"""Compare-and-set with its event: `SqliteDocumentStore` against bare `sqlite3`, 2 processes, in the same run.

Both change one row where its version is as expected, and add an event, durably, in the same schema and with the same
pragmas. The store also keeps its clock, the organisation's revision and what is derived, makes rows out of dataclasses,
and is awaited. It is measured with the slots of a worker (what they ask for at once is committed at once) and with one
slot, where every save waits for a thread and for the disk. Rounds alternate, so that a slow disk is slow for all.

    ./dev bench store [--rounds 8] [--seconds 1] [--slots 4]
    ./dev bench store --supabase      how many requests a document costs there
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import sqlite3
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from mentorfy_core.documents.events import Found, SourceMoved
from mentorfy_core.documents.model import Document
from mentorfy_core.ids import OrganizationId
from mentorfy_core.testing.samples import a_document, a_file, an_organization_id
from mentorfy_sqlite import Database, SqliteDocumentStore
from mentorfy_sqlite.document_rows import NAMES, document_values

PROCESSES = 2
DOCUMENTS = 1000
TARGET = 0.6
EVENT = SourceMoved(a_file())
PRAGMAS = ("journal_mode=wal", "synchronous=full", "foreign_keys=on", "trusted_schema=off", "secure_delete=on")


async def make(path: Path, organization_id: OrganizationId) -> list[Document]:
    async with Database(path) as database:
        store = SqliteDocumentStore(database)
        names = [f"letters/{number // 100}/{number}.md" for number in range(DOCUMENTS)]
        return [await store.add(a_document(organization_id, name), Found()) for name in names]


async def through_the_store(path: Path, documents: list[Document], seconds: float, slots: int) -> float:
    async with Database(path) as database:
        store = SqliteDocumentStore(database)
        documents = [(await store.get(document.organization_id, document.id)).value for document in documents]
        began = time.perf_counter()
        done = await asyncio.gather(
            *(keep_saving(store, documents[slot::slots], began + seconds) for slot in range(slots))
        )
        return sum(done) / (time.perf_counter() - began)


async def keep_saving(store: SqliteDocumentStore, documents: list[Document], until: float) -> int:
    done = 0
    while time.perf_counter() < until:
        document = documents[done % len(documents)]
        moved = replace(document, size_bytes=document.size_bytes + 1)
        documents[done % len(documents)] = await store.save(moved, EVENT)
        done += 1
    return done


def bare(path: Path, documents: list[Document], seconds: float) -> float:
    connection = sqlite3.connect(path, timeout=10, isolation_level=None)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    changed = [name for name in NAMES if name not in {"organization_id", "id", "source", "external_id", "created_at"}]
    update = (
        f"UPDATE document SET {', '.join(f'{name} = ?' for name in changed)}"
        " WHERE organization_id = ? AND id = ? AND row_version = ?"
    )
    insert = "INSERT INTO document_event VALUES (?, ?, ?, 'SourceMoved', 'pending_upload', 0, ?, '')"
    rows = [dict(zip(NAMES, document_values(document), strict=True)) for document in documents]
    for row in rows:
        sql = "SELECT row_version FROM document WHERE organization_id = ? AND id = ?"
        (row["row_version"],) = connection.execute(sql, (row["organization_id"], row["id"])).fetchone()
    began, done = time.perf_counter(), 0
    while (spent := time.perf_counter() - began) < seconds:
        row = rows[done % len(rows)]
        version, key = row["row_version"], (row["organization_id"], row["id"])
        row["row_version"] = int(version or 0) + 1
        connection.execute("BEGIN IMMEDIATE")
        saved = connection.execute(update, (*(row[name] for name in changed), *key, version))
        connection.execute(insert, (*key, row["row_version"], row["updated_at"]))
        connection.execute("COMMIT")
        done += saved.rowcount
    connection.close()
    return done / spent


def work(path: Path, documents: list[Document], seconds: float, slots: int) -> float:
    return asyncio.run(through_the_store(path, documents, seconds, slots)) if slots else bare(path, documents, seconds)


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare-and-set with its event, against bare sqlite3.")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--slots", type=int, default=4)
    parser.add_argument("--supabase", action="store_true")
    options = parser.parse_args()
    if options.supabase:
        sys.path.insert(0, str(Path(__file__).parents[1]))
        from benchmarks._supabase_calls import main as count

        return count()
    kinds = {"store": options.slots, "store, 1 slot": 1, "bare sqlite3": 0}
    rates: dict[str, list[float]] = {kind: [] for kind in kinds}
    with tempfile.TemporaryDirectory() as folder, multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        files = {kind: Path(folder) / f"{slots}.db" for kind, slots in kinds.items()}
        documents = {kind: asyncio.run(make(path, an_organization_id())) for kind, path in files.items()}
        for number in range(options.rounds + 1):
            for kind, slots in kinds.items():
                shares = [documents[kind][part::PROCESSES] for part in range(PROCESSES)]
                jobs = [(files[kind], share, options.seconds, slots) for share in shares]
                rate = sum(pool.starmap(work, jobs, chunksize=1))
                if number:  # the first round warms up
                    rates[kind].append(rate)
    medians = {kind: statistics.median(found) for kind, found in rates.items()}
    for kind, found in rates.items():
        print(f"{kind:14} {medians[kind]:8,.0f} saves/s   (rounds {min(found):,.0f} to {max(found):,.0f})")
    for kind in ("store", "store, 1 slot"):
        ratios = [ours / theirs for ours, theirs in zip(rates[kind], rates["bare sqlite3"], strict=True)]
        spread = f"rounds {min(ratios):.2f} to {max(ratios):.2f}"
        print(f"{kind:14} {statistics.median(ratios):8.2f} of bare      ({spread})")
    ratio = medians["store"] / medians["bare sqlite3"]
    print(f"target: store >= {TARGET} of bare: {'met' if ratio >= TARGET else 'MISSED'}")
    return 0 if ratio >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
