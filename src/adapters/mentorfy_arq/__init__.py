"""What workers on several machines share in Redis: a bell, through arq, and budgets. Nothing is entrusted to it."""

from mentorfy_arq.bell import ArqBell
from mentorfy_arq.command import worker_settings
from mentorfy_arq.limiter import RedisLimiter

__all__ = ["ArqBell", "RedisLimiter", "worker_settings"]
