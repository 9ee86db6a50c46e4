"""Ask a draft before people do: its answer beside the published one, kept nowhere."""

from dataclasses import dataclass

from mentorfy_core.application.answering import evidence_for, request_for
from mentorfy_core.application.budgeting import leave_to_answer
from mentorfy_core.application.quotes import Quote, Quotes, words_of
from mentorfy_core.bots.behavior import Behavior
from mentorfy_core.bots.settings import problems
from mentorfy_core.conversations.citations import conceal, reveal
from mentorfy_core.conversations.turn import checked_question
from mentorfy_core.errors import Conflict
from mentorfy_core.ids import BotId, OrganizationId
from mentorfy_core.knowledge.model import Evidence
from mentorfy_core.people import Actor, require_operator
from mentorfy_core.ports import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a behaviour answers.

    Attributes:
        answered: False where the material holds no answer; then ``text`` is the no-answer message.
        concealed: The text with its quotes replaced, see ``citations.conceal``.
        quotes: One per citation, in order of appearance.
        evidence: Everything the answer could rest on, best first.
    """

    answered: bool
    text: str
    concealed: str = ""
    quotes: tuple[Quote, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A question and what draft and published behaviour answer."""

    question: str
    draft: Trial
    published: Trial


@dataclass(frozen=True, slots=True)
class TryOut:
    """Ask the draft and the published behaviour of a bot the same question."""

    ports: Ports

    async def __call__(self, actor: Actor, bot_id: BotId, question: str) -> Comparison:
        """Return both answers. Nothing is stored, nobody's history grows.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such bot in the actor's organisation.
            InvalidInput: The question is empty or too long.
            Conflict: The draft lacks something.
            PortError: The chat model or the knowledge base failed.
        """
        require_operator(actor)
        organization_id, asked = actor.organization_id, checked_question(question)
        draft = await self.ports.bots.draft(organization_id, bot_id)
        if holes := problems(draft.name, draft.behavior):
            raise Conflict(" ".join(holes.values()))
        bot = await self.ports.bots.get(organization_id, bot_id)
        published = await self._answer(organization_id, bot.behavior, asked)
        same = draft.behavior == bot.behavior
        tried = published if same else await self._answer(organization_id, draft.behavior, asked)
        return Comparison(question=asked, draft=tried, published=published)

    async def _answer(self, organization_id: OrganizationId, behavior: Behavior, question: str) -> Trial:
        live = await self.ports.documents.live(organization_id)
        evidence = await evidence_for(self.ports, organization_id, question, behavior, live)
        if not evidence:
            return Trial(answered=False, text=behavior.no_answer)
        request = request_for(behavior, question, evidence)
        async with leave_to_answer(self.ports, organization_id, self.ports.new_id(), request):
            said = "".join([piece async for piece in self.ports.chat.answer(organization_id, request)])
        text, references = conceal(said, evidence)
        quotes = await Quotes(self.ports).of(organization_id, references)
        return Trial(
            answered=True,
            text=reveal(text, words_of(quotes)),
            concealed=text,
            quotes=quotes,
            evidence=tuple(evidence),
        )
