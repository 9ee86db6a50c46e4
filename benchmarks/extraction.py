"""Reads files in the sandbox, each in a child of its own, and prints what that cost.

./dev bench extraction [PATH...]        files or folders, default examples/mentor
./dev bench extraction --show PATH...   also prints every span's locator and beginning
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

from mentorfy_core.errors import PortError
from mentorfy_core.ids import OrganizationId
from mentorfy_core.knowledge.model import ExtractedText, Locator
from mentorfy_text import Limits, PassageChunker
from mentorfy_text.preflight import preflight, refuse_size
from mentorfy_text.sandbox import Child, Crashed

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "examples" / "mentor"
NOBODY = OrganizationId(UUID(int=0))
HEADER = f"{'format':9} {'characters':>10} {'spans':>5} {'passages':>8} {'seconds':>7} {'peak MiB':>8}  file: verdict"


def files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else (path,)


def load(path: Path) -> bytes:
    return path.read_bytes()


async def outcome(child: Child, data: bytes, title: str) -> ExtractedText | PortError:
    try:
        refuse_size(len(data))
        return await child.read(data, title)
    except PortError as refusal:
        return refusal
    except Crashed as crash:
        return crash.refusal


def format_of(data: bytes, title: str) -> str:
    try:
        return preflight(data, title)[0]
    except PortError:
        return "-"


def place(locator: Locator) -> str:
    heading = " > ".join(locator.heading)
    return next(
        (f"{name} {value}" for name, value in (("page", locator.page), ("slide", locator.slide)) if value),
        f"sheet {locator.sheet}" if locator.sheet else heading or "-",
    )


async def report(path: Path, *, show: bool) -> None:
    data = load(path)
    child = await Child.start(Limits())
    try:
        begun = time.perf_counter()
        read = await outcome(child, data, path.name)
        seconds = time.perf_counter() - begun
    finally:
        await child.kill()
    name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    columns = f"{format_of(data, path.name):9} "
    if isinstance(read, PortError):
        print(f"{columns}{'':>10} {'':>5} {'':>8} {seconds:7.2f} {child.peak / 1024:8.0f}  {name}: {read.kind}: {read}")
        return
    passages = await PassageChunker().chunk(NOBODY, read)
    counts = f"{len(read.text):10,} {len(read.spans):5} {len(passages):8} {seconds:7.2f} {child.peak / 1024:8.0f}"
    print(f"{columns}{counts}  {name}: read{f' ({read.note})' if read.note else ''}")
    for span in read.spans if show else ():
        print(f"{'':12}{place(span.locator):40.40} {read.text[span.start : span.end][:90]!r}")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", type=Path, default=[SAMPLE])
    parser.add_argument("--show", action="store_true")
    arguments = parser.parse_args()
    print(HEADER)
    for path in files(arguments.paths):
        await report(path.resolve(), show=arguments.show)


if __name__ == "__main__":
    asyncio.run(main())
