"""From what a person types to the document that is meant."""

from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

from mentorfy_cli.documents import path_of
from mentorfy_cli.program import program
from mentorfy_cli.session import Session
from mentorfy_core.application import DocumentView
from mentorfy_core.documents.model import Document
from mentorfy_core.errors import InvalidInput, NotFound
from mentorfy_core.ids import DocumentId
from mentorfy_runtime.local import local_id

SOURCE: Final = "local"
IMPORTS_SEARCHED: Final = 50
SHOWN: Final = 5


async def living(s: Session, wanted: str) -> DocumentView:
    """Return the document with this id, display path, end of a display path, or path on this machine.

    Raises:
        NotFound: There is none.
        InvalidInput: There are several.
    """
    views = await s.mentorfy.documents(s.actor)
    found = (
        [view for view in views if wanted in {str(view.document.id), path_of(view)}]
        or [view for view in views if view.document.external_id == local_id(wanted)]
        or [view for view in views if path_of(view).endswith(f"/{wanted}")]
    )
    if not found:
        raise NotFound(f"There is no document “{wanted}”: {program()} documents lists them.")
    if len(found) > 1:
        several = "; ".join(f"{path_of(view)} ({view.document.id})" for view in found[:SHOWN])
        raise InvalidInput(f"“{wanted}” may be several documents, give an id: {several}.")
    return found[0]


async def deleted(s: Session, wanted: str) -> Document:
    """Return the removed document with this id, display path, end of one, or path on this machine.

    Raises:
        NotFound: There is none.
    """
    found = [document async for document in _candidates(s, wanted) if document.deleted_at is not None]
    if not found:
        raise NotFound(f"No document “{wanted}” was removed.")
    return max(found, key=lambda document: (document.deleted_at, document.id))


async def _candidates(s: Session, wanted: str) -> AsyncIterator[Document]:
    store, organization_id = s.mentorfy.ports.documents, s.actor.organization_id
    if (document_id := _as_id(wanted)) is not None:
        yield (await store.get(organization_id, document_id)).value
        return
    for external_id in sorted({local_id(wanted), *[found async for found in _imported_as(s, wanted)]}):
        if (document := (await store.find(organization_id, SOURCE, external_id)).value) is not None:
            yield document


async def _imported_as(s: Session, wanted: str) -> AsyncIterator[str]:
    """Yield the files that imports have shown by this path: a removed document is in no list any more."""
    for job in await s.mentorfy.ports.imports.latest(s.actor.organization_id, IMPORTS_SEARCHED):
        for entry in await s.mentorfy.look.plan(s.actor, job.id):
            if entry.file is not None and f"/{'/'.join(entry.display_path)}".endswith(f"/{wanted}"):
                yield entry.file.external_id


def _as_id(text: str) -> DocumentId | None:
    try:
        return DocumentId(UUID(text))
    except ValueError:
        return None
