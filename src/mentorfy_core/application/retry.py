"""A person's retry."""

from dataclasses import dataclass

from mentorfy_core.application.change import Change
from mentorfy_core.documents.events import RetryRequested
from mentorfy_core.documents.model import Document
from mentorfy_core.ids import DocumentId
from mentorfy_core.people import Actor, require_operator


@dataclass(frozen=True, slots=True)
class Retry:
    """Put a failed or retrying document in line again, now."""

    change: Change

    async def __call__(self, actor: Actor, document_id: DocumentId, cycle: int) -> Document:
        """Return the document as it is afterwards.

        Args:
            actor: Who asks.
            document_id: Which.
            cycle: The cycle the person saw: many clicks on one sight are one retry.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such document in the actor's organisation.
            IllegalTransition: It is neither retrying nor failed, and no earlier click was heard.
        """
        require_operator(actor)
        return await self.change(
            actor.organization_id,
            document_id,
            lambda document: RetryRequested(cycle=cycle) if document.cycle <= cycle else None,
        )
