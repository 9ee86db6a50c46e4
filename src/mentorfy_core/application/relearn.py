"""Learning again what was learned by an older recipe."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mentorfy_core.application.change import Change
from mentorfy_core.documents.events import RelearnRequested
from mentorfy_core.documents.model import Document, Stage, Status
from mentorfy_core.errors import CallerError, NotFound
from mentorfy_core.ids import DocumentId, GenerationId
from mentorfy_core.knowledge.recipes import recipe_for
from mentorfy_core.people import Actor, require_operator
from mentorfy_core.people.audits import Action, audit
from mentorfy_core.ports import Ports

PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Relearn:
    """Have documents learned again; what they taught before answers until then."""

    ports: Ports
    change: Change

    async def __call__(self, actor: Actor, document_id: DocumentId) -> Document:
        """Put one document in line again, whatever recipe it was learned by.

        Where the recipe is the same, what is known of it is used again, and costs nothing.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such document in the actor's organisation.
            IllegalTransition: It is being worked on, or waits, or is deleted.
        """
        require_operator(actor)
        after = await self._again(actor, document_id)
        await self.ports.audits.append(audit(actor, Action.RELEARN_ASKED, document_id))
        return after

    async def outdated(self, actor: Actor) -> Sequence[DocumentId]:
        """Put every document in line that was learned, or could not be, by another recipe than today's.

        Returns:
            Which.

        Raises:
            Forbidden: The actor is a member.
        """
        require_operator(actor)
        await self.ports.audits.append(audit(actor, Action.RELEARN_ASKED, "all with an older recipe"))
        asked: list[DocumentId] = []
        after: DocumentId | None = None
        while page := (await self.ports.documents.page(actor.organization_id, after=after, limit=PAGE)).value:
            asked += [document.id for document in page if await self._is_asked(actor, document)]
            after = page[-1].id
        return asked

    async def _is_asked(self, actor: Actor, document: Document) -> bool:
        if not await self._is_outdated(document):
            return False
        try:
            await self._again(actor, document.id)
        except CallerError:  # somebody was faster: it is worked on, or gone
            return False
        return True

    async def _again(self, actor: Actor, document_id: DocumentId) -> Document:
        return await self.change(
            actor.organization_id, document_id, lambda document: RelearnRequested(recipe=self._recipe(document))
        )

    async def _is_outdated(self, document: Document) -> bool:
        if document.status not in {Status.AVAILABLE_TO_AI, Status.FAILED} or document.next_stage is Stage.FETCH:
            return False
        last = document.generation or document.live_generation
        return last is not None and await self._recipe_of(document, last) != self._recipe(document)

    async def _recipe_of(self, document: Document, generation: GenerationId) -> str:
        try:
            return (await self.ports.generations.get(document.organization_id, generation)).recipe
        except NotFound:
            return ""

    def _recipe(self, document: Document) -> str:
        ports = self.ports
        return recipe_for(document.title, ports.text.recipe, ports.chunker.recipe, ports.knowledge.recipe)
