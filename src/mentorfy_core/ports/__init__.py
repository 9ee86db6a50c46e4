"""What Mentorfy needs from the world; ``Ports`` holds one of each."""

from collections.abc import Mapping
from dataclasses import dataclass

from mentorfy_core.ports.bots import BotStore
from mentorfy_core.ports.chat import ChatModel
from mentorfy_core.ports.conversations import ConversationStore
from mentorfy_core.ports.documents import BlobStore, DocumentEvent, DocumentStore, KeptBlobs
from mentorfy_core.ports.folders import Folder, FolderTree
from mentorfy_core.ports.generations import GenerationStore
from mentorfy_core.ports.imports import ImportStore
from mentorfy_core.ports.knowledge import Embedder, KnowledgeBase
from mentorfy_core.ports.limiter import Limiter, Meter
from mentorfy_core.ports.links import LinkStore
from mentorfy_core.ports.oversight import OversightStore, Transcript
from mentorfy_core.ports.pauses import Obstacles, PauseStore
from mentorfy_core.ports.people import AuditStore, PeopleStore
from mentorfy_core.ports.runtime import Bell, FailureLog, NewId, Randomness, Read, WorkerSeen, WorkerStore
from mentorfy_core.ports.sessions import SessionStore, TokenStore
from mentorfy_core.ports.sign_in import AttemptStore, Credentials, NewSecret
from mentorfy_core.ports.source import FileSource
from mentorfy_core.ports.text import Chunker, TextExtractor
from mentorfy_core.ports.uploads import StagedFile, UploadStage
from mentorfy_core.ports.vitals import VitalsStore

__all__ = [
    "AttemptStore",
    "AuditStore",
    "Bell",
    "BlobStore",
    "BotStore",
    "ChatModel",
    "Chunker",
    "ConversationStore",
    "Credentials",
    "DocumentEvent",
    "DocumentStore",
    "Embedder",
    "FailureLog",
    "FileSource",
    "Folder",
    "FolderTree",
    "GenerationStore",
    "ImportStore",
    "KeptBlobs",
    "KnowledgeBase",
    "Limiter",
    "LinkStore",
    "Meter",
    "NewId",
    "NewSecret",
    "Obstacles",
    "OversightStore",
    "PauseStore",
    "PeopleStore",
    "Ports",
    "Randomness",
    "Read",
    "SessionStore",
    "StagedFile",
    "TextExtractor",
    "TokenStore",
    "Transcript",
    "UploadStage",
    "VitalsStore",
    "WorkerSeen",
    "WorkerStore",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """One of each.

    Attributes:
        sources: By name; the name is what a document's row says.
    """

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
    new_secret: NewSecret
    workers: WorkerStore
    pauses: PauseStore
    limiter: Limiter
    vitals: VitalsStore
    sources: Mapping[str, FileSource]
    folders: FolderTree
    uploads: UploadStage
    text: TextExtractor
    chunker: Chunker
    knowledge: KnowledgeBase
    chat: ChatModel
    bell: Bell
    failures: FailureLog
    new_id: NewId
    randomness: Randomness
