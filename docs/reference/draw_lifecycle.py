"""Draws docs/reference/lifecycle.md from the table that is the law. Run it after changing the table."""

from pathlib import Path
from typing import get_args

from mentorfy_core.documents.badges import LOOKS
from mentorfy_core.documents.events import Event, Report
from mentorfy_core.documents.lifecycle import LIFECYCLE
from mentorfy_core.documents.model import Status

PAGE = Path(__file__).with_name("lifecycle.md")
EVENTS = get_args(Event)


def page() -> str:
    """Return the page."""
    return "\n".join([*_introduction(), *_diagram(), "", *_table(), "", *_looks(), ""])


def _introduction() -> list[str]:
    return [
        "# A document's life",
        "",
        "Drawn from `mentorfy_core.documents.lifecycle.LIFECYCLE` by `docs/reference/draw_lifecycle.py`; a test keeps",
        "the two equal. Why it is so: [explanation/lifecycle.md](../explanation/lifecycle.md).",
        "",
    ]


def _diagram() -> list[str]:
    moves: dict[tuple[Status, Status], list[str]] = {}
    for before, row in LIFECYCLE.items():
        for event, landings in row.items():
            for after in sorted(landings - {before}):
                moves.setdefault((before, after), []).append(event.__name__)
    arrows = [f"    {before} --> {after}: {', '.join(names)}" for (before, after), names in moves.items()]
    return ["```mermaid", "stateDiagram-v2", f"    [*] --> {Status.PENDING_UPLOAD}: Found", *arrows, "```"]


def _table() -> list[str]:
    head = ["| event | " + " | ".join(Status) + " |", "|---" * (len(Status) + 1) + "|"]
    rows = [f"| {event.__name__} | " + " | ".join(_cell(event, status) for status in Status) + " |" for event in EVENTS]
    reports = ", ".join(event.__name__ for event in get_args(Report))
    notes = [
        "",
        "`·` refused, `=` the status stays. Reports need a claim, and the epoch it was made under:",
        f"{reports}. `Claimed` and `RetryRequested` need that there is none.",
    ]
    return head + rows + notes


def _cell(event: type[Event], status: Status) -> str:
    landings = LIFECYCLE[status].get(event)
    if landings is None:
        return "·"
    return ", ".join("=" if landing is status else landing for landing in sorted(landings))


def _looks() -> list[str]:
    rows = [
        f"| {status} | {look.label} | {look.color} | {look.icon} | {'yes' if look.animated else 'no'} |"
        for status, look in LOOKS.items()
    ]
    return ["## What people see", "", "| status | label | colour | icon | animated |", "|---|---|---|---|---|", *rows]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
