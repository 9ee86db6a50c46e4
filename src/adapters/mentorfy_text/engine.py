"""The one place that calls xberg, and reads its error messages: it has one exception for everything."""

import asyncio
from collections.abc import Callable
from typing import Final

import xberg

from mentorfy_core.errors import PortError
from mentorfy_text import refusals
from mentorfy_text.archive import MAX_EXPANDED
from mentorfy_text.formats import KINDS, Format
from mentorfy_text.rows import MAX_CELLS

_ANY_RATIO: Final = 1100
"""Deflate has no larger one; the pre-flight judges ratios, and lets small files pass."""

_CAUSES: Final[tuple[tuple[str, Callable[[str], PortError]], ...]] = (
    ("invalid zip archive", refusals.damaged),  # the engine calls that a violation of security, too
    ("table cell limit", lambda _: refusals.too_many_cells(MAX_CELLS)),
    ("security", lambda _: refusals.expands()),
    ("larger than its declared", lambda _: refusals.expands()),
    ("password", refusals.password),
    ("encrypted", refusals.password),
)


def extract(data: bytes, format_: Format, *, structured: bool = False) -> xberg.ExtractedDocument:
    """Return what the engine makes of the bytes, as plain text with pages and, if wanted, a tree of nodes.

    No file, cache, network or recognition of pictures is involved.

    Raises:
        PortError: ``unreadable`` or ``too_large``.
    """
    source = xberg.ExtractInput(kind=xberg.ExtractInputKind.BYTES, bytes=data, mime_type=KINDS[format_].mime)
    config = xberg.ExtractionConfig(
        use_cache=False,
        disable_ocr=True,
        output_format=xberg.OutputFormat("plain"),
        include_document_structure=structured,
        max_archive_depth=0,
        pages=xberg.PageConfig(extract_pages=True),
        security_limits=xberg.SecurityLimits(
            max_archive_size=MAX_EXPANDED, max_compression_ratio=_ANY_RATIO, max_table_cells=MAX_CELLS
        ),
    )
    try:
        result = asyncio.run(xberg.extract(source, config))
    except (RuntimeError, xberg.XbergError) as error:
        raise classified(str(error), KINDS[format_].label) from error
    if result.errors:
        raise classified(result.errors[0].message, KINDS[format_].label)
    return result.results[0]


def decoded(data: bytes) -> str:
    """Return the text of bytes in an old encoding, which the engine finds out."""
    return extract(data, Format.TEXT).content


def classified(message: str, label: str) -> PortError:
    """Return the refusal for an engine's message; what it does not name is damage.

    >>> classified("Parsing error: PDF is encrypted and requires a password", "PDF").sentence
    'This PDF needs a password. Remove the password and import it again.'
    """
    lowered = message.lower()
    return next((refuse(label) for needle, refuse in _CAUSES if needle in lowered), refusals.damaged(label))
