from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorfy_core.ids import DocumentId, GenerationId
from mentorfy_core.knowledge.answerable import CERTAIN, TOP, answerable, content_terms, coverage, on_subject
from mentorfy_core.knowledge.model import Evidence, EvidenceKind, Locator

TERMS = st.sampled_from(["yeast", "oven", "rack", "dough"])
RARITY = st.dictionaries(TERMS, st.floats(0.1, 10))


def found(text: str, *, score: float = 0.8, seed: bool = True, heading: str = "") -> Evidence:
    return Evidence(
        text=text,
        kind=EvidenceKind.PASSAGE,
        score=score,
        seed=seed,
        document_id=DocumentId(UUID(int=1)),
        generation=GenerationId(UUID(int=2)),
        index=0,
        locator=Locator(heading=(heading,) if heading else ()),
        start=0,
        end=len(text),
    )


EVIDENCE = st.lists(st.builds(found, TERMS, score=st.floats(0, 1), seed=st.booleans()), max_size=5)
ASKED = {"yeast": 4.0, "oven": 2.0, "rack": 2.0}


def test_nothing_found_is_no_answer() -> None:
    assert not answerable(ASKED, [])


@given(RARITY, EVIDENCE)
def test_context_alone_is_no_answer(rarity: dict[str, float], evidence: list[Evidence]) -> None:
    assert not answerable(rarity, [replace(one, seed=False) for one in evidence])


def test_evidence_that_says_what_was_asked_is_an_answer() -> None:
    assert answerable(ASKED, [found("Yeasts on racks."), found("An oven.")])


def test_a_near_miss_is_no_answer() -> None:
    """The material talks about racks, not about what was asked."""
    assert not answerable(ASKED, [found("A rack.")])


@pytest.mark.parametrize(("score", "expected"), [(CERTAIN, True), (CERTAIN - 0.01, False)])
def test_a_close_paraphrase_needs_no_shared_word(score: float, expected: bool) -> None:
    assert answerable(ASKED, [found("Leavening in a stove.", score=score)]) is expected


def test_a_closer_match_needs_fewer_words() -> None:
    text = "Yeast."
    assert answerable(ASKED, [found(text, score=0.85)])
    assert not answerable(ASKED, [found(text, score=0.76)])


def test_only_the_best_seeds_count() -> None:
    others = [found("Salt.")] * TOP
    assert not answerable(ASKED, [*others, found("Yeast, oven, rack.")])
    assert answerable(ASKED, [found("Yeast, oven, rack."), *others])


def test_a_question_without_content_terms_rests_on_the_match() -> None:
    assert answerable({}, [found("It is so.", score=0.75)])
    assert not answerable({}, [found("It is so.", score=0.3)])


@given(RARITY, EVIDENCE, EVIDENCE)
def test_coverage_is_a_share_and_grows_with_evidence(
    rarity: dict[str, float], some: list[Evidence], more: list[Evidence]
) -> None:
    assert 0 <= coverage(rarity, some) <= coverage(rarity, [*some, *more]) <= 1 + 1e-9


@given(RARITY, EVIDENCE, st.floats(0, 1))
def test_a_better_score_never_unmakes_an_answer(rarity: dict[str, float], evidence: list[Evidence], by: float) -> None:
    better = [replace(one, score=one.score + by) for one in evidence]
    assert answerable(rarity, better) >= answerable(rarity, evidence)


def test_a_follow_up_is_answered_by_what_holds_its_own_words() -> None:
    bread = [found("Yeast in the oven."), found("A rack.", seed=False)]
    assert on_subject(ASKED, ["yeast"], bread)
    assert not on_subject(ASKED, ["rack"], bread)
    assert on_subject(ASKED, [], bread)


def test_rare_terms_weigh_more() -> None:
    assert coverage({"yeast": 3.0, "oven": 1.0}, [found("yeast")]) == pytest.approx(0.75)


def test_headings_count_as_said() -> None:
    assert coverage({"yeast": 1.0}, [found("Twelve hours.", heading="Wild yeast")]) == 1.0


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        ("How do I price a loaf, and a second loaf?", ("price", "loaf", "second")),
        ("What about them?", ()),
        ("Wie lange geht der Teig?", ("wie", "lang", "geht", "der", "teig")),
        ("Café CAFÉ cafe", ("cafe",)),
        ("", ()),
    ],
)
def test_content_terms_are_what_a_question_is_about(question: str, terms: tuple[str, ...]) -> None:
    assert content_terms(question) == terms


@given(st.text())
def test_content_terms_are_listed_once(question: str) -> None:
    found_terms = content_terms(question)
    assert len(found_terms) == len(set(found_terms))
