"""Makes documents in memory, good ones and bad ones."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise

import docx
import openpyxl
import pptx
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph

SENTENCE = "The keel carries the weight of the boat and keeps it upright in a strong wind."


def pdf(*pages: str, password: str | None = None) -> bytes:
    """A PDF with one line of text per page."""
    file = io.BytesIO()
    lock = None if password is None else StandardEncryption(password, ownerPassword="owner", strength=128)
    canvas = Canvas(file, pagesize=A4, encrypt=lock)
    for page in pages:
        for row, line in enumerate(page.split("\n")):
            canvas.drawString(72, 760 - 16 * row, line)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def scanned_pdf(pages: int = 1, *, first_page: str = "") -> bytes:
    """A PDF of photographs of pages; the first may have text."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4)
    if first_page:
        canvas.drawString(72, 760, first_page)
        canvas.showPage()
    for _ in range(pages):
        canvas.drawImage(ImageReader(Image.new("RGB", (60, 80), "grey")), 50, 50, 400, 600)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def form_pdf(value: str) -> bytes:
    """A PDF with a field that somebody has filled in."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4)
    canvas.drawString(72, 700, "Name:")
    canvas.acroForm.textfield(name="name", value=value, x=120, y=690, width=200, height=20)
    canvas.save()
    return file.getvalue()


def two_column_pdf(paragraphs: Iterable[str]) -> bytes:
    """A PDF that is read down the left column first."""
    file = io.BytesIO()
    document = BaseDocTemplate(file, pagesize=A4)
    columns = [Frame(40, 40, 240, 760), Frame(310, 40, 240, 760)]
    document.addPageTemplates([PageTemplate(frames=columns)])
    document.build([Paragraph(text, getSampleStyleSheet()["Normal"]) for text in paragraphs])
    return file.getvalue()


def swollen_pdf(mebibytes: int) -> bytes:
    """A small PDF whose only page unpacks to so many MiB."""
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(b"0 0 m " * (1 << 18)) for _ in range(mebibytes * 2 // 3)) + packer.flush()
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (len(packed), packed),
    )
    body = b"".join(b"%d 0 obj%b endobj\n" % (number, content) for number, content in enumerate(objects, 1))
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R/Size 5>>\n%%EOF"


def word(fill: Callable[[docx.document.Document], object] | None = None) -> bytes:
    """A Word document with two chapters, or whatever ``fill`` writes."""
    document = docx.Document()
    if fill is None:
        document.add_paragraph("Before all chapters.")
        document.add_heading("Boats", 1)
        document.add_paragraph("Boats float.")
        document.add_heading("Oars", 2)
        document.add_paragraph("Oars row.")
        document.add_heading("Sails", 1)
        document.add_paragraph("Sails pull.")
    else:
        fill(document)
    return saved(document.save)


def slides(*titles: str) -> bytes:
    """A presentation with notes."""
    presentation = pptx.Presentation()
    for title in titles:
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = f"About {title}."
        slide.notes_slide.notes_text_frame.text = f"Say hello to {title}."
    return saved(presentation.save)


def workbook(**sheets: Iterable[Iterable[object]]) -> bytes:
    """A workbook."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    return saved(book.save)


def corner_workbook() -> bytes:
    """A workbook with a cell in its first and one in its very last place."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet["A1"], sheet["XFD1048576"] = "first", "last"
    return saved(book.save)


def odt() -> bytes:
    """An OpenDocument text."""
    names = {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    }
    spaces = " ".join(f'xmlns:{name}="{uri}"' for name, uri in names.items())
    content = (
        f'<office:document-content {spaces} office:version="1.2"><office:body><office:text>'
        '<text:h text:outline-level="1">Boats</text:h><text:p>Boats float.</text:p>'
        '<text:h text:outline-level="2">Oars</text:h><text:p>Oars row.</text:p>'
        "</office:text></office:body></office:document-content>"
    )
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def epub() -> bytes:
    """A book of one chapter."""
    container = (
        '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata/><manifest>'
        '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="a"/></spine></package>'
    )
    chapter = (
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Boats</title></head>'
        "<body><h1>Boats</h1><p>Boats float.</p></body></html>"
    )
    files = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": container,
        "book.opf": package,
        "a.xhtml": chapter,
    }
    return zipped(files)


def zip_bomb() -> bytes:
    """A Word document whose text is a gigabyte of spaces."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w") as member:
            for _ in range(1024):
                member.write(b" " * (1 << 20))
    return file.getvalue()


def lying_bomb() -> bytes:
    """The same, but its directory claims that it is small."""
    bomb = zip_bomb()
    return bomb.replace(struct.pack("<I", 1 << 30), struct.pack("<I", 1000))


def xml_bomb() -> bytes:
    """A Word document whose text is a billion laughs."""
    names = "abcdefghij"
    entities = "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise(names))
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    text = (
        f'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "laugh">{entities}]>'
        f'<w:document xmlns:w="{space}"><w:body><w:p><w:r><w:t>&j;</w:t></w:r></w:p></w:body></w:document>'
    )
    return rezipped(word(), {"word/document.xml": text})


def ole(stream: str) -> bytes:
    """An old Office file that has a stream of this name."""
    return bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512) + stream.encode("utf-16-le") + bytes(512)


def noise(size: int = 4096) -> bytes:
    """Random bytes, the same every time."""
    return random.Random(7).randbytes(size)


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """A zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def rezipped(archive: bytes, changes: Mapping[str, str | bytes]) -> bytes:
    """A zip archive with some members changed."""
    with zipfile.ZipFile(io.BytesIO(archive)) as old:
        return zipped({name: old.read(name) for name in old.namelist()} | dict(changes))


def saved(save: Callable[[io.BytesIO], object]) -> bytes:
    """What a library writes into a file."""
    file = io.BytesIO()
    save(file)
    return file.getvalue()
