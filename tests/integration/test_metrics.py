"""What Prometheus reads, and who may."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from mentorfy_core.application import Mentorfy
from mentorfy_core.documents.events import Found
from mentorfy_core.ids import WorkerId
from mentorfy_core.pauses import EVERYTHING, KNOWLEDGE, NOTHING, Blocked, Breaker, Scope
from mentorfy_core.ports.vitals import Count
from mentorfy_core.testing.samples import LONG_AGO, a_document, new_id
from mentorfy_runtime.container import running
from mentorfy_runtime.people import local_owner
from mentorfy_runtime.settings import Settings
from mentorfy_runtime.vitals import watched
from mentorfy_sqlite import Database
from mentorfy_sqlite.blocked import left_out
from mentorfy_sqlite.transaction import Transaction, Value
from mentorfy_sqlite.vitals import first_due
from mentorfy_web.app import create_app

TOKEN = "a token of sixteen characters"
HERE = ("127.0.0.1", 40000)
SECRET_NAMES = ("PELICAN", "letters", "My mentor")


@asynccontextmanager
async def watched_over(data: Path) -> AsyncGenerator[Mentorfy]:
    """An installation in which something happened."""
    async with running(Settings(data=data)) as mentorfy:
        ports, owner = mentorfy.ports, await local_owner(mentorfy)
        await ports.documents.add(a_document(owner.organization_id, "letters/PELICAN.md"), Found())
        await ports.vitals.add({(Count.ENDS, "rate_limit"): 3, (Count.LOST, ""): 2, (Count.LATE, ""): 1})
        await ports.workers.seen(WorkerId(new_id()), "1", 4)
        yield mentorfy


def read(text: str) -> dict[tuple[str, str], float]:
    return {
        (sample.name, "".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(watched_over(tmp_path / "data")), client=HERE) as client:
        yield client


def test_the_invariants_are_figures(client: TestClient) -> None:
    answer = client.get("/metrics")
    figures = read(answer.text)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert figures["mentorfy_documents", "pending_upload"] == 1
    assert figures["mentorfy_documents", "failed"] == 0
    assert figures["mentorfy_oldest_due_seconds", ""] > timedelta(days=365).total_seconds()
    assert (figures["mentorfy_workers", ""], figures["mentorfy_worker_slots", ""]) == (1, 4)
    assert figures["mentorfy_tries_total", "rate_limit"] == 3
    assert figures["mentorfy_leases_expired_total", ""] == 2
    assert figures["mentorfy_late_reports_total", ""] == 1
    assert figures["mentorfy_pauses", "everything"] == figures["mentorfy_breakers_open", "provider"] == 0


def test_no_organisations_name_or_text_is_among_them(client: TestClient) -> None:
    text = client.get("/metrics").text
    assert not [name for name in SECRET_NAMES if name in text]


@pytest.mark.parametrize(
    ("peer", "headers"),
    [(("10.0.0.7", 40000), {}), (HERE, {"X-Forwarded-For": "127.0.0.1"}), (("a name", 1), {})],
)
def test_without_a_token_only_this_machine_reads_them(
    tmp_path: Path, peer: tuple[str, int], headers: dict[str, str]
) -> None:
    with TestClient(create_app(watched_over(tmp_path / "data")), client=peer) as client:
        assert client.get("/metrics", headers=headers).status_code == 404


def test_with_a_token_whoever_has_it_reads_them(tmp_path: Path) -> None:
    app = create_app(watched_over(tmp_path / "data"), metrics_token=TOKEN)
    with TestClient(app, client=("10.0.0.7", 40000)) as client:
        given = [client.get("/metrics", headers={"Authorization": f"Bearer {one}"}) for one in (TOKEN, TOKEN[:-1], "")]
        assert [answer.status_code for answer in given] == [200, 404, 404]
        assert client.get("/metrics").status_code == 404


async def test_pauses_breakers_and_budgets_are_told(tmp_path: Path) -> None:
    async with watched_over(tmp_path / "data") as mentorfy:
        owner = await local_owner(mentorfy)
        await mentorfy.pauses.pause(owner, EVERYTHING, at_the_machine=True)
        await mentorfy.ports.pauses.save(
            Breaker(scope=Scope.of_provider(KNOWLEDGE), opened_at=LONG_AGO, probe_at=LONG_AGO)
        )
        now = await watched(mentorfy)
    assert (now.pauses, now.broken) == ({"everything": 1}, {"provider": 1})
    assert now.overdue == timedelta()  # what is paused waits with reason


async def test_no_figure_is_counted_by_going_through_documents(tmp_path: Path) -> None:
    async with Database(tmp_path / "store.db") as database:
        for blocked in (NOTHING, Blocked(learning=True, sources=frozenset({"drive"}))):
            values = {"now": "2026", **left_out(blocked)}
            plan = await database.read(partial(explained, first_due(blocked), values))
            assert [step for step in plan if "document" in step and "USING" in step and "document_due" in step]
            assert not [step for step in plan if step.startswith("SCAN document")]


def explained(sql: str, values: Mapping[str, Value], tx: Transaction) -> list[str]:
    return [row[-1] for row in tx.all(f"EXPLAIN QUERY PLAN {sql}", values)]
