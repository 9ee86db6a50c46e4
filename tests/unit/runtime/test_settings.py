"""A setting that cannot be used stops the start with one sentence that names it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from mentorfy_core.application.timing import Timing
from mentorfy_core.retries import RetryManager
from mentorfy_runtime.settings import PREFIX, Settings, SettingsError, load, make_data_folder

REDIS = "redis://ann:hush@127.0.0.1:6379/0"
PROJECT = {
    "STORE": "supabase",
    "SUPABASE_URL": "https://abcdefgh.supabase.co",
    "SUPABASE_SECRET_KEY": "sb_secret_hush",
    "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_1",
}
REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "settings.md"


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)


def test_without_settings_everything_is_the_cores_own() -> None:
    assert load().timing == Timing()
    assert load().retries == RetryManager()


def test_durations_are_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MENTORFY_LEASE", "3")
    monkeypatch.setenv("MENTORFY_SWEEP", "0.5")
    assert load().timing.heartbeat == timedelta(seconds=1)
    assert load().timing.sweep == timedelta(seconds=0.5)


def test_the_command_line_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MENTORFY_PORT", "9000")
    assert load(port=9001, workers=None).port == 9001
    assert load(port=None).port == 9000


def test_workers_that_are_woken_through_redis_look_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MENTORFY_BELL", "arq")
    monkeypatch.setenv("MENTORFY_REDIS_URL", REDIS)
    assert load().timing.poll == timedelta(seconds=5)
    monkeypatch.setenv("MENTORFY_POLL", "1")
    assert load().timing.poll == timedelta(seconds=1)


def test_a_secret_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MENTORFY_BELL", "arq")
    monkeypatch.setenv("MENTORFY_REDIS_URL", REDIS)
    settings = load()
    assert "hush" not in repr(settings) + str(settings) + settings.model_dump_json()
    assert settings.redis_url is not None
    assert settings.redis_url.get_secret_value() == REDIS


@pytest.mark.parametrize(
    "url", ["hush", "http://:hush@h/", "redis://", "redis://:hush@h:port/0", "unix://", "redis://[hush/0"]
)
def test_a_secret_that_cannot_be_used_is_named_but_not_told(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("MENTORFY_BELL", "arq")
    monkeypatch.setenv("MENTORFY_REDIS_URL", url)
    with pytest.raises(SettingsError) as stopped:
        load()
    assert str(stopped.value) == (
        "MENTORFY_REDIS_URL cannot be used: it must be the address of a Redis server, as redis://127.0.0.1:6379/0."
    )


@pytest.mark.parametrize("bell", [{}, {"BELL": "arq", "REDIS_URL": REDIS}])
def test_any_store_goes_with_any_bell(monkeypatch: pytest.MonkeyPatch, bell: dict[str, str]) -> None:
    for name, value in {**PROJECT, **bell}.items():
        monkeypatch.setenv(PREFIX + name, value)
    settings = load()
    assert settings.store == "supabase"
    assert "hush" not in repr(settings) + settings.model_dump_json()


@pytest.mark.parametrize("missing", ["SUPABASE_URL", "SUPABASE_SECRET_KEY", "SUPABASE_PUBLISHABLE_KEY"])
def test_what_supabase_needs_is_named(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    for name, value in PROJECT.items():
        if name != missing:
            monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(SettingsError, match=f"^MENTORFY_STORE is supabase, which needs {PREFIX}{missing}: ") as stopped:
        load()
    assert "hush" not in str(stopped.value)


@pytest.mark.parametrize("url", ["http://abcdefgh.supabase.co", "abcdefgh", "https://"])
def test_no_key_is_sent_where_others_can_read_it(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    for name, value in {**PROJECT, "SUPABASE_URL": url}.items():
        monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(SettingsError, match="MENTORFY_SUPABASE_URL"):
        load()


@pytest.mark.parametrize("url", ["rediss://h:6380/1", "unix:///run/redis.sock?db=2", "redis://[::1]/0"])
def test_redis_may_be_anywhere(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("MENTORFY_BELL", "arq")
    monkeypatch.setenv("MENTORFY_REDIS_URL", url)
    assert load().redis_url is not None


def test_an_empty_variable_sets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MENTORFY_PORT", "")
    assert load().port == 8080


def test_folders_are_allowed_to_everybody_or_to_one_organisation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "MENTORFY_FOLDERS", "/srv/letters:/srv/a=b; Harbour School = /srv/harbour ;Ann=~/notes;Ann=/srv/ann"
    )
    assert load().folders == {
        "": ("/srv/letters", "/srv/a=b"),
        "Harbour School": ("/srv/harbour",),
        "Ann": (str(Path.home() / "notes"), "/srv/ann"),
    }


def test_no_folder_is_allowed_without_the_setting() -> None:
    assert load().folders == {}


def test_the_data_folder_is_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert load().data == tmp_path / ".mentorfy"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORT", "abc", "MENTORFY_PORT is “abc”, but it must be a whole number from 1 to 65535."),
        ("PORT", "0", "MENTORFY_PORT is “0”, but it must be a whole number from 1 to 65535."),
        ("WORKERS", "-1", "MENTORFY_WORKERS is “-1”, but it must be a whole number from 1 to 64."),
        ("SLOTS", "many", "MENTORFY_SLOTS is “many”, but it must be a whole number from 1 to 64."),
        (
            "FOLDERS",
            "letters",
            "MENTORFY_FOLDERS is “letters”, but it must be full paths of folders with “:” between them,"
            " as /home/ann/letters:/srv/books.",
        ),
        ("BELL", "gong", "MENTORFY_BELL is “gong”, but it must be local or arq."),
        ("LEASE", "soon", "MENTORFY_LEASE is “soon”, but it must be a number of seconds above 0."),
        ("IDLE", "-5", "MENTORFY_IDLE is “-5”, but it must be a number of seconds above 0."),
        ("UNDO", "nan", "MENTORFY_UNDO is “nan”, but it must be a number of seconds above 0."),
        ("COLLECT", "inf", "MENTORFY_COLLECT is “inf”, but it must be a number of seconds above 0."),
    ],
)
def test_an_unusable_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str) -> None:
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(SettingsError) as stopped:
        load()
    assert str(stopped.value) == told


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"LEASE": "0.2", "SWEEP": "0.1", "POLL": "0.1"}, "MENTORFY_LEASE"),
        ({"LEASE": "10"}, "MENTORFY_SWEEP"),
        ({"SWEEP": "31"}, "MENTORFY_SWEEP"),
        ({"POLL": "100"}, "MENTORFY_POLL"),
        ({"LEASE": "600"}, "MENTORFY_PATIENCE"),
        ({"PATIENCE": "60"}, "MENTORFY_PATIENCE"),
        ({"BELL": "arq"}, "MENTORFY_REDIS_URL"),
        ({"SUPABASE_URL": "https://abcdefgh.supabase.co"}, "MENTORFY_STORE is sqlite"),
        ({"SUPABASE_SECRET_KEY": "hush"}, "MENTORFY_STORE is sqlite"),
        ({**PROJECT, "SUPABASE_PUBLISHABLE_KEY": PROJECT["SUPABASE_SECRET_KEY"]}, "are the same"),
        ({"METRICS_TOKEN": "hush"}, "MENTORFY_METRICS_TOKEN"),
        ({"REDIS_URL": REDIS}, "MENTORFY_BELL"),
        ({"BELL": "arq", "REDIS_URL": f"{REDIS}?retry_on_timeout=yes"}, "exactly one retry policy"),
    ],
)
def test_a_contradiction_is_one_sentence(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], named: str) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(SettingsError, match=named) as stopped:
        load()
    assert str(stopped.value).count("\n") == 0
    assert "hush" not in str(stopped.value)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("MENTORFY_WORKER", "MENTORFY_WORKER is not a setting: did you mean MENTORFY_WORKERS?"),
        ("MENTORFY_XYZZY", "MENTORFY_XYZZY is not a setting: unset it."),
        (
            "MENTORFY_MAX_RETRIES",
            "MENTORFY_MAX_RETRIES is not a setting, because Mentorfy has exactly one retry policy: unset it.",
        ),
    ],
)
def test_an_unknown_variable_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, told: str) -> None:
    monkeypatch.setenv(name, "3")
    with pytest.raises(SettingsError) as stopped:
        load()
    assert str(stopped.value) == told


def test_a_variable_of_the_set_up_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MENTORFY_VENV", "/somewhere")
    load()


def test_a_data_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    settings = load(data=tmp_path / "here" / "data")
    make_data_folder(settings)
    assert settings.data.stat().st_mode & 0o777 == 0o700


def test_a_data_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(SettingsError, match="MENTORFY_DATA"):
        make_data_folder(load(data=tmp_path / "data"))


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_reference_names_every_setting(name: str) -> None:
    assert f"`{PREFIX}{name.upper()}`" in REFERENCE.read_text("utf-8")
