"""Bugs planted into the source, and how many schedules the simulator needs to see each.

python -m tests.simulation.planted_bugs [--schedules 1000] [--jobs 2] [name ...]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType

CORE = "mentorfy_core."
EFFECTS, LIFECYCLE = CORE + "documents.effects", CORE + "documents.lifecycle"
DEDUP, IMPORT_LAW = CORE + "imports.dedup", CORE + "imports.lifecycle"
APP = CORE + "application."
STORE, LEDGER = CORE + "testing.simulation.tables", CORE + "testing.simulation.ledgers"


@dataclass(frozen=True, slots=True)
class Bug:
    """One replacement in one module; the old text occurs once."""

    name: str
    module: str
    old: str
    new: str


# ruff: noqa: E501 - a bug is a line
BUGS = (
    # the law
    Bug("any epoch may report", LIFECYCLE, "report.epoch != document.epoch", "False"),
    Bug("the deleted hear", LIFECYCLE, "document.deleted_at is not None and not isinstance", "False and not isinstance"),
    Bug("a give-back counts no progress", LIFECYCLE, "effects.waiting(effects.counted(document), now, retries)", "effects.waiting(effects.ended(document), now, retries)"),
    Bug("claim before it is due", EFFECTS, "document.claim or document.next_run_at > now", "document.claim"),
    Bug("claim what is claimed", EFFECTS, "document.claim or document.next_run_at > now", "document.next_run_at > now"),
    Bug("Retry-After is forgotten", EFFECTS, "not_before=_latest(now + event.retry_after, document.not_before)", "not_before=document.not_before"),
    Bug("waiting ignores not_before", EFFECTS, "_latest(now, document.not_before, spaced, at_least)", "_latest(now, spaced, at_least)"),
    Bug("progress resets nothing", EFFECTS, "if held(document).progressed:", "if False:"),
    Bug("every loss is forgiven", EFFECTS, "losses=over.losses + 1", "losses=1"),
    Bug("a fetch resets no counters", EFFECTS, "fetched_at=now,\n        retries={},", "fetched_at=now,"),
    Bug("a new version keeps the counters", EFFECTS, "gone_since=None,\n        retries={},", "gone_since=None,"),
    Bug("any bytes are the desired version", EFFECTS, "content_version=claim.version", "content_version=document.desired_version"),
    Bug("a change requeues what runs", EFFECTS, "return after if document.claim else waiting", "return waiting"),
    Bug("a change is not requeued", EFFECTS, "return after if document.claim else waiting(after, now, retries)", "return after"),
    Bug("an old version's failure counts", EFFECTS, "if outdated:\n        return waiting(replace", "if False:\n        return waiting(replace"),
    Bug("available though outdated", EFFECTS, "if claim.version < document.desired_version:", "if False:"),
    Bug("lost bytes are not fetched again", EFFECTS, "0 if event.refetch else document.content_version", "document.content_version"),
    Bug("no tombstone", EFFECTS, "excluded=event.by_person)", "excluded=False)"),
    Bug("deletion fences nobody", EFFECTS, "replace(ended(document), generation=None", "replace(document, generation=None"),
    Bug("an undo fences nobody", EFFECTS, "excluded=False, epoch=document.epoch + 1", "excluded=False"),
    Bug("a lease may be ended any time", EFFECTS, "if held(document).lease_until > now:", "if False:"),
    Bug("a quota costs tries", EFFECTS, "if event.kind in ABOUT_EVERYONE:", "if False:"),
    Bug("a stale click is heard", APP + "retry", "RetryRequested(cycle=cycle) if document.cycle <= cycle else None", "RetryRequested(cycle=document.cycle)"),
    # use cases
    Bug("nobody asks for the token again", APP + "fetch", "if await source.token(organization_id, external_id) != before:", "if False:"),
    Bug("the token is asked only after", APP + "fetch", "before = await source.token(organization_id, external_id)\n        data = await source.read(organization_id, external_id)", "data = await source.read(organization_id, external_id)\n        before = await source.token(organization_id, external_id)"),
    Bug("all attempts share a key", APP + "fetch", "/{document.id}/{token}", "/{document.id}/{document.id}"),
    Bug("publish when the ledger is full", APP + "learn", "if i not in written}", "if i in written}"),
    Bug("a store error is a failure", APP + "held", "        except StoreUnavailable:\n            await asyncio.sleep(pause", "        except ZeroDivisionError:\n            await asyncio.sleep(pause"),
    Bug("a report is given up at a conflict", APP + "attempt", "except (Conflict, StoreUnavailable):\n                continue", "except (Conflict, StoreUnavailable):\n                return"),
    Bug("a stop gives nothing back", APP + "attempt", "await self._settle(document, Released(epoch=document.epoch))", "pass"),
    Bug("a stop interrupts a report", APP + "attempt", "await to_the_end(self._settle(document, report))", "await self._settle(document, report)"),
    Bug("a stop forgets what has not begun", APP + "serve", "any(_has_not_begun(task) for task in tasks)", "False"),
    Bug("no heartbeat", APP + "held", "if not await beat():", "if False:"),
    Bug("a late claim's heart beats late", APP + "held", "(clock() if since is None else since)", "clock()"),
    Bug("sweeping right after an outage", APP + "serve", "may_end=now - since >= self.timing.lease", "may_end=True"),
    Bug("sweeping right after standing still", APP + "serve", " or now - last > longest_gap", ""),
    Bug("the lost run beside others", APP + "claim", "if document.losses and busy:", "if False:"),
    Bug("the lost are not marked", APP + "claim", "alone=document.losses > 0", "alone=False"),
    Bug("others run beside the lone", APP + "serve", "self._alone = document.claim is not None and document.claim.alone", "self._alone = False"),
    Bug("an unanswered claim is dropped", APP + "claim", "return await self._was_it_written(claimed, event.token)", "return Pick()"),
    Bug("running claims' blobs are garbage", APP + "collect", " and key.rpartition(\"/\")[2] not in map(str, kept.claims)", ""),
    Bug("rows are read before blobs", APP + "collect", "keys = await self.ports.blobs.keys(organization_id)\n        kept = await self.ports.documents.kept_blobs(organization_id, self.timing.undo)", "kept = await self.ports.documents.kept_blobs(organization_id, self.timing.undo)\n        keys = await self.ports.blobs.keys(organization_id)"),
    Bug("generations are read before knowledge", APP + "collect", "held = await self.ports.knowledge.generations(organization_id)\n        kept = await self.ports.generations.unretired(organization_id)", "kept = await self.ports.generations.unretired(organization_id)\n        held = await self.ports.knowledge.generations(organization_id)"),
    Bug("retired at once", APP + "collect", "idle=self.timing.idle", "idle=self.timing.idle * 0"),
    Bug("no time to undo", APP + "collect", "kept_blobs(organization_id, self.timing.undo)", "kept_blobs(organization_id, self.timing.undo * 0)"),
    Bug("nothing is forgotten", APP + "collect", "for generation in sorted(held - kept):", "for generation in ():"),
    Bug("an older plan undoes a delete", APP + "prepare", "if not _is_older_tombstone(known, entry, job):", "if False:"),
    Bug("an import forgets a file", APP + "prepare", "start = job.prepared\n", "start = job.prepared + 1\n"),
    Bug("an import gives up at a conflict", APP + "prepare", "except Conflict:\n                continue", "except Conflict:\n                return entry.verdict"),
    Bug("what is hidden is gone", APP + "scan", "if HIDDEN not in seen:", "if True:"),
    Bug("what came back stays failed", DEDUP, "known.gone_since is not None or _went_missing(known)", "known.gone_since is not None"),
    Bug("a scheduled scan tries again", DEDUP, "if by_person and _heals(known):", "if _heals(known):"),
    Bug("removed is new", DEDUP, "wanted = not known.excluded or (by_person and include_removed)", "wanted = True"),
    Bug("an import's old attempt is heard", IMPORT_LAW, "job.claim is None or job.epoch != epoch", "job.claim is None"),
    # stores
    Bug("save writes back an old lease", STORE, "document.claim if isinstance(event, MOVES_THE_CLAIM) else stored.claim", "document.claim"),
    Bug("a heartbeat after the lease is refused", STORE, "or document.claim.deadline <= now:", "or document.claim.lease_until <= now:"),
    Bug("claimed rows are due", STORE, "return document.claim is None and not", "return not"),
    Bug("no compare-and-set", STORE, "if stored.row_version != document.row_version:", "if False:"),
    Bug("add overlooks the living", STORE, "(known.deleted_at is None or (known.excluded", "((known.excluded"),
    Bug("add overlooks the tombstone", STORE, "known.deleted_at is None or (known.excluded and known.id != replaces)", "known.deleted_at is None"),
    Bug("a renewed lease is ended", STORE, "stored.claim.lease_until > self._tables.world.now():", "False:"),
    Bug("what is retired is learned", STORE, "generation is None or generation.retired_at or", "generation is None or"),
    Bug("two learn the same bytes", STORE, "one.generation == generation.id and one.id != document.id", "False"),
    Bug("an undo overlooks the living", STORE, "known.deleted_at is None and known.id != document.id", "False"),
    Bug("old epochs fill the ledger", LEDGER, "(document.epoch, document.generation) != (epoch, generation)", "document.generation != generation"),
    Bug("progress is not marked", LEDGER, "replace(document.claim, progressed=True, ", "replace(document.claim, "),
    Bug("what is being learned is unnamed", LEDGER, "generation in {one.generation, one.live_generation}", "generation in {one.live_generation}"),
)  # fmt: skip


class Planter(MetaPathFinder):
    """Finds one module with a bug in it."""

    def __init__(self, bug: Bug) -> None:
        self._bug = bug

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._bug.module:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        assert spec is not None
        assert spec.origin is not None
        spec.loader = Loader(self._bug, fullname, spec.origin)
        return spec


class Loader(SourceFileLoader):
    """Loads a module's source with a bug in it, and keeps no compiled copy."""

    def __init__(self, bug: Bug, fullname: str, path: str) -> None:
        super().__init__(fullname, path)
        self._bug = bug

    def get_code(self, fullname: str) -> object:  # type: ignore[override]
        source = Path(self.path).read_text()
        if source.count(self._bug.old) != 1:
            raise ValueError(f"“{self._bug.name}”: the old text occurs {source.count(self._bug.old)} times")
        return compile(source.replace(self._bug.old, self._bug.new), self.path, "exec", dont_inherit=True)


