"""The only wiring: which adapter stands behind which port.

Adapters are imported when they are built, so that a command that needs none starts at once. Constructors touch nothing:
``running`` opens what has to be opened, and closes it again in reverse.
"""

import logging
import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Final

from dependency_injector import containers, providers

from mentorfy_core.application import Mentorfy
from mentorfy_core.ports import (
    AttemptStore,
    AuditStore,
    Bell,
    BlobStore,
    BotStore,
    ChatModel,
    Chunker,
    ConversationStore,
    Credentials,
    DocumentStore,
    Embedder,
    FailureLog,
    FileSource,
    FolderTree,
    GenerationStore,
    ImportStore,
    Limiter,
    LinkStore,
    NewId,
    NewSecret,
    OversightStore,
    PauseStore,
    PeopleStore,
    Ports,
    Randomness,
    SessionStore,
    TokenStore,
    UploadStage,
    VitalsStore,
    WorkerStore,
)
from mentorfy_runtime.settings import Settings, make_data_folder

if TYPE_CHECKING:
    from mentorfy_sqlite.database import Database
    from mentorfy_sqlite.knowledge import SqliteKnowledgeBase
    from mentorfy_text.extractor import SandboxExtractor

LEXICAL_ONLY: Final = (
    "The embedding weights are not installed, so search compares words only: ./dev setup installs them."
)

MATH_THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""What numpy's libraries read, once, when they are loaded."""

_LOGGER: Final = logging.getLogger("mentorfy.runtime")


def _database(settings: Settings) -> "Database":
    from mentorfy_sqlite.database import Database

    return Database(settings.data / "mentorfy.db")


def _documents(database: "Database") -> DocumentStore:
    from mentorfy_sqlite.documents import SqliteDocumentStore

    return SqliteDocumentStore(database)


def _generations(database: "Database") -> GenerationStore:
    from mentorfy_sqlite.generations import SqliteGenerationStore

    return SqliteGenerationStore(database)


def _imports(database: "Database") -> ImportStore:
    from mentorfy_sqlite.imports import SqliteImportStore

    return SqliteImportStore(database)


def _bots(database: "Database") -> BotStore:
    from mentorfy_sqlite.bots import SqliteBotStore

    return SqliteBotStore(database)


def _conversations(database: "Database") -> ConversationStore:
    from mentorfy_sqlite.conversations import SqliteConversationStore

    return SqliteConversationStore(database)


def _oversight(database: "Database") -> OversightStore:
    from mentorfy_sqlite.oversight import SqliteOversightStore

    return SqliteOversightStore(database)


def _people(database: "Database") -> PeopleStore:
    from mentorfy_sqlite.people import SqlitePeopleStore

    return SqlitePeopleStore(database)


def _sessions(database: "Database") -> SessionStore:
    from mentorfy_sqlite.sessions import SqliteSessionStore

    return SqliteSessionStore(database)


def _tokens(database: "Database") -> TokenStore:
    from mentorfy_sqlite.sessions import SqliteTokenStore

    return SqliteTokenStore(database)


def _links(database: "Database") -> LinkStore:
    from mentorfy_sqlite.links import SqliteLinkStore

    return SqliteLinkStore(database)


def _attempts(database: "Database") -> AttemptStore:
    from mentorfy_sqlite.attempts import SqliteAttemptStore

    return SqliteAttemptStore(database)


def _audits(database: "Database") -> AuditStore:
    from mentorfy_sqlite.audits import SqliteAuditStore

    return SqliteAuditStore(database)


def _workers(database: "Database") -> WorkerStore:
    from mentorfy_sqlite.workers import SqliteWorkerStore

    return SqliteWorkerStore(database)


def _pauses(database: "Database") -> PauseStore:
    from mentorfy_sqlite.pauses import SqlitePauseStore

    return SqlitePauseStore(database)


def _limiter(settings: Settings, database: "Database", workers: WorkerStore) -> Limiter:
    if settings.redis_url is not None:
        from mentorfy_arq.limiter import RedisLimiter

        async def alive() -> int:
            seen = await workers.workers()
            return sum(one.seen_at > seen.at - settings.lease for one in seen.value)

        return RedisLimiter(settings.redis_url.get_secret_value(), alive)
    from mentorfy_sqlite.limiter import SqliteLimiter

    return SqliteLimiter(database)


def _vitals(database: "Database") -> VitalsStore:
    from mentorfy_sqlite.vitals import SqliteVitalsStore

    return SqliteVitalsStore(database)


def _blobs(settings: Settings) -> BlobStore:
    from mentorfy_local.blobs import FolderBlobStore

    return FolderBlobStore(settings.data / "blobs")


def _sources(uploads: UploadStage, documents: DocumentStore) -> Mapping[str, FileSource]:
    from mentorfy_local.source import FolderSource
    from mentorfy_local.upload_source import UploadSource

    sources: tuple[FileSource, ...] = (FolderSource(), UploadSource(uploads, documents))
    return {source.name: source for source in sources}


