"""A bot, its published behaviour, and the draft of the next."""

from dataclasses import dataclass
from datetime import datetime

from mentorfy_core.bots.behavior import Behavior
from mentorfy_core.bots.settings import missing
from mentorfy_core.errors import InvalidInput
from mentorfy_core.ids import BotId, MemberId, OrganizationId


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """A mentor people can talk to; it answers from all available documents of its organisation.

    Attributes:
        revision: Counts published behaviours from 1; each answer records the one it was given under.
        published_by: Who published this revision; ``None`` for those that Mentorfy made itself.
        hidden_since: Since when it is not offered for new questions; ``None`` while it is.
    """

    id: BotId
    organization_id: OrganizationId
    name: str
    behavior: Behavior
    created_at: datetime
    updated_at: datetime
    revision: int = 1
    published_by: MemberId | None = None
    hidden_since: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse behaviours that would compile to a prompt with a hole in it.

        Raises:
            InvalidInput: "Custom" without saying what that means, no name, or an empty no-answer message.
        """
        if holes := missing(self.name, self.behavior):
            raise InvalidInput(" ".join(holes.values()))

    @property
    def is_offered(self) -> bool:
        """Whether people may ask it."""
        return self.hidden_since is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a bot's next revision may become. It changes nothing until it is published; all operators share it.

    Attributes:
        behavior: May still lack what publishing needs.
        based_on: The revision it began from.
        version: Rises with every save, discard and publication: nobody overwrites what they have not seen.
        saved_by: Who saved it last; ``None`` where nobody has begun one: then it is what is published.
    """

    bot_id: BotId
    organization_id: OrganizationId
    name: str
    behavior: Behavior
    based_on: int
    version: int = 0
    saved_by: MemberId | None = None
    saved_at: datetime | None = None

    @property
    def is_begun(self) -> bool:
        """Whether somebody has saved something since the last publication."""
        return self.saved_at is not None


def draft_of(bot: Bot, version: int = 0) -> Draft:
    """Return the draft that nobody has begun yet: what is published."""
    return Draft(
        bot_id=bot.id,
        organization_id=bot.organization_id,
        name=bot.name,
        behavior=bot.behavior,
        based_on=bot.revision,
        version=version,
    )
