"""What the brief's programs write: workers, the import, the chat."""

from __future__ import annotations

import uuid

from tests.integration.first_database.writing import Step, Writer

OLDER = "created_at < now() - interval '1 day'"  # what writers add is nobody else's
MINE = f"select id::text from document where {OLDER} and abs(hashtext(id::text)) %% %s = %s"


def work(writer: Writer, document: str) -> None:
    """Sections 5: process_document_task and its RetryManager."""
    writer.run("update document set processing_status = 'processing', updated_at = now() where id = %s", document)
    writer.say(document=document, status="processing")
    ending = writer.random.choice(["ready", "ready", "retrying", "failed"])
    if ending == "ready":
        text = "update document set processing_status = 'ready', last_error = null, error_type = null where id = %s"
        writer.run(text, document)
    else:
        writer.run(
            "update document set processing_status = %s, retry_count = coalesce(retry_count, 0) + 1,"
            " next_retry_at = now() + interval '5 minutes', last_error = 'boom', error_type = 'network_error'"
            " where id = %s",
            ending, document,
        )  # fmt: skip
    writer.say(document=document, status=ending)


def import_again(writer: Writer, document: str) -> None:
    """Section 8: the file has changed in Google Drive."""
    writer.run(
        "update document set source_metadata ="
        " coalesce(source_metadata, '{}') || jsonb_build_object('modified_time', now()),"
        " processing_status = 'uploaded' where id = %s",
        document,
    )
    writer.say(document=document, status="uploaded")


def import_new(writer: Writer, document: str) -> None:
    new = str(uuid.uuid4())
    writer.run(
        "insert into document (id, organization_id, title, source_metadata)"
        " select %s, organization_id, 'New', jsonb_build_object('google_drive_file_id', %s::text)"
        " from document where id = %s on conflict do nothing",
        new, new, document,
    )  # fmt: skip
    if not writer.run("select 1 from document where id = %s", new):
        return
    writer.say(document=new, status="pending")
    if writer.random.random() < 0.3:
        writer.run("delete from document where id = %s", new)
        writer.say(document=new, status=None)


def chat(writer: Writer, document: str) -> None:
    """Section 6."""
    conversation = str(uuid.uuid4())
    writer.run(
        "insert into conversation (id, user_id, mentor_bot_id, title)"
        " select %s, '00000000-0000-4000-8000-000000000007', id, 'New Conversation' from mentor_bot limit 1"
        " on conflict do nothing",
        conversation,
    )
    for role in ("user", "assistant"):
        writer.run(
            "insert into message (conversation_id, role, content, metadata) values (%s, %s, %s, '{}')",
            conversation, role, f"About {document}",
        )  # fmt: skip
        writer.say(conversation=conversation)


def behave(writer: Writer, document: str) -> None:
    text = "update mentor_bot set speaking_style = %s where id = (select id from mentor_bot order by id limit 1)"
    writer.run(text, f"Like {document}")
    writer.say(bot=document)


STEPS: tuple[Step, ...] = (work, work, work, work, import_again, import_new, chat, behave)
