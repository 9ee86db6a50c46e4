"""What operators see of their people's conversations: lists, transcripts that are written down, open questions."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from mentorfy_core.application.quotes import Quotes, Shown
from mentorfy_core.bots.model import Bot
from mentorfy_core.conversations.model import Conversation
from mentorfy_core.conversations.oversight import Gap, Place, Summary, Wanted, gaps
from mentorfy_core.ids import BotId, ConversationId, MemberId, OrganizationId
from mentorfy_core.people import Actor, Member, require_operator
from mentorfy_core.people.audits import Action, audit
from mentorfy_core.ports import Ports

PAGE: Final = 50
EXPORTED_AT_ONCE: Final = 200
MESSAGES: Final = 200
"""How many messages of a transcript are read at once; each reading is written down."""

LONGEST_SEARCH: Final = 200
QUESTIONS: Final = 1_000
"""How many of the latest unanswered questions are grouped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What people and bots are called, those included that are gone."""

    people: Mapping[MemberId, Member]
    bots: Mapping[BotId, Bot]

    def person(self, member_id: MemberId) -> str:
        """Return a person's name."""
        return self.people[member_id].name if member_id in self.people else ""

    def email(self, member_id: MemberId) -> str:
        """Return a person's e-mail."""
        return self.people[member_id].email if member_id in self.people else ""

    def bot(self, bot_id: BotId) -> str:
        """Return a bot's name."""
        return self.bots[bot_id].name if bot_id in self.bots else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationList:
    """A page of conversations.

    Attributes:
        further: Where the next page begins; ``None`` on the last.
    """

    rows: Sequence[Summary]
    further: Place | None
    names: Names


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTranscript:
    """A conversation as an operator reads it.

    Attributes:
        recorded: Whether this reading was written down; one's own is not.
        earlier: What to ask for to see what was said before this; ``None`` at the beginning.
    """

    conversation: Conversation
    messages: Sequence[Shown]
    names: Names
    recorded: bool
    earlier: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestions:
    """What nobody could answer, the latest first."""

    gaps: Sequence[Gap]
    names: Names


@dataclass(frozen=True, slots=True)
class Oversight:
    """Look at everybody's conversations in the actor's organisation."""

    ports: Ports

    async def conversations(
        self, actor: Actor, wanted: Wanted, *, person: str = "", after: Place | None = None, limit: int = PAGE
    ) -> ConversationList:
        """Return conversations, the latest activity first.

        Args:
            actor: Who looks.
            wanted: Which.
            person: Only of people whose name or e-mail holds these words, in any case.
            after: Where the page before ended.
            limit: At most so many.

        Raises:
            Forbidden: The actor is a member.
        """
        require_operator(actor)
        names = await self._names(actor.organization_id)
        asked = _narrowed(wanted, person, names)
        found = await self.ports.oversight.conversations(actor.organization_id, asked, after=after, limit=limit + 1)
        rows = found[:limit]
        return ConversationList(rows=rows, further=rows[-1].place if len(found) > limit else None, names=names)

    async def export(
        self, actor: Actor, wanted: Wanted, *, person: str = ""
    ) -> tuple[Names, AsyncIterator[Sequence[Summary]]]:
        """Return the names, and all conversations, page after page; that somebody takes them away is written down.

        Args:
            actor: Who takes them.
            wanted: Which.
            person: Only of people whose name or e-mail holds these words, in any case.

        Raises:
            Forbidden: The actor is a member.
        """
        require_operator(actor)
        names = await self._names(actor.organization_id)
        asked = _narrowed(wanted, person, names)
        act = audit(actor, Action.CONVERSATIONS_EXPORTED, "a list of conversations")
        first = await self.ports.oversight.conversations(actor.organization_id, asked, limit=EXPORTED_AT_ONCE, act=act)
        return names, self._pages(actor.organization_id, asked, first)

    async def transcript(
        self, actor: Actor, conversation_id: ConversationId, *, before: int | None = None
    ) -> ReadTranscript:
        """Return a conversation's last messages; reading somebody else's is written down in the same transaction.

        Args:
            actor: Who reads.
            conversation_id: What.
            before: Only what was said before this message.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such conversation in the actor's organisation.
        """
        require_operator(actor)
        act = audit(actor, Action.CONVERSATION_READ, conversation_id)
        read = await self.ports.oversight.transcript(act, conversation_id, last=MESSAGES, before=before)
        return ReadTranscript(
            conversation=read.conversation,
            messages=await Quotes(self.ports).shown(read.messages),
            names=await self._names(actor.organization_id),
            recorded=read.conversation.member_id != actor.member_id,
            earlier=read.messages[0].seq if read.messages and read.messages[0].seq > 1 else None,
        )

    async def unanswered(self, actor: Actor) -> OpenQuestions:
        """Return the latest questions that nobody could answer, equal ones together.

        Raises:
            Forbidden: The actor is a member.
        """
        require_operator(actor)
        found = await self.ports.oversight.unanswered(actor.organization_id, limit=QUESTIONS)
        return OpenQuestions(gaps=gaps(found), names=await self._names(actor.organization_id))

    async def _pages(
        self, organization_id: OrganizationId, wanted: Wanted, page: Sequence[Summary]
    ) -> AsyncIterator[Sequence[Summary]]:
        while page:
            yield page
            after = page[-1].place
            page = await self.ports.oversight.conversations(
                organization_id, wanted, after=after, limit=EXPORTED_AT_ONCE
            )

    async def _names(self, organization_id: OrganizationId) -> Names:
        people = await self.ports.people.everyone(organization_id)
        bots = await self.ports.bots.all(organization_id, hidden=True)
        return Names(people={one.id: one for one in people}, bots={one.id: one for one in bots})


def _narrowed(wanted: Wanted, person: str, names: Names) -> Wanted:
    wanted = replace(wanted, text=" ".join(wanted.text.split())[:LONGEST_SEARCH])
    words = " ".join(person.split()).casefold()
    if not words:
        return wanted
    people = [one for one in names.people.values() if words in one.name.casefold() or words in one.email.casefold()]
    return replace(wanted, member_ids=tuple(one.id for one in people))
