"""Make the sample mentor: examples/content/*.md rendered into examples/mentor, bad files included.

Run `python examples/make_mentor.py` to write the folder and `--check` to compare it with questions.toml.
The README describes the format of the sources. Every date is fixed: the same libraries make the same bytes.
"""

import argparse
import html
import io
import re
import struct
import sys
import tomllib
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import docx
import openpyxl
import pptx
from openpyxl.styles import Alignment, Font
from PIL import Image, ImageDraw, ImageFont
from pptx.util import Pt
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

HERE = Path(__file__).resolve().parent
AUTHOR = "Hanne Osterby"
MADE_AT = datetime(2024, 2, 1, 9, 0, tzinfo=UTC)
ZIP_DATE = (2024, 2, 1, 9, 0, 0)
PDF_PASSWORD = "red buoy"

BOMB_SIZE = 1024**3
DUPLICATES = {"Archive/2023 season/Handouts/Dust, fumes and fire.pdf": "Safety/Dust, fumes and fire.pdf"}

BlockKind = Literal["heading", "text", "bullet", "number", "table", "note"]


@dataclass(frozen=True)
class Block:
    """One heading, paragraph, list item, table or speaker note."""

    kind: BlockKind
    text: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()

    def plain(self) -> str:
        """What a reader sees of it, without markup."""
        if self.kind == "table":
            return "\n".join(" ".join(row) for row in self.rows)
        return without_emphasis(self.text)


@dataclass
class Section:
    """One page, slide or sheet of a source; sources that know none of these have one nameless section."""

    name: str = ""
    blocks: list[Block] = field(default_factory=list)


@dataclass(frozen=True)
class Source:
    """One file of examples/content."""

    path: PurePosixPath
    title: str
    footer: str
    renderer: str
    body: str
    sections: list[Section]


# ---------------------------------------------------------------- reading the sources

_BREAK = re.compile(r"^--- (page|slide|sheet)(?:: (.+))? ---$")
_EMPHASIS = re.compile(r"\*([^*\n]+)\*")


def read_source(path: Path) -> Source:
    """Read one source: TOML between two +++ lines, then the text."""
    _, front, body = path.read_text(encoding="utf-8").split("+++\n", 2)
    meta: dict[str, str] = tomllib.loads(front)
    target = PurePosixPath(meta["path"])
    sections = list(read_sections(body))
    return Source(
        path=target,
        title=meta["title"],
        footer=meta.get("footer", ""),
        renderer=meta.get("renderer", target.suffix[1:]),
        body=body.strip("\n") + "\n",
        sections=sections,
    )


def read_sections(body: str) -> Iterator[Section]:
    """Split a text at its `--- page ---` lines, and every part into blocks."""
    section, lines = Section(), list[str]()
    for line in body.splitlines():
        if (found := _BREAK.match(line)) is None:
            lines.append(line)
            continue
        section.blocks = list(read_blocks(lines))
        if section.blocks:
            yield section
        section, lines = Section(name=found[2] or ""), []
    section.blocks = list(read_blocks(lines))
    yield section


def read_blocks(lines: list[str]) -> Iterator[Block]:
    """Group lines into blocks: blank lines separate paragraphs, the rest is told by the first characters."""
    for chunk in "\n".join(lines).strip().split("\n\n"):
        rows = chunk.splitlines()
        if chunk.startswith("|"):
            cells = (tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rows)
            yield Block("table", rows=tuple(row for row in cells if set("".join(row)) != {"-"}))
        else:
            yield from read_lines(rows)


def read_lines(rows: list[str]) -> Iterator[Block]:
    """Blocks of a chunk that is not a table; a heading may stand directly above its list."""
    paragraph: list[str] = []
    for row in [*rows, ""]:
        block = read_marked_line(row)
        if block is None and row:
            paragraph.append(row)
            continue
        if paragraph:
            yield Block("text", " ".join(paragraph))
            paragraph = []
        if block is not None:
            yield block


def read_marked_line(row: str) -> Block | None:
    """The block of a line that begins with a mark, None for ordinary text."""
    if found := re.match(r"(#+) (.+)", row):
        return Block("heading", found[2], level=len(found[1]))
    if row.startswith("- "):
        return Block("bullet", row[2:])
    if found := re.match(r"(\d+)\. (.+)", row):
        return Block("number", found[2], level=int(found[1]))
    if row.startswith("%% "):
        return Block("note", row[3:])
    return None


