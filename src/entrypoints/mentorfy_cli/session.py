"""Every command's beginning: settings, log, open store, and the owner it acts for."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from mentorfy_core.application import Mentorfy
from mentorfy_core.people import Actor
from mentorfy_runtime.settings import Settings, load, make_data_folder


@dataclass(frozen=True, slots=True)
class Session:
    """What a command works with."""

    mentorfy: Mentorfy
    actor: Actor
    settings: Settings


@asynccontextmanager
async def session(data: Path | None, organization: str | None = None) -> AsyncGenerator[Session]:
    """Open everything for one command.

    Raises:
        MentorfyError: A setting, the data folder or the database cannot be used, or there is no such organisation.
    """
    from mentorfy_runtime.container import running
    from mentorfy_runtime.logs import log_to_file
    from mentorfy_runtime.people import local_owner

    settings = load(data=data)
    make_data_folder(settings)
    log_to_file(settings.logs / "cli.log")
    async with running(settings) as mentorfy:
        yield Session(mentorfy, await local_owner(mentorfy, organization), settings)
