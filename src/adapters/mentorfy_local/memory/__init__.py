"""Every store in memory: for tests, for a simulator, and for a library user who wants nothing kept."""

from mentorfy_local.memory.bots import MemoryBotStore
from mentorfy_local.memory.conversations import MemoryConversationStore
from mentorfy_local.memory.documents import MemoryDocumentStore
from mentorfy_local.memory.generations import MemoryGenerationStore
from mentorfy_local.memory.imports import MemoryImportStore
from mentorfy_local.memory.people import MemoryPeopleStore
from mentorfy_local.memory.state import MemoryState
from mentorfy_local.memory.workers import MemoryWorkerStore

__all__ = [
    "MemoryBotStore",
    "MemoryConversationStore",
    "MemoryDocumentStore",
    "MemoryGenerationStore",
    "MemoryImportStore",
    "MemoryPeopleStore",
    "MemoryState",
    "MemoryWorkerStore",
]
