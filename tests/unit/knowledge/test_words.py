from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mentorfy_core.knowledge.words import STOP_WORDS, stem, terms, words

ENGLISH = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)
ENDINGS = """
    s es ies sses ss ed ing eed y ational tional enci anci izer logi bli alli entli eli ousli ization ation ator alism
    iveness fulness ousness aliti iviti biliti icate ative alize iciti ical ful ness al ance ence er ic able ible ant
    ement ment ent sion tion ion ou ism ate iti ous ive ize e ll
""".split()


@pytest.fixture(scope="module")
def index() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE one USING fts5(text, tokenize='porter unicode61 remove_diacritics 2')")
    connection.execute("CREATE VIRTUAL TABLE term USING fts5vocab(one, instance)")
    yield connection
    connection.close()


def as_sqlite_does(index: sqlite3.Connection, text: str) -> list[str]:
    index.execute("INSERT INTO one (rowid, text) VALUES (1, ?)", (text,))
    found = [term for (term,) in index.execute("SELECT term FROM term ORDER BY offset")]
    index.execute("DELETE FROM one")
    return found


@given(beginning=ENGLISH, ending=st.sampled_from(["", *ENDINGS]), more=st.sampled_from(["", "s", "ed", "ing", "ly"]))
@example("agr", "eed", "")
@example("hopp", "ing", "")
@example("conflat", "ed", "")
@example("s", "ing", "")
@example("fil", "ing", "")
@example("fall", "ing", "")
@example("controll", "", "")
@example("rat", "e", "")
@example("ceas", "e", "")
@example("sk", "y", "")
@example("adopt", "ion", "")
def test_stems_are_those_of_the_full_text_index(
    index: sqlite3.Connection, beginning: str, ending: str, more: str
) -> None:
    word = beginning + ending + more
    assert [stem(word)] == as_sqlite_does(index, word)


@pytest.mark.parametrize(
    "text",
    [
        "Ärger im Café über naïve Façaden",
        "straße Straßen",
        "Ångström E\u0301tude",
        "σοφός ΣΟΦΟΣ",
        "мир Мира",
        "snake_case and kebab-case, C++ & 3.14",
        "L'école d’été",
        "日本語 テスト",
        "a\u0301b",
    ],
)
def test_words_are_those_of_the_full_text_index(index: sqlite3.Connection, text: str) -> None:
    assert [stem(word) for word in words(text)] == as_sqlite_does(index, text)


@given(st.text())
def test_any_text_has_terms(text: str) -> None:
    assert all(terms(text))
    assert len(terms(text)) <= len(words(text))


@given(st.text())
def test_case_does_not_matter(text: str) -> None:
    if text.isascii():
        assert terms(text.upper()) == terms(text.lower())


def test_words_that_say_nothing_are_left_out() -> None:
    assert terms("Who are you, and why is that so?") == []
    assert all(word == word.lower() for word in STOP_WORDS)


def test_very_long_words_stay_as_they_are() -> None:
    assert stem("x" * 63 + "ing") == "x" * 63 + "ing"
