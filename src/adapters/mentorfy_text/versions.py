"""Which engines are installed, without loading them."""

from functools import cache
from importlib.metadata import version


@cache
def engines(*packages: str) -> str:
    """Return "name/version" of each package."""
    return " ".join(f"{package}/{version(package)}" for package in packages)
