"""Everything in a schedule that is not the product: the stores' tables, files, bytes and knowledge."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from random import Random  # noqa: TID251 - the simulator owns chance
from typing import Any, Final
from uuid import UUID

from mentorfy_core.ids import OrganizationId
from mentorfy_core.pauses import KNOWLEDGE, STORAGE
from mentorfy_core.people import Organization
from mentorfy_core.ports import (
    BlobStore,
    ConversationStore,
    DocumentStore,
    GenerationStore,
    ImportStore,
    KnowledgeBase,
    Limiter,
    PauseStore,
    PeopleStore,
    Ports,
    UploadStage,
    WorkerStore,
)
from mentorfy_core.testing.simulation.bell import SimulatedBell
from mentorfy_core.testing.simulation.failures import Failures
from mentorfy_core.testing.simulation.faults import Line, provider_line, remote, store_line
from mentorfy_core.testing.simulation.files import Files, Text
from mentorfy_core.testing.simulation.generation_table import GenerationTable
from mentorfy_core.testing.simulation.import_table import ImportTable
from mentorfy_core.testing.simulation.knowledge import Blobs, Knowledge
from mentorfy_core.testing.simulation.limiter import LimiterTable
from mentorfy_core.testing.simulation.other_tables import (
    ConversationTable,
    PeopleTable,
    Uncounted,
    UploadTable,
    WorkerTable,
)
from mentorfy_core.testing.simulation.pauses import PauseTable
from mentorfy_core.testing.simulation.tables import DocumentTable, Tables
from mentorfy_core.testing.simulation.world import BEGINNING, World

SOURCE: Final = "files"


@dataclass(slots=True)
class Setting:
    """A world and what stands in it."""

    world: World
    tables: Tables = field(init=False)
    files: Files = field(init=False)
    text: Text = field(init=False)
    blobs: Blobs = field(init=False)
    knowledge: Knowledge = field(init=False)
    organizations: tuple[OrganizationId, ...] = tuple(OrganizationId(UUID(int=number)) for number in (1, 2))

    def __post_init__(self) -> None:
        world = self.world
        self.tables, self.files, self.text = Tables(world), Files(world), Text(world)
        self.blobs, self.knowledge = Blobs(world), Knowledge(world)

    def furnish(self, draw: Random) -> None:
        """Make the organisations, and one or two files for each."""
        for organization_id in self.organizations:
            self.tables.organizations.append(Organization(id=organization_id, name="Client", created_at=BEGINNING))
            for number in range(draw.choice([1, 1, 1, 2])):
                self.files.change(organization_id, f"{'ab'[organization_id.int - 1]}{number}")

    def _knowledge_line(self) -> Line:
        return provider_line(self.world, seconds=8 * self.world.weather.slow, name=KNOWLEDGE)

    def ports(self, next_due: Callable[[], float | None]) -> tuple[Ports, SimulatedBell]:
        """Return the ports that lead here, over lines that fail, and the bell among them.

        Args:
            next_due: When something is next due, as the loop counts time.
        """
        world, tables = self.world, self.tables
        store, bell = store_line(world), SimulatedBell(world, next_due)
        blobs, knowledge = provider_line(world, seconds=3, name=STORAGE), self._knowledge_line()
        learned = remote(knowledge, self.knowledge, KnowledgeBase)  # type: ignore[type-abstract]
        learned.__dict__.update(recipe=self.knowledge.recipe, meter=self.knowledge.meter)
        there: dict[str, Any] = dict.fromkeys(each.name for each in fields(Ports))  # the other ports nobody rings for
        there.update(
            documents=remote(store, DocumentTable(tables), DocumentStore),  # type: ignore[type-abstract]
            generations=remote(store, GenerationTable(tables), GenerationStore),  # type: ignore[type-abstract]
            imports=remote(store, ImportTable(tables), ImportStore),  # type: ignore[type-abstract]
            workers=remote(store, WorkerTable(tables), WorkerStore),  # type: ignore[type-abstract]
            limiter=remote(store, LimiterTable(tables), Limiter),  # type: ignore[type-abstract]
            pauses=remote(store, PauseTable(tables), PauseStore),  # type: ignore[type-abstract]
            conversations=remote(store, ConversationTable(), ConversationStore),  # type: ignore[type-abstract]
            uploads=remote(store, UploadTable(), UploadStage),  # type: ignore[type-abstract]
            people=remote(store, PeopleTable(tables), PeopleStore),  # type: ignore[type-abstract]
            blobs=remote(blobs, self.blobs, BlobStore),  # type: ignore[type-abstract]
            vitals=Uncounted(),
            knowledge=learned,
            sources={SOURCE: self.files},
            text=self.text,
            chunker=self.text,
            bell=bell,
            failures=Failures(world),
            new_id=world.new_id,
            randomness=world,
        )
        return Ports(**there), bell