def without_emphasis(text: str) -> str:
    """Drop the stars of *emphasis*."""
    return _EMPHASIS.sub(r"\1", text)


def runs(text: str) -> Iterator[tuple[str, bool]]:
    """Split a text into runs and say which are emphasised."""
    for index, run in enumerate(_EMPHASIS.split(curly(text))):
        if run:
            yield run, index % 2 == 1


def curly(text: str) -> str:
    """Typewriter quotation marks into the ones a word processor would have made."""
    text = re.sub(r'(^|[\s(\[*])"', "\\1\N{LEFT DOUBLE QUOTATION MARK}", text)
    text = re.sub(r"(^|[\s(\[*\N{LEFT DOUBLE QUOTATION MARK}])'", "\\1\N{LEFT SINGLE QUOTATION MARK}", text)
    return text.replace('"', "\N{RIGHT DOUBLE QUOTATION MARK}").replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")


def tagged(text: str, before: str, after: str) -> str:
    """Escape a text for XML and put tags round what is emphasised."""
    escaped = ((html.escape(run, quote=False), emphasised) for run, emphasised in runs(text))
    return "".join(f"{before}{run}{after}" if emphasised else run for run, emphasised in escaped)


def grouped(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Put neighbouring list items of one kind together, everything else alone."""
    group: list[Block] = []
    for block in blocks:
        if group and (block.kind != group[-1].kind or block.kind not in ("bullet", "number")):
            yield group
            group = []
        group.append(block)
    if group:
        yield group


# ---------------------------------------------------------------- formats


def fixed_zip(data: bytes) -> bytes:
    """The same zip with one date on every member and in the document properties."""
    stamp = MADE_AT.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            member = old.read(name)
            if name == "docProps/core.xml":
                member = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp, member)
            new.writestr(zip_member(name), member, compresslevel=9)
    return out.getvalue()


def zip_member(name: str, compression: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    """A zip member that says nothing about when and where it was made."""
    info = zipfile.ZipInfo(name, ZIP_DATE)
    info.compress_type = compression
    info.create_system = 3
    info.external_attr = 0o644 << 16
    return info


_BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=12.5, leading=17, spaceAfter=8)
_PDF_STYLES = {
    1: ParagraphStyle("h1", parent=_BODY, fontName="Helvetica-Bold", fontSize=19, leading=24, spaceAfter=9),
    2: ParagraphStyle(
        "h2", parent=_BODY, fontName="Helvetica-Bold", fontSize=13, leading=17, spaceBefore=7, spaceAfter=4
    ),
}
_CELL = ParagraphStyle("cell", parent=_BODY, fontSize=11.5, leading=15, spaceAfter=0)
_HEAD_CELL = ParagraphStyle("head-cell", parent=_CELL, fontName="Helvetica-Bold", fontSize=9.5)


def render_pdf(source: Source) -> bytes:
    """Lay every section out on one page."""
    story: list[Any] = []
    for number, section in enumerate(source.sections):
        if number:
            story.append(PageBreak())
        for group in grouped(section.blocks):
            story.extend(pdf_flowables(group))
    pages = 0

    def furniture(canvas: Any, template: Any) -> None:
        nonlocal pages
        pages = max(pages, template.page)
        canvas.setFont("Helvetica", 8)
        canvas.setFillColor(colors.grey)
        canvas.drawString(24 * mm, 14 * mm, source.footer)
        canvas.drawRightString(A4[0] - 24 * mm, 14 * mm, f"page {template.page}")

    out = io.BytesIO()
    margins = {"leftMargin": 24 * mm, "rightMargin": 24 * mm, "topMargin": 20 * mm, "bottomMargin": 22 * mm}
    template = SimpleDocTemplate(out, pagesize=A4, title=source.title, author=AUTHOR, invariant=1, **margins)
    template.build(story, onFirstPage=furniture, onLaterPages=furniture)
    if pages != len(source.sections):
        raise ValueError(f"{source.path} needs {pages} pages for {len(source.sections)} sections")
    return out.getvalue()


def pdf_flowables(group: list[Block]) -> Iterator[Any]:
    """Reportlab's objects for one block or for one list."""
    for block in group:
        if block.kind == "table":
            yield pdf_table(block)
            yield Spacer(0, 9)
            continue
        style, prefix = _PDF_STYLES.get(block.level, _BODY) if block.kind == "heading" else _BODY, ""
        if block.kind in ("bullet", "number"):
            style = ParagraphStyle("item", parent=_BODY, leftIndent=16, bulletIndent=2, spaceAfter=4)
            mark = f"{block.level}." if block.kind == "number" else "\N{BULLET}"
            prefix = f"<bullet>{mark}</bullet>"
        yield Paragraph(prefix + tagged(block.text, "<i>", "</i>"), style)


def pdf_table(block: Block) -> Any:
    """A ruled table whose columns are as wide as their longest words ask for."""
    widths = [max(len(row[column]) for row in block.rows) for column in range(len(block.rows[0]))]
    room = A4[0] - 48 * mm
    shares = [max(width, 11) for width in widths]
    cells = [
        [Paragraph(tagged(cell, "<i>", "</i>"), _CELL if number else _HEAD_CELL) for cell in row]
        for number, row in enumerate(block.rows)
    ]
    table = Table(cells, colWidths=[room * share / sum(shares) for share in shares], hAlign="LEFT")
    rule = ("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.lightgrey)
    table.setStyle(TableStyle([rule, ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 2)]))
    return table


def render_docx(source: Source) -> bytes:
    """A Word document with the template's own heading and list styles."""
    document = docx.Document()
    document.core_properties.author = AUTHOR
    document.core_properties.title = source.title
    styles = {"bullet": "List Bullet", "number": "List Number", "text": "Normal"}
    for section in source.sections:
        for block in section.blocks:
            if block.kind == "heading":
                document.add_heading(curly(block.text), level=block.level)
                continue
            paragraph = document.add_paragraph(style=styles[block.kind])
            for run, emphasised in runs(block.text):
                paragraph.add_run(run).italic = emphasised or None
    out = io.BytesIO()
    document.save(out)
    return fixed_zip(out.getvalue())


def render_pptx(source: Source) -> bytes:
    """A title slide, then one slide of bullets for each section, with speaker's notes."""
    deck: Any = pptx.Presentation()
    deck.core_properties.author = AUTHOR
    deck.core_properties.title = source.title
    for number, section in enumerate(source.sections):
        slide = deck.slides.add_slide(deck.slide_layouts[1 if number else 0])
        slide.shapes.title.text = curly(section.blocks[0].text)
        frame = slide.placeholders[1].text_frame
        lines = [curly(block.text) for block in section.blocks[1:] if block.kind != "note"]
        frame.text = lines[0]
        for line in lines[1:]:
            frame.add_paragraph().text = line
        for paragraph in frame.paragraphs:
            paragraph.font.size = Pt(22)
        if notes := [block.text for block in section.blocks if block.kind == "note"]:
            slide.notes_slide.notes_text_frame.text = curly(" ".join(notes))
    out = io.BytesIO()
    deck.save(out)
    return fixed_zip(out.getvalue())


def render_xlsx(source: Source) -> bytes:
    """A workbook with one table on each sheet."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = AUTHOR
    book.properties.title = source.title
    for section in source.sections:
        sheet = book.create_sheet(section.name)
        rows = next(block.rows for block in section.blocks if block.kind == "table")
        for row in rows:
            sheet.append([cell_value(cell) for cell in row])
        for column in sheet.iter_cols():
            widest = max(len(str(cell.value or "")) for cell in column)
            sheet.column_dimensions[column[0].column_letter].width = min(widest + 2, 60)
            for cell in column:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
                if isinstance(cell.value, float):
                    cell.number_format = "0.00"
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        sheet.freeze_panes = "B2"
    out = io.BytesIO()
    book.save(out)
    return fixed_zip(out.getvalue())


def cell_value(text: str) -> str | int | float | None:
    """What a person would have typed into the cell."""
    if re.fullmatch(r"\d+", text):
        return int(text)
    return float(text) if re.fullmatch(r"\d+\.\d+", text) else text or None


_HTML = """<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta name="author" content="{author}">
<style>body {{ font: 1.1em/1.5 Georgia, serif; max-width: 38em; margin: 2em auto; }} nav {{ font-size: 0.8em; }}</style>
</head>
<body>
<nav>
<a href="/">Slipway Nine</a> |
<a href="/about-hanne.html">About</a> |
<a href="/questions-people-ask.html">Questions</a>
</nav>
<main>
{body}
</main>
<footer><p>Slipway Nine, Unit 9, Penmorrow Quay</p></footer>
</body>
</html>
"""


def render_html(source: Source) -> bytes:
    """A plain page with a menu and a footer, as the website has them."""
    parts = list[str]()
    for group in grouped(block for section in source.sections for block in section.blocks):
        items = [tagged(block.text, "<em>", "</em>") for block in group]
        first = group[0]
        if first.kind == "heading":
            parts.append(f"<h{first.level}>{items[0]}</h{first.level}>")
        elif first.kind in ("bullet", "number"):
            tag = "ul" if first.kind == "bullet" else "ol"
            parts.append(f"<{tag}>\n" + "\n".join(f"<li>{item}</li>" for item in items) + f"\n</{tag}>")
        else:
            parts.append(f"<p>{items[0]}</p>")
    page = _HTML.format(title=html.escape(source.title), author=AUTHOR, body="\n".join(parts))
    return page.encode("utf-8")


_ODT_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" '
    'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.2"'
)
_ODT_MEMBERS = ("content.xml", "styles.xml", "meta.xml")
_ODT_TYPE = "application/vnd.oasis.opendocument.text"
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def render_odt(source: Source) -> bytes:
    """An OpenDocument text, written by hand."""
    parts = list[str]()
    for group in grouped(block for section in source.sections for block in section.blocks):
        items = [tagged(block.text, '<text:span text:style-name="Emphasis">', "</text:span>") for block in group]
        first = group[0]
        if first.kind == "heading":
            style = f'text:style-name="Heading_20_{first.level}" text:outline-level="{first.level}"'
            parts.append(f"<text:h {style}>{items[0]}</text:h>")
        elif first.kind == "bullet":
            entries = "".join(
                f'<text:list-item><text:p text:style-name="Standard">{i}</text:p></text:list-item>' for i in items
            )
            parts.append(f"<text:list>{entries}</text:list>")
        else:
            parts.append(f'<text:p text:style-name="Standard">{items[0]}</text:p>')
    content = (
        f"{_XML}<office:document-content {_ODT_NAMES}><office:body><office:text>\n"
        + "\n".join(parts)
        + "\n</office:text></office:body></office:document-content>\n"
    )
    headings = "".join(
        f'<style:style style:name="Heading_20_{level}" style:display-name="Heading {level}" style:family="paragraph" '
        f'style:default-outline-level="{level}"><style:text-properties fo:font-size="{size}pt" fo:font-weight="bold"/>'
        "</style:style>"
        for level, size in ((1, 20), (2, 14))
    )
    styles = (
        f'{_XML}<office:document-styles {_ODT_NAMES}><office:styles><style:style style:name="Standard" '
        'style:family="paragraph"><style:paragraph-properties fo:margin-bottom="0.25cm"/></style:style>'
        f'{headings}<style:style style:name="Emphasis" style:family="text"><style:text-properties '
        'fo:font-style="italic"/></style:style></office:styles></office:document-styles>\n'
    )
    meta = (
        f"{_XML}<office:document-meta {_ODT_NAMES}><office:meta><dc:title>{html.escape(source.title)}</dc:title>"
        f"<dc:creator>{AUTHOR}</dc:creator><dc:date>{MADE_AT:%Y-%m-%dT%H:%M:%S}</dc:date></office:meta>"
        "</office:document-meta>\n"
    )
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind}"/>'
        for path, kind in (("/", _ODT_TYPE), *((name, "text/xml") for name in _ODT_MEMBERS))
    )
    manifest = (
        f'{_XML}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
        f'manifest:version="1.2">{entries}</manifest:manifest>\n'
    )
    members = zip((*_ODT_MEMBERS, "META-INF/manifest.xml"), (content, styles, meta, manifest), strict=True)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zip_member("mimetype", zipfile.ZIP_STORED), _ODT_TYPE)
        for name, member in members:
            archive.writestr(zip_member(name), member, compresslevel=9)
    return out.getvalue()


def render_rtf(source: Source) -> bytes:
    """Rich text with a style sheet, written by hand."""
    lines = [
        r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\froman Times New Roman;}}",
        r"{\stylesheet{\s0\f0\fs24 Normal;}{\s1\outlinelevel0\b\fs36 heading 1;}{\s2\outlinelevel1\b\fs28 heading 2;}}",
        rf"{{\info{{\title {rtf_text(source.title)}}}{{\author {AUTHOR}}}}}",
    ]
    for block in (block for section in source.sections for block in section.blocks):
        text = "".join(rf"{{\i {rtf_text(run)}}}" if em else rtf_text(run) for run, em in runs(block.text))
        if block.kind == "heading":
            size = 36 if block.level == 1 else 28
            lines.append(rf"{{\pard\s{block.level}\outlinelevel{block.level - 1}\sb240\sa120\b\fs{size} {text}\par}}")
        else:
            lines.append(rf"{{\pard\s0\sa160\fs24 {text}\par}}")
    return ("\r\n".join(lines) + "\r\n}\r\n").encode("ascii")


def rtf_text(text: str) -> str:
    """Escape what RTF gives a meaning, and everything outside ASCII."""
    escaped = re.sub(r"([\\{}])", r"\\\1", text)
    return "".join(char if char.isascii() else rf"\u{ord(char)}?" for char in escaped)


def render_text(source: Source) -> bytes:
    """Markdown and plain text are their own source."""
    return source.body.encode("utf-8")


RENDERERS: dict[str, Callable[[Source], bytes]] = {
    "pdf": render_pdf,
    "docx": render_docx,
    "pptx": render_pptx,
    "xlsx": render_xlsx,
    "html": render_html,
    "odt": render_odt,
    "rtf": render_rtf,
    "md": render_text,
    "txt": render_text,
}


# ---------------------------------------------------------------- bad files


def locked_pdf() -> bytes:
    """A PDF that opens only with a password."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1, encrypt=StandardEncryption(PDF_PASSWORD, strength=128))
    canvas.setTitle("Builders' accounts 2022")
    canvas.setFont("Times-Roman", 12)
    lines = ("Builders' accounts 2022", "Bench 1 paid in full", "Bench 2 owes for one tin of primer")
    for row, line in enumerate(lines):
        canvas.drawString(72, 760 - 20 * row, line)
    canvas.save()
    return out.getvalue()


def scanned_pdf() -> bytes:
    """A page that is a picture of a delivery note and has no text."""
    page = Image.new("L", (827, 1169), 244)
    pen = ImageDraw.Draw(page)
    lines = (
        "POLGARTH TIMBER - DELIVERY NOTE 4471",
        "To: Slipway Nine, Penmorrow Quay",
        "14 sheets okoume 6 mm, batch K-2207",
        "6 lengths Douglas fir 20 x 35 mm",
        "Left with the baker. Bell not working.",
        "Received: D. Sole",
    )
    for row, line in enumerate(lines):
        pen.text((90, 120 + 70 * row), line, fill=40, font=ImageFont.load_default(size=30))
    scan = page.rotate(1.2, fillcolor=225, resample=Image.Resampling.BILINEAR).quantize(16).convert("L")
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1, pageCompression=1)
    canvas.drawImage(ImageReader(scan), 0, 0, width=A4[0], height=A4[1])
    canvas.save()
    return out.getvalue()


