"""``mentorfy up``: the web server and the workers, kept running."""

import asyncio
import os
import socket
from collections.abc import Iterator
from typing import Annotated, Final

import typer

from mentorfy_cli.children import Child, environment
from mentorfy_cli.options import Data, Json
from mentorfy_cli.output import remark, say, say_json
from mentorfy_cli.program import program
from mentorfy_runtime.settings import Settings, load, make_data_folder

LONG: Final = 20.0
"""Seconds after which a web server that does not answer is worth a word."""

Workers = Annotated[
    int | None, typer.Option(min=1, max=64, help="How many workers (MENTORFY_WORKERS; default: 2).", show_default=False)
]
Port = Annotated[
    int | None,
    typer.Option(min=1, max=65535, help="Where to answer (MENTORFY_PORT; default: 8080); the next free one if taken."),
]


def up(workers: Workers = None, port: Port = None, data: Data = None, json: Json = False) -> None:
    """Run the web server and the workers until Ctrl-C."""
    from mentorfy_runtime.listening import listen
    from mentorfy_runtime.logs import log_to_file

    settings = load(data=data, workers=workers, port=port)
    make_data_folder(settings)
    log_to_file(settings.logs / "up.log")
    again = f"{program()}{f' --data {data}' if data else ''}"
    with listen(settings.host, settings.port) as listening:
        asyncio.run(_up(settings, listening, again, as_json=json))


async def _up(settings: Settings, listening: socket.socket, again: str, *, as_json: bool) -> None:
    from mentorfy_runtime.container import running
    from mentorfy_runtime.signals import stopping

    async with running(settings):
        pass  # what is wrong with the data is said here, in one sentence
    with stopping(told=lambda: remark("Stopping.")) as stop:
        async with asyncio.TaskGroup() as group:
            for child in _children(settings, listening):
                group.create_task(child.keep(stop))
            if await _answers(listening, stop):
                _greet(settings, listening, again, await _link(settings, listening), as_json=as_json)
            elif not stop.is_set():
                remark(f"The web server does not answer: see {settings.logs / 'web.log'}")


def _children(settings: Settings, listening: socket.socket) -> Iterator[Child]:
    around, descriptor = environment(settings), listening.fileno()
    yield Child(
        name="The web server",
        module="mentorfy_web",
        arguments=("--fd", str(descriptor)),
        log=settings.logs / "web.log",
        environment=around,
        files=(descriptor,),
    )
    for number in range(1, settings.workers + 1):
        log = settings.logs / f"worker-{number}.log"
        yield Child(name=f"Worker {number}", module="mentorfy_worker", log=log, environment=around)


async def _answers(listening: socket.socket, stop: asyncio.Event) -> bool:
    """Return whether the web server answers before anybody loses patience.

    The connection waits in our socket's queue until a server, the first or a later one, takes it out.
    """
    reader, writer = await asyncio.open_connection(*listening.getsockname()[:2])
    try:
        writer.write(b"GET /healthz HTTP/1.0\r\n\r\n")
        answered, stopped = asyncio.ensure_future(reader.readline()), asyncio.ensure_future(stop.wait())
        await asyncio.wait((answered, stopped), timeout=LONG, return_when=asyncio.FIRST_COMPLETED)
        is_answered = answered.done() and answered.exception() is None and answered.result() != b""
        for waiting in (answered, stopped):
            waiting.cancel()
        return is_answered and not stop.is_set()
    finally:
        writer.close()


async def _link(settings: Settings, listening: socket.socket) -> str:
    """Return a one-time link that signs the owner in. It goes to whoever started us, and into no log."""
    from mentorfy_runtime.container import running
    from mentorfy_runtime.listening import address
    from mentorfy_runtime.people import link_for_owner

    async with running(settings) as mentorfy:
        return await link_for_owner(mentorfy, address(listening))


def _greet(settings: Settings, listening: socket.socket, again: str, link: str, *, as_json: bool) -> None:
    from mentorfy_runtime.container import LEXICAL_ONLY
    from mentorfy_runtime.doctor import weights_are_installed
    from mentorfy_runtime.listening import address

    at = address(listening)
    if not weights_are_installed():
        remark(LEXICAL_ONLY)
    if as_json:
        shape = {"address": at, "pid": os.getpid(), "workers": settings.workers, "data": str(settings.data)}
        say_json({**shape, "link": link})
        return
    say(f"Mentorfy answers at {at} (Ctrl-C stops it).")
    say(f"Sign in with this link, which works once, for a day: {link}")
    say("Or, in another terminal:")
    say(f"  {again} import FOLDER")
    say(f'  {again} ask "..."')
