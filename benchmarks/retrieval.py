"""Imports data sets through every port and prints how often search finds the passages a question needs.

./dev bench retrieval --data FILE...    {name, documents: [text], questions: [{question, gold: [index]}]}

R@k: the share of a question's gold documents among the first k documents, averaged; all@5: the share of questions whose
every gold document is among the first 5. Documents are ranked by their best passage.
"""

import argparse
import asyncio
import json
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mentorfy_core.application import Mentorfy
from mentorfy_core.bots.search import SearchParams
from mentorfy_core.people import Actor
from mentorfy_runtime.container import running
from mentorfy_runtime.people import local_owner
from mentorfy_runtime.settings import Settings

EVERYTHING: Final = SearchParams(search_depth=1, similarity_threshold=0.0, max_results=100)
CUTS: Final = (2, 5, 10)


@dataclass(frozen=True)
class Figures:
    """Recall by cut and the share of complete answers in percent, and milliseconds per search (median, 95th)."""

    name: str
    recall: dict[int, float]
    complete: float
    median: float
    slow: float


def write(documents: Sequence[str], folder: Path) -> None:
    """Write the documents as text files, numbered."""
    folder.mkdir()
    for number, text in enumerate(documents):
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")


async def ranked(mentorfy: Mentorfy, owner: Actor, question: str) -> tuple[list[int], float]:
    """Return the documents' numbers, best first, and the seconds the search took."""
    live = await mentorfy.ports.documents.live(owner.organization_id)
    began = time.perf_counter()
    evidence = await mentorfy.ports.knowledge.search(owner.organization_id, question, EVERYTHING, live)
    took = time.perf_counter() - began
    found = dict.fromkeys(one.document_id for one in evidence)
    rows = [(await mentorfy.ports.documents.get(owner.organization_id, document)).value for document in found]
    return [int(row.title.removesuffix(".txt")) for row in rows], took


async def measure(data: dict[str, Any]) -> Figures:
    """Import one data set into an empty Mentorfy and ask its questions."""
    with tempfile.TemporaryDirectory() as folder:
        documents = Path(folder, "documents")
        write(data["documents"], documents)
        async with running(Settings(data=Path(folder, "data"))) as mentorfy:
            owner = await local_owner(mentorfy)
            job = await mentorfy.start_import(owner, "local", str(documents), confirmed=True)
            await mentorfy.finish(owner, job.id)
            asked = [(await ranked(mentorfy, owner, one["question"]), one["gold"]) for one in data["questions"]]
    recall = {cut: 100 * statistics.mean(share(order, gold, cut) for (order, _), gold in asked) for cut in CUTS}
    complete = 100 * statistics.mean(share(order, gold, 5) == 1 for (order, _), gold in asked)
    times = sorted(1000 * took for (_, took), _ in asked)
    return Figures(data["name"], recall, complete, statistics.median(times), times[int(0.95 * len(times))])


def share(order: Sequence[int], gold: Sequence[int], cut: int) -> float:
    """Return the share of the gold documents among the first ones."""
    return len(set(order[:cut]) & set(gold)) / len(set(gold))


def rows(figures: Sequence[Figures]) -> Iterator[str]:
    """Yield the table, line by line."""
    yield f"{'set':16}" + "".join(f"{f'R@{cut}':>7}" for cut in CUTS) + f"{'all@5':>7}{'p50 ms':>8}{'p95 ms':>8}"
    for one in figures:
        recall = "".join(f"{one.recall[cut]:7.1f}" for cut in CUTS)
        yield f"{one.name:16}{recall}{one.complete:7.1f}{one.median:8.1f}{one.slow:8.1f}"
    if len(figures) > 1:
        means = "".join(f"{statistics.mean(one.recall[cut] for one in figures):7.1f}" for cut in CUTS)
        yield f"{'mean':16}{means}{statistics.mean(one.complete for one in figures):7.1f}"


async def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", type=Path, required=True, metavar="FILE")
    files = parser.parse_args().data
    figures = [await measure(json.loads(file.read_text(encoding="utf-8"))) for file in files]
    sys.stdout.writelines(f"{row}\n" for row in rows(figures))


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    asyncio.run(main())