def zip_bomb() -> bytes:
    """A document whose text is a gigabyte of spaces."""
    out = io.BytesIO()
    head = b'<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
    with zipfile.ZipFile(out, "w", compresslevel=9) as archive:
        types = (
            f'{_XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override '
            'PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            'wordprocessingml.document.main+xml"/></Types>'
        )
        archive.writestr(zip_member("[Content_Types].xml"), types)
        info = zip_member("word/document.xml")
        chunk = b" " * 1024**2
        with archive.open(info, "w", force_zip64=True) as member:
            member.write(head + b"<w:p><w:r><w:t>")
            for _ in range(BOMB_SIZE // len(chunk)):
                member.write(chunk)
            member.write(b"</w:t></w:r></w:p></w:body></w:document>")
    return out.getvalue()


def tiny_elf() -> bytes:
    """The header of a Linux program and nothing behind it: it cannot run."""
    ident = b"\x7fELF" + bytes((2, 1, 1, 0)) + bytes(8)
    header = struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 0, 0, 0, 64, 0, 0, 0, 0, 0)
    return ident + header + bytes(64)


def bad_files(good: dict[PurePosixPath, bytes]) -> dict[PurePosixPath, bytes]:
    """Everything that an import has to refuse without falling over."""
    folder = PurePosixPath("Odds and ends")
    handbook = good[PurePosixPath("Course handbook/Forty Evenings - course handbook.pdf")]
    return {
        folder / "Builders' accounts 2022.pdf": locked_pdf(),
        folder / "Handbook, half downloaded.pdf": handbook[:600],
        folder / "Delivery note, scanned.pdf": scanned_pdf(),
        folder / "Ideas for 2025.txt": b"",
        folder / "Everything I know.docx": zip_bomb(),
        folder / "Plans viewer.docx": tiny_elf(),
    }


