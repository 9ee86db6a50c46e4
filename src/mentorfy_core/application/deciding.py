"""What a person decides about an import: which files, whether at all, and when to stop."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mentorfy_core.errors import Conflict
from mentorfy_core.ids import ImportId, OrganizationId
from mentorfy_core.imports.choices import decided
from mentorfy_core.imports.lifecycle import cancelled, confirmed, require_choices
from mentorfy_core.imports.model import Choice, Entry, Import
from mentorfy_core.people import Actor, require_operator
from mentorfy_core.ports import ImportStore, Ports, Read

PAGE: Final = 500
MAX_CONFLICTS: Final = 20

Choices = Mapping[int, Choice]
NONE: Final[Choices] = {}


@dataclass(frozen=True, slots=True)
class ChooseFiles:
    """Decide about files of a plan that waits."""

    ports: Ports

    async def __call__(self, actor: Actor, import_id: ImportId, choices: Choices) -> Import:
        """Note the choices by the entries' indexes; other entries stay as they are.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such import in the actor's organisation.
            IllegalTransition: There is no plan yet, or it is being carried out.
            Conflict: Others were faster twenty times.
        """
        require_operator(actor)

        def unchanged(read: Read[Import]) -> Import:
            require_choices(read.value)
            return read.value

        return await decide(self.ports.imports, actor.organization_id, import_id, unchanged, choices)


@dataclass(frozen=True, slots=True)
class ConfirmImport:
    """Have a plan carried out."""

    ports: Ports

    async def __call__(self, actor: Actor, import_id: ImportId, choices: Choices | None = None) -> Import:
        """Note the last choices and let workers go on; confirming again changes nothing.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such import in the actor's organisation.
            IllegalTransition: There is no plan yet, or the import is over.
            Conflict: Others were faster twenty times.
        """
        require_operator(actor)
        stored = await decide(
            self.ports.imports,
            actor.organization_id,
            import_id,
            lambda read: confirmed(read.value, read.at),
            NONE if choices is None else choices,
        )
        await self.ports.bell.ring()
        return stored


@dataclass(frozen=True, slots=True)
class CancelImport:
    """Stop an import at whatever step it is; what was recorded stays."""

    ports: Ports

    async def __call__(self, actor: Actor, import_id: ImportId) -> Import:
        """Return it cancelled; cancelling again changes nothing.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such import in the actor's organisation.
            IllegalTransition: It is complete, or failed.
            Conflict: Others were faster twenty times.
        """
        require_operator(actor)
        return await decide(
            self.ports.imports, actor.organization_id, import_id, lambda read: cancelled(read.value, read.at)
        )


async def decide(
    imports: ImportStore,
    organization_id: OrganizationId,
    import_id: ImportId,
    change: Callable[[Read[Import]], Import],
    choices: Choices = NONE,
) -> Import:
    """Load, decide, save, until it is written; the choices go with it, unless the plan was already confirmed."""
    for _ in range(MAX_CONFLICTS):
        read = await imports.get(organization_id, import_id)
        after = change(read)
        chosen = [] if read.value.confirmed else await _chosen(imports, read.value, choices)
        if after is read.value and not chosen:
            return after
        try:
            return await imports.decide(after, chosen)
        except Conflict:
            continue
    raise Conflict("The import keeps changing: try again in a moment.")


async def _chosen(imports: ImportStore, job: Import, choices: Choices) -> Sequence[Entry]:
    return decided([entry async for entry in _plan(imports, job, choices)], choices)


async def _plan(imports: ImportStore, job: Import, choices: Choices) -> AsyncIterator[Entry]:
    """Yield the part of the plan between the first and the last choice."""
    start, last = min(choices, default=0), max(choices, default=-1)
    while start <= last and (page := await imports.plan(job.organization_id, job.id, start=start, limit=PAGE)):
        for entry in page:
            yield entry
        start = page[-1].index + 1
