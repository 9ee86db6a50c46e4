"""``/metrics``: what must hold, in figures, as Prometheus reads them. No organisation's name or text is among them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hmac import compare_digest
from ipaddress import ip_address
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from mentorfy_core.documents.model import Status
from mentorfy_core.pauses import Reach
from mentorfy_core.ports.vitals import Count
from mentorfy_runtime.build import build
from mentorfy_runtime.vitals import Watched, watched
from mentorfy_web.doors import Door
from mentorfy_web.routing import Way
from mentorfy_web.visits import Visit

FORWARDED: Final = ("forwarded", "x-forwarded-for")
"""Headers of a server in front: who asks through it is not on this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One metric.

    Attributes:
        name: After "mentorfy_".
        values: By label; by "" where there is no label.
        rises: It only ever grows: what is read of it is how much it grew.
    """

    name: str
    means: str
    values: Mapping[str, float]
    label: str = ""
    rises: bool = False


async def show_metrics(visit: Visit) -> Response:
    """Give the figures to whoever may have them; for others there is nothing here."""
    if not _may_read(visit.request):
        raise HTTPException(404)
    return _answer(figures(await watched(visit.mentorfy)))


def _may_read(request: Request) -> bool:
    token: str | None = request.app.state.metrics_token
    if token is not None:
        return compare_digest(request.headers.get("authorization", "").encode(), f"Bearer {token}".encode())
    return _is_of_this_machine(request) and not any(name in request.headers for name in FORWARDED)


def _is_of_this_machine(request: Request) -> bool:
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def figures(now: Watched) -> Iterable[Figure]:
    """Return everything there is to tell."""
    yield Figure(name="build", means="Which version this is.", label="version", values={build(): 1})
    yield from _of_documents(now)
    yield from _of_workers(now)
    yield from _of_attempts(now)
    yield from _of_budgets(now)


def _of_documents(now: Watched) -> Iterable[Figure]:
    yield Figure(
        name="documents",
        means="Living documents.",
        label="status",
        values={status.value: now.vitals.documents.get(status, 0) for status in Status},
    )
    yield Figure(
        name="oldest_due_seconds",
        means="For how long that document has been due, and taken by no worker, that has waited longest.",
        values={"": now.overdue.total_seconds()},
    )
    yield Figure(
        name="store_lives", means="One, and how often data were put back from a copy.", values={"": now.vitals.lives}
    )


def _of_workers(now: Watched) -> Iterable[Figure]:
    yield Figure(name="workers", means="Workers that are alive.", values={"": now.workers})
    yield Figure(name="worker_slots", means="Documents that they can hold at once.", values={"": now.slots})
    for name, means, by_reach in (
        ("pauses", "Pauses that stand.", now.pauses),
        ("breakers_open", "Dependencies that are down.", now.broken),
    ):
        values = {reach.value: by_reach.get(reach, 0) for reach in Reach}
        yield Figure(name=name, means=means, label="reach", values=values)


def _of_attempts(now: Watched) -> Iterable[Figure]:
    counted = now.vitals.counted
    yield Figure(
        name="tries",
        means="Tries that ended, by how: an event's name, or the kind of error.",
        label="end",
        values={how: times for (what, how), times in counted.items() if what is Count.ENDS},
        rises=True,
    )
    for name, means, count in (
        ("leases_expired", "Claims taken from workers that fell silent.", Count.LOST),
        ("late_reports", "Writes refused because the attempt was over.", Count.LATE),
    ):
        total = sum(times for (what, _), times in counted.items() if what is count)
        yield Figure(name=name, means=means, values={"": total}, rises=True)


def _of_budgets(now: Watched) -> Iterable[Figure]:
    yield Figure(
        name="budget_free_in_seconds",
        means="How long somebody who comes now would wait for a provider.",
        label="provider",
        values={name: supply.free_in.total_seconds() for name, supply in now.supplies.items()},
    )
    yield Figure(
        name="budget_bytes_per_second",
        means="How much of files can be learned by a provider's limits; missing where none is known.",
        label="provider",
        values={name: rate for name, supply in now.supplies.items() if (rate := supply.bytes_per_second) is not None},
    )


def _answer(told: Iterable[Figure]) -> Response:
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
    from prometheus_client.exposition import CONTENT_TYPE_LATEST
    from prometheus_client.registry import Collector

    def metric(figure: Figure) -> Metric:
        kind = CounterMetricFamily if figure.rises else GaugeMetricFamily
        family = kind(f"mentorfy_{figure.name}", figure.means, labels=[figure.label] if figure.label else [])
        for label, value in sorted(figure.values.items()):
            family.add_metric([label] if figure.label else [], value)
        return family

    class Told(Collector):
        def collect(self) -> Iterable[Metric]:
            return [metric(figure) for figure in told]

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Told())
    return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})


WAYS: Final = (Way("GET", "/metrics", Door.OPEN, show_metrics, anonymous=True),)
