"""Sizes and times as people say them."""

from datetime import UTC, datetime, timedelta
from typing import Final

_UNITS: Final = ("KB", "MB", "GB", "TB")


def size_in_words(size: int) -> str:
    """Return a number of bytes.

    >>> size_in_words(999), size_in_words(1000), size_in_words(1_460_000), size_in_words(12_400_000)
    ('999 B', '1.0 KB', '1.5 MB', '12 MB')
    """
    if size < 1000:
        return f"{size} B"
    amount, unit = float(size), "B"
    for larger in _UNITS:
        if amount < 999.5:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.1f} {unit}" if amount < 10 else f"{amount:.0f} {unit}"


def ago(then: datetime, now: datetime) -> str:
    """Return how long ago something was; a date where that says more.

    >>> now = datetime(2026, 1, 31, 12, tzinfo=UTC)
    >>> [ago(now - timedelta(seconds=seconds), now) for seconds in (5, 120, 7200, 200000, 9_000_000)]
    ['just now', '2 min ago', '2 h ago', '2 days ago', '19 Oct 2025']
    """
    passed = now - then
    if passed < timedelta(minutes=1):
        return "just now"
    if passed < timedelta(hours=1):
        return f"{passed // timedelta(minutes=1)} min ago"
    if passed < timedelta(days=1):
        return f"{passed // timedelta(hours=1)} h ago"
    if passed < timedelta(days=14):
        days = passed // timedelta(days=1)
        return f"{days} day{'s' if days > 1 else ''} ago"
    return f"{then.astimezone(UTC):%-d %b %Y}"


def ahead(then: datetime, now: datetime) -> str:
    """Return how long it is until something.

    >>> now = datetime(2026, 1, 31, 12, tzinfo=UTC)
    >>> [ahead(now + timedelta(seconds=seconds), now) for seconds in (5, 120, 7200, 200000)]
    ['in less than 1 min', 'in 2 min', 'in 2 h', 'in 2 days']
    """
    left = then - now
    if left < timedelta(minutes=1):
        return "in less than 1 min"
    if left < timedelta(hours=1):
        return f"in {left // timedelta(minutes=1)} min"
    if left < timedelta(days=1):
        return f"in {left // timedelta(hours=1)} h"
    days = left // timedelta(days=1)
    return f"in {days} day{'s' if days > 1 else ''}"


def instant(moment: datetime) -> str:
    """Return an instant exactly, for whoever points at it.

    >>> instant(datetime(2026, 1, 5, 9, 7, tzinfo=UTC))
    '5 Jan 2026, 09:07 UTC'
    """
    return f"{moment.astimezone(UTC):%-d %b %Y, %H:%M} UTC"


def number_of(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun.

    >>> number_of(1, "document"), number_of(1200, "document"), number_of(0, "try", "tries")
    ('1 document', '1,200 documents', '0 tries')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"
