"""Everybody's conversations: how each came out is told by the core's tables, put into the statements."""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from mentorfy_core.conversations.model import MessageStatus, Speaker
from mentorfy_core.conversations.oversight import FATES, OUTCOMES, Fate, Place, Summary, Unanswered, Wanted, outcome
from mentorfy_core.errors import NotFound
from mentorfy_core.ids import BotId, ConversationId, MemberId, OrganizationId
from mentorfy_core.people.audits import Act
from mentorfy_core.ports.oversight import Transcript
from mentorfy_sqlite.audits import append
from mentorfy_sqlite.conversation_rows import CONVERSATION, MESSAGE, SELECT, living
from mentorfy_sqlite.database import Database
from mentorfy_sqlite.times import to_text
from mentorfy_sqlite.transaction import Row, Transaction, Value


def _rows(rows: Iterable[Iterable[object]]) -> str:
    """Return rows of our own names and truths as SQL."""
    return ", ".join(f"({', '.join(_literal(one) for one in row)})" for row in rows)


def _literal(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else str(int(bool(value)))


_MESSAGES: Final = "SELECT {} FROM message WHERE message.conversation_id = conversation.id"
_FATES: Final = ", ".join(
    f"EXISTS ({_MESSAGES.format(1)} AND speaker = '{Speaker.BOT}'"
    f" AND (status, answered, stopped) IN (VALUES {_rows(FATES[fate])})) AS {fate}"
    for fate in Fate
)
_SUMMARIES: Final = (
    f"SELECT {CONVERSATION.listed}, ({_MESSAGES.format('count(*)')}) AS messages, {_FATES}"
    " FROM conversation WHERE organization_id = ? AND deleted_at IS NULL"
)


class SqliteOversightStore:
    """See ``ports.oversight.OversightStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def conversations(
        self,
        organization_id: OrganizationId,
        wanted: Wanted,
        *,
        after: Place | None = None,
        limit: int = 50,
        act: Act | None = None,
    ) -> Sequence[Summary]:
        """Return conversations, the latest activity first."""
        sql, values = _selected(organization_id, wanted, after)

        def work(tx: Transaction) -> list[Row]:
            if act is not None:
                append(tx, act)
            return tx.all(f"{sql} ORDER BY updated_at DESC, id LIMIT ?", [*values, limit])

        rows = await (self._database.read(work) if act is None else self._database.write(work))
        return [_summary(row) for row in rows]

    async def transcript(
        self, act: Act, conversation_id: ConversationId, *, last: int = 200, before: int | None = None
    ) -> Transcript:
        """Return a conversation; unless it is the reader's own, write that down."""

        def work(tx: Transaction) -> Transcript:
            found = living(tx, conversation_id)
            if found is None or found.organization_id != act.organization_id:
                raise NotFound("no such conversation")
            if found.member_id != act.member_id:
                append(tx, act)
            rows = tx.all(
                f"{SELECT} WHERE conversation_id = ? AND (? IS NULL OR seq < ?) ORDER BY seq DESC LIMIT ?",
                (str(conversation_id), before, before, last),
            )
            return Transcript(found, [MESSAGE.build(row) for row in reversed(rows)])

        return await self._database.write(work)

    async def unanswered(self, organization_id: OrganizationId, *, limit: int = 1000) -> Sequence[Unanswered]:
        """Return the latest questions whose answer was "I don't know"."""
        questions = ", ".join(f"question.{name}" for name in MESSAGE.names)
        sql = (
            f"SELECT conversation.member_id, conversation.bot_id, {questions} FROM message AS answer"
            " JOIN message AS question"
            " ON question.conversation_id = answer.conversation_id AND question.seq = answer.seq - 1"
            " JOIN conversation ON conversation.id = answer.conversation_id AND conversation.deleted_at IS NULL"
            " WHERE answer.organization_id = ? AND answer.answered = 0 AND answer.status = ?"
            " ORDER BY answer.created_at DESC, answer.id LIMIT ?"
        )
        values = (str(organization_id), MessageStatus.COMPLETE.value, limit)
        return [_unanswered(row) for row in await self._database.read(lambda tx: tx.all(sql, values))]


def _selected(organization_id: OrganizationId, wanted: Wanted, after: Place | None) -> tuple[str, list[Value]]:
    """Return the statement that selects what is wanted, and its values."""
    sql, values = _SUMMARIES, [str(organization_id)]

    def only(condition: str, *given: str) -> None:
        nonlocal sql
        sql += f" AND {condition}"
        values.extend(given)

    if wanted.bot_id is not None:
        only("bot_id = ?", str(wanted.bot_id))
    if wanted.member_ids is not None:
        only(f"member_id IN ({', '.join('?' * len(wanted.member_ids))})", *map(str, wanted.member_ids))
    if wanted.since is not None:
        only("updated_at >= ?", to_text(wanted.since))
    if wanted.until is not None:
        only("updated_at < ?", to_text(wanted.until))
    if after is not None:
        only("(updated_at < ? OR (updated_at = ? AND id > ?))", *[to_text(after.updated_at)] * 2, str(after.id))
    if wanted.text:
        said = f"EXISTS ({_MESSAGES.format(1)} AND instr(folded(text), ?))"
        only(f"(instr(folded(title), ?) OR {said})", *[wanted.text.casefold()] * 2)
    if wanted.outcome is not None:
        sql = f"SELECT * FROM ({sql}) WHERE ({', '.join(Fate)}) IN (VALUES {_rows(OUTCOMES[wanted.outcome])})"
    return sql, list(values)


def _summary(row: Row) -> Summary:
    parts, (messages, *fates) = row[: -len(Fate) - 1], row[-len(Fate) - 1 :]
    return Summary(
        conversation=CONVERSATION.build(parts),
        messages=messages,
        outcome=outcome([fate for fate, is_there in zip(Fate, fates, strict=True) if is_there]),
    )


def _unanswered(row: Row) -> Unanswered:
    question = MESSAGE.build(row[2:])
    return Unanswered(question=question, member_id=MemberId(UUID(row[0])), bot_id=BotId(UUID(row[1])))
