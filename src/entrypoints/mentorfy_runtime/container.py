"""The only wiring: which adapter stands behind which port.

Adapters are imported when they are built, so that a command that needs none starts at once. Constructors touch nothing:
``running`` opens what has to be opened, and closes it again in reverse.
"""

import logging
import os
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Final

from dependency_injector import containers, providers

from mentorfy_core.application import Mentorfy
from mentorfy_core.ports import (
    Bell,
    ChatModel,
    Chunker,
    DocumentStore,
    Embedder,
    FailureLog,
    FileSource,
    FolderTree,
    Limiter,
    NewId,
    NewSecret,
    Ports,
    Randomness,
    UploadStage,
    WorkerStore,
)
from mentorfy_runtime.settings import Settings, SettingsError, make_data_folder
from mentorfy_runtime.stores import Stores, in_files, in_supabase

if TYPE_CHECKING:
    from mentorfy_sqlite.database import Database
    from mentorfy_sqlite.knowledge import SqliteKnowledgeBase
    from mentorfy_supabase.client import Supabase
    from mentorfy_text.extractor import SandboxExtractor

LEXICAL_ONLY: Final = (
    "The embedding weights are not installed, so search compares words only: ./dev setup installs them."
)

MATH_THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""What numpy's libraries read, once, when they are loaded."""

_LOGGER: Final = logging.getLogger("mentorfy.runtime")


def _database(settings: Settings) -> "Database":
    from mentorfy_sqlite.database import Database

    return Database(settings.beside / "mentorfy.db")


def _supabase(settings: Settings) -> "Supabase":
    from mentorfy_supabase import Supabase

    if settings.supabase_url is None or settings.supabase_secret_key is None:
        raise SettingsError("MENTORFY_STORE is not supabase.")
    return Supabase(settings.supabase_url, settings.supabase_secret_key.get_secret_value())


def _stores(settings: Settings, database: Callable[[], "Database"], supabase: Callable[[], "Supabase"]) -> Stores:
    if settings.supabase_publishable_key is not None:
        return in_supabase(supabase(), settings.supabase_publishable_key.get_secret_value())
    return in_files(settings, database())


def _limiter(settings: Settings, database: Callable[[], "Database"], workers: WorkerStore) -> Limiter:
    if settings.redis_url is not None:
        from mentorfy_arq.limiter import RedisLimiter

        async def alive() -> int:
            seen = await workers.workers()
            return sum(one.seen_at > seen.at - settings.lease for one in seen.value)

        return RedisLimiter(settings.redis_url.get_secret_value(), alive)
    from mentorfy_sqlite.limiter import SqliteLimiter

    return SqliteLimiter(database())


def _sources(uploads: UploadStage, documents: DocumentStore) -> Mapping[str, FileSource]:
    from mentorfy_local.source import FolderSource
    from mentorfy_local.upload_source import UploadSource

    sources: tuple[FileSource, ...] = (FolderSource(), UploadSource(uploads, documents))
    return {source.name: source for source in sources}


def _uploads(settings: Settings) -> UploadStage:
    from mentorfy_local.uploads import FolderUploadStage

    return FolderUploadStage(settings.beside / "uploads")


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

    return SqliteKnowledgeBase(settings.beside / "knowledge.db", embedder)


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


def _new_secret() -> NewSecret:
    from mentorfy_local.runtime import random_secret

    return random_secret


def _to_open(
    settings: Settings,
    database: Callable[[], "Database"],
    supabase: Callable[[], "Supabase"],
    *others: object,
) -> list[AbstractAsyncContextManager[object]]:
    """Return what has to be opened, in this order; what is inside one process has nothing to open."""
    rows: list[object] = [supabase(), _bucket(supabase())] if settings.store == "supabase" else [database()]
    if settings.store == "supabase" and settings.redis_url is None:
        rows.append(database())  # which then holds the budgets that this machine's processes share
    return [one for one in (*rows, *others) if isinstance(one, AbstractAsyncContextManager)]


@asynccontextmanager
async def _bucket(supabase: "Supabase") -> AsyncGenerator[None]:
    from mentorfy_supabase import SupabaseBlobStore

    await SupabaseBlobStore(supabase).prepare()
    yield


class Adapters(containers.DeclarativeContainer):
    """What settings choose; by default everything in files of one folder: no account, no key, no server."""

    settings = providers.Dependency(instance_of=Settings)
    database = providers.Singleton(_database, settings)
    supabase = providers.Singleton(_supabase, settings)
    kept = providers.Singleton(_stores, settings, database.provider, supabase.provider).provided
    text = providers.Singleton(_text, settings)
    embedder = providers.Singleton(_embedder)
    knowledge = providers.Singleton(_knowledge, settings, embedder)
    uploads = providers.Singleton(_uploads, settings)
    bell = providers.Singleton(_bell, settings)
    limiter = providers.Singleton(_limiter, settings, database.provider, kept.workers)
    ports = providers.Singleton(
        Ports,
        documents=kept.documents,
        generations=kept.generations,
        blobs=kept.blobs,
        imports=kept.imports,
        bots=kept.bots,
        conversations=kept.conversations,
        oversight=kept.oversight,
        people=kept.people,
        sessions=kept.sessions,
        tokens=kept.tokens,
        links=kept.links,
        attempts=kept.attempts,
        audits=kept.audits,
        credentials=kept.credentials,
        workers=kept.workers,
        pauses=kept.pauses,
        vitals=kept.vitals,
        new_secret=providers.Singleton(_new_secret),
        limiter=limiter,
        sources=providers.Singleton(_sources, uploads, kept.documents),
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
    to_open = providers.Callable(
        _to_open, settings, database.provider, supabase.provider, knowledge, text, bell, limiter
    )


@asynccontextmanager
async def running(settings: Settings) -> AsyncGenerator[Mentorfy]:
    """Open everything, make sure that there is somebody to work for, and close everything at the end.

    Raises:
        MentorfyError: The data folder or a database in it cannot be used.
    """
    make_data_folder(settings)
    for name in MATH_THREADS:  # workers share the processors by being several: two with threads took four times as long
        os.environ.setdefault(name, "1")
    adapters = Adapters(settings=settings)
    to_open: list[AbstractAsyncContextManager[object]] = adapters.to_open()
    async with AsyncExitStack() as stack:
        for adapter in to_open:
            await stack.enter_async_context(adapter)
        mentorfy = Mentorfy(adapters.ports(), settings.retries, settings.timing)
        await mentorfy.establish()
        yield mentorfy
