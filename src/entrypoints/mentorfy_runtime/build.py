"""Which Mentorfy this is."""

from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def build() -> str:
    """Return this program's version; "source" where it runs without having been installed."""
    try:
        return version("mentorfy")
    except PackageNotFoundError:
        return "source"
