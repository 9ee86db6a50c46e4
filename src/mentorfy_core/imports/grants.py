"""Which folders of this machine an organisation may import in the browser."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from mentorfy_core.people import Organization

EVERYBODY: Final = ""
"""The key of the folders that every organisation may import."""

Grants = Mapping[str, Sequence[str]]
"""Paths by an organisation's id or name."""


def folders_for(organization: Organization, everyone: Iterable[Organization], grants: Grants) -> tuple[str, ...]:
    """Return the folders that were allowed to an organisation, without repeats.

    A name that several organisations have, or that is another one's id, allows nothing: nobody gets another's folders
    by taking their name.
    """
    others = [one for one in everyone if one.id != organization.id]
    taken = {name for one in others for name in (one.name, str(one.id))}
    keys = [EVERYBODY, str(organization.id), *({organization.name} - taken - {EVERYBODY})]
    return tuple(dict.fromkeys(path for key in keys for path in grants.get(key, ())))
