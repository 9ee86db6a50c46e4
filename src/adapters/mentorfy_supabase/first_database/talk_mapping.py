"""What bots, conversations and people of the first database become, in both directions."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from mentorfy_core.bots.behavior import Behavior, Creativity, ResponseLength
from mentorfy_core.bots.model import Bot
from mentorfy_core.bots.settings import missing
from mentorfy_core.conversations.model import Conversation, Message, Speaker
from mentorfy_core.errors import InvalidInput
from mentorfy_core.ids import BotId, ConversationId, MemberId, MessageId, OrganizationId
from mentorfy_core.people.credentials import email_address
from mentorfy_supabase.rows import from_text

_CONFIGURATION: Final = "## Response Configuration"
_LENGTH: Final = re.compile(r"^- Response Length: (.+)$", re.MULTILINE)


def to_behavior(old: Mapping[str, Any]) -> Behavior:
    """Return an old bot's settings. Its purpose, and what "Custom" meant, are only in the compiled prompt."""
    prompt = old.get("system_prompt") or ""
    length = _LENGTH.search(prompt)
    behavior = Behavior(
        purpose=prompt.partition(_CONFIGURATION)[0].strip(),
        custom_instructions=tuple(text for text in old.get("custom_instructions") or () if text and text.strip()),
        speaking_style=old.get("speaking_style") or "",
        response_length=ResponseLength(old.get("response_length") or ResponseLength.INTELLIGENT),
        creativity=Creativity(old.get("creativity") or Creativity.ADAPTIVE),
    )
    if behavior.response_length is not ResponseLength.CUSTOM:
        return behavior
    said = replace(behavior, custom_length=length[1] if length and "{" not in length[1] else "")
    return replace(said, response_length=ResponseLength.INTELLIGENT) if missing("It", said) else said


def to_bot(old: Mapping[str, Any]) -> Bot:
    """Return our bot: the old one as its first revision."""
    created = from_text(old["created_at"])
    return Bot(
        id=BotId(UUID(old["id"])),
        organization_id=OrganizationId(UUID(old["organization_id"])),
        name=(old.get("name") or "").strip() or "Mentor",
        behavior=to_behavior(old),
        created_at=created,
        updated_at=from_text(old["updated_at"]) if old.get("updated_at") else created,
    )


def from_bot(new: Mapping[str, Any]) -> dict[str, object]:
    """Return what the old row of a bot says after the way back."""
    kept = "id organization_id name system_prompt response_length creativity custom_instructions speaking_style"
    return {name: new[name] for name in f"{kept} temperature created_at".split()}


def to_conversation(old: Mapping[str, Any]) -> Conversation:
    """Return our conversation of an old row that comes with its bot's organisation: it did not know its own."""
    created = from_text(old["created_at"])
    return Conversation(
        id=ConversationId(UUID(old["id"])),
        organization_id=OrganizationId(UUID(old["organization_id"])),
        member_id=MemberId(UUID(old["user_id"])),
        bot_id=BotId(UUID(old["mentor_bot_id"])),
        title=old.get("title") or "Conversation",
        created_at=created,
        updated_at=from_text(old["updated_at"]) if old.get("updated_at") else created,
    )


def to_messages(olds: Sequence[Mapping[str, Any]], organization_id: OrganizationId) -> list[Message]:
    """Return our messages of a conversation, in the order of the old ones' time; those of other roles stay behind."""
    said = [old for old in olds if old["role"] in set(Speaker)]
    return [_message(old, place, organization_id) for place, old in enumerate(said, 1)]


def _message(old: Mapping[str, Any], place: int, organization_id: OrganizationId) -> Message:
    return Message(
        id=MessageId(UUID(old["id"])),
        organization_id=organization_id,
        conversation_id=ConversationId(UUID(old["conversation_id"])),
        seq=place,
        speaker=Speaker(old["role"]),
        text=old["content"],
        created_at=from_text(old["created_at"]),
    )


def from_conversation(new: Mapping[str, Any]) -> dict[str, object]:
    """Return what the old row of a conversation says after the way back."""
    return {name: new[name] for name in ("id", "user_id", "mentor_bot_id", "title", "created_at", "updated_at")}


def from_message(new: Mapping[str, Any]) -> dict[str, object]:
    """Return what the old row of a message says after the way back."""
    return {name: new[name] for name in ("id", "conversation_id", "role", "content", "created_at")}


def to_account(user_id: str, email: str | None, at: str) -> dict[str, object]:
    """Return the account of somebody who talked with a bot; without a password: a link or Supabase signs them in."""
    try:
        address = email_address(email or "")
    except InvalidInput:
        address = ""
    name = address.partition("@")[0] or "Member"
    return {"id": user_id, "name": name, "created_at": at, "email": address, "password_hash": ""}
