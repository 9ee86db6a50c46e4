from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given

from mentorfy_core.documents.model import Document, Stage
from mentorfy_core.errors import ABOUT_EVERYONE, ErrorKind
from mentorfy_core.ids import OrganizationId
from mentorfy_core.pauses import EVERYTHING, KNOWLEDGE, NOTHING, STORAGE, Blocked, Breaker, Pause, Scope, blocked
from mentorfy_core.pauses.model import EVERYONES_SENTENCES, QUOTA_PAUSE, RAMP, noticed
from mentorfy_core.pauses.words import outage_in_words, pause_in_words, scope_in_words
from mentorfy_core.ports import Obstacles
from mentorfy_core.testing import strategies as domain
from mentorfy_core.testing.strategies import NOW, ORGANIZATION

OTHER = OrganizationId(UUID(int=77))
MINUTE = timedelta(minutes=1)
LABELS = {"drive": "Google Drive"}


def paused(scope: Scope, **fields: object) -> Pause:
    return replace(Pause(scope=scope, sentence="Why.", since=NOW), **fields)  # type: ignore[arg-type]


@given(domain.documents())
def test_each_scope_stops_what_needs_it(document: Document) -> None:
    fetches = document.next_stage is Stage.FETCH
    for scope, stops in (
        (EVERYTHING, True),
        (Scope.of_organization(ORGANIZATION), True),
        (Scope.of_organization(OTHER), False),
        (Scope.of_connection(ORGANIZATION, document.source), fetches),
        (Scope.of_connection(OTHER, document.source), False),
        (Scope.of_connection(ORGANIZATION, "another"), False),
        (Scope.of_provider(document.source), fetches),
        (Scope.of_provider("another"), False),
        (Scope.of_provider(KNOWLEDGE), not fetches),
        (Scope.of_provider(STORAGE), True),
    ):
        assert blocked([scope]).stops(document) is stops, scope
    assert not NOTHING.stops(document)


def test_nothing_is_in_the_way_of_nobody() -> None:
    assert Obstacles().blocked(NOW, 0.9) == NOTHING
    lifted = paused(EVERYTHING, until=NOW - RAMP)
    assert Obstacles([lifted], [Breaker(scope=EVERYTHING)]).blocked(NOW, 0.9) == NOTHING
    assert Obstacles([paused(EVERYTHING)]).blocked(NOW, 0.0) == Blocked(everything=True)


def test_work_returns_by_and_by_when_a_pause_ends() -> None:
    pause = paused(EVERYTHING, until=NOW)
    assert not pause.stands(NOW)
    assert not pause.holds(NOW, 0.0)
    assert pause.holds(NOW + RAMP / 4, 0.5)
    assert not pause.holds(NOW + RAMP / 2, 0.5)
    assert paused(EVERYTHING).holds(NOW + timedelta(days=99), 0.0)


def test_what_people_say_wins_and_what_stands_stays() -> None:
    said, noticed_now = paused(EVERYTHING), paused(EVERYTHING, kind=ErrorKind.QUOTA_EXHAUSTED)
    for standing in (said, noticed_now):
        assert standing.yields_to(said, NOW)
        assert not standing.yields_to(noticed_now, NOW)
        assert replace(standing, until=NOW).yields_to(noticed_now, NOW)


@pytest.mark.parametrize("kind", sorted(ABOUT_EVERYONE))
def test_what_concerns_all_is_told_to_all_without_one_organisations_words(kind: ErrorKind) -> None:
    secret = "Acme's folder is closed."
    assert noticed(Scope.of_provider(KNOWLEDGE), kind, secret, NOW).sentence == EVERYONES_SENTENCES[kind]
    assert noticed(Scope.of_connection(ORGANIZATION, "drive"), kind, secret, NOW).sentence == secret


@pytest.mark.parametrize(
    ("kind", "retry_after", "lasts"),
    [
        (ErrorKind.QUOTA_EXHAUSTED, None, QUOTA_PAUSE),
        (ErrorKind.QUOTA_EXHAUSTED, MINUTE, MINUTE),
        (ErrorKind.GRANT_REVOKED, None, None),
        (ErrorKind.BAD_CREDENTIALS, None, None),
    ],
)
def test_quotas_come_back_by_themselves(
    kind: ErrorKind, retry_after: timedelta | None, lasts: timedelta | None
) -> None:
    pause = noticed(EVERYTHING, kind, "Why.", NOW, retry_after=retry_after)
    assert pause.until == (lasts and NOW + lasts)


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        (EVERYTHING, "All work on documents is paused until somebody resumes it. Why."),
        (Scope.of_organization(ORGANIZATION), "All work on documents is paused until somebody resumes it. Why."),
        (Scope.of_provider(STORAGE), "All work on documents is paused until somebody resumes it. Why."),
        (Scope.of_provider(KNOWLEDGE), "Learning is paused until somebody resumes it. Why."),
        (
            Scope.of_connection(ORGANIZATION, "drive"),
            "Fetching from Google Drive is paused until somebody resumes it. Why.",
        ),
    ],
)
def test_a_pause_says_what_why_and_until_when(scope: Scope, told: str) -> None:
    assert pause_in_words(paused(scope), LABELS, NOW) == told


def test_a_pause_that_ends_by_itself_says_when() -> None:
    told = pause_in_words(paused(EVERYTHING, until=NOW + 40 * MINUTE), LABELS, NOW)
    assert told == "All work on documents is paused for another 40 min. Why."


@pytest.mark.parametrize(
    ("name", "who"), [("drive", "Google Drive"), (KNOWLEDGE, "The knowledge base"), ("other", "other")]
)
def test_an_outage_says_who_and_since_when(name: str, who: str) -> None:
    breaker = Breaker(scope=Scope.of_provider(name), opened_at=NOW - 3 * MINUTE)
    assert outage_in_words(breaker, LABELS, NOW).startswith(f"{who} has not answered for 3 min.")
    assert outage_in_words(replace(breaker, opened_at=None), LABELS, NOW).startswith(f"{who} has not answered for a m")


def test_every_scope_has_words() -> None:
    scopes = (EVERYTHING, Scope.of_organization(OTHER), Scope.of_connection(OTHER, "drive"), Scope.of_provider("x"))
    assert len({scope_in_words(scope) for scope in scopes}) == 4
