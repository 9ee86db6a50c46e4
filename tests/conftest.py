from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run every async test on asyncio, in one loop."""
    return "asyncio"
