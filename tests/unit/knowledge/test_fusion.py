from __future__ import annotations

from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorfy_core.ids import DocumentId, GenerationId
from mentorfy_core.knowledge.fusion import (
    KEPT,
    LEADS,
    WORD_THRESHOLDS,
    Match,
    assembled,
    by_merit,
    calibrated,
    indexed_text,
    leads,
    neighbourhood,
    rarity,
    sameness,
    score,
    seeds,
)
from mentorfy_core.knowledge.model import Evidence, EvidenceKind, Locator

MINILM = {0.85: 0.75, 0.75: 0.70, 0.65: 0.65}
SHARE = st.floats(0, 1)
MATCHES = st.lists(
    st.builds(Match[int], key=st.integers(), score=SHARE, lexical=SHARE, similarity=st.floats(-1, 1), link=SHARE)
)
ONE, OTHER = GenerationId(UUID(int=1)), GenerationId(UUID(int=2))
TEXTS = st.text(" ab\n", max_size=3)


def match(key: str, *, similarity: float = 0.0, lexical: float = 0.0, link: float = 0.0) -> Match[str]:
    return Match(key=key, score=1.0, lexical=lexical, similarity=similarity, link=link)


def evidence(text: str, *, seed: bool = True, heading: tuple[str, ...] = ()) -> Evidence:
    return Evidence(
        text=text,
        kind=EvidenceKind.PASSAGE,
        score=0.8,
        seed=seed,
        document_id=DocumentId(UUID(int=3)),
        generation=ONE,
        index=0,
        locator=Locator(heading=heading),
        start=0,
        end=len(text),
    )


def keys(matches: list[Match[str]]) -> list[str]:
    return [one.key for one in matches]


def test_a_decisive_list_outweighs_an_undecided_one() -> None:
    """Ranks would call it a draw: each is first in one list and second in the other."""
    near, named = match("near", similarity=0.41, lexical=0.1), match("named", similarity=0.4, lexical=0.9)
    assert keys(by_merit([near, named])) == ["named", "near"]


@given(MATCHES)
def test_merit_orders_and_loses_nothing(matches: list[Match[int]]) -> None:
    ordered = by_merit(matches)
    assert sorted(map(id, ordered)) == sorted(map(id, matches))
    assert all(one.merit >= other.merit for one, other in pairwise(ordered))


@given(MATCHES, SHARE)
def test_seeds_are_exactly_those_that_reach_the_threshold(matches: list[Match[int]], threshold: float) -> None:
    found = seeds(matches, threshold)
    assert sorted(map(id, found)) == sorted(id(one) for one in matches if one.score >= threshold)


@given(MATCHES, SHARE, SHARE)
def test_stricter_finds_no_more(matches: list[Match[int]], one: float, other: float) -> None:
    assert len(seeds(matches, max(one, other))) <= len(seeds(matches, min(one, other)))


@given(MATCHES)
def test_what_leads_on_stays_in_front(matches: list[Match[int]]) -> None:
    assert seeds(matches, 0.0)[:KEPT] == by_merit(matches)[:KEPT]


def test_what_is_led_to_passes_what_is_barely_like_the_question() -> None:
    front = [match(str(number), similarity=0.9) for number in range(KEPT)]
    rest = [match("alike", similarity=0.3), match("led to", similarity=0.2, link=0.8)]
    assert keys(seeds([*front, *rest], 0.5))[KEPT:] == ["led to", "alike"]


def test_opposite_meaning_is_no_worse_than_none() -> None:
    assert match("opposite", similarity=-0.5).merit == match("none").merit


def test_the_rarest_terms_that_others_share_lead_on() -> None:
    held = {"hapax": 1, "asked": 2, "common": 500, "acme": 2, "ajax": 3, "tools": 40, "bolt": 3}
    assert leads(["asked"], held) == ("acme", "ajax", "bolt")


