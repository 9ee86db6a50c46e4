from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentorfy_core.errors import ErrorKind, PortError
from mentorfy_core.knowledge.model import ExtractedText, Locator, Span
from mentorfy_core.testing.contracts.text import (
    ORGANIZATION,
    ChunkerContract,
    TextExtractorContract,
    assert_well_formed,
    told,
)
from mentorfy_text import Limits, PassageChunker, SandboxExtractor
from mentorfy_text.clean import clean
from mentorfy_text.markdown import read_markdown
from mentorfy_text.pages import read_page
from mentorfy_text.protocol import Answer, decode_answer, encode_answer
from mentorfy_text.reflow import paragraphs, reflowed
from mentorfy_text.sandbox import Child
from mentorfy_text.tables import table_text
from mentorfy_text.tokens import estimated
from tests.integration import text_samples as samples

FOLDER = Path(samples.__file__).parent
UNREADABLE, UNSUPPORTED, TOO_LARGE = ErrorKind.UNREADABLE, ErrorKind.UNSUPPORTED, ErrorKind.TOO_LARGE


class FaultyExtractor(SandboxExtractor):
    """An extractor whose children misbehave."""

    command = (sys.executable, str(FOLDER / "faulty_child.py"))


@pytest.fixture(scope="module")
async def reader() -> AsyncIterator[SandboxExtractor]:
    """One extractor for all files of this module, as in real life: a bad one must not spoil the next."""
    async with SandboxExtractor() as extractor:
        yield extractor


@pytest.fixture
async def faulty() -> AsyncIterator[FaultyExtractor]:
    async with FaultyExtractor(limits=Limits(time=timedelta(seconds=2))) as extractor:
        yield extractor


async def read(extractor: SandboxExtractor, data: bytes, title: str) -> ExtractedText:
    extracted = await extractor.extract(ORGANIZATION, data, title=title)
    assert_well_formed(extracted)
    return extracted


async def refusal(extractor: SandboxExtractor, data: bytes, title: str) -> PortError:
    with pytest.raises(PortError) as caught:
        await extractor.extract(ORGANIZATION, data, title=title)
    return caught.value


def sections(extracted: ExtractedText) -> list[tuple[Locator, str]]:
    return [(span.locator, extracted.text[span.start : span.end].strip()) for span in extracted.spans]


class TestSandboxExtractor(TextExtractorContract):
    @pytest.fixture
    async def extractor(self) -> AsyncIterator[SandboxExtractor]:
        async with SandboxExtractor(children=2) as extractor:
            yield extractor


class TestPassageChunker(ChunkerContract):
    @pytest.fixture
    def chunker(self) -> PassageChunker:
        return PassageChunker()


