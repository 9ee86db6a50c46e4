"""What a person sees of an import: a live table on a terminal, else one line per change."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import accumulate
from typing import TYPE_CHECKING, Final, Protocol

from mentorfy_cli.import_progress import FileRow, Progress
from mentorfy_cli.output import Row, console, is_terminal, plain, say, table
from mentorfy_core.imports.model import ImportState, Verdict
from mentorfy_core.imports.progress import sentence

if TYPE_CHECKING:
    from rich.console import Group
    from rich.live import Live

HEADING: Final = "File"
MANY: Final = 60
"""Files above which the last table shows only those that are not simply available."""

_AROUND: Final = 6
"""Lines of a terminal that the live table leaves alone."""


class View(Protocol):
    """Shows how an import goes on."""

    def show(self, progress: Progress) -> None:
        """Show how far it is now."""
        ...


class Nothing:
    """Shows nothing: a program reads the end."""

    def show(self, progress: Progress) -> None:
        """Show nothing."""


class Lines:
    """Prints a line when a file comes to rest or has to wait, and when the number of files is known."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}
        self._found = 0

    def show(self, progress: Progress) -> None:
        """Print what is new."""
        self._tell_total(progress)
        for row in progress.rows:
            self._tell(row)

    def _tell_total(self, progress: Progress) -> None:
        found = sum(job.total for job in progress.jobs)
        if found != self._found and all(job.state is not ImportState.SCANNING for job in progress.jobs):
            self._found = found
            say(f"Found {found} file{'s' if found != 1 else ''}")

    def _tell(self, row: FileRow) -> None:
        is_news = row.entry.verdict is not Verdict.UNCHANGED or row.path in self._told
        if row.is_at_rest or row.waits_until:
            if is_news and self._told.get(row.path) != row.badge:
                say(f"{row.badge}: {row.path}{f' ({row.reason})' if row.reason else ''}")
            self._told[row.path] = row.badge
        elif row.path not in self._told:
            self._told[row.path] = ""


class LiveTable:
    """Draws the table again at each change: who is at work first, then what waits or failed."""

    def __init__(self, live: "Live") -> None:
        self._live = live
        self._last: Progress | None = None

    def show(self, progress: Progress) -> None:
        """Draw it."""
        self._last = progress
        self._live.update(_drawn(progress, self._live.console.height - _AROUND), refresh=True)

    def conclude(self) -> None:
        """Draw what stays on the terminal: every file, or of many those that need a look."""
        if self._last is not None and (rows := _worth_a_look(self._last.rows)):
            self._live.console.print(table(HEADING, map(_row, rows)))


@contextmanager
def _live() -> Iterator[View]:
    from rich.live import Live

    with Live(console=console(), transient=True, auto_refresh=False) as live:
        shown = LiveTable(live)
        yield shown
    shown.conclude()


def view(*, as_json: bool) -> AbstractContextManager[View]:
    """Return what shows an import to whoever asked."""
    if as_json:
        return nullcontext(Nothing())
    return _live() if is_terminal() else nullcontext(Lines())


def _drawn(progress: Progress, room: int) -> "Group":
    from rich.console import Group
    from rich.text import Text

    rows = [_row(row) for row in sorted(progress.rows, key=_urgency)]
    shown = _fitting(rows, room)
    parts: list[object] = [Text(plain(line)) for line in _headlines(progress)]
    parts += [table(HEADING, shown, cut=True)] if shown else []
    parts += [Text(f"… and {len(rows) - len(shown)} more")] if len(rows) > len(shown) else []
    return Group(*parts)  # type: ignore[arg-type]  # rich types renderables only loosely


def _headlines(progress: Progress) -> list[str]:
    going = [sentence(job) for job in progress.jobs if job.state is not ImportState.COMPLETE]
    labels = Counter(row.view.badge.label if row.view else row.badge for row in progress.rows)
    counts = " · ".join(f"{count} {label}" for label, count in labels.most_common())
    return [line for line in (*going, counts) if line]


def _urgency(row: FileRow) -> int:
    if row.view is not None and row.view.document.claim:
        return 0
    if row.has_failed:
        return 2
    return 1 if row.waits_until else 3 if not row.is_at_rest else 4


def _worth_a_look(rows: Sequence[FileRow]) -> Sequence[FileRow]:
    if len(rows) <= MANY:
        return rows
    return [row for row in rows if row.has_failed or row.reason or not row.is_at_rest]


def _row(row: FileRow) -> Row:
    return Row(status=row.badge, name=row.path, why=row.reason, color=row.view.badge.color if row.view else "")


def _fitting(rows: Sequence[Row], room: int) -> Sequence[Row]:
    heights = accumulate(row.height for row in rows)
    return [row for row, below in zip(rows, heights, strict=True) if below <= room]
