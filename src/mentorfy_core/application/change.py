"""Load, decide, save: how a person's wish becomes an event."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mentorfy_core.documents.events import Event
from mentorfy_core.documents.lifecycle import transition
from mentorfy_core.documents.model import Document
from mentorfy_core.errors import Conflict
from mentorfy_core.ids import DocumentId, OrganizationId
from mentorfy_core.ports import Ports
from mentorfy_core.retries import RetryManager

MAX_CONFLICTS: Final = 20


@dataclass(frozen=True, slots=True)
class Change:
    """Let an event happen to a document, deciding again when somebody else was faster."""

    ports: Ports
    retries: RetryManager

    async def __call__(
        self, organization_id: OrganizationId, document_id: DocumentId, event_for: Callable[[Document], Event | None]
    ) -> Document:
        """Return the document as it is afterwards; unchanged where there is no event, or it changes nothing.

        Raises:
            NotFound: No such document in this organisation.
            IllegalTransition: The table does not allow the event now.
            Conflict: Others were faster twenty times, or the change itself is impossible.
        """
        for _ in range(MAX_CONFLICTS):
            read = await self.ports.documents.get(organization_id, document_id)
            if (event := event_for(read.value)) is None:
                return read.value
            after = transition(read.value, event, read.at, self.retries)
            if after is read.value:
                return after
            try:
                saved = await self.ports.documents.save(after, event)
            except Conflict:
                continue
            await self.ports.bell.ring()
            return saved
        raise Conflict("The document keeps changing, or something else has taken its place.")
