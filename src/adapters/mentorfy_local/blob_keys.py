"""The shape of blob keys: ``organisation/document/token``, all ours. Pure."""

import re
from typing import Final

from mentorfy_core.ids import OrganizationId

_KEY: Final = re.compile(r"[A-Za-z0-9-]{1,100}(/[A-Za-z0-9-]{1,100}){1,4}")


def is_key(organization_id: OrganizationId, key: str) -> bool:
    """Return whether a key is well formed and the organisation's.

    >>> from uuid import UUID
    >>> ours = OrganizationId(UUID(int=1))
    >>> is_key(ours, f"{ours}/a/b"), is_key(ours, f"{UUID(int=2)}/a/b"), is_key(ours, f"{ours}/../b")
    (True, False, False)
    """
    return _KEY.fullmatch(key) is not None and key.startswith(f"{organization_id}/")


def expect_key(organization_id: OrganizationId, key: str) -> None:
    """Refuse to write under a key that is malformed or another organisation's.

    Raises:
        ValueError: A mistake of the program: no person chooses a key.
    """
    if not is_key(organization_id, key):
        raise ValueError(f"not a blob key of organization {organization_id}: {key[:300]!r}")
