"""Instants as text of one width, so that SQL can compare them."""

from datetime import UTC, datetime


def to_text(moment: datetime) -> str:
    """Return an aware instant as UTC with microseconds.

    >>> to_text(datetime(2026, 1, 1, tzinfo=UTC))
    '2026-01-01T00:00:00.000000+00:00'
    """
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.isoformat(timespec="microseconds")


def from_text(text: str) -> datetime:
    """Return the instant that ``to_text`` wrote."""
    return datetime.fromisoformat(text)
