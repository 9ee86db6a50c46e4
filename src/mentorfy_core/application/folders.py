"""Importing a folder of the machine that Mentorfy runs on, as far as its operator allowed it."""

from collections.abc import Sequence
from dataclasses import dataclass

from mentorfy_core.application.importing import StartImport
from mentorfy_core.errors import MentorfyError, NotFound
from mentorfy_core.imports.grants import folders_for
from mentorfy_core.imports.model import Import
from mentorfy_core.people import Actor, require_operator
from mentorfy_core.ports import Folder, Ports


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person is who looks for a folder.

    Attributes:
        way: From an allowed folder down to here; empty above them all.
        folders: What is in here; above them all the allowed ones.
    """

    way: Sequence[Folder]
    folders: Sequence[Folder]


@dataclass(frozen=True, slots=True)
class ChooseFolder:
    """Look through the allowed folders."""

    ports: Ports

    async def __call__(self, actor: Actor, path: str = "") -> Place:
        """Return a place; without a path the allowed folders that are there.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such folder, or it is not allowed.
            PortError: It cannot be read.
        """
        require_operator(actor)
        allowed = await _allowed(self.ports, actor)
        if path:
            way = await self.ports.folders.enter(allowed, path)
            return Place(way, await self.ports.folders.inside(way[-1]))
        found = [await self._root(allowed, root) for root in allowed]
        return Place((), [folder for folder in found if folder])

    async def _root(self, allowed: Sequence[str], root: str) -> Folder | None:
        try:
            return (await self.ports.folders.enter(allowed, root))[-1]
        except MentorfyError:  # missing just now, such as a drive that is not plugged in
            return None


@dataclass(frozen=True, slots=True)
class ImportFolder:
    """Start an import of an allowed folder."""

    ports: Ports

    async def __call__(self, actor: Actor, path: str, *, include_removed: bool = False) -> Import:
        """Store the import and wake a worker; the plan waits for a person.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such folder, or it is not allowed.
        """
        require_operator(actor)
        folder = (await self.ports.folders.enter(await _allowed(self.ports, actor), path))[-1]
        start = StartImport(self.ports)
        return await start(
            actor, self.ports.folders.source, folder.root, title=folder.shown, include_removed=include_removed
        )


async def _allowed(ports: Ports, actor: Actor) -> Sequence[str]:
    organizations = await ports.people.organizations()
    own = next((one for one in organizations if one.id == actor.organization_id), None)
    if own is None:
        raise NotFound("no such organisation")
    return folders_for(own, organizations, ports.folders.grants)
