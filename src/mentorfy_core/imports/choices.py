"""What a person decides about a plan before it is carried out."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from mentorfy_core.imports.model import IMPORTED, Choice, Entry, Verdict


def decided(entries: Iterable[Entry], choices: Mapping[int, Choice]) -> list[Entry]:
    """Return the entries that these choices change.

    What is not imported anyway cannot be left out, and only a changed file has another to be kept beside.
    """
    wanted = ((entry, _with(entry, choices[entry.index])) for entry in entries if entry.index in choices)
    return [after for before, after in wanted if after != before]


def _with(entry: Entry, choice: Choice) -> Entry:
    return replace(
        entry,
        left_out=choice.left_out and entry.verdict in IMPORTED,
        keep_both=choice.keep_both and entry.verdict is Verdict.CHANGED,
    )


def beside(external_id: str, number: int) -> str:
    """Return the id of a file that is kept beside another of its name.

    >>> beside("Letters/May.md", 2), beside("notes", 3), beside(".md", 2)
    ('Letters/May (2).md', 'notes (3)', '.md (2)')
    """
    folder, slash, name = external_id.rpartition("/")
    suffix = PurePosixPath(name).suffix
    return f"{folder}{slash}{name.removesuffix(suffix)} ({number}){suffix}"
