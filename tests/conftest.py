from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

pytest.register_assert_rewrite("mentorfy_core.testing.contracts", "tests.integration.stores")

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])  # benchmarks measure
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run every async test on asyncio, in one loop."""
    return "asyncio"
