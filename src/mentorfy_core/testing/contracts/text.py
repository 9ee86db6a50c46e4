"""What every text extractor and every chunker must do."""

import asyncio
import unicodedata
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mentorfy_core.errors import ErrorKind, PortError
from mentorfy_core.ids import OrganizationId
from mentorfy_core.knowledge.model import ExtractedText, Locator, Span
from mentorfy_core.ports.text import Chunker, TextExtractor

ORGANIZATION = OrganizationId(UUID(int=1))
ABOUT_BYTES = {ErrorKind.UNREADABLE, ErrorKind.UNSUPPORTED, ErrorKind.TOO_LARGE}
LONGEST_PASSAGE = 1000

LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TEXTS = st.text(LETTERS, min_size=1, max_size=300) | st.builds(
    lambda words, gap, times: gap.join(words) * times,
    st.lists(st.text(LETTERS, min_size=1, max_size=12), min_size=1, max_size=40),
    st.sampled_from([" ", "\n", "\n\n", ". ", "    "]),
    st.integers(1, 12),
)
LOCATORS = st.builds(Locator, page=st.none() | st.integers(1, 9)) | st.builds(Locator, sheet=st.just("Prices"))


def told(sections: list[tuple[str, Locator]]) -> ExtractedText:
    """Return the extracted text whose spans are these sections."""
    spans, start = [], 0
    for text, locator in sections:
        spans.append(Span(start, start + len(text), locator))
        start += len(text)
    return ExtractedText("".join(text for text, _ in sections), tuple(spans))


EXTRACTED = st.lists(st.tuples(TEXTS, LOCATORS), max_size=5).map(told)


def assert_well_formed(extracted: ExtractedText) -> None:
    """Check what every extracted text promises."""
    starts = [span.start for span in extracted.spans]
    ends = [span.end for span in extracted.spans]
    assert [*starts, len(extracted.text)] == [0, *ends], "spans cover the text in order, without gap or overlap"
    assert all(start < end for start, end in zip(starts, ends, strict=True)), "no span is empty"
    assert extracted.text.strip(), "a text says something"
    assert unicodedata.is_normalized("NFC", extracted.text)
    assert not set(extracted.text) & {"\0", "\r"}
    extracted.text.encode()


class TextExtractorContract:
    """Subclass, provide ``extractor``, and add your formats."""

    @pytest.fixture
    def extractor(self) -> TextExtractor:
        """Return the extractor to test; it is used by one test and then forgotten."""
        raise NotImplementedError

    async def test_plain_text_is_read(self, extractor: TextExtractor) -> None:
        extracted = await extractor.extract(ORGANIZATION, b"Sand the edges.\nThen glue.", title="notes.txt")
        assert extracted.text == "Sand the edges.\nThen glue."
        assert extracted.spans == (Span(0, len(extracted.text), Locator()),)

    async def test_every_spelling_of_a_text_is_read_as_one(self, extractor: TextExtractor) -> None:
        decomposed = "Cafe\u0301\r\nbar\0".encode()
        extracted = await extractor.extract(ORGANIZATION, decomposed, title="notes.txt")
        assert_well_formed(extracted)
        assert extracted.text == "Caf\u00e9\nbar"

    async def test_text_is_found_under_its_headings(self, extractor: TextExtractor) -> None:
        source = b"Before.\n\n# Boats\n\nThey float.\n\n## Oars\n\nThey row."
        extracted = await extractor.extract(ORGANIZATION, source, title="notes.md")
        assert_well_formed(extracted)
        found = {span.locator.heading: extracted.text[span.start : span.end].strip() for span in extracted.spans}
        assert found == {
            (): "Before.",
            ("Boats",): "Boats\n\nThey float.",
            ("Boats", "Oars"): "Oars\n\nThey row.",
        }

    async def test_the_bytes_decide_what_a_file_is(self, extractor: TextExtractor) -> None:
        page = b"<!doctype html><html><body><p>Fair winds.</p></body></html>"
        assert (await extractor.extract(ORGANIZATION, page, title="page.txt")).text == "Fair winds."

    @pytest.mark.parametrize("data", [b"", b" \n ", bytes(range(256)) * 8, b"\x7fELF" + bytes(60)])
    async def test_a_file_without_text_is_refused_with_a_sentence(self, extractor: TextExtractor, data: bytes) -> None:
        with pytest.raises(PortError) as refusal:
            await extractor.extract(ORGANIZATION, data, title="notes.txt")
        assert refusal.value.kind in ABOUT_BYTES
        assert refusal.value.sentence.endswith(".")

    async def test_the_same_bytes_read_the_same(self, extractor: TextExtractor) -> None:
        first = await extractor.extract(ORGANIZATION, b"# One\n\ntwo", title="a.md")
        assert await extractor.extract(ORGANIZATION, b"# One\n\ntwo", title="a.md") == first

    async def test_many_are_read_at_once(self, extractor: TextExtractor) -> None:
        files = [f"File number {number}.".encode() for number in range(8)]
        read = await asyncio.gather(*(extractor.extract(ORGANIZATION, data, title="a.txt") for data in files))
        assert [extracted.text.encode() for extracted in read] == files

    async def test_the_recipe_has_a_name_and_a_version(self, extractor: TextExtractor) -> None:
        assert "/" in extractor.recipe
        assert extractor.recipe == extractor.recipe.strip()


class ChunkerContract:
    """Subclass and provide ``chunker``."""

    @pytest.fixture
    def chunker(self) -> Chunker:
        """Return the chunker to test."""
        raise NotImplementedError

    @given(extracted=EXTRACTED)
    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
    )
    async def test_passages_are_the_text_cut(self, chunker: Chunker, extracted: ExtractedText) -> None:
        chunks = await chunker.chunk(ORGANIZATION, extracted)
        assert "".join(chunk.text for chunk in chunks) == extracted.text
        assert [chunk.index for chunk in chunks] == list(range(len(chunks)))
        for chunk in chunks:
            assert chunk.text == extracted.text[chunk.start : chunk.end] != ""
            (span,) = [span for span in extracted.spans if span.start <= chunk.start and chunk.end <= span.end]
            assert chunk.locator == span.locator
            assert len(chunk.text.strip()) <= LONGEST_PASSAGE
            assert chunk.text.strip() or not extracted.text[span.start : span.end].strip(), "blank only where all is"

    async def test_no_text_has_no_passages(self, chunker: Chunker) -> None:
        assert list(await chunker.chunk(ORGANIZATION, ExtractedText("", ()))) == []

    async def test_a_short_text_stays_whole(self, chunker: Chunker) -> None:
        extracted = told([("Sand.\n\nGlue.\n\nWait a day.", Locator())])
        assert [chunk.text for chunk in await chunker.chunk(ORGANIZATION, extracted)] == [extracted.text]

    async def test_a_long_text_is_cut_between_sentences(self, chunker: Chunker) -> None:
        extracted = told([("The tide turns every six hours and takes the boat along. " * 100, Locator())])
        chunks = await chunker.chunk(ORGANIZATION, extracted)
        assert len(chunks) > 4
        assert all(chunk.text.strip().endswith("along.") for chunk in chunks)

    async def test_the_recipe_has_a_name_and_a_version(self, chunker: Chunker) -> None:
        assert "/" in chunker.recipe
