"""One valid thing of each kind. Ids are fresh, so that contracts may run against a server that others use."""

from datetime import UTC, datetime, timedelta
from secrets import token_bytes
from typing import Final
from uuid import UUID

from mentorfy_core.bots.behavior import Behavior
from mentorfy_core.bots.model import Bot
from mentorfy_core.conversations.model import Conversation, Message, MessageStatus, Reference, Speaker, Turn
from mentorfy_core.documents.lifecycle import found
from mentorfy_core.documents.model import Document, SourceFile
from mentorfy_core.ids import (
    BotId,
    ConversationId,
    DocumentId,
    GenerationId,
    ImportId,
    LinkId,
    MemberId,
    MessageId,
    OrganizationId,
    SessionId,
    TokenId,
)
from mentorfy_core.imports.model import Entry, Import, Verdict
from mentorfy_core.knowledge.model import Chunk, Locator, Result
from mentorfy_core.people import Member, Organization, Role
from mentorfy_core.people.audits import Act, Action
from mentorfy_core.people.links import Link, LinkKind
from mentorfy_core.people.sessions import Session, Token

LONG_AGO: Final = datetime(2020, 1, 1, tzinfo=UTC)
"""Before any clock a store may have: what was made then is due now."""

FAR_AHEAD: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""After any clock a store may have."""

ODD_TEXT: Final = "Grüße, мир, 書物, \N{BREAD}, \u202egnp.exe, a\u0301, '; DROP TABLE document; --, %s, {}, \\, \u2028"
"""Every store returns this as it was."""

UNSTORABLE_TEXT: Final = "nul \x00 and a lone surrogate \udc80 here"
"""Some stores cannot hold this; none may fail over it."""


def new_id() -> UUID:
    """Return a random id."""
    return UUID(bytes=token_bytes(16), version=4)


def an_organization_id() -> OrganizationId:
    """Return the id of an organisation nobody has heard of."""
    return OrganizationId(new_id())


def a_document(
    organization_id: OrganizationId, name: str = "letters/first.md", *, created_at: datetime = LONG_AGO
) -> Document:
    """Return a new row, due at once."""
    return found(
        Document(
            id=DocumentId(new_id()),
            organization_id=organization_id,
            source="local",
            external_id=name,
            title=name.rpartition("/")[2],
            display_path=tuple(name.split("/")),
            mime_type="text/markdown",
            size_bytes=12,
            desired_token="sha256:1",
            next_run_at=created_at,
            created_at=created_at,
            updated_at=created_at,
        )
    )


def a_file(name: str = "letters/first.md", *, token: str = "sha256:1") -> SourceFile:
    """Return the listing that ``a_document`` was made from; another token is other content."""
    return SourceFile(
        external_id=name,
        title=name.rpartition("/")[2],
        display_path=tuple(name.split("/")),
        mime_type="text/markdown",
        size_bytes=12,
        token=token,
    )


def a_result(index: int = 0, text: str = "Fold the letter twice.") -> Result:
    """Return a ledger row; its vector is four little-endian floats."""
    chunk = Chunk(
        index=index, text=text, start=index * 100, end=index * 100 + len(text), locator=Locator(page=index + 1)
    )
    return Result(chunk=chunk, vector=bytes(range(index % 200, index % 200 + 16)))


def an_import(organization_id: OrganizationId, root: str = "/letters", *, created_at: datetime = LONG_AGO) -> Import:
    """Return a new import, due at once."""
    return Import(
        id=ImportId(new_id()),
        organization_id=organization_id,
        source="local",
        root=root,
        asked_by=MemberId(new_id()),
        created_at=created_at,
        updated_at=created_at,
        next_run_at=created_at,
    )


def a_plan(size: int) -> tuple[Entry, ...]:
    """Return a plan of so many new files."""
    files = [a_file(f"letters/{index}.md") for index in range(size)]
    return tuple(
        Entry(index=index, verdict=Verdict.NEW, display_path=file.display_path, file=file)
        for index, file in enumerate(files)
    )


def a_bot(organization_id: OrganizationId, name: str = "Mentor", *, created_at: datetime = LONG_AGO) -> Bot:
    """Return a bot at its first revision."""
    return Bot(
        id=BotId(new_id()),
        organization_id=organization_id,
        name=name,
        behavior=Behavior(purpose="Answer from the letters.", custom_instructions=("Be kind.", ODD_TEXT)),
        created_at=created_at,
        updated_at=created_at,
    )


def an_organization(organization_id: OrganizationId, *, created_at: datetime = LONG_AGO) -> Organization:
    """Return an organisation."""
    return Organization(id=organization_id, name="My mentor", created_at=created_at)


def a_member(
    organization_id: OrganizationId, role: Role = Role.OWNER, *, name: str = "Ada", created_at: datetime = LONG_AGO
) -> Member:
    """Return a member with an e-mail of their own."""
    member_id = MemberId(new_id())
    return Member(
        id=member_id,
        organization_id=organization_id,
        name=name,
        role=role,
        created_at=created_at,
        email=f"{member_id}@example.org",
    )


def a_conversation(organization_id: OrganizationId, member_id: MemberId) -> Conversation:
    """Return a conversation that has not begun."""
    return Conversation(
        id=ConversationId(new_id()),
        organization_id=organization_id,
        member_id=member_id,
        bot_id=BotId(new_id()),
        title="How do I fold a letter?",
        created_at=LONG_AGO,
        updated_at=LONG_AGO,
    )


def a_turn(conversation: Conversation, text: str = "How do I fold a letter?", *, key: str = "") -> Turn:
    """Return a question and its answer-to-be; a key is made where none is given."""
    question = Message(
        id=MessageId(new_id()),
        organization_id=conversation.organization_id,
        conversation_id=conversation.id,
        seq=0,
        speaker=Speaker.PERSON,
        text=text,
        created_at=LONG_AGO,
        key=key or str(new_id()),
    )
    answer = Message(
        id=MessageId(new_id()),
        organization_id=conversation.organization_id,
        conversation_id=conversation.id,
        seq=0,
        speaker=Speaker.BOT,
        text="",
        created_at=LONG_AGO,
        status=MessageStatus.STREAMING,
        bot_revision=1,
    )
    return Turn(conversation=conversation, question=question, answer=answer)


def a_reference(number: int = 1) -> Reference:
    """Return where a quoted text stands."""
    return Reference(
        number=number,
        document_id=DocumentId(new_id()),
        generation=GenerationId(new_id()),
        index=3,
        start=10,
        end=20,
    )


def ticking_clock(start: datetime = LONG_AGO + timedelta(days=3000)) -> "TickingClock":
    """Return a clock that moves on by a millisecond whenever it is read."""
    return TickingClock(start)


class TickingClock:
    """A clock for tests that want no real time; ``at`` may be set."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """Return the time, a millisecond later than last time."""
        self.at += timedelta(milliseconds=1)
        return self.at


def a_session(member: Member, *, expires_at: datetime = FAR_AHEAD) -> Session:
    """Return a session of a member that began long ago."""
    return Session(
        id=SessionId(new_id()),
        digest=str(new_id()),
        member_id=member.id,
        organization_id=member.organization_id,
        device="Firefox on Linux",
        created_at=LONG_AGO,
        seen_at=LONG_AGO,
        expires_at=expires_at,
    )


def a_token(member: Member, *, name: str = "Export", role: Role | None = None) -> Token:
    """Return a personal token of a member."""
    return Token(
        id=TokenId(new_id()),
        digest=str(new_id()),
        organization_id=member.organization_id,
        member_id=member.id,
        role=role or member.role,
        name=name,
        created_at=LONG_AGO,
    )


def a_link(
    maker: Member, kind: LinkKind = LinkKind.INVITE, *, of: Member | None = None, created_at: datetime = LONG_AGO
) -> Link:
    """Return a link made by a member that does not expire; one that signs somebody in says whom."""
    return Link(
        id=LinkId(new_id()),
        digest=str(new_id()),
        kind=kind,
        organization_id=maker.organization_id,
        role=Role.MEMBER,
        created_at=created_at,
        expires_at=FAR_AHEAD,
        member_id=of.id if of else None,
        email="" if of else "mia@example.org",
        created_by=maker.id,
    )


def an_act(member: Member, action: Action = Action.MEMBER_CHANGED, subject: str = "Mia") -> Act:
    """Return something that a member did."""
    return Act(organization_id=member.organization_id, member_id=member.id, action=action, subject=subject)
