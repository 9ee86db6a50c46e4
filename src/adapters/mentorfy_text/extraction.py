"""From a file's bytes to its text. Runs in the sandbox's child only: nothing here is trusted to end, or to end well."""

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Final

from mentorfy_core.knowledge.model import ExtractedText, Locator
from mentorfy_text import engine, refusals
from mentorfy_text.blocks import Body
from mentorfy_text.decode import decode, decode_page
from mentorfy_text.formats import Format
from mentorfy_text.markdown import read_markdown
from mentorfy_text.pages import read_page
from mentorfy_text.pdf import read_pdf
from mentorfy_text.preflight import preflight
from mentorfy_text.rows import read_rows
from mentorfy_text.sections import MAX_CHARACTERS, Section, assemble, by_headings
from mentorfy_text.structure import read_nodes
from mentorfy_text.tables import table_text


def read(data: bytes, title: str) -> ExtractedText:
    """Return the text of a file of any supported format.

    Raises:
        PortError: ``unreadable``, ``unsupported`` or ``too_large``; the sentence says why and what to do.
    """
    format_, note = preflight(data, title)
    if format_ is Format.PDF:
        sections, remark = read_pdf(data)
        note = " ".join(filter(None, (note, remark)))
    else:
        sections = list(_READERS[format_](data, format_))
    extracted = assemble(sections, note)
    if not any(character.isalnum() for character in extracted.text):
        raise refusals.no_text(format_)
    return extracted


def _headed(data: bytes, format_: Format) -> Iterable[Section]:
    document = engine.extract(data, format_, structured=True)
    nodes = document.document.nodes if document.document else []
    return by_headings(block for _, block in read_nodes(nodes))


def _markdown(data: bytes, _: Format) -> Iterable[Section]:
    return by_headings(read_markdown(_characters(data)))


def _slides(data: bytes, format_: Format) -> Iterable[Section]:
    document = engine.extract(data, format_, structured=True)
    nodes = document.document.nodes if document.document else []
    for slide, group in groupby(read_nodes(nodes), lambda found: found[0]):
        lines = [block.text.replace("\t", " | ") for _, block in group]
        yield Section(Locator(slide=slide), "\n".join(lines))


def _sheets(data: bytes, format_: Format) -> Iterable[Section]:
    for page in engine.extract(data, format_).pages or ():
        tables = [table_text(table.cells) for table in page.tables]
        yield Section(Locator(sheet=page.sheet_name), "\n\n".join(filter(None, tables)))


def _web_page(data: bytes, _: Format) -> Iterable[Section]:
    return by_headings(read_page(_bounded(decode_page(data, engine.decoded))))


def _rows(data: bytes, _: Format) -> Iterable[Section]:
    return by_headings([Body(read_rows(_characters(data)))])


def _plain(data: bytes, _: Format) -> Iterable[Section]:
    return [Section(Locator(), _characters(data))]


def _characters(data: bytes) -> str:
    return _bounded(decode(data, engine.decoded))


def _bounded(source: str) -> str:
    """Return a text that may shrink to a permitted length when it is cleaned; refuse others before that costs time."""
    if len(source) > 4 * MAX_CHARACTERS:
        raise refusals.too_much_text(MAX_CHARACTERS)
    return source


_READERS: Final[Mapping[Format, Callable[[bytes, Format], Iterable[Section]]]] = {
    Format.DOCX: _headed,
    Format.ODT: _headed,
    Format.EPUB: _headed,
    Format.RTF: _headed,
    Format.MARKDOWN: _markdown,
    Format.PPTX: _slides,
    Format.XLSX: _sheets,
    Format.HTML: _web_page,
    Format.CSV: _rows,
    Format.TEXT: _plain,
}
