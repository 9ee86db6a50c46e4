"""What is left out when work is looked for, as a condition on rows."""

from collections.abc import Mapping
from typing import Final

from mentorfy_core.pauses import Blocked
from mentorfy_sqlite.rows import to_json
from mentorfy_sqlite.transaction import Value

SOURCE_FREE: Final = (
    " AND NOT :everything AND organization_id NOT IN (SELECT value FROM json_each(:organizations))"
    " AND source NOT IN (SELECT value FROM json_each(:sources))"
    " AND organization_id || ' ' || source NOT IN (SELECT value FROM json_each(:connections))"
)
"""Nothing stops reading the row's source."""

FREE: Final = (
    " AND NOT :everything AND organization_id NOT IN (SELECT value FROM json_each(:organizations))"
    " AND CASE due_stage WHEN 'learn' THEN NOT :learning"
    " ELSE source NOT IN (SELECT value FROM json_each(:sources))"
    " AND organization_id || ' ' || source NOT IN (SELECT value FROM json_each(:connections)) END"
)
"""Nothing stops what the document is owed."""


def left_out(blocked: Blocked) -> Mapping[str, Value]:
    """Return the values of the conditions' parameters."""
    return {
        "everything": int(blocked.everything),
        "learning": int(blocked.learning),
        "organizations": to_json([str(one) for one in blocked.organizations]),
        "sources": to_json([*blocked.sources]),
        "connections": to_json([f"{owner} {source}" for owner, source in blocked.connections]),
    }