def hunt(bug: Bug, schedules: int) -> dict[str, object]:
    """Plant the bug in this process and run schedules until one is violated."""
    sys.meta_path.insert(0, Planter(bug))
    from mentorfy_core.testing.simulation import run

    for number in range(schedules):
        outcome = run(1_000_000 + number)
        if outcome.violations:
            first = outcome.violations[0]
            return {"after": number + 1, "invariant": first.invariant, "what": f"{first.breach.name}: {first.detail}"}
    return {"after": None, "invariant": "", "what": ""}


def caught(bug: Bug, schedules: int) -> dict[str, object]:
    """Hunt in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "tests.simulation.planted_bugs",
        "--hunt",
        bug.name,
        "--schedules",
        str(schedules),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    if done.returncode:
        raise RuntimeError(f"{bug.name}: {done.stderr}")
    return dict(json.loads(done.stdout))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--hunt")
    parser.add_argument("--schedules", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    if options.hunt:
        print(json.dumps(hunt(next(bug for bug in BUGS if bug.name == options.hunt), options.schedules)))
        return
    bugs = [bug for bug in BUGS if not options.names or bug.name in options.names]
    with ThreadPoolExecutor(options.jobs) as pool:
        found = [*pool.map(lambda bug: caught(bug, options.schedules), bugs)]
    for bug, one in zip(bugs, found, strict=True):
        print(f"{one['after'] or 'survived':>8}  {bug.name:42} {one['invariant']:5} {str(one['what'])[:90]}")
    dead = sum(one["after"] is not None for one in found)
    print(f"{dead} of {len(bugs)} caught")


if __name__ == "__main__":
    main()
