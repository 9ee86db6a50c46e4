from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from mentorfy_core.conversations.citations import REMOVED, conceal, reveal
from mentorfy_core.ids import DocumentId, GenerationId
from mentorfy_core.knowledge.model import Evidence, EvidenceKind, Locator


def passage(text: str, start: int = 100) -> Evidence:
    return Evidence(
        text=text,
        kind=EvidenceKind.PASSAGE,
        score=0.9,
        seed=True,
        document_id=DocumentId(UUID(int=1)),
        generation=GenerationId(UUID(int=2)),
        index=4,
        locator=Locator(page=3),
        start=start,
        end=start + len(text),
    )


LOAF = passage("A loaf costs four euros. It is worth it.")


def test_a_verbatim_quote_becomes_a_reference_to_exactly_those_words() -> None:
    text, (reference,) = conceal("He says: “It is worth it.” [1]", [LOAF])
    assert text == "He says: \ue0001\ue001 [1]"
    assert LOAF.text[reference.start - 100 : reference.end - 100] == "It is worth it."
    assert (reference.number, reference.index) == (1, 4)
    assert reveal(text, {1: "It is worth it."}) == "He says: “It is worth it.” [1]"


def test_a_bare_marker_refers_to_the_whole_passage() -> None:
    text, (reference,) = conceal("Four euros [1].", [LOAF])
    assert text == "Four euros [1]."
    assert (reference.start, reference.end) == (LOAF.start, LOAF.end)


def test_words_that_are_not_in_the_passage_are_no_quote_of_it() -> None:
    text, (reference,) = conceal("“It is cheap.” [1]", [LOAF])
    assert text == "“It is cheap.” [1]"
    assert (reference.start, reference.end) == (LOAF.start, LOAF.end)


def test_markers_without_a_passage_are_dropped() -> None:
    assert conceal("So [2], and “so” [9].", [LOAF]) == ("So , and “so” .", ())


def test_a_quote_may_hold_what_looks_like_a_marker() -> None:
    text, (reference,) = conceal("“see [1]” [1]", [passage("First see [1], then sail.")])
    assert reference.end - reference.start == len("see [1]")
    assert text.endswith("[1]")


def test_placeholders_cannot_be_forged() -> None:
    assert conceal("\ue0001\ue001", [LOAF]) == ("1", ())


def test_quotes_within_quotes_are_found_whole() -> None:
    said = passage("She called it “her finest hour” and meant it.")
    text, (reference,) = conceal("So he wrote “fine” and then: “it “her finest hour” and meant it.” [1]", [said])
    assert said.text[reference.start - 100 : reference.end - 100] == "it “her finest hour” and meant it."
    assert text.startswith("So he wrote “fine” and then: \ue000")


def test_removed_passages_are_not_shown() -> None:
    text, _ = conceal("“It is worth it.” [1]", [LOAF])
    assert reveal(text, {}) == f"{REMOVED} [1]"


@given(start=st.integers(0, 30), length=st.integers(1, 20))
def test_hiding_and_showing_are_inverse(start: int, length: int) -> None:
    quote = LOAF.text[start : start + length]
    said = f"“{quote}” [1]"
    text, references = conceal(said, [LOAF])
    words = {place: LOAF.text[r.start - 100 : r.end - 100] for place, r in enumerate(references, 1)}
    assert reveal(text, words) == said


def so_far(said: str, *evidence: Evidence) -> str:
    text, references = conceal(said, evidence, ended=False)
    words = {place: evidence[r.number - 1].text[r.start - 100 : r.end - 100] for place, r in enumerate(references, 1)}
    return reveal(text, words)


def test_a_quote_that_is_not_at_its_end_is_a_reference_already() -> None:
    text, (reference,) = conceal("He says: “It is wo", [LOAF], ended=False)
    assert text == "He says: \ue0001\ue002"
    assert LOAF.text[reference.start - 100 : reference.end - 100] == "It is wo"
    assert reveal(text, {1: "It is wo"}) == "He says: “It is wo"
    assert reveal(text, {}) == f"He says: {REMOVED}"


def test_a_quote_whose_marker_is_not_there_yet_is_a_reference_already() -> None:
    for said in ("“It is worth it.”", "“It is worth it.” ", "“It is worth it.” [", "“It is worth it.” [1"):
        text, (reference,) = conceal(said, [LOAF], ended=False)
        assert text == "\ue0001\ue001"
        assert reference.number == 1


def test_half_a_marker_waits_for_its_other_half() -> None:
    assert [so_far(said, LOAF) for said in ("Four [", "Four [1", "Four [1]")] == ["Four ", "Four ", "Four [1]"]


def test_what_departs_from_the_passage_was_no_quote() -> None:
    assert conceal("“It is worth nothing", [LOAF], ended=False) == ("“It is worth nothing", ())
    assert conceal("He says “", [LOAF], ended=False) == ("He says “", ())


def test_the_passage_of_an_open_quote_is_the_first_that_has_its_words() -> None:
    other = passage("It is worth more.")
    _, (reference,) = conceal("“It is worth mo", [LOAF, other], ended=False)
    assert reference.number == 2


QUOTES = st.tuples(st.integers(0, 30), st.integers(1, 20)).map(lambda cut: f"“{LOAF.text[cut[0] : sum(cut)]}” [1]")
WORDS = st.sampled_from(["So ", "he said: ", "[1] ", "[9] ", "“fine” ", "\n\n", "a “b "])


@given(said=st.lists(st.one_of(QUOTES, WORDS), max_size=6).map("".join), data=st.data())
def test_what_was_shown_stays_and_only_more_follows(said: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(said)))
    assert so_far(said, LOAF).startswith(so_far(said[:cut], LOAF))
    text, references = conceal(said, [LOAF])
    words = {place: LOAF.text[r.start - 100 : r.end - 100] for place, r in enumerate(references, 1)}
    assert reveal(text, words).startswith(so_far(said[:cut], LOAF))