# ---------------------------------------------------------------- the whole folder


def read_sources() -> list[Source]:
    """All sources, in the order of their names."""
    return [read_source(path) for path in sorted((HERE / "content").glob("*.md"))]


def make(out: Path) -> dict[PurePosixPath, bytes]:
    """Write the whole folder and return what was written."""
    files = {source.path: RENDERERS[source.renderer](source) for source in read_sources()}
    files |= {PurePosixPath(copy): files[PurePosixPath(original)] for copy, original in DUPLICATES.items()}
    files |= bad_files(files)
    for path, data in files.items():
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return files


def passages(source: Source) -> Iterator[tuple[dict[str, Any], str]]:
    """Every place in a source that a question may point at, with its text."""
    if source.path.suffix in (".pptx", ".xlsx") or source.renderer == "pdf":
        key = {".pptx": "slide", ".xlsx": "sheet"}.get(source.path.suffix, "page")
        for number, section in enumerate(source.sections, 1):
            text = "\n".join(block.plain() for block in section.blocks)
            yield {key: section.name if key == "sheet" else number}, text
    elif source.path.suffix == ".txt":
        yield {}, source.body
    else:
        heading, lines = "", list[str]()
        for block in (block for section in source.sections for block in section.blocks):
            if block.kind == "heading":
                yield {"heading": heading}, "\n".join(lines)
                heading, lines = block.text, []
            lines.append(block.plain())
        yield {"heading": heading}, "\n".join(lines)


