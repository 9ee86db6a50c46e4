"""Who may ask a provider, and when; what its answers say about its limits.

Whoever may not ask now is told when to ask again and stands in line until then: people before documents, then whichever
organisation has had least, then whoever came first. Places are kept only for those in line, so that nothing is saved up
for an organisation that wants nothing, and no long queue is in the way of a short one.
"""

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from mentorfy_core.budget.model import (
    Answered,
    Ask,
    Budget,
    Lead,
    News,
    Price,
    Refused,
    Reply,
    Spent,
    Stated,
    Supply,
    Waiting,
)
from mentorfy_core.budget.pace import MINUTE, Pace
from mentorfy_core.ids import OrganizationId

GRACE: Final = timedelta(seconds=5)
"""How much later than told somebody may ask again and still has their place."""

REST: Final = timedelta(seconds=15)
"""How long a provider is left alone that refused, and did not say for how long."""

FADES: Final = 0.995
"""Which part of what was spent still counts after the next time."""

EXACT: Final = 1e-6
"""Less than this is nothing: sums of fractions are not exact."""


def asked(budget: Budget, organization_id: OrganizationId, ask: Ask, now: datetime) -> tuple[Budget, Reply]:
    """Return what an ask changes, and what it came to.

    Args:
        budget: As stored.
        organization_id: For whom it is asked.
        ask: What.
        now: The store's time.
    """
    budget = _brought_up(budget, now)
    part = min(budget.requests.fits(ask.price.requests), budget.tokens.fits(ask.price.tokens))
    if ask.divisible and part < 1:
        return budget, _reply(budget, now, part=part)
    wait = _wait(budget, ask.price, _before(budget, organization_id, ask, now), now)
    others = tuple(one for one in budget.waiting if one.ask.asker != ask.asker)
    if not wait:
        return _taken(replace(budget, waiting=others), organization_id, ask, now), _reply(budget, now, granted=True)
    if wait <= ask.patience:
        place = Waiting(
            organization_id=organization_id, ask=ask, since=_since(budget, ask, now), until=now + wait + GRACE
        )
        others = (*others, place)
    return replace(budget, waiting=others), _reply(budget, now, wait=wait)


def heard(budget: Budget, news: News, now: datetime) -> Budget:
    """Return what is known after a provider has spoken.

    Args:
        budget: As stored.
        news: What it said.
        now: The store's time.
    """
    budget = _brought_up(budget, now)
    if isinstance(news, Refused):
        return _refused(budget, news, now)
    if isinstance(news, Answered):
        return replace(budget, answered=True)
    return replace(
        budget,
        requests=budget.requests.told(news.requests, now),
        tokens=budget.tokens.told(news.tokens, now),
    )


def supply(budget: Budget, now: datetime) -> Supply:
    """Return what learning can expect."""
    if budget.requests.limit is None and budget.tokens.limit is None and budget.not_before is None:
        return Supply()
    budget, spent = _brought_up(budget, now), budget.spent
    wait = _wait(budget, Price(1, 1), budget.waiting, now)
    known = [
        pace.rate * spent.size_bytes / cost
        for pace, cost in ((budget.requests, spent.requests), (budget.tokens, spent.tokens))
        if pace.limit is not None and cost
    ]
    return Supply(wait, min(known, default=None))


def divided(budget: Budget, workers: int) -> Budget:
    """Return the part of it that one of so many workers may keep to without asking the others."""
    return replace(budget, requests=_part(budget.requests, workers), tokens=_part(budget.tokens, workers))


