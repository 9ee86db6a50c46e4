"""Every route: who may use it, what its ids name, what it is sent, and what it answers then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mentorfy_web.doors import Door


@dataclass(frozen=True)
class Row:
    """What a route needs and answers.

    Attributes:
        door: Who may use it.
        ok: The answer to those, for an id of their own.
        ids: What each id in its path names, see ``things.KINDS``.
        send: The fields of its form, or the JSON of its body.
        member: A member's answer where it is neither ``ok`` nor 403.
    """

    door: Door
    ok: int = 200
    ids: Mapping[str, str] = field(default_factory=dict)
    send: Mapping[str, Any] = field(default_factory=dict)
    member: int | None = None


OPEN, MEMBER, OPERATOR = Door.OPEN, Door.MEMBER, Door.OPERATOR

ROWS: Final[Mapping[str, Row]] = {
    "GET /healthz": Row(OPEN),
    "GET /readyz": Row(OPEN, ok=503),
    "GET /api/openapi.json": Row(OPEN),
    "GET /": Row(OPERATOR, member=303),
}
