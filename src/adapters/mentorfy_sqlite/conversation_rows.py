"""How conversations and messages lie in their tables, and how one is found."""

from typing import Final

from mentorfy_core.conversations.model import Conversation, Message
from mentorfy_core.errors import NotFound
from mentorfy_core.ids import ConversationId, MemberId, MessageId, OrganizationId
from mentorfy_sqlite.rows import Shape
from mentorfy_sqlite.transaction import Transaction

CONVERSATION: Final = Shape(Conversation)
MESSAGE: Final = Shape(Message, columns={"references": "refs"}, json_in={"references", "considered"})
SELECT: Final = f"SELECT {MESSAGE.listed} FROM message"


def conversation(tx: Transaction, conversation_id: ConversationId) -> Conversation | None:
    """Return a conversation, deleted or not."""
    row = tx.one(f"SELECT {CONVERSATION.listed} FROM conversation WHERE id = ?", (str(conversation_id),))
    return CONVERSATION.build(row) if row else None


def living(tx: Transaction, conversation_id: ConversationId) -> Conversation | None:
    """Return a conversation that is not deleted."""
    found = conversation(tx, conversation_id)
    return None if found is None or found.deleted_at is not None else found


def owned(
    tx: Transaction, organization_id: OrganizationId, member_id: MemberId, conversation_id: ConversationId
) -> Conversation:
    """Return a member's conversation, deleted or not.

    Raises:
        NotFound: It is somebody else's, or nobody's.
    """
    found = conversation(tx, conversation_id)
    if found is None or (found.organization_id, found.member_id) != (organization_id, member_id):
        raise NotFound("no such conversation")
    return found


def message(tx: Transaction, organization_id: OrganizationId, message_id: MessageId) -> Message:
    """Return a message of a conversation that is not deleted.

    Raises:
        NotFound: There is none in this organisation.
    """
    row = tx.one(
        f"{SELECT} WHERE organization_id = ? AND id = ?"
        " AND EXISTS (SELECT 1 FROM conversation AS c WHERE c.id = conversation_id AND c.deleted_at IS NULL)",
        (str(organization_id), str(message_id)),
    )
    if row is None:
        raise NotFound("no such message")
    return MESSAGE.build(row)
