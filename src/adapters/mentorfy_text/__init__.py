"""From bytes to passages: a killable, limited child process reads, a splitter cuts."""

from mentorfy_text.chunker import PassageChunker
from mentorfy_text.extractor import SandboxExtractor
from mentorfy_text.sandbox import Limits

__all__ = ["Limits", "PassageChunker", "SandboxExtractor"]