class TestGoodFiles:
    async def test_pdf_has_pages(self, reader: SandboxExtractor) -> None:
        extracted = await read(reader, samples.pdf("Boats float.", "Oars row."), "a.pdf")
        assert sections(extracted) == [(Locator(page=1), "Boats float."), (Locator(page=2), "Oars row.")]
        assert extracted.note == ""

    async def test_pdf_lines_become_paragraphs(self, reader: SandboxExtractor) -> None:
        page = "A heading\nThe keel carries the weight of the boat and keeps it up-\nright in a wind. It is long.\nEnd."
        extracted = await read(reader, samples.pdf(page), "a.pdf")
        assert extracted.text.split("\n")[0] == "A heading"
        assert "keeps it upright in a wind." in extracted.text

    async def test_pdf_columns_are_read_one_after_the_other(self, reader: SandboxExtractor) -> None:
        texts = [f"Paragraph {number} begins. {samples.SENTENCE * 4} Paragraph {number} ends." for number in range(24)]
        extracted = await read(reader, samples.two_column_pdf(texts), "a.pdf")
        assert extracted.text.split() == " ".join(texts).split()

    async def test_pdf_form_is_read_as_filled_in(self, reader: SandboxExtractor) -> None:
        assert "Ada Lovelace" in (await read(reader, samples.form_pdf("Ada Lovelace"), "a.pdf")).text

    async def test_pdf_for_whose_owner_alone_there_is_a_password_is_read(self, reader: SandboxExtractor) -> None:
        assert (await read(reader, samples.pdf("Open.", password=""), "a.pdf")).text == "Open."

    async def test_pdf_pages_without_text_are_noted(self, reader: SandboxExtractor) -> None:
        extracted = await read(reader, samples.scanned_pdf(3, first_page="A cover."), "a.pdf")
        assert extracted.note.startswith("3 pages have only pictures")

    async def test_pdf_without_its_end_is_read(self, reader: SandboxExtractor) -> None:
        pages = [f"Page {number} of the guide. {samples.SENTENCE}" for number in range(20)]
        extracted = await read(reader, samples.pdf(*pages)[:-200], "a.pdf")
        assert [locator.page for locator, _ in sections(extracted)] == list(range(1, 21))
        assert extracted.note == "The end of this PDF is missing or damaged; what could be read was read."

    async def test_word_has_headings(self, reader: SandboxExtractor) -> None:
        assert sections(await read(reader, samples.word(), "a.docx")) == [
            (Locator(), "Before all chapters."),
            (Locator(heading=("Boats",)), "Boats\n\nBoats float."),
            (Locator(heading=("Boats", "Oars")), "Oars\n\nOars row."),
            (Locator(heading=("Sails",)), "Sails\n\nSails pull."),
        ]

    async def test_word_named_pdf_is_read_with_a_note(self, reader: SandboxExtractor) -> None:
        extracted = await read(reader, samples.word(), "a.pdf")
        assert extracted.note == "Read as a Word document although its name ends in .pdf."

    async def test_characters_that_markup_needs_survive(self, reader: SandboxExtractor) -> None:
        hard = r"A & B < C > 'd' \e *f* _g_ #h [i](j) |k| café 3 > 2 2*3*4"
        data = samples.word(lambda document: document.add_paragraph(hard))
        assert (await read(reader, data, "a.docx")).text == hard

    async def test_slides_have_numbers_and_notes(self, reader: SandboxExtractor) -> None:
        found = sections(await read(reader, samples.slides("Boats", "Oars"), "a.pptx"))
        assert found[1] == (Locator(slide=2), "Oars\nAbout Oars.\nNotes:\nSay hello to Oars.")

    async def test_sheets_have_names(self, reader: SandboxExtractor) -> None:
        data = samples.workbook(Prices=[["Item", "Price"], ["Oar", 12.5], ["Sail", None]], Empty=[], Rules=[["None."]])
        assert sections(await read(reader, data, "a.xlsx")) == [
            (Locator(sheet="Prices"), "Item | Price\nOar | 12.5\nSail"),
            (Locator(sheet="Rules"), "None."),
        ]

    async def test_a_cell_in_the_last_place_of_a_sheet_costs_nothing(self, reader: SandboxExtractor) -> None:
        assert (await read(reader, samples.corner_workbook(), "a.xlsx")).text == "first\n | last"

    async def test_a_small_file_may_repeat_itself(self, reader: SandboxExtractor) -> None:
        data = samples.workbook(Same=[["nothing new"] * 10] * 20_000)
        assert len((await read(reader, data, "a.xlsx")).text) > 2_000_000

    async def test_opendocument_has_headings(self, reader: SandboxExtractor) -> None:
        found = sections(await read(reader, samples.odt(), "a.odt"))
        assert found[-1] == (Locator(heading=("Boats", "Oars")), "Oars\n\nOars row.")

    async def test_books_have_chapters(self, reader: SandboxExtractor) -> None:
        assert sections(await read(reader, samples.epub(), "a.epub"))[-1][0] == Locator(heading=("Boats",))

    async def test_rtf_is_read(self, reader: SandboxExtractor) -> None:
        data = rb"{\rtf1\ansi\ansicpg1252 Caf\'e9 \b open\b0\par Closed \{Sunday\}}"
        assert (await read(reader, data, "a.rtf")).text == "Café open\n\nClosed {Sunday}"

    async def test_csv_with_semicolons_is_a_table(self, reader: SandboxExtractor) -> None:
        data = 'Name;Preis\nRuder;"1,5"\n'.encode("utf-8-sig")
        assert (await read(reader, data, "a.csv")).text == "Name | Preis\nRuder | 1,5"

    @pytest.mark.parametrize(
        ("encoding", "text"),
        [
            ("utf-8-sig", "Grüße aus Köln"),
            ("utf-16", "Grüße aus Köln"),
            ("utf-16-be", "Greetings from Cologne"),
            ("cp1252", "“Grüße” – 5 € für die Straße"),
            ("cp1251", "Привет из Москвы"),
            ("shift_jis", "会議は月曜日に行います"),
        ],
    )
    async def test_text_is_read_in_its_encoding(self, reader: SandboxExtractor, encoding: str, text: str) -> None:
        assert (await read(reader, text.encode(encoding), "a.txt")).text == text

    async def test_a_page_is_read_in_the_encoding_it_declares(self, reader: SandboxExtractor) -> None:
        page = '<html><meta charset="windows-1251"><p>Да</p></html>'.encode("cp1251")
        assert (await read(reader, page, "a.html")).text == "Да"

    async def test_zero_bytes_in_a_text_are_dropped(self, reader: SandboxExtractor) -> None:
        assert (await read(reader, b"sixty\0 knots " + b"of wind " * 20 + bytes(99), "a.txt")).text[
            :17
        ] == "sixty knots of wi"

    async def test_a_hundred_thousand_nested_elements_are_read(self, reader: SandboxExtractor) -> None:
        page = b"<html>" + b"<div>" * 100_000 + b"Deep." + b"</div>" * 100_000
        assert (await read(reader, page, "a.html")).text == "Deep."


