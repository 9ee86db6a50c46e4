"""Rows and the core's dataclasses: one value per column, and pydantic on the way back."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from operator import attrgetter
from types import NoneType
from typing import Any, Final, Generic, TypeVar, get_type_hints
from uuid import UUID

from pydantic import TypeAdapter

from mentorfy_sqlite.times import from_text, to_text
from mentorfy_sqlite.transaction import Row, Value

T = TypeVar("T")

_EXACTLY: Final[Mapping[type, Callable[[Any], Value]]] = {
    NoneType: lambda value: value,
    str: lambda value: value,
    int: lambda value: value,
    bytes: lambda value: value,
    bool: int,
    UUID: str,
    datetime: to_text,
}

_AS_THEY_ARE: Final = (str, int, bytes, str | None, int | None)
"""Types of fields that need no look at each value."""


def to_value(value: object) -> Value:
    """Return what a column holds for a field: text, a number, bytes, or JSON for whatever has parts."""
    exactly = _EXACTLY.get(type(value))
    if exactly is not None:
        return exactly(value)
    return str(value.value) if isinstance(value, Enum) else to_json(value)


def to_json(value: object) -> str:
    """Return compact JSON of dataclasses, mappings and sequences; lone surrogates survive as escapes."""
    text = _READABLE.encode(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        return _ESCAPED.encode(value)
    return text


def _parts(value: object) -> object:
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return to_value(value)


_READABLE: Final = json.JSONEncoder(default=_parts, ensure_ascii=False, separators=(",", ":"))
_ESCAPED: Final = json.JSONEncoder(default=_parts, separators=(",", ":"))


class Shape(Generic[T]):
    """How a dataclass lies in a table: which field is which column.

    Args:
        kind: The dataclass.
        columns: The columns of fields that are called otherwise in the table.
        json_in: Fields that are kept as JSON.
        without: Fields that are kept elsewhere.

    Attributes:
        names: The columns, in the order of ``values`` and of rows given to ``build``.
        listed: The same, for a statement.
        slots: A question mark for each.
    """

    def __init__(
        self,
        kind: type[T],
        *,
        columns: Mapping[str, str] | None = None,
        json_in: Collection[str] = (),
        without: Collection[str] = (),
    ) -> None:
        self._adapter = TypeAdapter(kind)
        self._json_in = json_in
        types = {name: kept for name, kept in get_type_hints(kind).items() if name not in without}
        self._fields = tuple(types)
        self._get = attrgetter(*types)
        self._instants = [name for name, kept in types.items() if kept in {datetime, datetime | None}]
        self._converted = [index for index, kept in enumerate(types.values()) if kept not in _AS_THEY_ARE]
        self.names = tuple((columns or {}).get(name, name) for name in self._fields)
        self.listed = ", ".join(self.names)
        self.slots = ", ".join("?" * len(self.names))

    def values(self, thing: T) -> list[Value]:
        """Return the columns' values."""
        values: list[Value] = list(self._get(thing))
        for index in self._converted:
            values[index] = to_value(values[index])
        return values

    def parts(self, row: Row) -> dict[str, Any]:
        """Return the fields of a row, JSON taken apart and instants in UTC."""
        parts = dict(zip(self._fields, row, strict=True))
        for name in self._json_in:
            if parts[name] is not None:
                parts[name] = json.loads(parts[name])
        for name in self._instants:
            if parts[name] is not None:
                parts[name] = from_text(parts[name])
        return parts

    def build(self, row: Row, **elsewhere: object) -> T:
        """Return what a row holds, together with the fields that are kept elsewhere."""
        return self._adapter.validate_python({**self.parts(row), **elsewhere})


def from_json(adapter: TypeAdapter[T], text: str) -> T:
    """Return what ``to_json`` wrote."""
    return adapter.validate_python(json.loads(text))
