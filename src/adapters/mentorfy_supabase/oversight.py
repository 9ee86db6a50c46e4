"""Everybody's conversations: how each came out is told by the core's tables, sent along with the question."""

from collections.abc import Mapping, Sequence
from itertools import compress
from typing import Any, Final
from uuid import UUID

from mentorfy_core.conversations.model import Speaker
from mentorfy_core.conversations.oversight import FATES, OUTCOMES, Fate, Place, Summary, Unanswered, Wanted, outcome
from mentorfy_core.ids import BotId, ConversationId, MemberId, OrganizationId
from mentorfy_core.people.audits import Act
from mentorfy_core.ports.oversight import Transcript
from mentorfy_supabase.client import Supabase
from mentorfy_supabase.conversations import CONVERSATION, MESSAGE, folded, messages_of

_KINDS: Final[Mapping[str, str]] = {
    f"{Speaker.BOT} {status} {answered} {stopped}".lower(): fate
    for fate, kinds in FATES.items()
    for status, answered, stopped in kinds
}
"""How a message came out, by who said it, its status, whether it was answered and stopped; others came out no way."""

_OUTCOMES: Final[Mapping[str, Sequence[str]]] = {
    wanted: [" ".join(sorted(compress(Fate, present))) for present in kinds] for wanted, kinds in OUTCOMES.items()
}
"""Each outcome with the fates of its answers, as ``mentorfy.fates_of`` writes them."""


class SupabaseOversightStore:
    """See ``ports.oversight.OversightStore``."""

    def __init__(self, supabase: Supabase) -> None:
        self._call = supabase.call

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
        found = await self._call(
            "oversight_conversations",
            organization=organization_id,
            bot=wanted.bot_id,
            people=wanted.member_ids,
            since=wanted.since,
            until=wanted.until,
            words=folded(wanted.text),
            kinds=_KINDS,
            outcomes=None if wanted.outcome is None else _OUTCOMES[wanted.outcome],
            after_at=after.updated_at if after else None,
            after_id=after.id if after else None,
            at_most=limit,
            act=act,
        )
        return [_summary(row) for row in found.value]

    async def transcript(
        self, act: Act, conversation_id: ConversationId, *, last: int = 200, before: int | None = None
    ) -> Transcript:
        """Return a conversation; unless it is the reader's own, write that down."""
        found = await self._call(
            "oversight_transcript", act=act, conversation=conversation_id, latest=last, before=before
        )
        return Transcript(CONVERSATION.build(found.value["conversation"]), messages_of(found.value["messages"]))

    async def unanswered(self, organization_id: OrganizationId, *, limit: int = 1000) -> Sequence[Unanswered]:
        """Return the latest questions whose answer was "I don't know"."""
        found = await self._call("questions_unanswered", organization=organization_id, at_most=limit)
        return [_unanswered(row) for row in found.value]


def _summary(row: Mapping[str, Any]) -> Summary:
    return Summary(
        conversation=CONVERSATION.build(row["conversation"]),
        messages=row["messages"],
        outcome=outcome([Fate(fate) for fate in row["fates"].split()]),
    )


def _unanswered(row: Mapping[str, Any]) -> Unanswered:
    return Unanswered(
        question=MESSAGE.build(row["question"]),
        member_id=MemberId(UUID(row["user_id"])),
        bot_id=BotId(UUID(row["mentor_bot_id"])),
    )
