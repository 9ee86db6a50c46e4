"""The planted bugs: each replaces one text in one module, where it occurs once."""

from __future__ import annotations

from dataclasses import dataclass

CORE = "mentorfy_core."
EFFECTS, LIFECYCLE = CORE + "documents.effects", CORE + "documents.lifecycle"
RETRIES, ERRORS = CORE + "retries", CORE + "errors"
DEDUP, IMPORT_LAW = CORE + "imports.dedup", CORE + "imports.lifecycle"
APP = CORE + "application."
STORE, LEDGER = CORE + "testing.simulation.tables", CORE + "testing.simulation.generation_table"


@dataclass(frozen=True, slots=True)
class Bug:
    """One replacement in one module.

    Attributes:
        survives: Why the simulator is not expected to see it; such a bug does not count.
    """

    name: str
    module: str
    old: str
    new: str
    survives: str = ""


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
    Bug("a newer version's bytes end the answers", EFFECTS, "        fetched_at=now,\n", "        fetched_at=now,\n        live_generation=None,\n"),
    Bug("fetched whenever it is asked for", EFFECTS, "if fetches and document.fetched_at else None", "if False else None"),
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
    Bug("a lease may be ended any time", EFFECTS, "if held(document).lease_until > now:", "if False:", survives="the store lists only leases that have passed, and refuses to end any other"),
    Bug("a quota costs tries", EFFECTS, "if event.kind in ABOUT_EVERYONE:", "if False:"),
    Bug("a stale click is heard", APP + "retry", "RetryRequested(cycle=cycle) if document.cycle <= cycle else None", "RetryRequested(cycle=document.cycle)"),
    # what is paused, and what is down
    Bug("nobody asks what is paused", APP + "obstacles", "read.value.blocked(read.at, self.ports.randomness.fraction())", "Blocked()"),
    Bug("who stood still trusts old pauses", APP + "claim", "read.at > blocked.at + FRESH or ", ""),
    Bug("nobody probes", APP + "probe", "if taken is not breaker:", "if False:"),
    Bug("a breaker stays open", CORE + "pauses.breaker", "replace(breaker, failures=0, opened_at=None, probe_at=None, closed_at=now)", "breaker"),
    Bug("a probe says nothing", APP + "probe", "if taken.probe_at is not None and await self._works(taken):", "if False:"),
    # use cases
    Bug("nobody asks for the token again", APP + "fetch", "if after != before:", "if False:"),
    Bug("the token is asked only after", APP + "fetch", "token=before,", "token=await source.token(organization_id, external_id),"),
    Bug("the bytes are read first", APP + "fetch", "            before = await until_answered(lambda: source.token(organization_id, external_id))\n            data = await until_answered(lambda: source.read(organization_id, external_id))", "            data = await source.read(organization_id, external_id)\n            before = await source.token(organization_id, external_id)"),
    Bug("all attempts share a key", APP + "fetch", "/{document.id}/{token}", "/{document.id}/{document.id}"),
    Bug("publish when the ledger is full", APP + "learn", "if i not in written}", "if i in written}"),
    Bug("a store error is a failure", APP + "held", "        except StoreUnavailable:\n            await asyncio.sleep(pause", "        except ZeroDivisionError:\n            await asyncio.sleep(pause"),
    Bug("a report is given up at a conflict", APP + "attempt", "except Conflict:\n                continue", "except Conflict:\n                return"),
    Bug("a stop gives nothing back", APP + "attempt", "await self._settle(document, Released(epoch=document.epoch))", "pass"),
    Bug("a stop interrupts a report", APP + "attempt", "await to_the_end(self._settle(document, report))", "await self._settle(document, report)"),
    Bug("a stop forgets what has not begun", APP + "serve", "any(_has_not_begun(task) for task in tasks)", "False"),
    Bug("no heartbeat", APP + "held", "if not await beat():", "if False:"),
    Bug("a late claim's heart beats late", APP + "held", "(clock() if since is None else since)", "clock()"),
    Bug("sweeping right after an outage", APP + "serve", " if now - since >= self.timing.lease else None", ""),
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
    Bug("a heartbeat after the lease is refused", STORE, "or document.claim.deadline <= now:", "or document.claim.lease_until <= now:", survives="the worker gives the claim back, and the document is begun again: only time is lost"),
    Bug("claimed rows are due", STORE, "return document.claim is None and not", "return not", survives="claiming what is claimed is against the law, so it costs a look, no more"),
    Bug("no compare-and-set", STORE, "if stored.row_version != document.row_version:", "if False:"),
    Bug("add overlooks the living", STORE, "(known.deleted_at is None or (known.excluded", "((known.excluded"),
    Bug("add overlooks the tombstone", STORE, "known.deleted_at is None or (known.excluded and not is_seen)", "known.deleted_at is None"),
    Bug("a renewed lease is ended", STORE, "stored.claim.lease_until > self._tables.world.now():", "False:"),
    Bug("what is retired is learned", STORE, "generation is None or generation.retired_at or", "generation is None or"),
    Bug("two learn the same bytes", STORE, "one.generation == generation.id and one.id != document.id", "False"),
    Bug("an undo overlooks the living", STORE, "known.deleted_at is None and known.id != document.id", "False"),
    Bug("old epochs fill the ledger", LEDGER, "(document.epoch, document.generation) != (epoch, generation)", "document.generation != generation"),
    Bug("progress is not marked", LEDGER, "replace(document.claim, progressed=True, ", "replace(document.claim, "),
    Bug("what is being learned is unnamed", LEDGER, "generation in {one.generation, one.live_generation}", "generation in {one.live_generation}"),
    # the law, written without looking at the monitors
    Bug("an undo at any time", EFFECTS, "now - document.deleted_at > event.undo", "False", survives="the stores refuse it as well, by their own time"),
    Bug("an undo as old as its sight", STORE, "self._tables.world.now() - stored.deleted_at > undo", "False"),
    Bug("an undo keeps the tombstone", EFFECTS, "deleted_at=None, excluded=False, epoch", "deleted_at=None, epoch"),
    Bug("a retry is not counted as a cycle", EFFECTS, "cycle=document.cycle + 1", "cycle=document.cycle"),
    Bug("a ladder begins with its second step", RETRIES, "max(ladder[retries], retry_after", "max(ladder[min(retries + 1, len(ladder) - 1)], retry_after"),
    Bug("a try too many", RETRIES, "retries >= len(ladder)", "retries > len(ladder)"),
    Bug("jitter makes a delay shorter", RETRIES, "* (1 + jitter)", "* (1 - jitter)"),
    Bug("nine tries", RETRIES, "max_tries: int = 8", "max_tries: int = 9"),
    Bug("four losses", RETRIES, "max_losses: int = 3", "max_losses: int = 4"),
    Bug("a damaged file is tried again", ERRORS, "        ErrorKind.UNREADABLE,\n        ErrorKind.TOO_LARGE,", "        ErrorKind.TOO_LARGE,"),
    # what imports do, also written blindly
    Bug("a cancelled import goes on", IMPORT_LAW, "return replace(_released(job, now), state=ImportState.CANCELLED", "return replace(job, state=ImportState.CANCELLED"),
    Bug("what is left out is imported", APP + "prepare", "if entry.left_out:", "if False:"),
    Bug("younger rows are called gone", APP + "scan", " and may_be_gone(d, job.updated_at)", ""),
    Bug("an old plan drops what came back", APP + "prepare", "if dropped and not", "if False and not"),
    Bug("a confirmed plan is not carried out", IMPORT_LAW, "job.state is ImportState.PREPARING and job.confirmed", "False"),
    # what workers and stores do, also written blindly
    Bug("the last writer of a ledger row wins", LEDGER, "ledger.setdefault(index, result) for index", "ledger.update({index: result}) or result for index", survives="an attempt that is over is fenced before it writes, and no attempt understands a passage twice"),
    Bug("a generation of any organisation", LEDGER, "(one.organization_id, one.content_sha256, one.recipe) == wanted", "(one.content_sha256, one.recipe) == wanted[1:]"),
    Bug("a file's kind is guessed again at every try", APP + "attempt", "port_error_in(error) or _ours(error) or named(error)", "_ours(error) or PortError(ErrorKind.UNKNOWN_ERROR, TOO_SLOW)"),
    Bug("a sentence is stored as it came", APP + "attempt", "sentence=clean(found.sentence)", "sentence=str(error)"),
    Bug("heartbeats of any epoch", STORE, "document.epoch != epoch or document.claim is None", "document.claim is None"),
    Bug("the blob is stored after the report", APP + "fetch", "        await self.ports.blobs.put(organization_id, key, data)\n", ""),
    Bug("two rows for one write", STORE, "tables.events.setdefault(after.id, []).append(line)", "tables.events.setdefault(after.id, []).extend([line, line])"),
    Bug("a stop kills what it interrupts", APP + "serve", "            await crew.dismiss()", "            pass"),
    # of pauses and of breakers
    Bug("what is stopped is seen in line only", APP + "claim", " or blocked.value.stops(document)", ""),
    Bug("a pause costs a try", APP + "attempt", "if put_off_until else broke", "if False else broke"),
    Bug("a lifted pause goes on", STORE.replace("tables", "pauses"), "replace(stored, until=world.now())", "stored"),
    # of budgets
    Bug("leave to ask costs nothing", CORE + "budget.pace", "left=self.left - amount if known else 0.0", "left=self.left if known else 0.0"),
    Bug("a server's wish binds nobody else", CORE + "budget.rules", "now + (REST if news.retry_after is None else news.retry_after)", "now + REST"),
    Bug("nobody tells of a refusal", APP + "budgeting", "found.kind is ErrorKind.RATE_LIMIT", "False"),
    Bug("what counts is asked without leave", APP + "learn", "if meter is None:", "if True:"),
    Bug("a used-up budget is a failure", APP + "attempt", "return Postponed(epoch=document.epoch, until=error.until)", "return self._broke(document, error)"),
)  # fmt: skip
