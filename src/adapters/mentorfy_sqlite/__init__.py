"""Stores and a knowledge base in SQLite files."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mentorfy_sqlite.attempts import SqliteAttemptStore
    from mentorfy_sqlite.audits import SqliteAuditStore
    from mentorfy_sqlite.bots import SqliteBotStore
    from mentorfy_sqlite.conversations import SqliteConversationStore
    from mentorfy_sqlite.database import Database
    from mentorfy_sqlite.documents import SqliteDocumentStore
    from mentorfy_sqlite.generations import SqliteGenerationStore
    from mentorfy_sqlite.imports import SqliteImportStore
    from mentorfy_sqlite.knowledge import SqliteKnowledgeBase
    from mentorfy_sqlite.limiter import SqliteLimiter
    from mentorfy_sqlite.links import SqliteLinkStore
    from mentorfy_sqlite.oversight import SqliteOversightStore
    from mentorfy_sqlite.pauses import SqlitePauseStore
    from mentorfy_sqlite.people import SqlitePeopleStore
    from mentorfy_sqlite.schema import NewerSchema
    from mentorfy_sqlite.sessions import SqliteSessionStore, SqliteTokenStore
    from mentorfy_sqlite.vitals import SqliteVitalsStore
    from mentorfy_sqlite.workers import SqliteWorkerStore

__all__ = [
    "Database",
    "NewerSchema",
    "SqliteAttemptStore",
    "SqliteAuditStore",
    "SqliteBotStore",
    "SqliteConversationStore",
    "SqliteDocumentStore",
    "SqliteGenerationStore",
    "SqliteImportStore",
    "SqliteKnowledgeBase",
    "SqliteLimiter",
    "SqliteLinkStore",
    "SqliteOversightStore",
    "SqlitePauseStore",
    "SqlitePeopleStore",
    "SqliteSessionStore",
    "SqliteTokenStore",
    "SqliteVitalsStore",
    "SqliteWorkerStore",
]

_HOMES: Final = {
    "Database": "database",
    "NewerSchema": "schema",
    "SqliteAttemptStore": "attempts",
    "SqliteAuditStore": "audits",
    "SqliteBotStore": "bots",
    "SqliteConversationStore": "conversations",
    "SqliteDocumentStore": "documents",
    "SqliteGenerationStore": "generations",
    "SqliteImportStore": "imports",
    "SqliteKnowledgeBase": "knowledge",
    "SqliteLimiter": "limiter",
    "SqliteLinkStore": "links",
    "SqliteOversightStore": "oversight",
    "SqlitePauseStore": "pauses",
    "SqlitePeopleStore": "people",
    "SqliteSessionStore": "sessions",
    "SqliteTokenStore": "sessions",
    "SqliteVitalsStore": "vitals",
    "SqliteWorkerStore": "workers",
}


def __getattr__(name: str) -> object:
    """Import a class when it is first asked for: who needs one store does not pay for numpy."""
    if name not in _HOMES:
        raise AttributeError(f"mentorfy_sqlite has no {name}")
    return getattr(import_module(f"mentorfy_sqlite.{_HOMES[name]}"), name)
