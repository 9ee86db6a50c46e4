"""Where everything is kept: all stores of a process are of one kind."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mentorfy_core.ports import (
    AttemptStore,
    AuditStore,
    BlobStore,
    BotStore,
    ConversationStore,
    Credentials,
    DocumentStore,
    GenerationStore,
    ImportStore,
    LinkStore,
    OversightStore,
    PauseStore,
    PeopleStore,
    SessionStore,
    TokenStore,
    VitalsStore,
    WorkerStore,
)
from mentorfy_runtime.settings import Settings

if TYPE_CHECKING:
    from mentorfy_sqlite.database import Database
    from mentorfy_supabase.client import Supabase


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """One of each."""

    documents: DocumentStore
    generations: GenerationStore
    blobs: BlobStore
    imports: ImportStore
    bots: BotStore
    conversations: ConversationStore
    oversight: OversightStore
    people: PeopleStore
    sessions: SessionStore
    tokens: TokenStore
    links: LinkStore
    attempts: AttemptStore
    audits: AuditStore
    credentials: Credentials
    workers: WorkerStore
    pauses: PauseStore
    vitals: VitalsStore


def in_files(settings: Settings, database: "Database") -> Stores:
    """Keep rows in one SQLite file, and bytes in a folder beside it."""
    import mentorfy_sqlite as sqlite
    from mentorfy_local.blobs import FolderBlobStore
    from mentorfy_local.passwords import Argon2Credentials

    return Stores(
        documents=sqlite.SqliteDocumentStore(database),
        generations=sqlite.SqliteGenerationStore(database),
        blobs=FolderBlobStore(settings.data / "blobs"),
        imports=sqlite.SqliteImportStore(database),
        bots=sqlite.SqliteBotStore(database),
        conversations=sqlite.SqliteConversationStore(database),
        oversight=sqlite.SqliteOversightStore(database),
        people=sqlite.SqlitePeopleStore(database),
        sessions=sqlite.SqliteSessionStore(database),
        tokens=sqlite.SqliteTokenStore(database),
        links=sqlite.SqliteLinkStore(database),
        attempts=sqlite.SqliteAttemptStore(database),
        audits=sqlite.SqliteAuditStore(database),
        credentials=Argon2Credentials(),
        workers=sqlite.SqliteWorkerStore(database),
        pauses=sqlite.SqlitePauseStore(database),
        vitals=sqlite.SqliteVitalsStore(database),
    )


def in_supabase(supabase: "Supabase", publishable_key: str) -> Stores:
    """Keep everything in a Supabase project: rows, bytes and passwords."""
    import mentorfy_supabase as project

    return Stores(
        documents=project.SupabaseDocumentStore(supabase),
        generations=project.SupabaseGenerationStore(supabase),
        blobs=project.SupabaseBlobStore(supabase),
        imports=project.SupabaseImportStore(supabase),
        bots=project.SupabaseBotStore(supabase),
        conversations=project.SupabaseConversationStore(supabase),
        oversight=project.SupabaseOversightStore(supabase),
        people=project.SupabasePeopleStore(supabase),
        sessions=project.SupabaseSessionStore(supabase),
        tokens=project.SupabaseTokenStore(supabase),
        links=project.SupabaseLinkStore(supabase),
        attempts=project.SupabaseAttemptStore(supabase),
        audits=project.SupabaseAuditStore(supabase),
        credentials=project.SupabaseCredentials(supabase, publishable_key),
        workers=project.SupabaseWorkerStore(supabase),
        pauses=project.SupabasePauseStore(supabase),
        vitals=project.SupabaseVitalsStore(supabase),
    )
