"""Conversations and their messages, in one order."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from mentorfy_core.conversations.model import Conversation, Message, MessageStatus, Speaker, Turn
from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import ConversationId, MemberId, OrganizationId
from mentorfy_sqlite.database import Database
from mentorfy_sqlite.rows import Shape, to_json
from mentorfy_sqlite.times import to_text
from mentorfy_sqlite.transaction import Transaction

_CONVERSATION: Final = Shape(Conversation)
_MESSAGE: Final = Shape(Message, columns={"references": "refs"}, json_in={"references"})
_SELECT: Final = f"SELECT {_MESSAGE.listed} FROM message"


class SqliteConversationStore:
    """See ``ports.conversations.ConversationStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, turn: Turn) -> Turn:
        """Store a question and its answer-to-be, in one write; a known key returns the turn it made."""
        return await self._database.write(lambda tx: _known_turn(tx, turn) or _begin(tx, turn))

    async def finish(self, answer: Message) -> Message:
        """Store the end of a streaming answer."""

        def work(tx: Transaction) -> Message:
            key = (str(answer.organization_id), str(answer.id))
            row = tx.one(f"{_SELECT} WHERE organization_id = ? AND id = ?", key)
            if row is None:
                raise NotFound("no such message")
            stored = _MESSAGE.build(row)
            if stored.status is not MessageStatus.STREAMING:
                raise Conflict("the message has ended already")
            tx.run(
                "UPDATE message SET text = ?, status = ?, answered = ?, refs = ? WHERE organization_id = ? AND id = ?",
                (answer.text, answer.status.value, int(answer.answered), to_json(answer.references), *key),
            )
            return replace(
                stored,
                text=answer.text,
                status=answer.status,
                answered=answer.answered,
                references=answer.references,
            )

        return await self._database.write(work)

    async def get(self, organization_id: OrganizationId, conversation_id: ConversationId) -> Conversation:
        """Return a conversation."""

        def work(tx: Transaction) -> Conversation:
            found = _conversation(tx, conversation_id)
            if found is None or found.organization_id != organization_id:
                raise NotFound("no such conversation")
            return found

        return await self._database.read(work)

    async def messages(
        self, organization_id: OrganizationId, conversation_id: ConversationId, *, last: int = 50
    ) -> Sequence[Message]:
        """Return the last messages, oldest first."""
        sql = f"{_SELECT} WHERE organization_id = ? AND conversation_id = ? ORDER BY seq DESC LIMIT ?"
        values = (str(organization_id), str(conversation_id), last)
        rows = await self._database.read(lambda tx: tx.all(sql, values))
        return [_MESSAGE.build(row) for row in reversed(rows)]

    async def history(
        self, organization_id: OrganizationId, member_id: MemberId, *, limit: int = 50
    ) -> Sequence[Conversation]:
        """Return a member's conversations, the latest activity first."""
        sql = (
            f"SELECT {_CONVERSATION.listed} FROM conversation WHERE organization_id = ? AND member_id = ?"
            " ORDER BY updated_at DESC, id LIMIT ?"
        )
        rows = await self._database.read(lambda tx: tx.all(sql, (str(organization_id), str(member_id), limit)))
        return [_CONVERSATION.build(row) for row in rows]

    async def unanswered(self, organization_id: OrganizationId, *, limit: int = 50) -> Sequence[Message]:
        """Return the latest questions whose answer was "I don't know"."""
        questions = ", ".join(f"question.{name}" for name in _MESSAGE.names)
        sql = (
            f"SELECT {questions} FROM message AS answer JOIN message AS question"
            " ON question.conversation_id = answer.conversation_id AND question.seq = answer.seq - 1"
            " WHERE answer.organization_id = ? AND answer.answered = 0 AND answer.status = ?"
            " ORDER BY answer.created_at DESC, answer.id LIMIT ?"
        )
        values = (str(organization_id), MessageStatus.COMPLETE.value, limit)
        return [_MESSAGE.build(row) for row in await self._database.read(lambda tx: tx.all(sql, values))]


def _conversation(tx: Transaction, conversation_id: ConversationId) -> Conversation | None:
    row = tx.one(f"SELECT {_CONVERSATION.listed} FROM conversation WHERE id = ?", (str(conversation_id),))
    return _CONVERSATION.build(row) if row else None


def _known_turn(tx: Transaction, turn: Turn) -> Turn | None:
    """Return the turn that this member's question key has made already."""
    wanted = turn.conversation
    row = tx.one(
        f"{_SELECT} WHERE organization_id = ? AND key = ? AND key <> '' AND speaker = ?"
        " AND EXISTS (SELECT 1 FROM conversation AS c WHERE c.id = conversation_id AND c.member_id = ?)",
        (str(wanted.organization_id), turn.question.key, Speaker.PERSON.value, str(wanted.member_id)),
    )
    if row is None:
        return None
    question = _MESSAGE.build(row)
    conversation = _conversation(tx, question.conversation_id)
    answer = tx.one(
        f"{_SELECT} WHERE conversation_id = ? AND seq = ?", (str(question.conversation_id), question.seq + 1)
    )
    if conversation is None or answer is None:
        return None
    return Turn(conversation=conversation, question=question, answer=_MESSAGE.build(answer), fresh=False)


def _begin(tx: Transaction, turn: Turn) -> Turn:
    conversation = _touched(tx, turn.conversation)
    (seq,) = tx.one("SELECT coalesce(max(seq), 0) FROM message WHERE conversation_id = ?", (str(conversation.id),)) or (
        0,
    )
    question, answer = (
        replace(
            message,
            organization_id=conversation.organization_id,
            conversation_id=conversation.id,
            seq=seq + number,
            created_at=tx.now,
        )
        for number, message in enumerate((turn.question, turn.answer), 1)
    )
    try:
        for message in (question, answer):
            tx.run(f"INSERT INTO message ({_MESSAGE.listed}) VALUES ({_MESSAGE.slots})", _MESSAGE.values(message))
    except sqlite3.IntegrityError as error:
        raise Conflict("there is a message with this id") from error
    return Turn(conversation=conversation, question=question, answer=answer)


def _touched(tx: Transaction, wanted: Conversation) -> Conversation:
    """Return the conversation as it is after this turn, made where it is new."""
    stored = _conversation(tx, wanted.id)
    if stored is None:
        made = replace(wanted, created_at=tx.now, updated_at=tx.now)
        values = _CONVERSATION.values(made)
        tx.run(f"INSERT INTO conversation ({_CONVERSATION.listed}) VALUES ({_CONVERSATION.slots})", values)
        return made
    if (stored.organization_id, stored.member_id) != (wanted.organization_id, wanted.member_id):
        raise NotFound("no such conversation")
    tx.run("UPDATE conversation SET updated_at = ? WHERE id = ?", (to_text(tx.now), str(wanted.id)))
    return replace(stored, updated_at=tx.now)
