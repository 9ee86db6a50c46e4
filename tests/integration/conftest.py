"""Servers that several modules need are started once per session, when a test first asks for one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from mentorfy_supabase import Supabase
from tests.integration.servers.faulty_proxy import FaultyProxy
from tests.integration.servers.postgres import Postgres, postgres
from tests.integration.servers.redis import RedisServer
from tests.integration.servers.supabase_server import Project, named_project, peer


@pytest.fixture(scope="session")
def cluster() -> Iterator[Postgres]:
    with postgres() as started:
        yield started


def a_project(request: pytest.FixtureRequest) -> Iterator[Project]:
    named = named_project()
    if named:
        yield named
        return
    with peer(request.getfixturevalue("cluster")) as started:
        yield started


@pytest.fixture(scope="session")
def supabase_project(request: pytest.FixtureRequest) -> Iterator[Project]:
    """The project that the environment names, or the peer."""
    yield from a_project(request)


@pytest.fixture
def own_project(request: pytest.FixtureRequest) -> Iterator[Project]:
    """A project in which nobody has left anything: for workers, who would do what others owe. Not so a real one."""
    yield from a_project(request)


@pytest.fixture(scope="session")
async def supabase(supabase_project: Project) -> AsyncIterator[Supabase]:
    """An open project that all tests share: each has organisations of its own."""
    async with Supabase(supabase_project.url, supabase_project.secret_key) as supabase:
        yield supabase


@pytest.fixture
async def proxy(supabase_project: Project) -> AsyncIterator[FaultyProxy]:
    """What stands before the project, and fails as it is told."""
    async with FaultyProxy(supabase_project.url).running() as proxy:
        yield proxy


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A Redis that nobody stops."""
    with RedisServer() as server:
        yield server
