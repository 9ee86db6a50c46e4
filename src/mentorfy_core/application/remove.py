"""A person's delete, and taking it back."""

from dataclasses import dataclass
from datetime import timedelta

from mentorfy_core.application.change import Change
from mentorfy_core.documents.events import Deleted, Restored
from mentorfy_core.documents.model import Document
from mentorfy_core.ids import DocumentId
from mentorfy_core.people import Actor, require_operator


@dataclass(frozen=True, slots=True)
class Remove:
    """Make a document disappear from every answer at once; its bytes and knowledge follow after the undo time."""

    change: Change

    async def __call__(self, actor: Actor, document_id: DocumentId) -> Document:
        """Return the deleted document. Only a person's import brings it back.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such document in the actor's organisation.
        """
        require_operator(actor)
        return await self.change(actor.organization_id, document_id, lambda _: Deleted(by_person=True))


@dataclass(frozen=True, slots=True)
class Restore:
    """Take a deletion back, within the undo time."""

    change: Change
    undo: timedelta

    async def __call__(self, actor: Actor, document_id: DocumentId) -> Document:
        """Return the living document.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such document in the actor's organisation.
            IllegalTransition: Too late.
            Conflict: Another living document has taken its place.
        """
        require_operator(actor)
        return await self.change(actor.organization_id, document_id, lambda _: Restored(undo=self.undo))
