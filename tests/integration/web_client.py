"""Requests to a running server, as a program makes them."""

from __future__ import annotations

import urllib.error
import urllib.request


def answers(address: str) -> bool:
    """Return whether anything answers there, well."""
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
