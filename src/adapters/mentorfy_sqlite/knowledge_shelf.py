"""An organisation's passages in memory, laid out for ranking: exact, over everything visible, in a few milliseconds."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from mentorfy_core.ids import GenerationId
from mentorfy_core.knowledge.fusion import BM25_LENGTH, BM25_SATURATION, rarity
from mentorfy_core.knowledge.model import LiveSet
from mentorfy_sqlite.knowledge_file import KnowledgeFile
from mentorfy_sqlite.knowledge_rows import Row

Floats: TypeAlias = npt.NDArray[np.float32]
Integers: TypeAlias = npt.NDArray[np.int64]
Mask: TypeAlias = npt.NDArray[np.bool_]

FLOAT: Final = np.dtype("<f4")
REMEMBERED: Final = 5_000_000  # frequencies, 20 MB: of 125 terms at 40,000 passages
REMEMBERED_SPREADS: Final = 20_000  # words: what people use


@dataclass(frozen=True, slots=True)
class Columns:
    """Passages, one row each, in the order they were stored; absent vectors are rows of zeros."""

    number: Integers
    generation: Integers
    place: Integers
    sameness: Integers
    length: Floats
    vector: Floats

    @classmethod
    def of(cls, rows: Sequence[Row], width: int) -> "Columns":
        """Return the columns of stored rows; vectors that are not ``width`` floats long count as absent."""
        absent = bytes(width * FLOAT.itemsize)
        vectors = b"".join(row.vector if len(row.vector) == len(absent) else absent for row in rows)
        return cls(
            number=np.array([row.number for row in rows], np.int64),
            generation=np.array([row.generation for row in rows], np.int64),
            place=np.array([row.place for row in rows], np.int64),
            sameness=np.array([row.sameness for row in rows], np.int64),
            length=np.array([row.length for row in rows], np.float32),
            vector=np.frombuffer(vectors, FLOAT).reshape(len(rows), width),
        )

    def followed_by(self, others: "Columns") -> "Columns":
        """Return both, one after the other."""
        names = [field.name for field in fields(self)]
        return Columns(*(np.concatenate((getattr(self, name), getattr(others, name))) for name in names))

    def where(self, mask: Mask) -> "Columns":
        """Return some of the rows."""
        return Columns(*(getattr(self, field.name)[mask] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class View:
    """Which rows a reader may see.

    Attributes:
        live: Every row of a live generation; statistics count these.
        first: The same without rows whose words an earlier live row has; only these are found.
    """

    live: Mask
    first: Mask


class Shelf:
    """The passages of one organisation.

    Args:
        organization: Its number in the file.
        width: Floats per vector; 0 where nothing is compared by vectors.
    """

    def __init__(self, organization: int, width: int) -> None:
        self.organization = organization
        self.width = width
        self.generations: Mapping[GenerationId, int] = {}
        self._forgotten = 0
        self._view: tuple[tuple[int, int], View] | None = None
        self._hold(Columns.of([], width))

    def __len__(self) -> int:
        return len(self._columns.number)

    def refresh(self, file: KnowledgeFile) -> None:
        """Take in what was added, let go of what was forgotten."""
        rows = file.rows(self.organization, after=int(self._columns.number[-1]) if len(self) else 0)
        forgotten = file.forgotten(self.organization)
        if not rows and forgotten == self._forgotten:
            return
        self.generations = file.numbers(self.organization)
        columns = self._columns.followed_by(Columns.of(rows, self.width)) if rows else self._columns
        if forgotten != self._forgotten:
            columns = columns.where(np.isin(columns.generation, list(self.generations.values())))
        self._forgotten = forgotten
        self._hold(columns)

    def _hold(self, columns: Columns) -> None:
        self._columns = columns
        self._has_vector = columns.vector.any(axis=1)
        self._view = None
        self._frequencies: dict[str, Floats] = {}
        self._spreads: dict[str, int] = {}
        self._places: dict[GenerationId, dict[int, int]] = {}

    def view(self, live: LiveSet) -> View:
        """Return which rows are visible; made once per revision."""
        key = (live.revision, len(live.generations))
        if self._view is None or self._view[0] != key:
            visible = live.generations.keys() & self.generations.keys()
            numbers = [self.generations[generation] for generation in visible if live.generations[generation]]
            mask = np.isin(self._columns.generation, numbers)
            self._view = (key, View(mask, _first_of_its_kind(mask, self._columns.sameness)))
        return self._view[1]

    def number(self, row: int) -> int:
        """Return the number of the passage in a row."""
        return int(self._columns.number[row])

    def rows_at(self, places: Iterable[tuple[GenerationId, int]]) -> Iterator[int]:
        """Yield the rows of the passages at these places, as far as there are any."""
        for generation, place in places:
            if generation not in self._places:
                rows = np.flatnonzero(self._columns.generation == self.generations[generation])
                self._places[generation] = dict(zip(self._columns.place[rows].tolist(), rows.tolist(), strict=True))
            row = self._places[generation].get(place)
            if row is not None:
                yield row

    def similarity(self, vector: bytes) -> Floats:
        """Return the cosine of each row with a question; NaN where either has no vector."""
        if not self.width:
            return np.full(len(self), np.nan, np.float32)
        cosine: Floats = self._columns.vector @ np.frombuffer(vector, FLOAT)
        cosine[~self._has_vector] = np.nan
        return cosine

    def frequency(self, term: str, file: KnowledgeFile) -> Floats:
        """Return how often each row holds a term."""
        if term not in self._frequencies:
            holders = np.array(file.holders(self.organization, term), np.int64)
            rows = np.searchsorted(self._columns.number, holders)
            if len(self._frequencies) * len(self) >= REMEMBERED:
                self._frequencies.clear()
            self._frequencies[term] = np.bincount(rows, minlength=len(self)).astype(np.float32)
        return self._frequencies[term]

    def spread(self, term: str, file: KnowledgeFile) -> int:
        """Return how many rows hold a term, visible or not."""
        if term not in self._spreads:
            if len(self._spreads) >= REMEMBERED_SPREADS:
                self._spreads.clear()
            self._spreads[term] = file.spread(self.organization, term)
        return self._spreads[term]

    def lexical(self, frequencies: Sequence[Floats], live: Mask) -> tuple[Floats, Floats]:
        """Return how well each row fits some terms, in two ways, both in [0, 1], 0 for rows that are not live.

        Args:
            frequencies: For each term, how often each row holds it.
            live: The rows that statistics count.

        Returns:
            The share of the best possible BM25 weight, and the share of the terms weighted by rarity.
        """
        weight, held = np.zeros(len(self), np.float32), np.zeros(len(self), np.float32)
        saturation = self._saturation(live)
        passages, total = int(live.sum()), 0.0
        for frequency in frequencies:
            there = (frequency > 0) & live
            holding = int(there.sum())
            worth = rarity(passages, holding)
            weight += worth * there * frequency / (frequency + saturation)
            held += worth * there
            total += worth
        return (weight / total, held / total) if total else (weight, held)

    def _saturation(self, live: Mask) -> Floats:
        length = self._columns.length
        share = length / max(float(length.mean(where=live)) if live.any() else 1.0, 1.0)
        return (BM25_SATURATION * (1 - BM25_LENGTH + BM25_LENGTH * share)).astype(np.float32)


def _first_of_its_kind(mask: Mask, sameness: Integers) -> Mask:
    rows = np.flatnonzero(mask)
    _, firsts = np.unique(sameness[rows], return_index=True)
    first = np.zeros_like(mask)
    first[rows[firsts]] = True
    return first
