"""The SQLite file that holds knowledge: what is stored, listed, looked up and forgotten.

Everything here is synchronous and belongs to one thread. Each organisation has a full-text index of its own, so that
nobody's words count in somebody else's statistics.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from mentorfy_core.errors import ErrorKind, PortError
from mentorfy_core.ids import GenerationId, OrganizationId
from mentorfy_core.knowledge.model import Result
from mentorfy_core.knowledge.words import words
from mentorfy_sqlite.connection import roll_back, scrub
from mentorfy_sqlite.knowledge_connection import answering, connect
from mentorfy_sqlite.knowledge_rows import (
    Passage,
    Row,
    fingerprint,
    generation_id,
    indexed,
    indexed_before,
    passage,
    searchable,
    stored_locator,
    stored_text,
)

TOKENIZER: Final = "porter unicode61 remove_diacritics 2"  # what mentorfy_core.knowledge.words does, too


class KnowledgeFile:
    """One open file. Make it, use it and close it in the same thread."""

    def __init__(self, path: Path, busy_timeout: timedelta) -> None:
        """Open the file and bring its schema up to date; several processes may do so at once.

        Raises:
            NewerSchema: A newer program wrote it.
            PortError: It cannot be opened.
        """
        with answering():
            self._connection = connect(path, busy_timeout)
        self._looked_up: set[int] = set()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold everything read inside to one point in time."""
        with answering():
            self._connection.execute("BEGIN")
            try:
                yield
                self._connection.execute("COMMIT")  # the temporary tables made on the way stay
            except BaseException:
                roll_back(self._connection)
                self._looked_up.clear()
                raise

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with answering():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                roll_back(self._connection)
                raise

    def write(self, organization_id: OrganizationId, generation: GenerationId, results: Mapping[int, Result]) -> None:
        """Store what is not stored yet."""
        if not results:
            return
        with self._writing():
            organization = self._made_organization(organization_id)
            number = self._made_generation(organization, generation)
            there = self._places(number)
            for place in sorted(results.keys() - there):
                self._add(organization, number, place, results[place])

    def forget(self, organization_id: OrganizationId, generation: GenerationId) -> None:
        """Remove a generation, in a way that can be taken up again wherever it stopped.

        First the words go, then the traces of them (rewritten index, emptied log), and only then the generation's row,
        by which it is known to be there.
        """
        organization = self.organization(organization_id)
        if organization is None:
            return
        number = self.numbers(organization).get(generation)
        if number is None:
            return
        with self._writing():
            self._remove_passages(organization, number)
        self._scrub()
        with self._writing():
            if self._places(number):
                raise PortError(
                    ErrorKind.PROCESSING_ERROR, "Somebody wrote to what was being forgotten; it is tried again."
                )
            self._connection.execute("DELETE FROM generation WHERE number = ?", (number,))
            self._connection.execute(
                "UPDATE organization SET forgotten = forgotten + 1 WHERE number = ?", (organization,)
            )

    def organization(self, organization_id: OrganizationId) -> int | None:
        """Return an organisation's number; ``None`` where it has stored nothing yet."""
        found = self._one("SELECT number FROM organization WHERE id = ?", organization_id.bytes)
        return None if found is None else int(found[0])

    def numbers(self, organization: int) -> dict[GenerationId, int]:
        """Return every generation of an organisation with its number."""
        rows = self._all("SELECT id, number FROM generation WHERE organization = ?", organization)
        return {generation_id(id_): number for id_, number in rows}

    def generations(self, organization_id: OrganizationId) -> frozenset[GenerationId]:
        """Return the generations of which anything is stored."""
        organization = self.organization(organization_id)
        return frozenset() if organization is None else frozenset(self.numbers(organization))

    def written(self, organization_id: OrganizationId, generation: GenerationId) -> frozenset[int]:
        """Return the places that are stored."""
        organization = self.organization(organization_id)
        number = None if organization is None else self.numbers(organization).get(generation)
        return frozenset() if number is None else self._places(number)

    def forgotten(self, organization: int) -> int:
        """Return how many generations the organisation has forgotten so far."""
        (count,) = self._all("SELECT forgotten FROM organization WHERE number = ?", organization)[0]
        return int(count)

    def rows(self, organization: int, after: int) -> list[Row]:
        """Return the passages with higher numbers, in order."""
        columns = "number, generation, place, length, sameness, vector"
        sql = f"SELECT {columns} FROM passage WHERE organization = ? AND number > ? ORDER BY number"
        return [Row(*row) for row in self._all(sql, organization, after)]

    def passages(self, numbers: Sequence[int]) -> dict[int, Passage]:
        """Return the passages of these numbers that are there, in this order."""
        columns = "p.number, g.id, p.place, p.beginning, p.ending, p.locator, p.text"
        sql = (
            f"SELECT {columns} FROM json_each(?) AS wanted"
            " CROSS JOIN passage AS p ON p.number = wanted.value JOIN generation AS g ON g.number = p.generation"
            " ORDER BY wanted.key"
        )
        return {number: passage(row) for number, *row in self._all(sql, json.dumps(numbers))}

    def holders(self, organization: int, term: str) -> list[int]:
        """Return the number of each passage that holds a term, once for each time it does, in order."""
        self._look_up(organization)
        sql = f"SELECT doc FROM temp.each_{organization} WHERE term = ?"
        return [number for (number,) in self._all(sql, searchable(term))]

    def spread(self, organization: int, term: str) -> int:
        """Return how many passages hold a term, visible or not."""
        self._look_up(organization)
        found = self._one(f"SELECT doc FROM temp.every_{organization} WHERE term = ?", term)
        return 0 if found is None else int(found[0])

    def _look_up(self, organization: int) -> None:
        if organization not in self._looked_up:
            for name, kind in (("each", "instance"), ("every", "row")):
                table = f"temp.{name}_{organization}"
                source = f"fts5vocab(main, words_{organization}, {kind})"
                self._connection.execute(f"CREATE VIRTUAL TABLE IF NOT EXISTS {table} USING {source}")
            self._looked_up.add(organization)

    def _made_organization(self, organization_id: OrganizationId) -> int:
        known = self.organization(organization_id)
        if known is not None:
            return known
        number = self._inserted("INSERT INTO organization (id) VALUES (?)", organization_id.bytes)
        options = f"text, content='', columnsize=0, tokenize='{TOKENIZER}'"
        self._connection.execute(f"CREATE VIRTUAL TABLE words_{number} USING fts5({options})")
        return number

    def _made_generation(self, organization: int, generation: GenerationId) -> int:
        known = self._one(
            "SELECT number FROM generation WHERE organization = ? AND id = ?", organization, generation.bytes
        )
        if known is not None:
            return int(known[0])
        return self._inserted("INSERT INTO generation (organization, id) VALUES (?, ?)", organization, generation.bytes)

    def _places(self, generation: int) -> frozenset[int]:
        rows = self._all("SELECT place FROM passage WHERE generation = ?", generation)
        return frozenset(place for (place,) in rows)

    def _add(self, organization: int, generation: int, place: int, result: Result) -> None:
        chunk, text = result.chunk, indexed(result.chunk)
        number = self._inserted(
            """INSERT INTO passage
               (organization, generation, place, beginning, ending, length, sameness, locator, vector, text)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            organization,
            generation,
            place,
            chunk.start,
            chunk.end,
            len(words(text)),
            fingerprint(chunk.text),
            stored_locator(chunk.locator),
            result.vector,
            stored_text(chunk.text),
        )
        self._connection.execute(f"INSERT INTO words_{organization} (rowid, text) VALUES (?, ?)", (number, text))

    def _remove_passages(self, organization: int, generation: int) -> None:
        rows = self._all("SELECT number, locator, text FROM passage WHERE generation = ?", generation)
        index = f"words_{organization}"
        delete = f"INSERT INTO {index} ({index}, rowid, text) VALUES ('delete', ?, ?)"
        for number, locator, text in rows:
            self._connection.execute(delete, (number, indexed_before(locator, text)))
        self._connection.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")  # else old words stay in it
        self._connection.execute("DELETE FROM passage WHERE generation = ?", (generation,))

    def _scrub(self) -> None:
        with answering():
            emptied = scrub(self._connection)
        if not emptied:
            raise PortError(
                ErrorKind.PROCESSING_ERROR, "Forgotten text is still in the knowledge file's log; it is tried again."
            )

    def _inserted(self, sql: str, *values: object) -> int:
        number = self._connection.execute(sql, values).lastrowid
        assert number is not None
        return number

    def _one(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._connection.execute(sql, values).fetchone()
        return row

    def _all(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, values).fetchall()
