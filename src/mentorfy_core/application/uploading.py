"""Uploading files into an import: begun, filled by as many requests as it takes, finished."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Final

from mentorfy_core.application.deciding import decide
from mentorfy_core.documents.model import LARGEST_FILE
from mentorfy_core.errors import Conflict, ErrorKind, IllegalTransition, InvalidInput, PortError
from mentorfy_core.ids import ImportId
from mentorfy_core.imports.lifecycle import filled
from mentorfy_core.imports.model import Import, ImportState, Unreadable
from mentorfy_core.imports.uploads import MOST_FILES, TOO_LARGE, UPLOAD, is_ignored, path_of, shown, title_of
from mentorfy_core.people import Actor, require_operator
from mentorfy_core.ports import Ports, Read, StagedFile

LONGEST_TITLE: Final = 200


@dataclass(frozen=True, slots=True)
class StartUpload:
    """Make an import that waits for files."""

    ports: Ports

    async def __call__(self, actor: Actor, title: str = "", *, include_removed: bool = False) -> Import:
        """Store it.

        Raises:
            Forbidden: The actor is a member.
        """
        require_operator(actor)
        now = (await self.ports.documents.counts(actor.organization_id)).at
        import_id = ImportId(self.ports.new_id())
        return await self.ports.imports.add(
            Import(
                id=import_id,
                organization_id=actor.organization_id,
                source=UPLOAD,
                root=str(import_id),
                title=shown(title[:LONGEST_TITLE]),
                asked_by=actor.member_id,
                include_removed=include_removed,
                state=ImportState.IDLE,
                created_at=now,
                updated_at=now,
                next_run_at=now,
            )
        )


@dataclass(frozen=True, slots=True)
class AddFile:
    """Put a file into an import that waits for files."""

    ports: Ports

    async def __call__(
        self, actor: Actor, import_id: ImportId, name: str, data: AsyncIterator[bytes], *, size: int = 0
    ) -> StagedFile | Unreadable | None:
        """Return the file; or why it was not taken, which the plan says too; ``None`` for hidden and system files.

        Args:
            actor: Whose import it is.
            import_id: Which.
            name: Its name, or its path from the folder that was chosen.
            data: Its bytes as they arrive; read to the end, whatever becomes of them.
            size: How many bytes there will be, where that is known before.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such import in the actor's organisation.
            IllegalTransition: The import waits for no files, or not for long enough for this one.
            InvalidInput: It has too many files already.
            PortError: The bytes could not be stored.
        """
        require_operator(actor)
        job = await self._waiting(actor, import_id)
        if await self.ports.uploads.count(actor.organization_id, import_id) >= MOST_FILES:
            raise InvalidInput(
                f"One import takes {MOST_FILES:,} files: finish this one, and upload the rest in another."
            )
        try:
            taken = await self._take(job, name, data, size)
        finally:
            async for _ in data:  # who sends hears our answer only after everything was sent
                pass
        await self._waiting(actor, import_id)  # else its plan may have been made meanwhile, without this file
        return taken

    async def _waiting(self, actor: Actor, import_id: ImportId) -> Import:
        job = (await self.ports.imports.get(actor.organization_id, import_id)).value
        if job.state is not ImportState.IDLE or job.source != UPLOAD:
            raise IllegalTransition("This import takes no more files. Start a new one.")
        return job

    async def _take(
        self, job: Import, name: str, data: AsyncIterator[bytes], size: int
    ) -> StagedFile | Unreadable | None:
        try:
            path = path_of(name)
        except InvalidInput as error:
            return await self._refuse(job, (shown(name[-200:]) or "?",), ErrorKind.UNSUPPORTED, str(error))
        if is_ignored(path):
            return None
        if size > LARGEST_FILE:
            return await self._refuse(job, path, ErrorKind.TOO_LARGE, TOO_LARGE)
        try:
            return await self.ports.uploads.put(job.organization_id, job.id, path, data)
        except PortError as error:
            if error.kind is not ErrorKind.TOO_LARGE:
                raise
            return await self._refuse(job, path, error.kind, TOO_LARGE)

    async def _refuse(self, job: Import, path: tuple[str, ...], kind: ErrorKind, sentence: str) -> Unreadable:
        refused = Unreadable(display_path=path, kind=kind, sentence=sentence, external_id="/".join(path))
        await self.ports.uploads.refuse(job.organization_id, job.id, refused)
        return refused


@dataclass(frozen=True, slots=True)
class FinishUpload:
    """Say that all files are there, so that a plan is made."""

    ports: Ports

    async def __call__(self, actor: Actor, import_id: ImportId) -> Import:
        """Let a worker scan what was uploaded; finishing again changes nothing.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such import in the actor's organisation.
            IllegalTransition: It was cancelled, or failed.
            Conflict: There are no files.
        """
        require_operator(actor)
        job = (await self.ports.imports.get(actor.organization_id, import_id)).value
        files = await self.ports.uploads.files(job.organization_id, job.id) if job.state is ImportState.IDLE else ()
        if job.state is ImportState.IDLE and not files:
            raise Conflict("Nothing was uploaded. Choose files or a folder that has files in it.")
        title = title_of([file.path for file in files if isinstance(file, StagedFile)])

        def fill(read: Read[Import]) -> Import:
            after = filled(read.value, read.at)
            return after if after is read.value else replace(after, title=after.title or title[:LONGEST_TITLE])

        stored = await decide(self.ports.imports, actor.organization_id, import_id, fill)
        await self.ports.bell.ring()
        return stored
