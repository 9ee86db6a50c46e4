from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentorfy_core.budget import Answered, Ask, Budget, Price, Refused, Stated, Supply, asked, divided, heard, supply
from mentorfy_core.budget.pace import BURST, FALL, FEWEST
from mentorfy_core.budget.rules import REST
from mentorfy_core.testing.strategies import NOW
from tests.unit.budget.office import HOUR, MINUTE, Asker, Office, organization

FRESH = Budget(provider="them")
SECOND = timedelta(seconds=1)


def stated(requests: int | None = None, tokens: int | None = None) -> Budget:
    return heard(FRESH, Stated(requests, tokens), NOW)


def an_ask(requests: int = 1, tokens: int = 0, **more: Any) -> Ask:
    return replace(Ask(asker=UUID(int=1), price=Price(requests, tokens)), **more)


def granted_at_once(budget: Budget, **more: Any) -> int:
    count = 0
    while count < 10_000:
        budget, reply = asked(budget, organization(1), an_ask(**more), NOW)
        if not reply.granted:
            break
        count += 1
    return count


askers = st.lists(
    st.builds(
        Asker,
        number=st.integers(1, 10**6),
        owner=st.integers(1, 4),
        calls=st.integers(1, 15),
        price=st.builds(Price, st.integers(1, 12)),
        urgent=st.booleans(),
        late=st.timedeltas(timedelta(), timedelta(seconds=4)),
        every=st.timedeltas(timedelta(), timedelta(seconds=20)),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda one: one.number,
)


@settings(max_examples=60)
@given(limit=st.integers(1, 400), askers=askers)
def test_no_minute_holds_more_than_the_limit(limit: int, askers: list[Asker]) -> None:
    office = Office(budget=stated(limit))
    office.comes(*askers)
    office.run(timedelta(minutes=20))
    largest = max(one.price.requests for one in askers)
    assert office.most_in_a_minute() < limit + 1 + max(0, largest - max(1, BURST * limit))  # whole calls: the limit


@settings(max_examples=60)
@given(limit=st.integers(1, 400), askers=askers)
def test_everybody_gets_what_they_wait_for(limit: int, askers: list[Asker]) -> None:
    office = Office(budget=stated(limit))
    office.comes(*askers)
    calls = sum(one.calls for one in askers)
    cost = sum(one.calls * one.price.requests for one in askers)
    idle = sum((one.calls * (one.every + one.late) for one in askers), timedelta())
    office.run(2 * MINUTE + 2 * idle + 2 * cost / limit * MINUTE)
    assert len(office.granted) == calls


@settings(max_examples=60)
@given(limit=st.integers(1, 400), askers=askers)
def test_nobody_asks_before_a_server_wants_to_be_asked(limit: int, askers: list[Asker]) -> None:
    wish = timedelta(seconds=1234)
    office = Office(budget=heard(stated(limit), Refused(NOW, wish), NOW))
    office.comes(*askers)
    office.run(HOUR)
    assert wish <= min(at for at, _, _ in office.granted) - NOW <= wish + 4 * SECOND


def test_nothing_is_lost_of_the_limit() -> None:
    office = Office(budget=stated(200))
    office.comes(*(Asker(number) for number in range(1, 9)))
    office.run(10 * MINUTE)
    assert office.per_minute(NOW, NOW + 10 * MINUTE) >= 0.9 * 200


@pytest.mark.parametrize("limit", [3, 20, 50])
def test_a_limit_that_nobody_states_is_found_and_kept(limit: int) -> None:
    office = Office(allows=limit)
    office.comes(*(Asker(number) for number in range(1, 5)))
    office.run(2 * HOUR)
    learned = NOW + HOUR / 2
    assert sum(at > learned for at in office.refused) <= 2 * 6  # hardly two in a quarter of an hour
    assert office.per_minute(learned, NOW + 2 * HOUR) >= 0.75 * limit


@pytest.mark.parametrize(("before", "after"), [(40, 10), (10, 40), (60, 4), (4, 60)])
def test_the_pace_follows_a_limit_that_changes(before: int, after: int) -> None:
    office = Office(allows=before)
    office.comes(*(Asker(number) for number in range(1, 5)))
    office.run(20 * MINUTE)
    office.allows = after
    office.run(80 * MINUTE)
    assert office.per_minute(NOW + 80 * MINUTE, NOW + 100 * MINUTE) >= 0.7 * after


def test_what_is_stated_is_met_and_never_hit() -> None:
    office = Office(allows=40, states=True)
    office.comes(*(Asker(number) for number in range(1, 9)))
    office.run(HOUR)
    assert office.refused == []
    assert office.per_minute(NOW, NOW + HOUR) >= 0.9 * 40


def test_a_storm_says_nothing_about_the_pace() -> None:
    office = Office(allows=30)
    office.comes(*(Asker(number) for number in range(1, 5)))
    office.run(HOUR)
    office.allows = 0
    office.run(5 * HOUR)
    office.allows = 30
    office.run(HOUR)
    assert office.per_minute(NOW + 6 * HOUR, NOW + 7 * HOUR) >= 0.6 * 30


def shares(*askers: Asker, limit: int = 60) -> Counter[int]:
    office = Office(budget=stated(limit))
    office.comes(*askers)
    office.run(15 * MINUTE)
    return Counter(owner for _, owner, _ in office.granted)


def test_a_long_queue_starves_no_short_one() -> None:
    found = shares(Asker(1, owner=1), *(Asker(number, owner=2) for number in range(2, 12)))
    assert found[1] >= 0.45 * found.total()


def test_who_asks_for_more_at_once_gets_no_more() -> None:
    found = shares(Asker(1, owner=1, price=Price(1)), Asker(2, owner=2, price=Price(5)))
    assert found[2] * 5 <= 1.1 * found[1]


def test_three_share_alike() -> None:
    found = shares(*(Asker(10 * owner + one, owner=owner) for owner in (1, 2, 3) for one in range(owner)))
    assert max(found.values()) <= 1.1 * min(found.values())


def test_who_wanted_nothing_has_saved_nothing() -> None:
    office = Office(budget=stated(60))
    office.comes(Asker(1, owner=1))
    office.run(20 * MINUTE)
    office.comes(*(Asker(number, owner=2) for number in range(2, 9)))
    later = office.now
    office.run(MINUTE * 10)
    first = sum(owner == 1 for at, owner, _ in office.granted if at >= later)
    assert first >= 0.45 * sum(at >= later for at, _, _ in office.granted)


def test_people_wait_for_no_documents() -> None:
    office = Office(budget=stated(60))
    office.comes(*(Asker(number, owner=1, price=Price(6)) for number in range(1, 20)))
    office.run(10 * MINUTE)
    asks = office.now
    office.comes(Asker(99, owner=2, calls=1, urgent=True))
    office.run(10 * MINUTE)
    (came,) = [at for at, owner, _ in office.granted if owner == 2]
    assert came - asks <= 7 * SECOND


def test_who_does_not_come_back_is_not_waited_for() -> None:
    budget, _ = asked(stated(6), organization(1), an_ask(), NOW)
    budget, _ = asked(budget, organization(2), an_ask(asker=UUID(int=2), patience=HOUR), NOW)
    ask = an_ask(asker=UUID(int=3), patience=HOUR)
    assert asked(budget, organization(3), ask, NOW)[1].wait == 20 * SECOND
    assert asked(budget, organization(3), ask, NOW + 16 * SECOND)[1].granted


def test_a_tenth_may_be_had_at_once() -> None:
    assert granted_at_once(stated(600)) == 60
    assert granted_at_once(stated(3)) == 1


def test_tokens_are_counted_beside_requests() -> None:
    assert granted_at_once(stated(600, 1000), tokens=50) == 2
    assert granted_at_once(stated(None, 1000), tokens=50) == 2
    assert granted_at_once(stated(600, 1000)) == 60


def test_what_is_too_much_at_once_is_to_be_divided() -> None:
    after, reply = asked(stated(60, 1000), organization(1), an_ask(3, 400, divisible=True), NOW)
    assert (after.requests.left, reply.granted, reply.part) == (6, False, 0.25)
    after, reply = asked(stated(60, 1000), organization(1), an_ask(3, 400), NOW)
    assert (after.tokens.left, reply.granted) == (-300, True)


def test_what_was_asked_before_a_limit_was_known_counts() -> None:
    budget = FRESH
    for _ in range(50):
        budget, _ = asked(budget, organization(1), an_ask(), NOW)
    assert granted_at_once(heard(budget, Stated(600), NOW)) == 10
    assert granted_at_once(heard(budget, Stated(60), NOW)) == 0
    assert supply(heard(budget, Stated(60), NOW), NOW).free_in < MINUTE
    assert supply(heard(budget, Stated(1), NOW), NOW).free_in == 2 * MINUTE


def test_one_storm_lowers_the_pace_once() -> None:
    budget = stated(100)
    for _ in range(10):
        budget, _ = asked(budget, organization(1), an_ask(), NOW)
    first = heard(budget, Refused(NOW), NOW)
    again = heard(first, Refused(NOW), NOW + SECOND)
    assert first.requests.limit == again.requests.limit == int(0.95 * FALL * 10)
    assert again.not_before == NOW + SECOND + REST


def test_refusals_lower_it_again_once_somebody_was_answered() -> None:
    budget = heard(stated(100), Refused(NOW), NOW)
    later = NOW + 2 * MINUTE
    assert heard(budget, Refused(later), later).requests == heard(budget, Answered(), later).requests
    answered = heard(budget, Answered(), NOW + MINUTE)
    assert answered.answered
    assert heard(answered, Refused(later), later).fell_at == later


def test_a_first_refusal_leaves_enough_to_learn_from() -> None:
    once = heard(asked(FRESH, organization(1), an_ask(), NOW)[0], Refused(NOW), NOW)
    assert once.requests.limit == int(0.95 * FEWEST)
    assert once.tokens.limit is None


def test_limits_never_fall_below_one_call() -> None:
    budget = stated(1)
    for minutes in range(0, 100, 2):
        now = NOW + minutes * MINUTE
        budget = heard(heard(budget, Refused(now), now), Answered(), now)
    assert budget.requests.limit == 1


def test_the_longer_wish_stands() -> None:
    budget = heard(heard(FRESH, Refused(NOW, HOUR), NOW), Refused(NOW, SECOND), NOW)
    assert budget.not_before == NOW + HOUR


def test_what_the_provider_states_is_taken_at_its_word() -> None:
    assert stated(60).requests.limit == 60
    assert heard(stated(60), Stated(30), NOW).requests.limit == 30
    assert heard(stated(60), Stated(90), NOW).requests.limit == 90
    assert heard(stated(60), Stated(), NOW) == stated(60)


def test_a_limit_that_was_lowered_does_not_return_with_the_next_header() -> None:
    budget = heard(stated(600), Refused(NOW), NOW)
    assert heard(budget, Stated(600), NOW) == budget


def test_what_was_asked_is_counted_by_the_minute() -> None:
    budget = FRESH
    for seconds in range(0, 180, 2):
        budget, _ = asked(budget, organization(1), an_ask(), NOW + seconds * SECOND)
    refused = heard(budget, Refused(NOW + 180 * SECOND), NOW + 180 * SECOND)
    assert refused.requests.peak == pytest.approx(0.95 * 30)
    much_later = heard(budget, Refused(NOW + HOUR), NOW + HOUR)
    assert much_later.requests.peak == pytest.approx(0.95 * FEWEST / FALL)


def test_idle_time_raises_no_limit() -> None:
    budget = heard(stated(100), Refused(NOW), NOW)
    low = budget.requests.limit
    for hours in (1, 20):
        budget, _ = asked(budget, organization(1), an_ask(), NOW + hours * HOUR)
    assert budget.requests.limit == low


def test_what_learning_can_expect() -> None:
    assert supply(FRESH, NOW) == Supply()
    budget, _ = asked(stated(60, 6000), organization(1), an_ask(6, 60, size_bytes=600.0), NOW)
    found = supply(budget, NOW)
    assert found.free_in.total_seconds() == pytest.approx(60 / 55, abs=0.01)
    assert found.bytes_per_second == pytest.approx(55 / 60 * 600 / 6)
    few_tokens = heard(budget, Stated(60, 20), NOW)
    assert supply(few_tokens, NOW).bytes_per_second == pytest.approx(19 / 60 * 600 / 60)


def test_questions_say_nothing_of_what_files_cost() -> None:
    budget, _ = asked(stated(60), organization(1), an_ask(), NOW)
    assert supply(budget, NOW).bytes_per_second is None


def test_whoever_comes_now_waits_behind_those_in_line() -> None:
    budget, _ = asked(stated(6), organization(1), an_ask(), NOW)
    for number in range(2, 5):
        budget, _ = asked(budget, organization(1), an_ask(asker=UUID(int=number), patience=HOUR), NOW)
    assert supply(budget, NOW).free_in == 40 * SECOND


def test_one_worker_alone_keeps_to_its_part() -> None:
    assert divided(stated(60, 9000), 3).requests.limit == 20
    assert divided(stated(2), 3).requests.limit == 1
    assert divided(stated(60), 3).tokens.limit is None
