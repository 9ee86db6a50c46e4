"""The real web application and a real worker, with adapters that fail as scripted, for tests in a browser.

``python -m tests.integration.servers.scripted [web] [worker] --data FOLDER --fd N`` runs the parts it is told to, all
in one process, until its standard input closes or SIGTERM comes. Everything but the scripts comes from the settings.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from socket import socket
from typing import Final

import uvicorn

from mentorfy_core.application import Mentorfy
from mentorfy_core.conversations.turn import ChatRequest
from mentorfy_core.errors import ErrorKind, PortError
from mentorfy_core.ids import OrganizationId
from mentorfy_core.ports import ChatModel, FileSource, Meter
from mentorfy_core.retries import LADDERS, RetryManager
from mentorfy_core.testing.scripted import Script, ScriptedKnowledge, ScriptedSource, WordByWord
from mentorfy_runtime.build import build
from mentorfy_runtime.container import running
from mentorfy_runtime.lifeline import end_with_parent
from mentorfy_runtime.logs import log_to_stderr
from mentorfy_runtime.settings import Settings, load
from mentorfy_runtime.signals import stopping
from mentorfy_web.app import create_app

SECOND: Final = timedelta(seconds=1)
RETRIES: Final = RetryManager(
    ladders={
        **LADDERS,
        ErrorKind.RATE_LIMIT: (SECOND, *(timedelta(minutes=minutes) for minutes in (4, 15, 30, 60))),
        ErrorKind.UNKNOWN_ERROR: (SECOND / 20,) * 5,
    },
    fetch_spacing=SECOND / 20,
)
"""The first retry of each kind comes soon; the second after a rate limit lets people read "Retry 2 of 5"."""

TWICE_LIMITED: Final = "about the rudder"
ALWAYS_LIMITED: Final = "often asked for"
ALWAYS_BROKEN: Final = "never arrives"
LOCKED: Final = "behind a lock"
"""Names, or parts of names, of files whose reading fails: twice, or for ever."""

NOT_UNDERSTOOD: Final = "This sentence breaks the first two tries."
"""A text whose learning fails twice."""

BREAKS_OFF: Final = "in the middle"
"""A question whose answer breaks off after one word."""

FIRST_WORDS: Final = 5
"""After so many an answer waits while the file is there that holds answers back."""

OFTEN: Final = 1000


def _limited() -> PortError:
    return PortError(ErrorKind.RATE_LIMIT, "The source asks us to wait. Nothing is needed from you.")


def _lost() -> PortError:
    return PortError(ErrorKind.NETWORK_ERROR, "The connection broke. Check that the source is reachable.")


def _broken() -> PortError:
    """Return what is about one file: no breaker opens for it."""
    return PortError(ErrorKind.UNKNOWN_ERROR, "Reading this breaks off. Check that the file opens, then retry.")


def _locked() -> PortError:
    return PortError(ErrorKind.ACCESS_DENIED, "We may not read this file. Share it with us, then retry.")


def _unprocessed() -> PortError:
    return PortError(ErrorKind.PROCESSING_ERROR, "Learning this broke off. It is tried again.")


def read_script() -> Script:
    return Script(
        {
            TWICE_LIMITED: [_limited() for _ in range(2)],
            ALWAYS_LIMITED: [_limited() for _ in range(OFTEN)],
            ALWAYS_BROKEN: [_broken() for _ in range(OFTEN)],
            LOCKED: [_locked() for _ in range(OFTEN)],
        }
    )


class HeldBack:
    """A chat model that says no more than its first words while a file is there.

    Args:
        chat: The real one.
        hold: The file, if any.
    """

    def __init__(self, chat: ChatModel, hold: Path | None) -> None:
        self._chat, self._hold = chat, hold

    @property
    def meter(self) -> Meter[ChatRequest] | None:
        """The real one's."""
        return self._chat.meter

    async def answer(self, organization_id: OrganizationId, request: ChatRequest) -> AsyncIterator[str]:
        """Yield the real one's words."""
        said = 0
        async for word in self._chat.answer(organization_id, request):
            while said == FIRST_WORDS and self._is_held():  # noqa: ASYNC110 - another process makes the file
                await asyncio.sleep(0.02)
            yield word
            said += 1

    def _is_held(self) -> bool:
        return self._hold is not None and self._hold.exists()


@asynccontextmanager
async def scripted(settings: Settings, pauses: argparse.Namespace) -> AsyncGenerator[Mentorfy]:
    """Open the product as settings say, and let it fail as scripted."""
    async with running(settings) as mentorfy:
        ports = mentorfy.ports
        scripts = Script({NOT_UNDERSTOOD: [_unprocessed() for _ in range(2)]}), Script({BREAKS_OFF: [_lost()] * OFTEN})
        yield replace(
            mentorfy,
            ports=replace(
                ports,
                sources=_scripted_sources(ports.sources, pauses.file),
                knowledge=ScriptedKnowledge(ports.knowledge, scripts[0], pause=pauses.batch),
                chat=HeldBack(WordByWord(ports.chat, scripts[1], pause=pauses.word), pauses.hold),
            ),
            retries=RETRIES,
        )


def _scripted_sources(sources: Mapping[str, FileSource], pause: timedelta) -> dict[str, FileSource]:
    script = read_script()
    return {name: ScriptedSource(source, script, pause=pause) for name, source in sources.items()}


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to us, as the product does."""
        yield


async def _serve(mentorfy: Mentorfy, listening: socket, stop: asyncio.Event) -> None:
    app = create_app(nullcontext(mentorfy))
    server = _Server(uvicorn.Config(app, access_log=False, log_config=None, timeout_graceful_shutdown=2))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    await stop.wait()
    server.should_exit = True
    await serving


async def _run(options: argparse.Namespace) -> None:
    settings = load(data=options.data)
    with stopping() as stop:
        async with scripted(settings, options) as mentorfy, asyncio.TaskGroup() as group:
            if "web" in options.parts:
                group.create_task(_serve(mentorfy, socket(fileno=options.fd), stop))
            if "worker" in options.parts:
                group.create_task(mentorfy.serve(stop, slots=settings.slots, build=build()))


def _milliseconds(text: str) -> timedelta:
    return timedelta(milliseconds=float(text))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="+", choices=("web", "worker"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--fd", type=int, help="a listening socket, for the web part")
    parser.add_argument("--hold", type=Path, help="while it exists, answers stay at their first words")
    for pause, default in (("file", "0"), ("batch", "0"), ("word", "100")):
        parser.add_argument(f"--{pause}", type=_milliseconds, default=default, help="milliseconds that each takes")
    return parser.parse_args()


if __name__ == "__main__":
    log_to_stderr()
    end_with_parent()
    asyncio.run(_run(_options()))