DAMAGED = "damaged or incomplete"
BAD_FILES: dict[str, tuple[Callable[[], bytes], str, ErrorKind, str]] = {
    "empty": (lambda: b"", "a.pdf", UNREADABLE, "The file is empty."),
    "blank": (lambda: b" \n\t", "a.txt", UNREADABLE, "No readable text was found in this file."),
    "locked PDF": (
        lambda: samples.pdf("Secret.", password="open"),
        "a.pdf",
        UNREADABLE,
        "This PDF needs a password. Remove the password and import it again.",
    ),
    "beginning of a PDF": (lambda: samples.pdf(*"abcdefgh" * 9)[:600], "a.pdf", UNREADABLE, f"This PDF is {DAMAGED}"),
    "scan": (samples.scanned_pdf, "a.pdf", UNREADABLE, "This PDF has no text, only pictures of pages (a scan)."),
    "PDF with an empty page": (lambda: samples.pdf(""), "a.pdf", UNREADABLE, "This PDF has no text."),
    "half a Word document": (
        lambda: samples.word()[:9000],
        "a.docx",
        UNREADABLE,
        f"This Word document is {DAMAGED}",
    ),
    "Word document with a broken member": (
        lambda: samples.word().replace(b"PK\x03\x04", b"PK\x03\x05").replace(b"PK\x03\x05", b"PK\x03\x04", 1),
        "a.docx",
        UNREADABLE,
        f"This Word document is {DAMAGED}",
    ),
    "Word document without text": (
        lambda: samples.rezipped(samples.word(), {"word/document.xml": "<w:docu"}),
        "a.docx",
        UNREADABLE,
        f"This Word document is {DAMAGED}",
    ),
    "XML bomb": (samples.xml_bomb, "a.docx", UNREADABLE, "No readable text was found in this file."),
    "locked Office file": (
        lambda: samples.ole("EncryptedPackage"),
        "a.xlsx",
        UNREADABLE,
        "This Office document needs a password.",
    ),
    "noise named as Word": (samples.noise, "a.docx", UNREADABLE, f"This Word document is {DAMAGED}"),
    "noise": (samples.noise, "a.bin", UNSUPPORTED, "This is not a kind of document that can be read."),
    "zip bomb": (samples.zip_bomb, "a.docx", TOO_LARGE, "This file expands to 1,024 MiB (a zip bomb?)."),
    "lying zip bomb": (samples.lying_bomb, "a.docx", TOO_LARGE, "This file expands to more than can be read safely"),
    "too many cells": (
        lambda: b"a,b,c,d,e\n" * 200_001,
        "a.csv",
        TOO_LARGE,
        "This file has a table with more than 1,000,000 cells.",
    ),
    "too much text": (
        lambda: b"seven.\n" * 1_500_000,
        "a.txt",
        TOO_LARGE,
        "This file has more than 10,000,000 characters of text.",
    ),
    "program named as Word": (lambda: b"\x7fELF" + bytes(99), "a.docx", UNSUPPORTED, "This is a program"),
    "script": (lambda: b"#!/bin/sh\nrm x\n", "a.txt", UNSUPPORTED, "This is a program"),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(99), "a.pdf", UNSUPPORTED, "This is a picture."),
    "video": (lambda: b"\0\0\0\x20ftypisom" + bytes(99), "a.mp4", UNSUPPORTED, "This is a video."),
    "archive": (lambda: samples.zipped({"a.txt": "x"}), "a.zip", UNSUPPORTED, "This is a ZIP archive."),
    "old Word document": (
        lambda: samples.ole("WordDocument"),
        "a.doc",
        UNSUPPORTED,
        "This is a Word document of the old",
    ),
    "old workbook": (
        lambda: samples.ole("Workbook"),
        "a.xls",
        UNSUPPORTED,
        "This is an Excel workbook of the old kind",
    ),
}


