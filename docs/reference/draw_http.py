"""Draws docs/reference/http.md from the routes and operations. Run it after changing one."""

import re
from itertools import groupby
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from mentorfy_web import pages
from mentorfy_web.api import OPERATIONS
from mentorfy_web.api.operations import Operation
from mentorfy_web.doors import Door
from mentorfy_web.errors import STATUSES

PAGE = Path(__file__).with_name("http.md")
WHO = {Door.OPEN: "everybody", Door.MEMBER: "members", Door.OPERATOR: "owners and admins"}


def page() -> str:
    """Return the page."""
    return "\n".join([*_introduction(), *_errors(), *_operations(), *_pages(), ""])


def _introduction() -> list[str]:
    return [
        "# HTTP",
        "",
        "Drawn from the routes and operations of `mentorfy_web` by `docs/reference/draw_http.py`; a test keeps the two",
        "equal. Exact shapes are in the OpenAPI 3.1 document that every installation serves at `/api/openapi.json`.",
        "",
        "**Who you are.** `Authorization: Bearer TOKEN` with a personal token (made on the page `/account`), which",
        "is bound to one organisation and role; or a browser's session cookie. Unsafe requests by cookie must come",
        "from our own pages and say which organisation they were made for (`X-Mentorfy-Organization` or",
        "`?organization=`): where the person acts for another one by now, the answer is 409 and nothing was",
        "written.",
        "",
        "**Ids allow nothing.** A foreign id and an absent one are both 404. A member at an operator's path: 403.",
        "",
    ]


def _errors() -> list[str]:
    rows = [f"| {status.value} | `{kind.__name__}` | {_first_line(kind)} |" for kind, status in STATUSES.items()]
    return [
        "## Errors",
        "",
        "Problem details of RFC 9457 (`application/problem+json`): `type`, `title`, `status` and `detail`, a sentence",
        "that says what happened and what to do.",
        "",
        "| status | error | means |",
        "|---|---|---|",
        "| 401 | | Nobody is signed in. |",
        *rows,
        "| 500 | | Our fault; the log has the frames. |",
        "",
    ]


def _first_line(kind: type[Exception]) -> str:
    return (kind.__doc__ or "").strip().splitlines()[0]


def _operations() -> list[str]:
    lines = ["## Operations", ""]
    for group, operations in groupby(OPERATIONS, key=_group):
        lines += [f"### {group.capitalize()}", "", "| | | for | takes | answers |", "|---|---|---|---|---|"]
        lines += [_row(operation) for operation in operations]
        lines.append("")
    return lines


def _group(operation: Operation) -> str:
    return operation.path.removeprefix("/api/").partition("/")[0]


def _row(operation: Operation) -> str:
    answer = _fields(operation.answer, "serialization") or operation.media_type.replace("application/json", "nothing")
    takes = " ".join(part for part in (_query(operation), _fields(operation.body, "validation")) if part)
    name = f"`{operation.method} {operation.path}`"
    said = operation.summary.rstrip(".")
    return f"| {name} | {said} | {WHO[operation.door]} | {takes} | {operation.status.value} {answer} |"


def _query(operation: Operation) -> str:
    if not operation.query:
        return ""
    names = TypeAdapter(operation.query).json_schema()["properties"]
    return " ".join(f"`?{name}`" for name in names)


def _fields(shape: Any, mode: Any) -> str:
    """Return the names of a shape's fields; of a list, those of its members."""
    if shape is None:
        return ""
    schema = TypeAdapter(shape).json_schema(mode=mode)
    several = schema.get("type") == "array"
    inner = schema.get("items", {}) if several else schema
    among = inner.get("oneOf", inner.get("anyOf", [inner]))
    kinds = [", ".join(f"`{field}`" for field in _properties(kind, schema)) for kind in among]
    return ("list of " if several else "") + "; or ".join(kinds)


def _properties(kind: Any, schema: Any) -> Any:
    name = kind.get("$ref", "").rpartition("/")[2]
    return (schema["$defs"][name] if name else kind).get("properties", {})


def _pages() -> list[str]:
    rows = [f"| `{way.method} {way.path}` | {WHO[way.door]} | {_says(way.handler)} |" for way in pages.WAYS]
    return ["## Pages", "", "| | for | |", "|---|---|---|", *rows]


def _says(handler: Any) -> str:
    return re.sub(r"\s+", " ", (handler.__doc__ or "").strip().splitlines()[0])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
