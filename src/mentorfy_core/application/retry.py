"""A person's retry."""

from dataclasses import dataclass

from mentorfy_core.application.change import Change
from mentorfy_core.documents.events import RetryRequested
from mentorfy_core.documents.model import Document
from mentorfy_core.errors import IllegalTransition
from mentorfy_core.ids import DocumentId
from mentorfy_core.people import Actor, require_operator
from mentorfy_core.people.audits import Action, audit
from mentorfy_core.ports import Ports


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


@dataclass(frozen=True, slots=True)
class LiftQuarantine:
    """Give a document that took workers down with it one more try, alone."""

    ports: Ports
    retry: Retry

    async def __call__(self, actor: Actor, document_id: DocumentId) -> Document:
        """Return the document as it is afterwards. Lost once more, it is quarantined again.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such document in the actor's organisation.
            IllegalTransition: It is not in quarantine.
        """
        require_operator(actor)
        document = (await self.ports.documents.get(actor.organization_id, document_id)).value
        if not document.is_quarantined:
            raise IllegalTransition("This document is not in quarantine.")
        after = await self.retry(actor, document_id, document.cycle)
        await self.ports.audits.append(audit(actor, Action.QUARANTINE_LIFTED, document_id))
        return after
