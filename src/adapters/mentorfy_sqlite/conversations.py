"""Conversations and their messages, in one order."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from mentorfy_core.conversations.model import ANSWER_LEASE, Conversation, Message, MessageStatus, Turn
from mentorfy_core.errors import NotFound
from mentorfy_core.ids import ConversationId, MemberId, MessageId, OrganizationId
from mentorfy_sqlite.conversation_rows import CONVERSATION, MESSAGE, SELECT, living, message, owned
from mentorfy_sqlite.conversation_writes import begin, begin_anew, end, expire, extend, known_turn, purge
from mentorfy_sqlite.database import Database
from mentorfy_sqlite.times import to_text
from mentorfy_sqlite.transaction import Transaction, Value


class SqliteConversationStore:
    """See ``ports.conversations.ConversationStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, turn: Turn, *, lease: timedelta = ANSWER_LEASE) -> Turn:
        """Store a question and its answer-to-be, in one write; a known key returns the turn it made."""
        return await self._database.write(lambda tx: known_turn(tx, turn) or begin(tx, turn, lease))

    async def again(
        self,
        organization_id: OrganizationId,
        message_id: MessageId,
        bot_revision: int,
        *,
        lease: timedelta = ANSWER_LEASE,
    ) -> Message:
        """Begin an ended answer anew."""
        return await self._database.write(
            lambda tx: begin_anew(tx, message(tx, organization_id, message_id), bot_revision, lease)
        )

    async def extend(self, answer: Message, *, lease: timedelta = ANSWER_LEASE) -> Message:
        """Store a streaming answer as far as it is; renew its lease."""
        return await self._database.write(lambda tx: extend(tx, answer, lease))

    async def finish(self, answer: Message) -> Message:
        """Store the end of a streaming answer."""
        return await self._database.write(lambda tx: end(tx, answer))

    async def expire(self, limit: int) -> int:
        """End streaming answers whose lease has passed as aborted."""
        return await self._database.write(lambda tx: expire(tx, limit))

    async def message(self, organization_id: OrganizationId, message_id: MessageId) -> Message:
        """Return a message."""
        return await self._database.read(lambda tx: message(tx, organization_id, message_id))

    async def get(self, organization_id: OrganizationId, conversation_id: ConversationId) -> Conversation:
        """Return a conversation."""

        def work(tx: Transaction) -> Conversation:
            found = living(tx, conversation_id)
            if found is None or found.organization_id != organization_id:
                raise NotFound("no such conversation")
            return found

        return await self._database.read(work)

    async def messages(
        self,
        organization_id: OrganizationId,
        conversation_id: ConversationId,
        *,
        last: int = 50,
        before: int | None = None,
    ) -> Sequence[Message]:
        """Return the last messages, oldest first."""
        sql = (
            f"{SELECT} WHERE organization_id = ? AND conversation_id = ? AND (? IS NULL OR seq < ?)"
            " AND NOT EXISTS (SELECT 1 FROM conversation WHERE id = conversation_id AND deleted_at IS NOT NULL)"
            " ORDER BY seq DESC LIMIT ?"
        )
        values = (str(organization_id), str(conversation_id), before, before, last)
        rows = await self._database.read(lambda tx: tx.all(sql, values))
        return [MESSAGE.build(row) for row in reversed(rows)]

    async def history(
        self,
        organization_id: OrganizationId,
        member_id: MemberId,
        *,
        limit: int = 50,
        matching: str = "",
        after: Conversation | None = None,
    ) -> Sequence[Conversation]:
        """Return a member's conversations, the latest activity first."""
        sql = (
            f"SELECT {CONVERSATION.listed} FROM conversation"
            " WHERE organization_id = ? AND member_id = ? AND deleted_at IS NULL"
        )
        values: list[Value] = [str(organization_id), str(member_id)]
        if after is not None:
            sql += " AND (updated_at < ? OR (updated_at = ? AND id > ?))"
            values += [to_text(after.updated_at), to_text(after.updated_at), str(after.id)]
        if matching:
            sql += (
                " AND (instr(folded(title), ?) OR EXISTS (SELECT 1 FROM message"
                " WHERE conversation_id = conversation.id AND instr(folded(text), ?)))"
            )
            values += [matching.casefold()] * 2
        sql += " ORDER BY updated_at DESC, id LIMIT ?"
        rows = await self._database.read(lambda tx: tx.all(sql, [*values, limit]))
        return [CONVERSATION.build(row) for row in rows]

    async def rename(
        self, organization_id: OrganizationId, member_id: MemberId, conversation_id: ConversationId, title: str
    ) -> Conversation:
        """Give a member's conversation another title."""

        def work(tx: Transaction) -> Conversation:
            found = owned(tx, organization_id, member_id, conversation_id)
            if found.deleted_at is not None:
                raise NotFound("no such conversation")
            tx.run("UPDATE conversation SET title = ? WHERE id = ?", (title, str(conversation_id)))
            return replace(found, title=title)

        return await self._database.write(work)

    async def delete(
        self, organization_id: OrganizationId, member_id: MemberId, conversation_id: ConversationId
    ) -> None:
        """Make a member's conversation disappear at once."""

        def work(tx: Transaction) -> None:
            owned(tx, organization_id, member_id, conversation_id)
            sql = "UPDATE conversation SET deleted_at = coalesce(deleted_at, ?) WHERE id = ?"
            tx.run(sql, (to_text(tx.now), str(conversation_id)))

        await self._database.write(work)

    async def restore(
        self,
        organization_id: OrganizationId,
        member_id: MemberId,
        conversation_id: ConversationId,
        *,
        undo: timedelta,
    ) -> Conversation:
        """Take a deletion back."""

        def work(tx: Transaction) -> Conversation:
            found = owned(tx, organization_id, member_id, conversation_id)
            if found.deleted_at is not None and found.deleted_at <= tx.now - undo:
                raise NotFound("no such conversation")
            tx.run("UPDATE conversation SET deleted_at = NULL WHERE id = ?", (str(conversation_id),))
            return replace(found, deleted_at=None)

        return await self._database.write(work)

    async def purge(self, undo: timedelta, limit: int) -> int:
        """Remove conversations deleted longer than ``undo`` ago."""
        return await self._database.write(lambda tx: purge(tx, undo, limit))

    async def unanswered(self, organization_id: OrganizationId, *, limit: int = 50) -> Sequence[Message]:
        """Return the latest questions whose answer was "I don't know"."""
        questions = ", ".join(f"question.{name}" for name in MESSAGE.names)
        sql = (
            f"SELECT {questions} FROM message AS answer JOIN message AS question"
            " ON question.conversation_id = answer.conversation_id AND question.seq = answer.seq - 1"
            " JOIN conversation ON conversation.id = answer.conversation_id AND conversation.deleted_at IS NULL"
            " WHERE answer.organization_id = ? AND answer.answered = 0 AND answer.status = ?"
            " ORDER BY answer.created_at DESC, answer.id LIMIT ?"
        )
        values = (str(organization_id), MessageStatus.COMPLETE.value, limit)
        return [MESSAGE.build(row) for row in await self._database.read(lambda tx: tx.all(sql, values))]
