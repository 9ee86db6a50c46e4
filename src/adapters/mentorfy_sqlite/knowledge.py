"""A knowledge base in one SQLite file: full-text index, vectors, and both fused."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

from mentorfy_core.bots.search import SearchParams
from mentorfy_core.errors import ErrorKind, PortError
from mentorfy_core.ids import GenerationId, OrganizationId
from mentorfy_core.knowledge.fusion import indexed_text, rarity
from mentorfy_core.knowledge.model import Chunk, Evidence, LiveSet, Result
from mentorfy_core.knowledge.words import words
from mentorfy_core.ports.knowledge import Embedder, metered
from mentorfy_core.ports.limiter import Meter
from mentorfy_sqlite.knowledge_file import KnowledgeFile
from mentorfy_sqlite.knowledge_search import Question, Search
from mentorfy_sqlite.knowledge_shelf import Shelf

T = TypeVar("T")

RECIPE: Final = "passages/1"
WORDS_ONLY: Final = "words-only"
MOST_ROWS: Final = 500_000  # kept in memory over all organisations; about 1 GB


class SqliteKnowledgeBase:
    """A ``KnowledgeBase``. Any number of processes may use the file at once.

    Args:
        path: The file; it and its folder are made, for this user only, where they are missing.
        embedder: Turns texts into vectors; without one, search compares words only.
        busy_timeout: How long to wait for other processes.
    """

    def __init__(
        self, path: Path, embedder: Embedder | None, *, busy_timeout: timedelta = timedelta(seconds=10)
    ) -> None:
        self._path = path
        self._embedder = embedder
        self._busy_timeout = busy_timeout
        self._file: KnowledgeFile | None = None
        self._shelves: dict[OrganizationId, Shelf] = {}
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mentorfy-knowledge")

    @property
    def recipe(self) -> str:
        """Name and version of everything that shapes a result."""
        return f"{RECIPE} + {self._embedder.recipe if self._embedder else WORDS_ONLY}"

    @property
    def meter(self) -> Meter[Sequence[Chunk]] | None:
        """The embedder's."""
        return metered(self._embedder)

    async def open(self) -> Self:
        """Open the file and bring its schema up to date.

        Raises:
            NewerSchema: A newer program wrote it.
            PortError: It cannot be opened.
        """
        await self._run(self._open)
        return self

    async def aclose(self) -> None:
        """Close the file. May be repeated."""
        await self._run(self._close)

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def understand(self, organization_id: OrganizationId, chunks: Sequence[Chunk]) -> Sequence[Result]:
        """Return one result per chunk, in order; its vector stands for the headings above the chunk, too.

        Raises:
            PortError: The embedder failed.
        """
        if self._embedder is None or not chunks:
            return [Result(chunk=chunk) for chunk in chunks]
        texts = [indexed_text(chunk.text, chunk.locator) for chunk in chunks]
        vectors = await self._embedder.embed(organization_id, texts)
        return [Result(chunk=chunk, vector=vector) for chunk, vector in zip(chunks, vectors, strict=True)]

    async def write(
        self, organization_id: OrganizationId, generation: GenerationId, results: Mapping[int, Result]
    ) -> None:
        """Store results; what is stored already stays as it is.

        Raises:
            PortError: The file did not answer; nothing or all of it was written.
        """
        await self._run(lambda: self._opened.write(organization_id, generation, results))

    async def written(self, organization_id: OrganizationId, generation: GenerationId) -> frozenset[int]:
        """Return the indexes that are stored.

        Raises:
            PortError: The file did not answer.
        """
        return await self._read(lambda file: file.written(organization_id, generation))

    async def generations(self, organization_id: OrganizationId) -> frozenset[GenerationId]:
        """Return every generation of which anything is stored, or of which traces may be left.

        Raises:
            PortError: The file did not answer.
        """
        return await self._read(lambda file: file.generations(organization_id))

    async def search(
        self, organization_id: OrganizationId, question: str, params: SearchParams, live: LiveSet
    ) -> Sequence[Evidence]:
        """Return what bears on the question, best first; see ``KnowledgeBase``.

        Raises:
            PortError: The embedder or the file did not answer.
        """
        if not words(question):
            return []
        vector = b""
        thresholds: Mapping[float, float] = {}
        if self._embedder is not None:
            [vector] = await self._embedder.embed(organization_id, [question])
            thresholds = self._embedder.thresholds
        asked = Question(question, vector, thresholds)
        return await self._read(lambda file: self._search(file, organization_id, asked, params, live))

    async def rarity(self, organization_id: OrganizationId, terms: Sequence[str], live: LiveSet) -> Mapping[str, float]:
        """Return how rare each term is in what ``live`` shows; a word counts as the term it is a form of.

        Raises:
            PortError: The file did not answer.
        """
        return await self._read(lambda file: self._rarity(file, organization_id, terms, live))

    async def forget(self, organization_id: OrganizationId, generation: GenerationId) -> None:
        """Remove everything of a generation, for good.

        Raises:
            PortError: Not all of it is gone; ``generations`` goes on naming it until it is.
        """
        await self._run(lambda: self._opened.forget(organization_id, generation))

    def _search(
        self,
        file: KnowledgeFile,
        organization_id: OrganizationId,
        question: Question,
        params: SearchParams,
        live: LiveSet,
    ) -> list[Evidence]:
        shelf = self._shelf(file, organization_id, len(question.vector) // 4)
        return [] if shelf is None else Search(file, shelf, live)(question, params)

    def _rarity(
        self, file: KnowledgeFile, organization_id: OrganizationId, terms: Iterable[str], live: LiveSet
    ) -> dict[str, float]:
        shelf = self._shelf(file, organization_id, None)
        if shelf is None:
            return {term: rarity(0, 0) for term in terms}
        search = Search(file, shelf, live)
        return {term: search.rarity(term) for term in terms}

    def _shelf(self, file: KnowledgeFile, organization_id: OrganizationId, width: int | None) -> Shelf | None:
        """Return the organisation's shelf, up to date; ``None`` where it has stored nothing."""
        organization = file.organization(organization_id)
        if organization is None:
            return None
        shelf = self._shelves.pop(organization_id, None)
        if shelf is None or width not in (None, shelf.width):
            shelf = Shelf(organization, width or 0)
        shelf.refresh(file)
        self._shelves[organization_id] = shelf
        self._make_room()
        return shelf

    def _make_room(self) -> None:
        """Let go of the shelves that were used longest ago."""
        while len(self._shelves) > 1 and sum(map(len, self._shelves.values())) > MOST_ROWS:
            del self._shelves[next(iter(self._shelves))]

    async def _read(self, work: Callable[[KnowledgeFile], T]) -> T:
        return await self._run(lambda: self._reading(work))

    def _reading(self, work: Callable[[KnowledgeFile], T]) -> T:
        with self._opened.reading():
            return work(self._opened)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    @property
    def _opened(self) -> KnowledgeFile:
        if self._file is None:
            raise PortError(ErrorKind.PROCESSING_ERROR, "The knowledge file is not open.")
        return self._file

    def _open(self) -> None:
        if self._file is None:
            self._file = KnowledgeFile(self._path, self._busy_timeout)

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
