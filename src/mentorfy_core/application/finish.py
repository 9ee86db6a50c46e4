"""Being a worker for just as long as an import needs one."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mentorfy_core.application.serve import Serve
from mentorfy_core.documents.model import Document
from mentorfy_core.ids import DocumentId, ImportId
from mentorfy_core.imports.lifecycle import import_owed
from mentorfy_core.imports.model import Import
from mentorfy_core.pauses import Blocked
from mentorfy_core.people import Actor, require_operator
from mentorfy_core.ports import Ports

LOOK_EVERY: Final = 0.2
"""Seconds between two looks at what is left to do."""


@dataclass(frozen=True, slots=True)
class Finish:
    """Work until an import is over and no document of its organisation can go on now."""

    ports: Ports
    serve: Serve

    async def __call__(self, actor: Actor, import_id: ImportId, *, slots: int = 2) -> Import:
        """Return the import as it is then: complete, failed, or waiting for a person.

        Documents that wait for a retry, or for what is paused or does not answer, are left waiting; another worker,
        or another call, takes them up.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such import in the actor's organisation.
        """
        require_operator(actor)
        enough = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.serve(enough, slots=slots))
            try:
                while not await self._is_over(actor, import_id):  # noqa: ASYNC110 - a bell may be lost, a look not
                    await asyncio.sleep(LOOK_EVERY)
            finally:
                enough.set()
        return (await self.ports.imports.get(actor.organization_id, import_id)).value

    async def _is_over(self, actor: Actor, import_id: ImportId) -> bool:
        job = (await self.ports.imports.get(actor.organization_id, import_id)).value
        if import_owed(job) is not None:
            return False
        obstacles = await self.ports.pauses.of(actor.organization_id)
        stopped = obstacles.value.blocked(obstacles.at, 0.0)
        after: DocumentId | None = None
        while (read := await self.ports.documents.page(actor.organization_id, after=after)).value:
            if not all(_waits(document, read.at, stopped) for document in read.value):
                return False
            after = read.value[-1].id
        return True


def _waits(document: Document, now: datetime, stopped: Blocked) -> bool:
    return document.is_at_rest or (document.claim is None and (document.next_run_at > now or stopped.stops(document)))
