"""Imports documents through every port and compares with embedding their passages alone. ``./dev bench import``."""

import argparse
import asyncio
import logging
import statistics
import sys
import tempfile
import time
from pathlib import Path
from uuid import UUID

from mentorfy_core.ids import OrganizationId
from mentorfy_core.knowledge.fusion import indexed_text
from mentorfy_local.minilm import MiniLM
from mentorfy_runtime.container import running
from mentorfy_runtime.people import local_owner
from mentorfy_runtime.settings import Settings

CONTENT = Path(__file__).parents[1] / "examples" / "content"


async def imported(documents: Path, data: Path, slots: int) -> tuple[float, list[str]]:
    """Import a folder; return the seconds it took and the texts that were embedded."""
    async with running(Settings(data=data)) as mentorfy:
        owner = await local_owner(mentorfy)
        began = time.perf_counter()
        job = await mentorfy.start_import(owner, "local", str(documents), confirmed=True)
        await mentorfy.finish(owner, job.id, slots=slots)
        took = time.perf_counter() - began
        live = await mentorfy.ports.documents.live(owner.organization_id)
        texts = []
        for generation in live.generations:
            chunks = await mentorfy.ports.generations.chunks(owner.organization_id, generation)
            texts += [indexed_text(chunk.text, chunk.locator) for chunk in chunks.values()]
        return took, texts


async def embedded(texts: list[str], organization_id: OrganizationId) -> float:
    """Return the seconds it takes to embed the texts in one call, the model loaded."""
    model = MiniLM()
    await model.embed(organization_id, texts[:1])
    began = time.perf_counter()
    await model.embed(organization_id, texts)
    return time.perf_counter() - began


def write_documents(folder: Path, copies: int) -> Path:
    """Write Markdown files of real prose, each different; return their folder."""
    folder.mkdir()
    for number in range(copies):
        for source in sorted(CONTENT.glob("*.md")):
            text = source.read_text(encoding="utf-8")
            (folder / f"{number} {source.name}").write_text(f"# Copy {number}\n\n{text}", encoding="utf-8")
    return folder


async def main() -> None:
    """Print both rates and their ratio, in interleaved rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--slots", type=int, default=2)
    options = parser.parse_args()
    ratios = []
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as folder:
            documents = write_documents(Path(folder, "documents"), options.copies)
            took, texts = await imported(documents, Path(folder, "data"), options.slots)
        alone = await embedded(texts, OrganizationId(UUID(int=1)))
        ratios.append(alone / took)
        sys.stdout.write(
            f"{len(texts)} chunks: import {len(texts) / took:.1f}/s, embedding alone {len(texts) / alone:.1f}/s, "
            f"ratio {ratios[-1]:.2f}\n"
        )
    sys.stdout.write(f"import reaches {statistics.median(ratios):.2f} of the rate of embedding alone (median)\n")


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    asyncio.run(main())