@given(st.sets(st.text("abc", max_size=2)), st.dictionaries(st.text("abc", max_size=2), st.integers(0, 9)))
def test_leads_are_new_shared_and_few(asked: set[str], held: dict[str, int]) -> None:
    leading = leads(asked, held)
    assert len(leading) <= LEADS
    assert all(held[term] > 1 and term not in asked for term in leading)


@pytest.mark.parametrize("thresholds", [MINILM, WORD_THRESHOLDS])
def test_the_table_is_obeyed(thresholds: dict[float, float]) -> None:
    for product, own in thresholds.items():
        assert calibrated(own, thresholds) == pytest.approx(product)


@pytest.mark.parametrize(
    ("own", "product"), [(-1, 0), (0, 0), (0.725, 0.8), (0.325, 0.325), (0.875, 0.925), (1, 1), (1.1, 1), (0.675, 0.7)]
)
def test_between_the_points_the_scale_is_straight(own: float, product: float) -> None:
    assert calibrated(own, MINILM) == pytest.approx(product)


@given(SHARE, SHARE)
def test_the_scale_keeps_the_order(one: float, other: float) -> None:
    assert calibrated(min(one, other), MINILM) <= calibrated(max(one, other), MINILM)


@given(SHARE)
def test_without_a_table_the_scale_is_the_products(own: float) -> None:
    assert calibrated(own, {}) == pytest.approx(own)


def test_the_better_of_vectors_and_words_is_the_score() -> None:
    assert score(0.4, 0.0, MINILM) == pytest.approx(0.75)
    assert score(0.4, 0.6, MINILM) == pytest.approx(0.85)
    assert score(0.5, 0.45, MINILM) == pytest.approx(0.85)
    assert score(None, 0.45, MINILM) == pytest.approx(0.75)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_rarity_is_positive_and_falls(passages: int, holding: int) -> None:
    assert rarity(passages, holding) > rarity(passages, holding + 1) > 0


def test_neighbours_come_nearest_first_and_best_seed_first() -> None:
    assert list(neighbourhood([(ONE, 5), (OTHER, 0)], 3)) == [
        (ONE, 6),
        (ONE, 4),
        (OTHER, 1),
        (ONE, 7),
        (ONE, 3),
        (OTHER, 2),
    ]


@given(st.lists(st.tuples(st.sampled_from([ONE, OTHER]), st.integers(0, 8))), st.integers(1, 5))
def test_neighbours_are_near_new_and_listed_once(places: list[tuple[GenerationId, int]], depth: int) -> None:
    found = list(neighbourhood(places, depth))
    assert len(found) == len(set(found))
    assert not set(found) & set(places)
    for generation, index in found:
        assert index >= 0
        assert min(abs(index - seed) for own, seed in places if own == generation) <= depth - 1


def test_depth_one_has_no_neighbours() -> None:
    assert list(neighbourhood([(ONE, 5)], 1)) == []


@given(st.lists(TEXTS), st.lists(TEXTS), st.integers(0, 6))
def test_evidence_is_distinct_seeds_first_and_cut(found: list[str], around: list[str], most: int) -> None:
    result = assembled(map(evidence, found), (evidence(text, seed=False) for text in around), most)
    texts = [sameness(one.text) for one in result]
    assert len(result) <= most
    assert len(set(texts)) == len(texts)
    assert all(texts)
    assert [one.seed for one in result] == sorted((one.seed for one in result), reverse=True)
    assert found or not result


def test_a_neighbour_with_a_seeds_text_is_left_out() -> None:
    result = assembled([evidence("a b")], [evidence("a\n b", seed=False), evidence("c", seed=False)], 5)
    assert [one.text for one in result] == ["a b", "c"]


def test_passages_are_indexed_under_their_last_headings() -> None:
    assert indexed_text("text", Locator(heading=("a", "b", "c"))) == "b\nc\ntext"
    assert indexed_text("text", Locator(page=2)) == "text"