def _part(pace: Pace, workers: int) -> Pace:
    limit = pace.limit
    return pace if limit is None else Pace(stated=max(1, limit // workers))


def _reply(
    budget: Budget, now: datetime, *, granted: bool = False, wait: timedelta = timedelta(), part: float = 1.0
) -> Reply:
    return Reply(
        granted=granted,
        at=now,
        wait=wait,
        part=part,
        stated=Stated(budget.requests.stated, budget.tokens.stated),
        wary=not budget.answered,
    )


def _brought_up(budget: Budget, now: datetime) -> Budget:
    """Return the budget as it is now: more is left, and some have left the line."""
    passed = max(timedelta(), now - (budget.at or now))
    return replace(
        budget,
        requests=budget.requests.after(passed),
        tokens=budget.tokens.after(passed),
        at=now,
        waiting=tuple(one for one in budget.waiting if one.until > now),
    )


def _since(budget: Budget, ask: Ask, now: datetime) -> datetime:
    return next((one.since for one in budget.waiting if one.ask.asker == ask.asker), now)


def _before(budget: Budget, organization_id: OrganizationId, ask: Ask, now: datetime) -> Iterable[Waiting]:
    """Return who comes before an ask."""
    others = [one for one in budget.waiting if one.ask.asker != ask.asker]
    if not others:
        return ()
    own = Waiting(organization_id=organization_id, ask=ask, since=_since(budget, ask, now), until=now)
    had = {lead.organization_id: lead.seconds for lead in budget.leads}
    places: list[tuple[bool, float, datetime, UUID, Waiting]] = []
    for one in sorted([*others, own], key=lambda one: (not one.ask.urgent, one.since, one.ask.asker)):
        seconds = had.get(one.organization_id, 0.0)
        places.append((not one.ask.urgent, seconds, one.since, one.ask.asker, one))
        had[one.organization_id] = seconds + _seconds(budget, one.ask.price)
    in_order = [place[-1] for place in sorted(places, key=lambda place: place[:-1])]
    return in_order[: in_order.index(own)]


def _seconds(budget: Budget, price: Price) -> float:
    """Return how long the budget needs to make up for a price."""
    return max(budget.requests.worth(price.requests), budget.tokens.worth(price.tokens))


def _wait(budget: Budget, price: Price, before: Iterable[Waiting], now: datetime) -> timedelta:
    """Return how long it takes until a price can be paid, beside those before it; nought where it can be now."""
    first = [one.ask.price for one in before]
    seconds = max(
        budget.requests.seconds_until(price.requests, sum(one.requests for one in first)),
        budget.tokens.seconds_until(price.tokens, sum(one.tokens for one in first)),
    )
    closed = max(timedelta(), budget.not_before - now) if budget.not_before else timedelta()
    return max(closed, timedelta(milliseconds=math.ceil(1000 * seconds))) if seconds > EXACT else closed


def _taken(budget: Budget, organization_id: OrganizationId, ask: Ask, now: datetime) -> Budget:
    """Take a price off; the organisation has had so much more."""
    idle = now - (budget.granted_at or now)
    return replace(
        budget,
        requests=budget.requests.less(ask.price.requests, now, idle),
        tokens=budget.tokens.less(ask.price.tokens, now, idle),
        granted_at=now,
        leads=_leads(budget, organization_id, _seconds(budget, ask.price)),
        spent=_spent(budget.spent, ask),
    )


def _leads(budget: Budget, organization_id: OrganizationId, seconds: float) -> tuple[Lead, ...]:
    """Count from the organisation that was served: who has had less has no lead, whoever wanted nothing no credit."""
    had = {lead.organization_id: lead.seconds for lead in budget.leads}
    served = had.pop(organization_id, 0.0)
    had = {owner: lead - served for owner, lead in had.items() if lead - served > EXACT}
    if seconds:
        had[organization_id] = seconds
    return tuple(Lead(owner, had[owner]) for owner in sorted(had))


def _spent(spent: Spent, ask: Ask) -> Spent:
    if not ask.size_bytes:
        return spent
    return Spent(
        FADES * spent.size_bytes + ask.size_bytes,
        FADES * spent.requests + ask.price.requests,
        FADES * spent.tokens + ask.price.tokens,
    )


def _refused(budget: Budget, news: Refused, now: datetime) -> Budget:
    """Ask slower; but not for what was asked at the old pace, nor where nobody is answered whatever the pace."""
    closed = now + (REST if news.retry_after is None else news.retry_after)
    budget = replace(budget, not_before=max(closed, budget.not_before or closed))
    known = budget.fell_at is not None and (news.granted_at < budget.fell_at + MINUTE or not budget.answered)
    if known:
        return budget
    unknown = budget.requests.limit is None and budget.tokens.limit is None
    return replace(
        budget,
        requests=budget.requests.refused(now, first_guess=unknown),
        tokens=budget.tokens.refused(now, first_guess=False),
        fell_at=now,
        answered=False,
    )