class TestBadFiles:
    @pytest.mark.parametrize("name", BAD_FILES)
    async def test_a_bad_file_is_refused_with_its_reason(self, reader: SandboxExtractor, name: str) -> None:
        make, title, kind, beginning = BAD_FILES[name]
        refused = await refusal(reader, make(), title)
        assert refused.kind == kind
        assert refused.sentence.startswith(beginning)

    async def test_more_than_a_hundred_mebibytes_are_refused_unread(self, reader: SandboxExtractor) -> None:
        refused = await refusal(reader, bytes((100 << 20) + 1), "a.txt")
        assert refused.kind == TOO_LARGE

    async def test_a_pdf_that_swells_beyond_memory_is_refused_and_the_next_file_read(
        self, reader: SandboxExtractor
    ) -> None:
        refused = await refusal(reader, samples.swollen_pdf(900), "a.pdf")
        assert refused.kind == UNREADABLE
        assert "1,024 MiB of memory" in refused.sentence
        assert (await read(reader, b"Next.", "a.txt")).text == "Next."


class TestSandbox:
    async def test_a_child_that_hangs_is_killed_when_its_time_is_over(self, faulty: FaultyExtractor) -> None:
        refused = await refusal(faulty, b"x", "hang")
        assert refused.kind == UNREADABLE
        assert refused.sentence == "Reading this file took longer than 2 seconds. Split it and import the parts."
        assert (await read(faulty, b"x", "fine")).text.startswith("read by")

    async def test_a_child_that_needs_too_much_memory_is_replaced(self, faulty: FaultyExtractor) -> None:
        refused = await refusal(faulty, b"x", "swallow")
        assert refused.kind == UNREADABLE
        assert refused.sentence.startswith("Reading this file needed more than 1,024 MiB of memory.")
        assert (await read(faulty, b"x", "fine")).text.startswith("read by")

    @pytest.mark.parametrize("how", ["crash", "raise"])
    async def test_a_file_that_brings_down_two_children_is_unreadable(self, faulty: FaultyExtractor, how: str) -> None:
        refused = await refusal(faulty, b"x", how)
        assert refused.kind == UNREADABLE
        assert refused.sentence.startswith("Reading this file made the reader crash")

    async def test_a_used_child_that_falls_over_is_not_the_files_fault(self, faulty: FaultyExtractor) -> None:
        first = await read(faulty, b"x", "fine")
        second = await read(faulty, b"x", "crash if used")
        assert first.text != second.text

    async def test_a_child_killed_from_outside_is_worth_another_try(self, faulty: FaultyExtractor) -> None:
        reading = asyncio.create_task(refusal(faulty, b"x", "hang"))
        child = await child_of(faulty)
        os.kill(child.pid, signal.SIGKILL)
        assert (await reading).kind == ErrorKind.PROCESSING_ERROR
        assert (await read(faulty, b"x", "fine")).text.startswith("read by")

    async def test_a_cancelled_reading_leaves_no_child(self, faulty: FaultyExtractor) -> None:
        reading = asyncio.create_task(faulty.extract(ORGANIZATION, b"x", title="hang"))
        child = await child_of(faulty)
        reading.cancel()
        await asyncio.wait([reading])
        assert not is_alive(child.pid)

    async def test_an_answer_that_cannot_be_is_not_believed(self, faulty: FaultyExtractor) -> None:
        assert (await refusal(faulty, b"x", "gap")).kind == ErrorKind.PROCESSING_ERROR

    async def test_what_an_engine_prints_does_no_harm(self, faulty: FaultyExtractor) -> None:
        assert (await read(faulty, b"x", "print")).text.startswith("read by")

    async def test_a_child_is_used_again_and_then_replaced(self) -> None:
        async with FaultyExtractor(limits=Limits(documents=2)) as extractor:
            texts = [(await read(extractor, b"x", "fine")).text for _ in range(4)]
        assert texts[0] == texts[1] != texts[2] == texts[3]

    async def test_a_child_knows_no_secrets(self, faulty: FaultyExtractor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OPENAI_API_KEY", "secret")
        assert "OPENAI_API_KEY" not in (await read(faulty, b"x", "fine")).text

    async def test_a_reader_that_does_not_start_is_not_the_files_fault(self) -> None:
        class Broken(SandboxExtractor):
            command = (*FaultyExtractor.command, "refuse to start")

        async with Broken() as extractor:
            assert (await refusal(extractor, b"x", "fine")).kind == ErrorKind.PROCESSING_ERROR

    @pytest.mark.parametrize("title", ["hang", "spin"])
    def test_a_killed_parent_leaves_no_child(self, title: str) -> None:
        command = [sys.executable, str(FOLDER / "abandoned.py"), title]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
            assert parent.stdout is not None
            pid = int(parent.stdout.readline())
            time.sleep(0.3)
            assert is_alive(pid)
            parent.kill()
        deadline = time.monotonic() + 10
        while is_alive(pid):
            assert time.monotonic() < deadline, "the child is still there"
            time.sleep(0.05)

    def test_importing_the_adapter_loads_no_engine(self) -> None:
        program = (
            "import sys, mentorfy_text; print({'xberg', 'pypdfium2', 'semantic_text_splitter'} & set(sys.modules))"
        )
        assert subprocess.check_output([sys.executable, "-c", program], text=True) == "set()\n"


async def child_of(extractor: SandboxExtractor) -> Child:
    """The child of an extractor that has just been asked to read."""
    for _ in range(500):
        if extractor._alive:
            (child,) = extractor._alive
            return child
        await asyncio.sleep(0.01)
    raise TimeoutError


def is_alive(pid: int) -> bool:
    """Whether a process runs; an orphan that nobody has reaped yet does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


class TestProtocol:
    @given(
        texts=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)),
        page=st.integers(1, 10**6),
        heading=st.tuples(st.text(st.characters(exclude_categories=["Cs"]))),
    )
    def test_what_is_said_is_understood(self, texts: list[str], page: int, heading: tuple[str]) -> None:
        locators = [Locator(page=page), Locator(slide=page), Locator(sheet=heading[0]), Locator(heading=heading)]
        extracted = told([(text, locators[index % 4]) for index, text in enumerate(texts)])
        assert decode_answer(encode_answer(Answer(5, extracted))) == Answer(5, extracted)

    @pytest.mark.parametrize(
        "payload",
        [
            b"",
            b"[]",
            b"null",
            b"{}",
            b'{"peak": -1}',
            b'{"peak": true}',
            b'{"peak": 1, "text": "abc", "spans": [], "note": ""}',
            b'{"peak": 1, "text": "abc", "spans": [[4, null, null, null, []]], "note": ""}',
            b'{"peak": 1, "text": "abc", "spans": [[2, 1, null, null, []], [2, 1, null, null, []]], "note": ""}',
            b'{"peak": 1, "text": "abc", "spans": [[3, "1", null, null, []]], "note": ""}',
            b'{"peak": 1, "text": "abc", "spans": [3], "note": ""}',
            b'{"peak": 1, "text": "\\ud800", "spans": [[1, null, null, null, []]], "note": ""}',
            b'{"peak": 1, "kind": "rate_limit", "sentence": "Wait."}',
            b'{"peak": 1, "kind": "unreadable", "sentence": ""}',
            b"[" * 100_000,
        ],
    )
    def test_nonsense_is_not_believed(self, payload: bytes) -> None:
        with pytest.raises(ValueError, match=r".*"):
            decode_answer(payload)


class TestPieces:
    @given(st.text())
    def test_cleaning_twice_is_cleaning_once(self, text: str) -> None:
        assert clean(clean(text)) == clean(text)

    @given(st.text(st.sampled_from("<>/&; abdhilnoprtuv1")) | st.text())
    @settings(max_examples=200)
    def test_any_page_is_read_without_an_error(self, source: str) -> None:
        read_page(source)

    def test_a_page_loses_no_text_outside_paragraphs(self) -> None:
        source = "loose<br>after<div>inner</div>tail<dl><dt>term<dd>words</dl><span>s</span> <button>b</button>"
        assert [block.text for block in read_page(source)] == ["loose\nafter", "inner", "tail", "term", "words", "s b"]

    def test_markdown_is_read_as_it_looks(self) -> None:
        source = "- one *item*\n\n  its second paragraph\n\n> quoted\n\n| a | b |\n|--|--|\n| snake_case | `x` |\n"
        texts = [block.text for block in read_markdown(source)]
        assert texts == ["- one item", "its second paragraph", "quoted", "a | b\nsnake_case | x"]

    def test_menus_are_left_out_unless_they_are_all(self) -> None:
        assert [block.text for block in read_page("<nav>Home</nav><p>Text</p>")] == ["Text"]
        assert [block.text for block in read_page("<nav>Home</nav>")] == ["Home"]
        assert [block.text for block in read_page("<nav>Never closed<p>Text</p>")] == ["Never closed", "Text"]

    def test_a_title_stands_in_for_headings(self) -> None:
        assert [block.text for block in read_page("<title>Boats</title><p>Text</p>")] == ["Boats", "Text"]
        assert [block.text for block in read_page("<title>Boats</title><h1>Boats!</h1>Text")] == ["Boats!", "Text"]

    def test_lines_that_most_pages_share_are_read_once(self) -> None:
        pages = [f"Guide - page {number}\nThis is text number {number}\nEnd" for number in range(1, 6)]
        assert reflowed(pages)[:2] == ["Guide - page 1\nThis is text number 1\nEnd", "This is text number 2"]

    def test_a_heading_does_not_join_a_full_line_before_it(self) -> None:
        page = f"{samples.SENTENCE}\nBatch size\n{samples.SENTENCE}"
        assert paragraphs(page) == page

    def test_a_long_table_repeats_its_header(self) -> None:
        rows = [["Item", "Price"], *([f"Item number {number}", "12.50"] for number in range(200))]
        blocks = table_text(rows).split("\n\n")
        assert len(blocks) > 4
        assert all(block.startswith("Item | Price\n") and len(block) < 1000 for block in blocks)

    def test_every_character_may_be_a_token(self) -> None:
        assert estimated("会議" * 50) == 100


class TestPassages:
    async def test_no_passage_is_longer_than_the_embedder_reads(self) -> None:
        extracted = told([("会議は月曜日に行います。" * 300, Locator())])
        chunks = await PassageChunker().chunk(ORGANIZATION, extracted)
        assert max(len(chunk.text) for chunk in chunks) <= 250

    async def test_english_passages_have_six_hundred_to_a_thousand_characters(self) -> None:
        extracted = told([((samples.SENTENCE + " ") * 200, Locator())])
        lengths = [len(chunk.text) for chunk in await PassageChunker().chunk(ORGANIZATION, extracted)]
        assert all(600 <= length <= 1000 for length in lengths[:-1])

    async def test_a_short_rest_joins_its_neighbour(self) -> None:
        extracted = told([("word " * 130 + "\n\nThe end.", Locator())])
        assert len(await PassageChunker().chunk(ORGANIZATION, extracted)) == 1

    async def test_passages_do_not_cross_pages(self) -> None:
        extracted = told([("One.\n\n", Locator(page=1)), ("Two.", Locator(page=2))])
        chunks = await PassageChunker().chunk(ORGANIZATION, extracted)
        assert [(chunk.text, chunk.locator.page) for chunk in chunks] == [("One.\n\n", 1), ("Two.", 2)]
        assert Span(chunks[1].start, chunks[1].end, chunks[1].locator) == extracted.spans[1]
