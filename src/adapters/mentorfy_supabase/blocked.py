"""What is left out when work is looked for, as arguments of our functions."""

from collections.abc import Mapping

from mentorfy_core.pauses import Blocked


def left_out(blocked: Blocked) -> Mapping[str, object]:
    """Return what ``mentorfy.is_free`` asks for."""
    return {
        "organizations": blocked.organizations,
        "sources": blocked.sources,
        "connections": [f"{owner} {source}" for owner, source in blocked.connections],
    }
