"""Rows as JSON and the core's dataclasses: plain values on the way out, pydantic on the way back."""

import base64
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from operator import attrgetter
from typing import Any, Final, Generic, TypeVar, get_type_hints
from uuid import UUID

from pydantic import TypeAdapter

T = TypeVar("T")

_MICROSECOND: Final = timedelta(microseconds=1)
_PLAIN: Final[Mapping[type, Callable[[Any], object]]] = {
    str: lambda value: storable(value),
    UUID: str,
    datetime: datetime.isoformat,
    timedelta: lambda value: f"{value // _MICROSECOND} microseconds",
    bytes: lambda value: base64.b64encode(value).decode(),
}


def plain(value: object) -> object:
    """Return a value as JSON can say it: dataclasses and mappings become objects, intervals PostgreSQL's words."""
    if isinstance(value, Enum):
        return value.value
    convert = _PLAIN.get(type(value))
    if convert is not None:
        return convert(value)
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(plain(name)): plain(each) for name, each in value.items()}
    if isinstance(value, Sequence | Collection) and not isinstance(value, str):
        return [plain(each) for each in value]
    return value


def storable(text: str) -> str:
    """Return a text that PostgreSQL can hold: NUL and lone surrogates become U+FFFD."""
    if "\x00" in text:
        text = text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def from_text(text: str) -> datetime:
    """Return the instant that PostgreSQL wrote into JSON, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


class Shape(Generic[T]):
    """How a dataclass lies in a row: which field is which column.

    Args:
        kind: The dataclass.
        columns: The columns of fields that are called otherwise in the table; see ``columns``.
        without: Fields that are kept elsewhere.
    """

    def __init__(
        self, kind: type[T], *, columns: Mapping[str, str] | None = None, without: Collection[str] = ()
    ) -> None:
        self._adapter = TypeAdapter(kind)
        types = {name: kept for name, kept in get_type_hints(kind).items() if name not in without}
        self._columns = {name: (columns or {}).get(name, name) for name in types}
        self._get = attrgetter(*types)
        self._instants = [name for name, kept in types.items() if kept in {datetime, datetime | None}]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns."""
        return tuple(self._columns.values())

    def values(self, thing: T) -> dict[str, object]:
        """Return the columns' values."""
        return {column: plain(value) for column, value in zip(self._columns.values(), self._get(thing), strict=True)}

    def parts(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of a row; its other columns are left alone."""
        parts = {name: row[column] for name, column in self._columns.items()}
        for name in self._instants:
            if parts[name] is not None:
                parts[name] = from_text(parts[name])
        return parts

    def build(self, row: Mapping[str, Any], **elsewhere: object) -> T:
        """Return what a row holds, together with the fields that are kept elsewhere."""
        return self._adapter.validate_python({**self.parts(row), **elsewhere})
