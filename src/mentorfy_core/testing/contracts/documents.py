"""What every ``DocumentStore`` does."""

from mentorfy_core.testing.contracts.document_claims import DocumentClaims
from mentorfy_core.testing.contracts.document_lists import DocumentLists
from mentorfy_core.testing.contracts.document_reads import DocumentReads
from mentorfy_core.testing.contracts.document_writes import DocumentWrites


class DocumentStoreContract(DocumentWrites, DocumentClaims, DocumentReads, DocumentLists):
    """Subclass it, and override ``documents`` and ``generations`` with stores on one database."""