def _uploads(settings: Settings) -> UploadStage:
    from mentorfy_local.uploads import FolderUploadStage

    return FolderUploadStage(settings.data / "uploads")


def _folders(settings: Settings) -> FolderTree:
    from mentorfy_local.folders import LocalFolders

    return LocalFolders(settings.folders)


def _text(settings: Settings) -> "SandboxExtractor":
    from mentorfy_text.extractor import SandboxExtractor

    return SandboxExtractor(children=settings.slots)


def _chunker() -> Chunker:
    from mentorfy_text.chunker import PassageChunker

    return PassageChunker()


def _embedder() -> Embedder | None:
    from mentorfy_local.minilm import MiniLM

    if MiniLM.is_installed():
        return MiniLM()
    _LOGGER.warning(LEXICAL_ONLY)
    return None


def _knowledge(settings: Settings, embedder: Embedder | None) -> "SqliteKnowledgeBase":
    from mentorfy_sqlite.knowledge import SqliteKnowledgeBase

    return SqliteKnowledgeBase(settings.data / "knowledge.db", embedder)


def _chat() -> ChatModel:
    from mentorfy_local.chat import ExtractiveChat

    return ExtractiveChat()


def _bell(settings: Settings) -> Bell:
    if settings.redis_url is not None:
        from mentorfy_arq.bell import ArqBell

        return ArqBell(settings.redis_url.get_secret_value())
    from mentorfy_local.bell import LocalBell

    return LocalBell()


def _failures() -> FailureLog:
    from mentorfy_local.runtime import LoggedFailures

    return LoggedFailures()


def _new_id() -> NewId:
    from mentorfy_local.runtime import random_id

    return random_id


def _randomness() -> Randomness:
    from mentorfy_local.runtime import SystemRandomness

    return SystemRandomness()


def _credentials() -> Credentials:
    from mentorfy_local.passwords import Argon2Credentials

    return Argon2Credentials()


def _new_secret() -> NewSecret:
    from mentorfy_local.runtime import random_secret

    return random_secret


class EmbeddedAdapters(containers.DeclarativeContainer):
    """Everything in files of one folder on this machine: no account, no key, no server."""

    settings = providers.Dependency(instance_of=Settings)
    database = providers.Singleton(_database, settings)
    text = providers.Singleton(_text, settings)
    embedder = providers.Singleton(_embedder)
    knowledge = providers.Singleton(_knowledge, settings, embedder)
    documents = providers.Singleton(_documents, database)
    uploads = providers.Singleton(_uploads, settings)
    bell = providers.Singleton(_bell, settings)
    workers = providers.Singleton(_workers, database)
    limiter = providers.Singleton(_limiter, settings, database, workers)
    ports = providers.Singleton(
        Ports,
        documents=documents,
        generations=providers.Singleton(_generations, database),
        blobs=providers.Singleton(_blobs, settings),
        imports=providers.Singleton(_imports, database),
        bots=providers.Singleton(_bots, database),
        conversations=providers.Singleton(_conversations, database),
        oversight=providers.Singleton(_oversight, database),
        people=providers.Singleton(_people, database),
        sessions=providers.Singleton(_sessions, database),
        tokens=providers.Singleton(_tokens, database),
        links=providers.Singleton(_links, database),
        attempts=providers.Singleton(_attempts, database),
        audits=providers.Singleton(_audits, database),
        credentials=providers.Singleton(_credentials),
        new_secret=providers.Singleton(_new_secret),
        workers=workers,
        pauses=providers.Singleton(_pauses, database),
        limiter=limiter,
        vitals=providers.Singleton(_vitals, database),
        sources=providers.Singleton(_sources, uploads, documents),
        uploads=uploads,
        folders=providers.Singleton(_folders, settings),
        text=text,
        chunker=providers.Singleton(_chunker),
        knowledge=knowledge,
        chat=providers.Singleton(_chat),
        bell=bell,
        failures=providers.Singleton(_failures),
        new_id=providers.Singleton(_new_id),
        randomness=providers.Singleton(_randomness),
    )
    to_open = providers.List(database, knowledge, text, bell, limiter)


@asynccontextmanager
async def running(settings: Settings) -> AsyncGenerator[Mentorfy]:
    """Open everything, make sure that there is somebody to work for, and close everything at the end.

    Raises:
        MentorfyError: The data folder or a database in it cannot be used.
    """
    make_data_folder(settings)
    for name in MATH_THREADS:  # workers share the processors by being several: two with threads took four times as long
        os.environ.setdefault(name, "1")
    adapters = EmbeddedAdapters(settings=settings)
    to_open: list[object] = adapters.to_open()
    async with AsyncExitStack() as stack:
        for adapter in to_open:
            if isinstance(adapter, AbstractAsyncContextManager):  # what is inside one process has nothing to close
                await stack.enter_async_context(adapter)
        mentorfy = Mentorfy(adapters.ports(), settings.retries, settings.timing)
        await mentorfy.establish()
        yield mentorfy
