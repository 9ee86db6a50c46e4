"""``mentorfy simulate``: the whole core under faults, one seed a schedule."""

import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mentorfy_cli.options import Json
from mentorfy_cli.output import remark, say, say_json
from mentorfy_cli.program import program
from mentorfy_core.errors import InvalidInput

if TYPE_CHECKING:
    from mentorfy_core.testing.simulation import Campaign

SAVE_EVERY: Final = 10.0
"""Seconds of work that a kill may cost."""

Seed = Annotated[int | None, typer.Option("--seed", min=0, help="The first schedule's seed; default: a fresh one.")]
Schedules = Annotated[int, typer.Option("--schedules", min=1, help="How many; one alone tells its story.")]
Jobs = Annotated[int, typer.Option("--jobs", min=1, help="How many processes work at it.")]
Resume = Annotated[
    Path | None, typer.Option("--resume", metavar="FILE", help="Go on where this file ends, and keep the counts in it.")
]
Exhaustive = Annotated[
    int | None,
    typer.Option(
        "--exhaustive",
        min=0,
        max=3,
        metavar="N",
        help="Instead of seeds: every schedule of one document and two workers with at most N swaps and one fault.",
    ),
]


def simulate(
    seed: Seed = None,
    schedules: Schedules = 1,
    jobs: Jobs = 1,
    resume: Resume = None,
    exhaustive: Exhaustive = None,
    json: Json = False,
) -> None:
    """Run the document protocol under simulated faults; exit code 1 where it breaks a promise."""
    if exhaustive is not None:
        _say_exhausted(exhaustive, jobs, as_json=json)
        return
    kept = _kept(resume)
    campaign = _begun(kept, seed)
    saved = campaign.seconds
    for _ in _worked(campaign, schedules, jobs):
        broken = f"; seed {max(campaign.violated)}" if campaign.violated else ""
        remark(f"{campaign.schedules} schedules, {len(campaign.violated)} violated{broken}")
        if resume and campaign.seconds - saved > SAVE_EVERY:
            saved = campaign.seconds
            _keep(resume, kept)
    if resume:
        _keep(resume, kept)
    if json:
        say_json(_shape(campaign))
    elif schedules == 1 and not resume:
        _tell_all(campaign.first)
    else:
        _say_counts(campaign)
    if campaign.violated:
        raise typer.Exit(1)


def _begun(kept: "list[Campaign]", seed: int | None) -> "Campaign":
    """Return the campaign to go on with: the last one kept, unless the code or the seed is another by now."""
    from mentorfy_core.testing.simulation import Campaign, code_digest

    code, latest = code_digest(), kept[-1] if kept else None
    if latest and latest.code == code and seed in {None, latest.next_seed}:
        return latest
    fresh = latest.next_seed if latest else secrets.randbelow(1 << 32)
    kept.append(Campaign(first=fresh if seed is None else seed, code=code, commit=_commit()))
    return kept[-1]


def _commit() -> str:
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""  # installed, not checked out


def _worked(campaign: "Campaign", schedules: int, jobs: int) -> Iterator[None]:
    """Run schedules into a campaign; yield after each portion."""
    from mentorfy_core.testing.simulation import outcomes

    before, began = campaign.seconds, monotonic()
    for portion in outcomes(campaign.next_seed, schedules, jobs=jobs):
        for outcome in portion:
            campaign.add(outcome)
        campaign.seconds = before + monotonic() - began
        yield


def _kept(file: Path | None) -> "list[Campaign]":
    from mentorfy_core.testing.simulation import read_campaigns

    if file is None or not file.exists():
        return []
    try:
        return read_campaigns(file.read_text("utf-8"))
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f"{file} is not a file that mentorfy simulate --resume has written.") from error


def _keep(file: Path, campaigns: "list[Campaign]") -> None:
    from mentorfy_core.testing.simulation import write_campaigns

    beside = file.with_name(f"{file.name}.new")
    beside.write_text(write_campaigns(campaigns), "utf-8")
    beside.replace(file)


def _say_exhausted(swaps: int, jobs: int, *, as_json: bool) -> None:
    """Run every schedule of the small world, and say how many there are."""
    from mentorfy_core.testing.simulation import Count, exhausted

    count, began = Count(), monotonic()
    for part in exhausted(swaps, jobs=jobs):
        count.add(part)
        remark(f"{count.schedules} schedules, {len(count.violated)} violated")
    shape = {"schedules": count.schedules, "faults": dict(sorted(count.faults.items())), "violated": count.violated}
    if as_json:
        say_json(shape)
    else:
        for surprises, what in count.violated.items():
            say(f"{surprises} broke {what}")
        say(f"{count.schedules} schedules in {monotonic() - began:.0f} s; {len(count.violated)} violated.")
    if count.violated:
        raise typer.Exit(1)


def _shape(campaign: "Campaign") -> dict[str, object]:
    from mentorfy_core.testing.simulation import never_seen

    return {**campaign.as_json(), "never": never_seen(campaign.counts)}


def _tell_all(seed: int) -> None:
    """Tell a schedule's whole story, and once more without what does not matter."""
    from mentorfy_core.testing.simulation import run

    outcome = run(seed, tells=True)
    for line in outcome.story:
        say(line)
    say(f"Seed {seed}: {outcome.steps} steps, trace {outcome.trace:015x}.")
    if outcome.violations:
        _tell_short(seed)


def _tell_short(seed: int) -> None:
    from mentorfy_core.testing.simulation import shrunk

    outcome, without = shrunk(seed)
    say(f"\nSeed {seed} without {len(without)} of its {outcome.acts} acts:")
    for line in (*outcome.story, *map(str, outcome.violations)):
        say(line)


def _say_counts(campaign: "Campaign") -> None:
    from mentorfy_core.testing.simulation import never_seen

    for name, count in sorted(campaign.counts.items()):
        say(f"{count:>10}  {name}")
    for name in never_seen(campaign.counts):
        say(f"{'never':>10}  {name}")
    for seed, what in sorted(campaign.violated.items()):
        say(f"Seed {seed} broke {what}. Its whole story: {program()} simulate --seed {seed}")
    if campaign.violated:
        _tell_short(min(campaign.violated))
    n = campaign.schedules
    say(
        f"{n} schedules (seeds {campaign.first} to {campaign.next_seed - 1}) in {campaign.seconds:.0f} s, "
        f"{n / max(campaign.seconds, 1e-9):.1f} a second; {campaign.counts['writes']} writes, "
        f"{campaign.documents / n:.1f} documents and {campaign.faults / n:.1f} faults a schedule; "
        f"{len(campaign.violated)} violated."
    )
