"""What every ``DocumentStore`` does. The generations beside it are part of what a claim and ``Learned`` ask for."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from mentorfy_core.documents.events import (
    Deleted,
    Found,
    LeaseExpired,
    Learned,
    Released,
    Restored,
    SourceGone,
    SourceMoved,
)
from mentorfy_core.documents.lifecycle import transition
from mentorfy_core.documents.model import Document, Status
from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import DocumentId, ErrorId, OrganizationId
from mentorfy_core.ports.documents import DocumentStore
from mentorfy_core.ports.generations import GenerationStore
from mentorfy_core.testing.contracts.steps import (
    HOURS,
    MINUTE,
    NOW,
    RETRIES,
    Steps,
    TwoOrganizations,
    broke,
    generation_of,
    in_organization,
)
from mentorfy_core.testing.samples import ODD_TEXT, UNSTORABLE_TEXT, a_document, a_file, new_id


class DocumentStoreContract(TwoOrganizations):
    """Subclass it and give it both stores, on one database."""

    @pytest.fixture
    def documents(self) -> DocumentStore:
        """The store under test."""
        raise NotImplementedError

    @pytest.fixture
    def generations(self) -> GenerationStore:
        """The generations in the same database."""
        raise NotImplementedError

    @pytest.fixture
    def steps(self, documents: DocumentStore, generations: GenerationStore) -> Steps:
        """What workers do."""
        return Steps(documents, generations)


