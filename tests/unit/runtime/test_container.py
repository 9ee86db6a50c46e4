"""Every port has its adapter; adapters are opened and closed in good order, and none is imported before its time."""

from __future__ import annotations

import logging
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from mentorfy_core.errors import NotFound, StoreUnavailable
from mentorfy_core.people import Role
from mentorfy_core.ports import Ports
from mentorfy_core.testing.samples import a_member, an_organization, an_organization_id
from mentorfy_local.minilm import MiniLM
from mentorfy_runtime.container import LEXICAL_ONLY, Adapters, running
from mentorfy_runtime.people import chosen_bot, local_owner
from mentorfy_runtime.settings import Settings

HEAVY = ("arq", "httpx", "postgrest", "redis", "numpy", "xberg", "pypdfium2", "semantic_text_splitter", "uvicorn")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


def test_every_port_has_an_adapter_and_building_them_touches_nothing(settings: Settings) -> None:
    ports = Adapters(settings=settings).ports()
    assert isinstance(ports, Ports)
    assert all(getattr(ports, field.name) is not None for field in fields(Ports))
    assert not settings.data.exists()


@pytest.mark.parametrize("bell", [{}, {"bell": "arq", "redis_url": "redis://127.0.0.1:1/0"}])
def test_supabase_and_redis_are_chosen_by_settings_and_not_touched_either(tmp_path: Path, bell: dict[str, str]) -> None:
    given = {
        "store": "supabase",
        "supabase_url": "https://abcdefgh.supabase.co",
        "supabase_secret_key": "sb_secret_1",
        "supabase_publishable_key": "sb_publishable_1",
        **bell,
    }
    adapters = Adapters(settings=Settings.model_validate({"data": tmp_path / "data", **given}))
    ports = adapters.ports()
    assert {
        type(getattr(ports, name)).__module__.partition(".")[0] for name in ("documents", "blobs", "credentials")
    } == {"mentorfy_supabase"}
    opened = [type(one).__name__ for one in adapters.to_open()]
    assert opened[0] == "Supabase"
    assert ("Database" in opened) is not bool(bell)
    assert ("ArqBell" in opened) is ("RedisLimiter" in opened) is bool(bell)


async def test_the_first_start_makes_an_owner_and_a_bot_once(settings: Settings) -> None:
    async with running(settings) as mentorfy:
        first = await local_owner(mentorfy)
    async with running(settings) as mentorfy:
        assert await local_owner(mentorfy) == first
        assert first.role is Role.OWNER
        assert len(await mentorfy.ports.bots.all(first.organization_id)) == 1


async def test_an_organisation_without_an_owner_is_named(settings: Settings) -> None:
    async with running(settings) as mentorfy:
        moved = an_organization(an_organization_id())
        await mentorfy.ports.people.add_organization(moved, a_member(moved.id, role=Role.MEMBER))
        with pytest.raises(NotFound, match=f"“{moved.name}” has no owner yet"):
            await local_owner(mentorfy, str(moved.id))


async def test_owner_and_bot_are_chosen_by_name(settings: Settings) -> None:
    async with running(settings) as mentorfy:
        owner = await local_owner(mentorfy, "My mentor")
        assert (await chosen_bot(mentorfy, owner, "My mentor")).organization_id == owner.organization_id
        with pytest.raises(NotFound, match=r"There is no bot “Nobody”\. There is: My mentor\."):
            await chosen_bot(mentorfy, owner, "Nobody")


@pytest.mark.parametrize("wanted", [None, "Nobody"])
async def test_where_there_is_no_bot_it_says_what_to_do(settings: Settings, wanted: str | None) -> None:
    async with running(settings) as mentorfy:
        bare = an_organization_id()
        await mentorfy.ports.people.add_organization(an_organization(bare), a_member(bare))
        actor = await local_owner(mentorfy, str(bare))
        with pytest.raises(NotFound, match="This organisation has no bot yet"):
            await chosen_bot(mentorfy, actor, wanted)


async def test_what_was_opened_is_closed(settings: Settings) -> None:
    async with running(settings) as mentorfy:
        pass
    with pytest.raises(StoreUnavailable):
        await mentorfy.ports.people.organizations()


async def test_what_was_opened_is_closed_when_a_later_one_fails(settings: Settings) -> None:
    settings.data.mkdir()
    (settings.data / "knowledge.db").mkdir()
    with pytest.raises(Exception, match=r"\w"):
        async with running(settings):
            raise AssertionError("it opened")
    assert not list(settings.data.glob("mentorfy.db-*"))


async def test_without_weights_search_compares_words_and_says_so(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(MiniLM, "is_installed", lambda: False)
    with caplog.at_level(logging.WARNING):
        async with running(settings) as mentorfy:
            assert MiniLM.recipe not in mentorfy.ports.knowledge.recipe
    assert caplog.messages == [LEXICAL_ONLY]


@pytest.mark.parametrize("module", ["mentorfy_cli", "mentorfy_runtime.container", "mentorfy_worker"])
def test_a_start_imports_nothing_heavy(module: str) -> None:
    script = f"import sys, {module}; print(sorted(set(sys.modules) & set({HEAVY})))"
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
