"""``python -m mentorfy_web [--with-parent] [--fd N]``: the web server, configured by the environment, until SIGTERM."""

import asyncio
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import uvicorn

from mentorfy_core.errors import MentorfyError
from mentorfy_runtime.container import running
from mentorfy_runtime.lifeline import ARGUMENT, end_with_parent
from mentorfy_runtime.listening import address, listen
from mentorfy_runtime.logs import log_to_stderr
from mentorfy_runtime.settings import Settings, load
from mentorfy_runtime.signals import stopping
from mentorfy_web.app import create_app


def main() -> None:
    """Serve until told to stop; a problem with the settings or the store is one sentence and exit code 1."""
    log_to_stderr()
    if ARGUMENT in sys.argv:
        end_with_parent()
    try:
        settings = load()
        asyncio.run(_serve(settings, _listening(settings)))
    except MentorfyError as error:
        sys.exit(f"mentorfy: {error}")


def _listening(settings: Settings) -> socket.socket:
    """Return the socket that a parent gave us, or a new one."""
    if "--fd" in sys.argv:
        return socket.socket(fileno=int(sys.argv[sys.argv.index("--fd") + 1]))
    listening = listen(settings.host, settings.port)
    sys.stderr.write(f"Mentorfy answers at {address(listening)}\n")
    return listening


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to us: uvicorn would end the process before the database is closed."""
        yield


async def _serve(settings: Settings, listening: socket.socket) -> None:
    async with running(settings) as mentorfy:
        token = settings.metrics_token
        app = create_app(nullcontext(mentorfy), metrics_token=token.get_secret_value() if token else None)
        server = _Server(uvicorn.Config(app, access_log=False, log_config=None, timeout_graceful_shutdown=5))

        def stop() -> None:
            server.should_exit = True
            if hasattr(app.state, "answers"):
                app.state.answers.end_all()

        with stopping(told=stop):
            await server.serve(sockets=[listening])


if __name__ == "__main__":
    main()
