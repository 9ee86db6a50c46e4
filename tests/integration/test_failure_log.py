from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from mentorfy_core.errors import ErrorKind, MentorfyError, PortError
from mentorfy_core.ids import ErrorId
from mentorfy_local.runtime import LoggedFailures
from mentorfy_runtime.container import running
from mentorfy_runtime.logs import without_details
from mentorfy_runtime.settings import Settings
from mentorfy_web.app import create_app

CANARY = "sk-CANARY-7f3a"
ERROR_ID = ErrorId(UUID(int=7))


class Hostile(Exception):
    def __str__(self) -> str:
        raise RuntimeError(CANARY)

    __repr__ = __str__


class HostileOfOurs(MentorfyError):
    def __str__(self) -> str:
        raise RuntimeError(CANARY)


def failure_of(doing: Callable[[], object]) -> Exception:
    try:
        doing()
    except Exception as error:  # noqa: BLE001 - whatever it is
        return error
    raise AssertionError("it did not fail")


def raising(error: BaseException, cause: BaseException | None = None) -> Callable[[], object]:
    def doing() -> None:
        password = CANARY  # noqa: F841 - variables are not told
        raise error from cause

    return doing


@pytest.fixture
def line(caplog: pytest.LogCaptureFixture) -> Callable[[BaseException], str]:
    def recorded(error: BaseException) -> str:
        caplog.clear()
        with caplog.at_level(logging.ERROR, "mentorfy.failures"):
            LoggedFailures().record(ERROR_ID, error)
        (record,) = caplog.records
        assert record.exc_info is None
        return record.getMessage()

    return recorded


def told(line: str) -> dict[str, Any]:
    parsed = json.loads(line)
    assert isinstance(parsed, dict)
    return parsed


Line = Callable[[BaseException], str]


def test_the_id_finds_the_line(line: Line) -> None:
    assert told(line(ValueError("x")))["error_id"] == str(ERROR_ID)


def test_types_and_places_are_told_without_messages(line: Line) -> None:
    written = line(failure_of(raising(ValueError(f"wrong key {CANARY}"))))
    (error,) = told(written)["errors"]
    assert error["type"] == "builtins.ValueError"
    assert [frame.split()[1] for frame in error["frames"]] == ["failure_of", "doing"]
    assert "test_failure_log" in error["frames"][-1]
    assert CANARY not in written


def test_our_own_messages_are_told(line: Line) -> None:
    (error,) = told(line(PortError(ErrorKind.NOT_FOUND, "The file is no longer there.")))["errors"]
    assert error["message"] == "The file is no longer there."


def test_causes_are_told_by_type(line: Line) -> None:
    written = line(failure_of(raising(PortError(ErrorKind.RATE_LIMIT, "Too fast."), OSError(CANARY))))
    assert [error["type"] for error in told(written)["errors"]] == [
        "mentorfy_core.errors.PortError",
        "builtins.OSError",
    ]
    assert CANARY not in written


def test_what_was_handled_at_the_time_is_told(line: Line) -> None:
    def doing() -> None:
        try:
            raising(KeyError(CANARY))()
        except KeyError:
            raise ValueError(CANARY)  # noqa: B904 - the context is the point

    written = line(failure_of(doing))
    assert [error["type"] for error in told(written)["errors"]] == ["builtins.ValueError", "builtins.KeyError"]
    assert CANARY not in written


def test_members_of_groups_are_told(line: Line) -> None:
    group = ExceptionGroup(CANARY, [OSError(CANARY), ExceptionGroup(CANARY, [KeyError(CANARY)])])
    written = line(group)
    assert [error["type"].split(".")[1] for error in told(written)["errors"]] == [
        "ExceptionGroup",
        "OSError",
        "ExceptionGroup",
        "KeyError",
    ]
    assert CANARY not in written


def test_circles_end(line: Line) -> None:
    one, other = ValueError(), KeyError()
    one.__cause__, other.__cause__ = other, one
    assert len(told(line(one))["errors"]) == 2


def test_a_long_chain_is_cut(line: Line) -> None:
    error: Exception = ValueError()
    for _ in range(1000):
        error = failure_of(raising(ValueError(), error))
    assert len(told(line(error))["errors"]) == 10


def test_a_deep_stack_is_cut(line: Line) -> None:
    def deeper(depth: int) -> int:
        return deeper(depth + 1)

    written = line(failure_of(lambda: deeper(0)))
    (error,) = told(written)["errors"]
    assert error["type"] == "builtins.RecursionError"
    assert len(error["frames"]) == 30


@pytest.mark.parametrize("error", [PortError(ErrorKind.UNKNOWN_ERROR, "x" * 10_000_000), ValueError("x" * 10_000_000)])
def test_ten_megabytes_become_a_short_line(line: Line, error: Exception) -> None:
    assert len(line(error)) < 2000


def test_control_characters_and_surrogates_do_no_harm(line: Line) -> None:
    written = line(MentorfyError("a\0b\ud800c\nd"))
    assert written.isascii()
    assert "\n" not in written
    assert told(written)["errors"][0]["message"] == "ab?c\nd"


@pytest.mark.parametrize("error", [Hostile(), HostileOfOurs()])
def test_an_error_that_cannot_be_told_is_still_logged(line: Line, error: Exception) -> None:
    written = line(error)
    assert str(ERROR_ID) in told(written)["error_id"]
    assert CANARY not in written


def test_a_broken_handler_is_no_error() -> None:
    class Broken(logging.Handler):
        def handle(self, record: logging.LogRecord) -> bool:
            raise OSError("no space left")

    handler, logger = Broken(), logging.getLogger("mentorfy.failures")
    logger.addHandler(handler)
    try:
        LoggedFailures().record(ERROR_ID, ValueError())
    finally:
        logger.removeHandler(handler)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text())
def test_any_text_becomes_one_line(line: Line, text: str) -> None:
    written = line(MentorfyError(text))
    assert written.isascii()
    assert written.splitlines() == [written]
    assert told(written)["errors"][0]["type"] == "mentorfy_core.errors.MentorfyError"


def test_other_lines_tell_where_an_error_was_raised_and_nothing_of_what_it_says(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Such as those that uvicorn and asyncio write of what nobody foresaw."""
    caplog.handler.addFilter(without_details)
    try:
        int(CANARY)
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in %s", "ASGI application")
    finally:
        caplog.handler.removeFilter(without_details)
    [line] = caplog.text.splitlines()
    assert "Exception in ASGI application ValueError at test_failure_log:" in line
    assert CANARY not in line


def test_what_nobody_foresaw_of_a_request_is_logged_under_the_id_that_is_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise ValueError(CANARY)

    monkeypatch.setattr("mentorfy_web.entering.device", broken)
    app = create_app(running(Settings(data=tmp_path / "data")))
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.post("/login", data={"email": "eve@example.org", "password": "x"})
    assert answer.status_code == 500
    [line] = [json.loads(one.getMessage()) for one in caplog.records if one.name == "mentorfy.failures"]
    assert line["error_id"] in answer.text
    assert CANARY not in answer.text + json.dumps(line)
