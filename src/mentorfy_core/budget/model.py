"""What is known of one provider's limits, who waits for it, and what is asked and heard."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from mentorfy_core.budget.pace import Pace
from mentorfy_core.ids import OrganizationId


@dataclass(frozen=True, slots=True)
class Price:
    """What asking a provider costs.

    Attributes:
        requests: How many calls it takes, >= 0.
        tokens: About how many tokens, answers included; 0 where nobody counts them.
    """

    requests: int
    tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Somebody wants to ask a provider something.

    Attributes:
        asker: Who, the same each time: a document's or an answer's id.
        urgent: A person waits for it.
        divisible: Less can be asked, if this is too much at once.
        patience: How long the asker would wait in line.
        size_bytes: Of how much of a file; for estimates. 0 where it is none.
    """

    asker: UUID
    price: Price
    urgent: bool = False
    divisible: bool = False
    patience: timedelta = timedelta()
    size_bytes: float = 0.0


@dataclass(frozen=True, slots=True)
class Stated:
    """What a provider's headers say that a minute holds; ``None`` where they do not say."""

    requests: int | None = None
    tokens: int | None = None

    def is_news_to(self, known: "Stated") -> bool:
        """Return whether it says anything that is not known so."""
        pairs = ((self.requests, known.requests), (self.tokens, known.tokens))
        return any(said is not None and said != before for said, before in pairs)


@dataclass(frozen=True, slots=True)
class Refused:
    """A provider answered that it was asked too much.

    Attributes:
        granted_at: When we had leave to ask.
        retry_after: How long it wants to be left alone.
    """

    granted_at: datetime
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """A provider answered; told only where that is news, see ``Reply.wary``."""


News: TypeAlias = Stated | Refused | Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What an ask came to.

    Attributes:
        granted: It may be asked now, and is taken off the budget.
        at: The store's time.
        wait: Not granted: when to ask again. Whoever has the patience stands in line until then.
        part: Which part of it can be had at once; less than 1 only where less can be asked, and nothing was granted.
        stated: What the provider stated so far.
        wary: It refused lately, and has answered nobody since: whoever is answered tells.
    """

    granted: bool
    at: datetime
    wait: timedelta = timedelta()
    part: float = 1.0
    stated: Stated = Stated()
    wary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Somebody in line.

    Attributes:
        since: When they came.
        until: When they are thought to have left.
    """

    organization_id: OrganizationId
    ask: Ask
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Lead:
    """How many seconds of a provider's budget an organisation has had more than the one that comes next."""

    organization_id: OrganizationId
    seconds: float


@dataclass(frozen=True, slots=True)
class Spent:
    """What files of so many bytes cost lately: old ones fade."""

    size_bytes: float = 0.0
    requests: float = 0.0
    tokens: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What one provider lets us ask.

    Attributes:
        at: Of when the paces are.
        granted_at: When something was granted last.
        not_before: Nobody asks earlier.
        fell_at: When a refusal lowered the pace last.
        answered: Somebody was answered since then.
        waiting: Who stands in line, in no order.
        leads: Of organisations that have one.
    """

    provider: str
    requests: Pace = field(default_factory=Pace)
    tokens: Pace = field(default_factory=Pace)
    at: datetime | None = None
    granted_at: datetime | None = None
    not_before: datetime | None = None
    fell_at: datetime | None = None
    answered: bool = True
    waiting: tuple[Waiting, ...] = ()
    leads: tuple[Lead, ...] = ()
    spent: Spent = field(default_factory=Spent)


@dataclass(frozen=True, slots=True)
class Supply:
    """What learning can expect of a provider. Tells nothing of any organisation.

    Attributes:
        free_in: How long somebody who comes now would wait, however little they want.
        bytes_per_second: How much of files can be learned; ``None`` where no limit is known.
    """

    free_in: timedelta = timedelta()
    bytes_per_second: float | None = None
