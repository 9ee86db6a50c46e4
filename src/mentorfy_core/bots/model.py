"""A bot and its published behaviour."""

from dataclasses import dataclass
from datetime import datetime

from mentorfy_core.bots.behavior import Behavior
from mentorfy_core.ids import BotId, OrganizationId


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """A mentor people can talk to; it answers from all available documents of its organisation.

    Attributes:
        revision: Counts published behaviours from 1; each answer records the one it was given under.
    """

    id: BotId
    organization_id: OrganizationId
    name: str
    behavior: Behavior
    created_at: datetime
    updated_at: datetime
    revision: int = 1
