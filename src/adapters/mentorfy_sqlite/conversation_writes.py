"""What is written when something is asked and answered."""

import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta

from mentorfy_core.conversations.model import Conversation, Message, MessageStatus, Speaker, Turn
from mentorfy_core.errors import Conflict, NotFound
from mentorfy_sqlite.conversation_rows import CONVERSATION, MESSAGE, SELECT, conversation, message
from mentorfy_sqlite.rows import to_json
from mentorfy_sqlite.times import to_text
from mentorfy_sqlite.transaction import Transaction


def known_turn(tx: Transaction, turn: Turn) -> Turn | None:
    """Return the turn that this member's question key has made already."""
    wanted = turn.conversation
    row = tx.one(
        f"{SELECT} WHERE organization_id = ? AND key = ? AND key <> '' AND speaker = ?"
        " AND EXISTS (SELECT 1 FROM conversation AS c"
        " WHERE c.id = conversation_id AND c.member_id = ? AND c.deleted_at IS NULL)",
        (str(wanted.organization_id), turn.question.key, Speaker.PERSON.value, str(wanted.member_id)),
    )
    if row is None:
        return None
    question = MESSAGE.build(row)
    found = conversation(tx, question.conversation_id)
    answer = tx.one(
        f"{SELECT} WHERE conversation_id = ? AND seq = ?", (str(question.conversation_id), question.seq + 1)
    )
    if found is None or answer is None:
        return None
    return Turn(conversation=found, question=question, answer=MESSAGE.build(answer), fresh=False)


def begin(tx: Transaction, turn: Turn, lease: timedelta) -> Turn:
    """Store a question and its answer-to-be."""
    found = _touched(tx, turn.conversation)
    (seq,) = tx.one("SELECT coalesce(max(seq), 0) FROM message WHERE conversation_id = ?", (str(found.id),)) or (0,)
    question, answer = (
        replace(
            one, organization_id=found.organization_id, conversation_id=found.id, seq=seq + place, created_at=tx.now
        )
        for place, one in enumerate((turn.question, turn.answer), 1)
    )
    sql = f"INSERT INTO message ({MESSAGE.listed}, lease_until) VALUES ({MESSAGE.slots}, ?)"
    try:
        tx.run(sql, [*MESSAGE.values(question), None])
        tx.run(sql, [*MESSAGE.values(answer), to_text(tx.now + lease)])
    except sqlite3.IntegrityError as error:
        raise Conflict("there is a message with this id") from error
    return Turn(conversation=found, question=question, answer=answer)


def begin_anew(tx: Transaction, ended: Message, bot_revision: int, lease: timedelta) -> Message:
    """Empty an answer that has ended and lease it again."""
    later = "SELECT 1 FROM message WHERE conversation_id = ? AND seq > ?"
    is_last = tx.one(later, (str(ended.conversation_id), ended.seq)) is None
    if ended.status is MessageStatus.STREAMING or ended.speaker is not Speaker.BOT or not is_last:
        raise Conflict("the message cannot be begun anew")
    tx.run("UPDATE conversation SET updated_at = ? WHERE id = ?", (to_text(tx.now), str(ended.conversation_id)))
    after = replace(
        ended,
        text="",
        status=MessageStatus.STREAMING,
        answered=True,
        bot_revision=bot_revision,
        references=(),
        considered=(),
        stopped=False,
        error="",
        take=ended.take + 1,
    )
    return _kept(tx, after, tx.now + lease)


def extend(tx: Transaction, answer: Message, lease: timedelta) -> Message:
    """Store a streaming answer as far as it is."""
    return _kept(tx, _grown(tx, answer), tx.now + lease)


def end(tx: Transaction, answer: Message) -> Message:
    """Store the end of a streaming answer."""
    ended = replace(_grown(tx, answer), status=answer.status, stopped=answer.stopped, error=answer.error)
    return _kept(tx, ended, None)


def expire(tx: Transaction, limit: int) -> int:
    """End streaming answers whose lease has passed."""
    passed = "SELECT rowid FROM message WHERE lease_until <= ? ORDER BY lease_until LIMIT ?"
    sql = f"UPDATE message SET status = ?, lease_until = NULL WHERE rowid IN ({passed})"
    return tx.run(sql, (MessageStatus.ABORTED.value, to_text(tx.now), limit)).rowcount


def purge(tx: Transaction, undo: timedelta, limit: int) -> int:
    """Remove conversations deleted long ago, with their messages."""
    gone = tx.all(
        "SELECT id FROM conversation WHERE deleted_at <= ? ORDER BY deleted_at LIMIT ?", (to_text(tx.now - undo), limit)
    )
    tx.run_many("DELETE FROM message WHERE conversation_id = ?", gone)
    return tx.run_many("DELETE FROM conversation WHERE id = ?", gone)


def _grown(tx: Transaction, answer: Message) -> Message:
    stored = message(tx, answer.organization_id, answer.id)
    if stored.status is not MessageStatus.STREAMING or stored.take != answer.take:
        raise Conflict("the message has ended already")
    return replace(
        stored,
        text=answer.text,
        answered=answer.answered,
        references=answer.references,
        considered=answer.considered,
    )


def _kept(tx: Transaction, answer: Message, lease_until: datetime | None) -> Message:
    tx.run(
        "UPDATE message SET text = ?, status = ?, answered = ?, bot_revision = ?, refs = ?, considered = ?,"
        " stopped = ?, error = ?, take = ?, lease_until = ? WHERE organization_id = ? AND id = ?",
        (
            answer.text,
            answer.status.value,
            int(answer.answered),
            answer.bot_revision,
            to_json(answer.references),
            to_json(answer.considered),
            int(answer.stopped),
            answer.error,
            answer.take,
            to_text(lease_until) if lease_until else None,
            str(answer.organization_id),
            str(answer.id),
        ),
    )
    return answer


def _touched(tx: Transaction, wanted: Conversation) -> Conversation:
    """Return the conversation as it is after this turn, made where it is new."""
    stored = conversation(tx, wanted.id)
    if stored is None:
        made = replace(wanted, created_at=tx.now, updated_at=tx.now)
        sql = f"INSERT INTO conversation ({CONVERSATION.listed}) VALUES ({CONVERSATION.slots})"
        tx.run(sql, CONVERSATION.values(made))
        return made
    is_owned = (stored.organization_id, stored.member_id) == (wanted.organization_id, wanted.member_id)
    if not is_owned or stored.deleted_at is not None:
        raise NotFound("no such conversation")
    tx.run("UPDATE conversation SET updated_at = ? WHERE id = ?", (to_text(tx.now), str(wanted.id)))
    return replace(stored, updated_at=tx.now)
