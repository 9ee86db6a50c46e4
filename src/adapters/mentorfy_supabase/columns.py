"""How our fields are called in the project's tables: the one place where the brief's names meet ours.

What is not listed is called the same. ``docs/reference/supabase.md`` shows the same as a table.
"""

from collections.abc import Mapping
from typing import Final

DOCUMENT: Final[Mapping[str, str]] = {
    "status": "processing_status",
    "next_run_at": "next_retry_at",
    "storage_key": "storage_path",
}
FAILURE: Final[Mapping[str, str]] = {"kind": "error_type", "sentence": "last_error", "at": "failed_at"}
"""Of ``Document.last_error``, side by side in the document's row."""

CLAIM: Final[Mapping[str, str]] = {
    "stage": "claimed_stage",
    "version": "claimed_version",
    "token": "claim_token",
    "alone": "claimed_alone",
    "deadline": "attempt_deadline",
}
IMPORT_CLAIM: Final[Mapping[str, str]] = {"token": "claim_token"}
BREAKER: Final[Mapping[str, str]] = {
    "organization_id": "witness_organization_id",
    "document_id": "witness_document_id",
}
MEMBER: Final[Mapping[str, str]] = {"id": "user_id"}
SESSION: Final[Mapping[str, str]] = {"member_id": "user_id"}
TOKEN: Final[Mapping[str, str]] = {"member_id": "user_id"}
LINK: Final[Mapping[str, str]] = {"member_id": "user_id"}
DRAFT: Final[Mapping[str, str]] = {"bot_id": "mentor_bot_id"}
CONVERSATION: Final[Mapping[str, str]] = {"member_id": "user_id", "bot_id": "mentor_bot_id"}
MESSAGE: Final[Mapping[str, str]] = {"speaker": "role", "text": "content", "references": "citations"}