def check(out: Path) -> Iterator[str]:
    """What is wrong with questions.toml: paths, places and phrases that are not where it says."""
    questions: dict[str, list[dict[str, Any]]] = tomllib.loads((HERE / "questions.toml").read_text(encoding="utf-8"))
    sources = {str(source.path): source for source in read_sources()}
    for kind in ("answerable", "held_out", "far_paraphrase"):
        for question in questions[kind]:
            name, phrase = question["question"], question["contains"]
            for path in (question["path"], question["distractor"]):
                if not (out / path).is_file():
                    yield f"{name}: no file {path}"
            if re.search("['\"\N{RIGHT SINGLE QUOTATION MARK}*\n]", phrase):
                yield f"{name}: a phrase that extraction may change: {phrase}"
            found = [
                (str(path), place) for path in sources for place, text in passages(sources[path]) if phrase in text
            ]
            if found != [(question["path"], question["locator"])]:
                yield f"{name}: {phrase!r} is in {found}"
    counts = {kind: len(entries) for kind, entries in questions.items()}
    if counts != {"answerable": 20, "held_out": 10, "off_topic": 10, "near_miss": 10, "far_paraphrase": 7}:
        yield f"unexpected numbers of questions: {counts}"


def main() -> int:
    """Make the folder, or check the questions against it."""
    parser = argparse.ArgumentParser(description="Make the sample mentor's folder of documents.")
    parser.add_argument("--out", type=Path, default=HERE / "mentor", help="the folder to write or to check")
    parser.add_argument("--check", action="store_true", help="check questions.toml instead of writing")
    arguments = parser.parse_args()
    if arguments.check:
        problems = list(check(arguments.out))
        sys.stdout.write("\n".join([*problems, f"{len(problems)} problems\n"]))
        return 1 if problems else 0
    files = make(arguments.out)
    sys.stdout.write(f"{len(files)} files, {sum(map(len, files.values())):,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
