"""What is left out when work is looked for, as a condition on rows."""

from collections.abc import Mapping

from mentorfy_core.pauses import Blocked
from mentorfy_sqlite.rows import to_json
from mentorfy_sqlite.transaction import Value

_AMONG = "IN (SELECT value FROM json_each(:{}))"


def source_is_free(blocked: Blocked) -> str:
    """Return the condition that nothing stops the row's source from being read; "" where nothing is blocked."""
    return "".join(f" AND {each}" for each in (*_always(blocked), *_for_fetching(blocked)))


def work_is_free(blocked: Blocked) -> str:
    """Return the condition that nothing stops what the document is owed; "" where nothing is blocked."""
    fetching = [f"(due_stage = 'learn' OR {each})" for each in _for_fetching(blocked)]
    learning = ["due_stage <> 'learn'"] if blocked.learning else []
    return "".join(f" AND {each}" for each in (*_always(blocked), *learning, *fetching))


def left_out(blocked: Blocked) -> Mapping[str, Value]:
    """Return the values of the conditions' parameters."""
    return {
        "organizations": to_json([str(one) for one in blocked.organizations]),
        "sources": to_json([*blocked.sources]),
        "connections": to_json([f"{owner} {source}" for owner, source in blocked.connections]),
    }


def _always(blocked: Blocked) -> list[str]:
    everything = ["0"] if blocked.everything else []
    return everything + ([f"organization_id NOT {_AMONG.format('organizations')}"] if blocked.organizations else [])


def _for_fetching(blocked: Blocked) -> list[str]:
    sources = [f"source NOT {_AMONG.format('sources')}"] if blocked.sources else []
    connection = f"organization_id || ' ' || source NOT {_AMONG.format('connections')}"
    return sources + ([connection] if blocked.connections else [])
