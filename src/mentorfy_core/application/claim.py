"""Picking a due document."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeAlias

from mentorfy_core.application.held import until_answered
from mentorfy_core.application.obstacles import Obstacles
from mentorfy_core.application.timing import Timing
from mentorfy_core.documents.events import Claimed
from mentorfy_core.documents.lifecycle import transition
from mentorfy_core.documents.model import Document, Stage
from mentorfy_core.errors import Conflict, IllegalTransition, NotFound, StoreUnavailable
from mentorfy_core.ids import ClaimToken, DocumentId, GenerationId, OrganizationId
from mentorfy_core.knowledge.recipes import recipe_for
from mentorfy_core.pauses import Blocked
from mentorfy_core.ports import Ports, Read
from mentorfy_core.retries import RetryManager

Ids: TypeAlias = tuple[OrganizationId, DocumentId]

CANDIDATES: Final = 6
"""How many due documents a worker chooses among, so that several workers rarely want the same one."""

FURTHER: Final = 100
"""How many it looks at where it got none of those: copies of what is being learned wait for it, and stand in line."""

FRESH: Final = timedelta(seconds=10)
"""How long a worker trusts what it has read of pauses: who stood still since then looks again."""


@dataclass(frozen=True, slots=True)
class Pick:
    """What a worker got.

    Attributes:
        document: The claimed document, or ``None``.
        wants_quiet: True where the next document is one that lost a worker: it runs with nothing beside it, so the
            worker takes nothing more until its slots are empty.
    """

    document: Document | None = None
    wants_quiet: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """Take a due document for the stage it is owed."""

    ports: Ports
    retries: RetryManager
    timing: Timing

    async def __call__(self, *, busy: bool) -> Pick:
        """Return a claimed document, or none where nothing is due or everything was taken by others.

        Args:
            busy: The worker has other work in its slots.

        Raises:
            StoreUnavailable: The store does not say what is due.
        """
        blocked = await Obstacles(self.ports, self.timing).blocked_documents()
        due = await self.ports.documents.due(CANDIDATES, blocked.value)
        pick = await self._any_of(due, blocked, busy=busy)
        if pick is None and len(due) == CANDIDATES:
            further = await self.ports.documents.due(FURTHER, blocked.value)
            pick = await self._any_of([ids for ids in further if ids not in due], blocked, busy=busy)
        return pick or Pick()

    async def _any_of(self, due: Sequence[Ids], blocked: Read[Blocked], *, busy: bool) -> Pick | None:
        for organization_id, document_id in self._from_anywhere(due):
            pick = await self._try(organization_id, document_id, blocked, busy=busy)
            if pick.document or pick.wants_quiet:
                return pick
        return None

    def _from_anywhere(self, due: Sequence[Ids]) -> Sequence[Ids]:
        """Return them beginning with anybody's, with any of theirs: the longest queue is not drawn more often."""
        if not due:
            return due
        below, owners = self.ports.randomness.below, list(dict.fromkeys(owner for owner, _ in due))
        owner = owners[below(len(owners))]
        theirs = [ids for ids in due if ids[0] == owner]
        start = below(len(theirs))
        return (*theirs[start:], *theirs[:start], *(ids for ids in due if ids[0] != owner))

    async def _try(
        self, organization_id: OrganizationId, document_id: DocumentId, blocked: Read[Blocked], *, busy: bool
    ) -> Pick:
        try:
            read = await self.ports.documents.get(organization_id, document_id)
            document = read.value
            if read.at > blocked.at + FRESH or blocked.value.stops(document):  # another stage may be owed by now
                return Pick()
            if document.losses and busy:
                return Pick(wants_quiet=True)
            event = await self._event(document)
            claimed = transition(document, event, read.at, self.retries)
        except (NotFound, IllegalTransition):
            return Pick()
        try:
            return Pick(await self.ports.documents.save(claimed, event))
        except (Conflict, NotFound):
            return Pick()
        except StoreUnavailable:
            return await self._was_it_written(claimed, event.token)

    async def _event(self, document: Document) -> Claimed:
        stage = document.next_stage
        return Claimed(
            token=ClaimToken(self.ports.new_id()),
            stage=stage,
            generation=await self._generation(document) if stage is Stage.LEARN else None,
            alone=document.losses > 0,
            lease=self.timing.lease,
            patience=self.timing.patience,
        )

    async def _generation(self, document: Document) -> GenerationId:
        ports = self.ports
        recipe = recipe_for(document.title, ports.text.recipe, ports.chunker.recipe, ports.knowledge.recipe)
        generation = await ports.generations.open(
            document.organization_id, document.content_sha256, recipe, GenerationId(ports.new_id())
        )
        return generation.id

    async def _was_it_written(self, claimed: Document, token: ClaimToken) -> Pick:
        """Ask about an unanswered claim until answered: nothing else is claimed before that."""
        read = await until_answered(lambda: self.ports.documents.get(claimed.organization_id, claimed.id))
        claim = read.value.claim
        return Pick(read.value) if claim and claim.token == token else Pick()
