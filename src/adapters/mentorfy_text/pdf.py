"""PDF, page by page."""

from collections.abc import Sequence
from typing import Final

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from mentorfy_core.errors import PortError
from mentorfy_core.knowledge.model import Locator
from mentorfy_text import engine, refusals
from mentorfy_text.formats import Format
from mentorfy_text.reflow import reflowed
from mentorfy_text.sections import MAX_CHARACTERS, Section

_PASSWORD: Final = pdfium_c.FPDF_ERR_PASSWORD
_TAIL: Final = 2048
_MAX_STRANGE: Final = 0.3
_TRUNCATED: Final = "The end of this PDF is missing or damaged; what could be read was read."


def read_pdf(data: bytes) -> tuple[list[Section], str]:
    """Return one section per page (counted from 1) that has text, and a note.

    Raises:
        PortError: ``unreadable`` (password, damage, only pictures, undecodable letters) or ``too_large``.
    """
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if error.err_code == _PASSWORD:
            raise refusals.password("PDF") from error
        return _salvaged(data)
    try:
        texts, pictured = _texts(document), 0
        if not any(map(_says_something, texts)):
            raise _silence(data, has_pictures=any(_has_picture(document, index) for index in range(len(texts))))
        pictured = sum(not _says_something(text) and _has_picture(document, i) for i, text in enumerate(texts))
    finally:
        document.close()
    return _numbered(texts), _note(pictured, is_whole=_is_whole(data))


def _texts(document: pdfium.PdfDocument) -> list[str]:
    if document.get_formtype() != pdfium_c.FORMTYPE_NONE:
        document.init_forms()
    texts: list[str] = []
    size = 0
    for index in range(len(document)):
        texts.append(_page_text(document, index))
        size += len(texts[-1])
        if size > MAX_CHARACTERS:
            raise refusals.too_much_text(MAX_CHARACTERS)
    if _strange_share("".join(texts)) > _MAX_STRANGE:
        raise refusals.undecodable()
    return texts


def _page_text(document: pdfium.PdfDocument, index: int) -> str:
    """Return what a page says, filled-in form fields included; a page that cannot be loaded says nothing."""
    try:
        if document.formenv is not None:
            page = document[index]
            page.flatten()
            page.close()
        page = document[index]
    except pdfium.PdfiumError:
        return ""
    try:
        textpage = page.get_textpage()
        try:
            return str(textpage.get_text_range())
        finally:
            textpage.close()
    except pdfium.PdfiumError:
        return ""
    finally:
        page.close()


def _has_picture(document: pdfium.PdfDocument, index: int) -> bool:
    try:
        page = document[index]
    except pdfium.PdfiumError:
        return False
    try:
        return any(True for _ in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=3))
    finally:
        page.close()


def _salvaged(data: bytes) -> tuple[list[Section], str]:
    """Read with the other engine, which finds its way without a table of contents."""
    try:
        document = engine.extract(data, Format.PDF)
    except PortError as error:
        raise refusals.damaged("PDF") from error
    pages = {page.page_number: page.content for page in document.pages or ()}
    texts = [pages.get(number, "") for number in range(1, max(pages, default=0) + 1)]
    if not any(map(_says_something, texts)):
        raise refusals.damaged("PDF")
    return [Section(Locator(page=number), text) for number, text in enumerate(texts, 1)], _TRUNCATED


def _numbered(texts: Sequence[str]) -> list[Section]:
    return [Section(Locator(page=number), text) for number, text in enumerate(reflowed(texts), 1)]


def _silence(data: bytes, *, has_pictures: bool) -> PortError:
    if has_pictures:
        return refusals.scanned()
    return refusals.no_text(Format.PDF) if _is_whole(data) else refusals.damaged("PDF")


def _note(pictured: int, *, is_whole: bool) -> str:
    if not is_whole:
        return _TRUNCATED
    if pictured:
        pages = "One page has" if pictured == 1 else f"{pictured} pages have"
        return f"{pages} only pictures and could not be read; make the PDF searchable (OCR) to learn them."
    return ""


def _is_whole(data: bytes) -> bool:
    return b"%%EOF" in data[-_TAIL:]


def _says_something(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _strange_share(text: str) -> float:
    """Return which share of the visible characters stands for no letter at all."""
    visible = [character for character in text[:100_000] if not character.isspace()]
    strange = sum(
        character == "\ufffd" or "\ue000" <= character <= "\uf8ff" or character < " " for character in visible
    )
    return strange / len(visible) if visible else 0.0
