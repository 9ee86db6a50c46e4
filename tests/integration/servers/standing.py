"""The servers that settings ask for and nobody has named, on this machine's loopback, for as long as a command runs.

``python -m tests.integration.servers.standing COMMAND...`` is how ``./dev run`` starts Mentorfy with
``MENTORFY_STORE=supabase`` or ``MENTORFY_BELL=arq``. What these servers keep is gone when the command ends.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from tests.integration.servers.postgres import postgres
from tests.integration.servers.redis import RedisServer
from tests.integration.servers.supabase_server import peer


@contextmanager
def standing(chosen: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Start what is missing and give the settings that name it."""
    with ExitStack() as stack:
        named: dict[str, str] = {}
        if chosen.get("MENTORFY_STORE") == "supabase" and not chosen.get("MENTORFY_SUPABASE_URL"):
            project = stack.enter_context(peer(stack.enter_context(postgres())))
            named |= {
                "MENTORFY_SUPABASE_URL": project.url,
                "MENTORFY_SUPABASE_SECRET_KEY": project.secret_key,
                "MENTORFY_SUPABASE_PUBLISHABLE_KEY": project.publishable_key,
            }
        if chosen.get("MENTORFY_BELL") == "arq" and not chosen.get("MENTORFY_REDIS_URL"):
            named["MENTORFY_REDIS_URL"] = stack.enter_context(RedisServer()).url
        yield named


def main() -> int:
    """Run a command beside the servers and return its exit code."""
    say("starting the servers that the settings do not name, on this machine only")
    with standing(os.environ) as named:
        say("what they keep is gone when this ends; in another terminal they are used with:")
        for name, value in {**os.environ, **named}.items():
            if name in named or name in {"MENTORFY_STORE", "MENTORFY_BELL"}:
                say(f"  export {name}={value}")
        with subprocess.Popen(sys.argv[1:], env={**os.environ, **named}) as command:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C reaches the command itself
            signal.signal(signal.SIGTERM, lambda *_: command.terminate())
            return command.wait()


def say(what: str) -> None:
    print(f"dev: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
