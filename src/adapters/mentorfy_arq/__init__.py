"""The bell for workers on several machines: Redis, through arq. Nothing is entrusted to it."""

from mentorfy_arq.bell import ArqBell
from mentorfy_arq.command import worker_settings

__all__ = ["ArqBell", "worker_settings"]
