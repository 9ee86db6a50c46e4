"""Stores in a Supabase project: PostgreSQL by its Data API, bytes in its Storage."""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mentorfy_supabase.attempts import SupabaseAttemptStore
    from mentorfy_supabase.audits import SupabaseAuditStore
    from mentorfy_supabase.blobs import SupabaseBlobStore
    from mentorfy_supabase.bots import SupabaseBotStore
    from mentorfy_supabase.client import Supabase
    from mentorfy_supabase.conversations import SupabaseConversationStore
    from mentorfy_supabase.credentials import SupabaseCredentials
    from mentorfy_supabase.documents import SupabaseDocumentStore
    from mentorfy_supabase.errors import StatementRefused
    from mentorfy_supabase.generations import SupabaseGenerationStore
    from mentorfy_supabase.imports import SupabaseImportStore
    from mentorfy_supabase.links import SupabaseLinkStore
    from mentorfy_supabase.oversight import SupabaseOversightStore
    from mentorfy_supabase.pauses import SupabasePauseStore
    from mentorfy_supabase.people import SupabasePeopleStore
    from mentorfy_supabase.schema import OtherSchema
    from mentorfy_supabase.sessions import SupabaseSessionStore, SupabaseTokenStore
    from mentorfy_supabase.vitals import SupabaseVitalsStore
    from mentorfy_supabase.workers import SupabaseWorkerStore

__all__ = [
    "OtherSchema",
    "StatementRefused",
    "Supabase",
    "SupabaseAttemptStore",
    "SupabaseAuditStore",
    "SupabaseBlobStore",
    "SupabaseBotStore",
    "SupabaseConversationStore",
    "SupabaseCredentials",
    "SupabaseDocumentStore",
    "SupabaseGenerationStore",
    "SupabaseImportStore",
    "SupabaseLinkStore",
    "SupabaseOversightStore",
    "SupabasePauseStore",
    "SupabasePeopleStore",
    "SupabaseSessionStore",
    "SupabaseTokenStore",
    "SupabaseVitalsStore",
    "SupabaseWorkerStore",
]

_HOMES: Final = {
    "OtherSchema": "schema",
    "StatementRefused": "errors",
    "Supabase": "client",
    "SupabaseAttemptStore": "attempts",
    "SupabaseAuditStore": "audits",
    "SupabaseBlobStore": "blobs",
    "SupabaseBotStore": "bots",
    "SupabaseConversationStore": "conversations",
    "SupabaseCredentials": "credentials",
    "SupabaseDocumentStore": "documents",
    "SupabaseGenerationStore": "generations",
    "SupabaseImportStore": "imports",
    "SupabaseLinkStore": "links",
    "SupabaseOversightStore": "oversight",
    "SupabasePauseStore": "pauses",
    "SupabasePeopleStore": "people",
    "SupabaseSessionStore": "sessions",
    "SupabaseTokenStore": "sessions",
    "SupabaseVitalsStore": "vitals",
    "SupabaseWorkerStore": "workers",
}


def __getattr__(name: str) -> object:
    """Import a class when it is first asked for: the client's packages take a second."""
    if name not in _HOMES:
        raise AttributeError(f"mentorfy_supabase has no {name}")
    return getattr(import_module(f"mentorfy_supabase.{_HOMES[name]}"), name)
