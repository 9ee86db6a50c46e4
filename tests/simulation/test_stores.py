"""The simulated stores pass the contracts that SQLite passes: what the simulator shows of one holds for the other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from mentorfy_core.ports import DocumentStore, GenerationStore, ImportStore, Limiter, PauseStore
from mentorfy_core.testing.contracts.document_claims import DocumentClaims
from mentorfy_core.testing.contracts.document_reads import DocumentReads
from mentorfy_core.testing.contracts.document_writes import DocumentWrites
from mentorfy_core.testing.contracts.generations import GenerationStoreContract
from mentorfy_core.testing.contracts.imports import ImportStoreContract
from mentorfy_core.testing.contracts.limiter import LimiterContract
from mentorfy_core.testing.contracts.pauses import PauseStoreContract
from mentorfy_core.testing.samples import ticking_clock
from mentorfy_core.testing.simulation.faults import remote
from mentorfy_core.testing.simulation.generation_table import GenerationTable
from mentorfy_core.testing.simulation.import_table import ImportTable
from mentorfy_core.testing.simulation.limiter import LimiterTable
from mentorfy_core.testing.simulation.pauses import PauseTable
from mentorfy_core.testing.simulation.tables import DocumentTable, Tables
from tests.simulation.quiet import ClockWorld, Quiet, quiet_tables

ONE_ID_FOR_ALL: Any = None
"""Not run: in the simulation an id stands for one thing in the whole world."""


@pytest.fixture
def tables() -> Tables:
    return quiet_tables(ticking_clock())


class Simulated:
    @pytest.fixture
    def documents(self, tables: Tables) -> DocumentStore:
        return remote(Quiet(), DocumentTable(tables), DocumentStore)  # type: ignore[type-abstract]

    @pytest.fixture
    def generations(self, tables: Tables) -> GenerationStore:
        return remote(Quiet(), GenerationTable(tables), GenerationStore)  # type: ignore[type-abstract]


class TestSimulatedDocuments(Simulated, DocumentWrites, DocumentClaims, DocumentReads):
    test_equal_ids_elsewhere_are_other_rows = ONE_ID_FOR_ALL
    test_another_organisations_id_is_not_in_the_way = ONE_ID_FOR_ALL


class TestSimulatedGenerations(Simulated, GenerationStoreContract):
    pass


class TestSimulatedPauses(PauseStoreContract):
    test_what_people_do_is_written_down: Any = None
    """Not run: audits are not simulated."""

    @pytest.fixture
    def store(self, tables: Tables) -> PauseStore:
        return remote(Quiet(), PauseTable(tables), PauseStore)  # type: ignore[type-abstract]


class TestSimulatedLimiter(LimiterContract):
    @pytest.fixture
    def limiter(self, tables: Tables) -> Limiter:
        cast(ClockWorld, tables.world).clock = lambda: datetime.now(UTC)
        return remote(Quiet(), LimiterTable(tables), Limiter)  # type: ignore[type-abstract]


class TestSimulatedImports(ImportStoreContract):
    test_another_organisations_id_is_not_in_the_way = ONE_ID_FOR_ALL

    @pytest.fixture
    def store(self, tables: Tables) -> ImportStore:
        return remote(Quiet(), ImportTable(tables), ImportStore)  # type: ignore[type-abstract]
