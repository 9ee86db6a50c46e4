"""The folders of the machine that Mentorfy runs on, as far as the operator shows them to people in a browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of this machine.

    Attributes:
        path: Its real path.
        root: The same as the ``source`` of ``FolderTree`` takes it, following no link that has come there since.
        name: Its name as people see it.
        shown: Its whole path as people see it.
    """

    path: str
    root: str
    name: str
    shown: str


class FolderTree(Protocol):
    """Folders, and what was allowed of them. Reading may raise ``PortError``."""

    @property
    def source(self) -> str:
        """The name of the source that imports such a folder."""
        ...

    @property
    def grants(self) -> Mapping[str, Sequence[str]]:
        """What the operator allowed: paths by an organisation's id or name, "" for everybody."""
        ...

    async def enter(self, allowed: Sequence[str], path: str) -> Sequence[Folder]:
        """Return the way from an allowed folder down to a path: real folders, the allowed one first.

        Links are resolved before the path is judged.

        Raises:
            NotFound: There is no such folder, or it is neither an allowed one nor below one.
        """
        ...

    async def inside(self, folder: Folder) -> Sequence[Folder]:
        """Return the folders in a folder by name; neither links nor hidden ones."""
        ...
