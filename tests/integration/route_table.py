"""Every route: who may use it, what its ids name, what it is sent, and what it answers then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from mentorfy_web.doors import Door
from tests.integration.browser.server import SAMPLE


@dataclass(frozen=True)
class Id:
    """What an id in a form or a body names, see ``things.KINDS``."""

    kind: str


@dataclass(frozen=True)
class Row:
    """What a route needs and answers.

    Attributes:
        door: Who may use it.
        ok: The answer to those, for an id of their own.
        ids: What each id in its path names, see ``things.KINDS``.
        send: The fields of its form, or the JSON of its body; an ``Id`` stands for one.
        file: The text of the file that its form, or its body, holds.
        query: What follows its path.
        member: A member's answer where it is neither ``ok`` nor 403.
        nobody: The answer to those who are not signed in, where it is not ``ok``, of an open door.
        by_secret: Whether knowing the id is all it takes: a one-time link.
    """

    door: Door
    ok: int = 200
    ids: Mapping[str, str] = field(default_factory=dict)
    send: Any = field(default_factory=dict)
    file: str = ""
    query: str = ""
    member: int | None = None
    nobody: int | None = None
    by_secret: bool = False

    @property
    def names_something(self) -> bool:
        """Whether an id is asked for, in its path or in what it is sent."""
        return bool(self.ids) or any(isinstance(value, Id) for value in dict(self.send).values())


OPEN, MEMBER, OPERATOR = Door.OPEN, Door.MEMBER, Door.OPERATOR
DOCUMENT: Final = {"document_id": "document"}
FAILED: Final = {"document_id": "failed_document"}
REMOVED: Final = {"document_id": "removed_document"}
UPLOAD: Final = {"import_id": "upload"}
IMPORT: Final = {"import_id": "planned_import"}
CHAT: Final = {"conversation_id": "conversation"}
ANSWER: Final = {"conversation_id": "conversation", "answer_id": "answer"}
CITED: Final = {**ANSWER, "place": "first"}
SPOKEN: Final = {"answer_id": "spoken_answer"}
PERSON: Final = {"member_id": "member"}
INVITATION: Final = {"link_id": "invitation"}
TOKEN: Final = {"token_id": "token"}
QUESTION: Final = "When does the ferry leave?"

BOT: Final = {"bot_id": "fresh_bot"}
DRAFTED: Final = {"bot_id": "drafted_bot"}
MEMBERS_CHAT: Final = {"conversation_id": "members_conversation"}
SETTINGS: Final = {
    "name": "Ferryman",
    "purpose": "Know the ferries.",
    "instruction": "Be brief.",
    "response_length": "Concise",
    "creativity": "Strict",
    "no_answer": "Ask at the quay.",
    "version": "0",
    "revision": "1",
}

ROWS: Final[Mapping[str, Row]] = {
    "GET /healthz": Row(OPEN),
    "GET /readyz": Row(OPEN, ok=503),  # there is no worker
    "GET /metrics": Row(OPEN, ok=404),  # for whoever comes from elsewhere without a token
    "GET /api/openapi.json": Row(OPEN),
    # signing in and out
    "GET /login": Row(OPEN, ok=303, nobody=200),
    "POST /login": Row(OPEN, ok=422, send={"email": "nobody@example.org", "password": "wrong and wrong"}),
    "POST /logout": Row(OPEN, ok=303),
    "POST /switch": Row(MEMBER, ok=303, send={"to": Id("organization")}),
    "GET /link/{secret}": Row(OPEN, ids={"secret": "link"}, by_secret=True),
    "POST /link/{secret}": Row(OPEN, ok=303, ids={"secret": "link"}, by_secret=True),
    # the people
    "GET /members": Row(OPERATOR),
    "POST /members": Row(OPERATOR, send={"role": "member"}),
    "POST /members/invitations/{link_id}/withdraw": Row(OPERATOR, ok=303, ids=INVITATION),
    "POST /members/{member_id}/role": Row(OPERATOR, ok=303, ids=PERSON, send={"role": "admin"}),
    "POST /members/{member_id}/remove": Row(OPERATOR, ok=303, ids=PERSON),
    "POST /members/{member_id}/link": Row(OPERATOR, ids=PERSON),
    "GET /account": Row(MEMBER),
    "POST /account/name": Row(MEMBER, ok=303, send={"name": "Ann"}),
    "POST /account/password": Row(MEMBER, ok=422, send={"old": "wrong and wrong", "password": "right and right"}),
    "POST /account/sessions/{session_id}/end": Row(MEMBER, ok=303, ids={"session_id": "session"}),
    "POST /account/sessions/end": Row(MEMBER, ok=303),
    "POST /account/tokens": Row(MEMBER, send={"token_name": "Export"}),
    "POST /account/tokens/{token_id}/revoke": Row(MEMBER, ok=303, ids=TOKEN),
    "GET /api/session": Row(MEMBER),
    "POST /api/session": Row(OPEN, ok=401, send={"email": "no-one@example.org", "password": "wrong and wrong"}),
    "PATCH /api/session": Row(MEMBER, ok=204, send={"organization_id": Id("organization")}),
    "DELETE /api/session": Row(MEMBER, ok=204),
    "GET /api/sessions": Row(MEMBER),
    "DELETE /api/sessions": Row(MEMBER, ok=204),
    "GET /api/members": Row(OPERATOR),
    "PATCH /api/members/{member_id}": Row(OPERATOR, ids=PERSON, send={"role": "admin"}),
    "DELETE /api/members/{member_id}": Row(OPERATOR, ok=204, ids=PERSON),
    "POST /api/members/{member_id}/link": Row(OPERATOR, ok=201, ids=PERSON),
    "GET /api/invitations": Row(OPERATOR),
    "POST /api/invitations": Row(OPERATOR, ok=201, send={"role": "member"}),
    "DELETE /api/invitations/{link_id}": Row(OPERATOR, ok=204, ids=INVITATION),
    "GET /api/tokens": Row(MEMBER),
    "POST /api/tokens": Row(MEMBER, ok=201, send={"name": "Export"}),
    "DELETE /api/tokens/{token_id}": Row(MEMBER, ok=204, ids=TOKEN),
    # the documents
    "GET /": Row(OPERATOR, member=303),
    "GET /content/inside": Row(OPERATOR, ok=404),  # no folder is named
    "GET /content/changes": Row(OPERATOR, ok=422),  # nor a revision
    "GET /content/bars": Row(OPERATOR),
    "POST /content/retry": Row(OPERATOR, ok=303),
    "POST /content/retry-matching": Row(OPERATOR, ok=303),
    "POST /content/remove": Row(OPERATOR, ok=303),
    "POST /content/restore": Row(OPERATOR, ok=303),
    "POST /content/resume": Row(OPERATOR, ok=404, send={"reach": "organization"}),  # nothing is paused
    "GET /documents/{document_id}": Row(OPERATOR, ids=DOCUMENT),
    "GET /documents/{document_id}/original": Row(OPERATOR, ids=DOCUMENT),
    "POST /documents/{document_id}/retry": Row(OPERATOR, ok=303, ids=FAILED, send={"cycle": "0"}),
    "POST /documents/{document_id}/remove": Row(OPERATOR, ok=303, ids=DOCUMENT),
    "POST /documents/{document_id}/restore": Row(OPERATOR, ok=303, ids=REMOVED),
    "GET /api/overview": Row(OPERATOR),
    "GET /api/documents": Row(OPERATOR),
    "GET /api/documents/{document_id}": Row(OPERATOR, ids=DOCUMENT),
    "GET /api/documents/{document_id}/timeline": Row(OPERATOR, ids=DOCUMENT),
    "GET /api/documents/{document_id}/text": Row(OPERATOR, ids=DOCUMENT),
    "POST /api/documents/{document_id}/retry": Row(OPERATOR, ids=FAILED, send={"cycle": 0}),
    "POST /api/documents/{document_id}/remove": Row(OPERATOR, ids=DOCUMENT),
    "POST /api/documents/{document_id}/restore": Row(OPERATOR, ids=REMOVED),
    "POST /api/bulk/retry": Row(OPERATOR, send={"documents": []}),
    "POST /api/bulk/remove": Row(OPERATOR, send={"documents": []}),
    "POST /api/bulk/restore": Row(OPERATOR, send={"documents": []}),
    "GET /api/pauses": Row(OPERATOR),
    "POST /api/pauses": Row(OPERATOR, ok=404, send={"source": "nowhere"}),  # there is no such source
    "POST /api/pauses/resume": Row(OPERATOR, ok=404, send={"reach": "organization"}),  # nothing is paused
    "POST /api/relearn": Row(OPERATOR, send={"documents": []}),
    # bringing documents in
    "GET /imports": Row(OPERATOR),
    "POST /imports": Row(OPERATOR, ok=303, send={"folder": str(SAMPLE)}),
    "GET /imports/new": Row(OPERATOR),
    "GET /imports/{import_id}": Row(OPERATOR, ids=IMPORT),
    "POST /imports/{import_id}/plan": Row(OPERATOR, ok=303, ids=IMPORT, send={"row": "0"}),
    "POST /imports/{import_id}/confirm": Row(OPERATOR, ok=303, ids=IMPORT, send={"row": "0"}),
    "POST /imports/{import_id}/cancel": Row(OPERATOR, ok=303, ids=IMPORT),
    "POST /imports/sample": Row(OPERATOR, ok=303),
    "POST /imports/uploads": Row(OPERATOR, ok=303, file=QUESTION),
    "POST /imports/{import_id}/files": Row(OPERATOR, ok=303, ids=UPLOAD, file=QUESTION),
    "GET /api/imports": Row(OPERATOR),
    "POST /api/imports": Row(OPERATOR, ok=201, send={"source": "upload"}),
    "GET /api/imports/{import_id}": Row(OPERATOR, ids=IMPORT),
    "GET /api/imports/{import_id}/plan": Row(OPERATOR, ids=IMPORT),
    "POST /api/imports/{import_id}/confirm": Row(OPERATOR, ids=IMPORT),
    "POST /api/imports/{import_id}/cancel": Row(OPERATOR, ids=IMPORT),
    "PUT /api/imports/{import_id}/files": Row(OPERATOR, ids=UPLOAD, file=QUESTION, query="?path=a.txt&size=25"),
    "POST /api/imports/{import_id}/finish": Row(OPERATOR, ids={"import_id": "filled_upload"}),
    # asking
    "GET /chat": Row(MEMBER),
    "POST /chat": Row(MEMBER, ok=303, send={"bot": Id("bot"), "text": QUESTION}),
    "GET /chat/history": Row(MEMBER),
    "GET /chat/{conversation_id}": Row(MEMBER, ids=CHAT),
    "POST /chat/{conversation_id}": Row(MEMBER, ok=303, ids=CHAT, send={"text": QUESTION}),
    "GET /chat/{conversation_id}/news": Row(MEMBER, ids=CHAT),
    "POST /chat/{conversation_id}/rename": Row(MEMBER, ok=303, ids=CHAT, send={"title": "The ferry"}),
    "POST /chat/{conversation_id}/delete": Row(MEMBER, ok=303, ids=CHAT),
    "POST /chat/{conversation_id}/restore": Row(MEMBER, ok=303, ids={"conversation_id": "deleted_conversation"}),
    "GET /chat/{conversation_id}/answers/{answer_id}/events": Row(MEMBER, ids=ANSWER),
    "POST /chat/{conversation_id}/answers/{answer_id}/stop": Row(MEMBER, ok=303, ids=ANSWER),
    "POST /chat/{conversation_id}/answers/{answer_id}/again": Row(MEMBER, ok=303, ids=ANSWER),
    "GET /chat/{conversation_id}/answers/{answer_id}/citations/{place}": Row(MEMBER, ids=CITED),
    "GET /chat/{conversation_id}/answers/{answer_id}/passages/{place}": Row(MEMBER, ids=CITED),
    "GET /api/conversations": Row(MEMBER),
    "POST /api/conversations": Row(MEMBER, ok=202, send={"text": QUESTION, "bot_id": Id("bot")}),
    "GET /api/conversations/{conversation_id}": Row(MEMBER, ids=CHAT),
    "PATCH /api/conversations/{conversation_id}": Row(MEMBER, ids=CHAT, send={"title": "The ferry"}),
    "DELETE /api/conversations/{conversation_id}": Row(MEMBER, ok=204, ids=CHAT),
    "POST /api/conversations/{conversation_id}/restore": Row(MEMBER, ids={"conversation_id": "deleted_conversation"}),
    "GET /api/conversations/{conversation_id}/messages": Row(MEMBER, ids=CHAT),
    "POST /api/conversations/{conversation_id}/messages": Row(MEMBER, ok=202, ids=CHAT, send={"text": QUESTION}),
    "GET /api/answers/{answer_id}": Row(MEMBER, ids=SPOKEN),
    "GET /api/answers/{answer_id}/events": Row(MEMBER, ids=SPOKEN),
    "POST /api/answers/{answer_id}/stop": Row(MEMBER, ids=SPOKEN),
    "POST /api/answers/{answer_id}/again": Row(MEMBER, ok=202, ids=SPOKEN),
    "GET /api/answers/{answer_id}/citation": Row(MEMBER, ids=SPOKEN),
    # the bots
    "GET /bots": Row(OPERATOR),
    "POST /bots": Row(OPERATOR, ok=303, send={"name": "Ferryman", "like": Id("bot")}),
    "POST /bots/{bot_id}/offer": Row(OPERATOR, ok=303, ids=BOT),
    "POST /bots/{bot_id}/hide": Row(OPERATOR, ok=303, ids=BOT),
    "GET /bots/{bot_id}": Row(OPERATOR, ids=BOT),
    "POST /bots/{bot_id}": Row(OPERATOR, ok=303, ids=BOT, send={**SETTINGS, "do": "publish"}),
    "POST /bots/{bot_id}/draft": Row(OPERATOR, ids=BOT, send=SETTINGS),
    "POST /bots/{bot_id}/preview": Row(OPERATOR, ids=BOT, send=SETTINGS),
    "POST /bots/{bot_id}/discard": Row(OPERATOR, ok=303, ids=BOT, send={"version": "0"}),
    "POST /bots/{bot_id}/restore": Row(OPERATOR, ok=303, ids=BOT, send={"number": "1", "version": "0"}),
    "POST /bots/{bot_id}/try": Row(OPERATOR, ids=BOT, send={"question": QUESTION}),
    "GET /bots/{bot_id}/revisions/{number}": Row(OPERATOR, ids={**BOT, "number": "first"}),
    # what everybody asked
    "GET /admin/conversations": Row(OPERATOR),
    "GET /admin/conversations.csv": Row(OPERATOR),
    "GET /admin/conversations/{conversation_id}": Row(OPERATOR, ids=MEMBERS_CHAT),
    "GET /admin/unanswered": Row(OPERATOR),
    # bots for programs
    "GET /api/bots": Row(MEMBER),
    "POST /api/bots": Row(OPERATOR, ok=201, send={"name": "Ferryman", "like": Id("bot")}),
    "GET /api/bots/{bot_id}": Row(OPERATOR, ids=BOT),
    "GET /api/bots/{bot_id}/draft": Row(OPERATOR, ids=BOT),
    "PUT /api/bots/{bot_id}/draft": Row(OPERATOR, ids=BOT, send={"name": "Ferryman", "behavior": {}, "version": 0}),
    "POST /api/bots/{bot_id}/discard": Row(OPERATOR, ids=BOT, send={"version": 0}),
    "POST /api/bots/{bot_id}/preview": Row(OPERATOR, ids=BOT, send={"name": "Ferryman", "behavior": {}}),
    "POST /api/bots/{bot_id}/try": Row(OPERATOR, ids=BOT, send={"question": QUESTION}),
    "POST /api/bots/{bot_id}/publish": Row(OPERATOR, ids=DRAFTED, send={"version": 1, "revision": 1}),
    "GET /api/bots/{bot_id}/revisions": Row(OPERATOR, ids=BOT),
    "POST /api/bots/{bot_id}/restore": Row(OPERATOR, ids=BOT, send={"revision": 1, "version": 0}),
    "POST /api/bots/{bot_id}/offer": Row(OPERATOR, ids=BOT),
    "POST /api/bots/{bot_id}/hide": Row(OPERATOR, ids=BOT),
    "GET /api/admin/conversations": Row(OPERATOR),
    "GET /api/admin/conversations/{conversation_id}": Row(OPERATOR, ids=MEMBERS_CHAT),
    "GET /api/admin/unanswered": Row(OPERATOR),
}
