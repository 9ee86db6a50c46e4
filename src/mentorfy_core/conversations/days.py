"""Under which heading of the history a conversation stands."""

from datetime import datetime
from typing import Final

_WEEK: Final = 7


def day_of(active_at: datetime, now: datetime) -> str:
    """Return the heading for what was active at an instant, both as the person's clock shows them.

    >>> now = datetime(2026, 11, 24, 9)
    >>> [day_of(at, now) for at in (datetime(2026, 11, 24, 0), datetime(2026, 11, 23, 23), datetime(2026, 11, 17))]
    ['Today', 'Yesterday', 'Previous 7 days']
    >>> day_of(datetime(2026, 11, 16), now)
    'November 2026'
    """
    days = (now.date() - active_at.date()).days
    if days <= 0:
        return "Today"
    if days == 1:
        return "Yesterday"
    return "Previous 7 days" if days <= _WEEK else f"{active_at:%B %Y}"
