from __future__ import annotations

import pytest

pytest.register_assert_rewrite("mentorfy_core.testing.contracts", "tests.integration.stores")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run every async test on asyncio, in one loop."""
    return "asyncio"
