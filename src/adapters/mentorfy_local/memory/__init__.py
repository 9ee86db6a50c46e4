"""Every store in memory: for tests, for a simulator, and for a library user who wants nothing kept."""

from mentorfy_local.memory.attempts import MemoryAttemptStore
from mentorfy_local.memory.bots import MemoryBotStore
from mentorfy_local.memory.conversations import MemoryConversationStore
from mentorfy_local.memory.documents import MemoryDocumentStore
from mentorfy_local.memory.generations import MemoryGenerationStore
from mentorfy_local.memory.imports import MemoryImportStore
from mentorfy_local.memory.limiter import MemoryLimiter
from mentorfy_local.memory.links import MemoryLinkStore
from mentorfy_local.memory.oversight import MemoryOversightStore
from mentorfy_local.memory.pauses import MemoryPauseStore
from mentorfy_local.memory.people import MemoryAuditStore, MemoryPeopleStore
from mentorfy_local.memory.sessions import MemorySessionStore, MemoryTokenStore
from mentorfy_local.memory.state import MemoryState
from mentorfy_local.memory.vitals import MemoryVitalsStore
from mentorfy_local.memory.workers import MemoryWorkerStore

__all__ = [
    "MemoryAttemptStore",
    "MemoryAuditStore",
    "MemoryBotStore",
    "MemoryConversationStore",
    "MemoryDocumentStore",
    "MemoryGenerationStore",
    "MemoryImportStore",
    "MemoryLimiter",
    "MemoryLinkStore",
    "MemoryOversightStore",
    "MemoryPauseStore",
    "MemoryPeopleStore",
    "MemorySessionStore",
    "MemoryState",
    "MemoryTokenStore",
    "MemoryVitalsStore",
    "MemoryWorkerStore",
]
