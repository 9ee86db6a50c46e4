"""One chat turn: store the question, find evidence, answer or say so, store the answer with its references."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mentorfy_core.application.quotes import Quote, Quotes
from mentorfy_core.bots.model import Bot
from mentorfy_core.bots.prompt import compile_prompt
from mentorfy_core.bots.search import TEMPERATURE, search_params
from mentorfy_core.conversations.citations import conceal, reveal
from mentorfy_core.conversations.model import Conversation, Message, MessageStatus, Speaker, Turn
from mentorfy_core.conversations.turn import ChatRequest, checked_question, recent, search_question, title_of
from mentorfy_core.errors import NotFound
from mentorfy_core.ids import BotId, ConversationId, MessageId, OrganizationId
from mentorfy_core.knowledge.answerable import answerable, content_terms
from mentorfy_core.knowledge.model import Evidence
from mentorfy_core.people import Actor
from mentorfy_core.ports import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a person gets.

    Attributes:
        answered: False where the material holds no answer; then ``text`` is the bot's no-answer message.
        quotes: One per citation, in order of appearance.
    """

    turn: Turn
    answered: bool
    text: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask a bot a question."""

    ports: Ports

    async def __call__(
        self,
        actor: Actor,
        bot_id: BotId,
        question: str,
        *,
        conversation_id: ConversationId | None = None,
        key: str = "",
    ) -> Answer:
        """Return the answer.

        Args:
            actor: Who asks.
            bot_id: Whom; it answers from all available documents of the actor's organisation.
            question: At most ``turn.MAX_QUESTION`` characters.
            conversation_id: Which conversation goes on; a new one begins without it.
            key: Made by the client; the same key is the same question, asked once.

        Raises:
            InvalidInput: The question is empty or too long.
            NotFound: No such bot in the organisation, or not this person's conversation.
            PortError: The chat model or the knowledge base failed; the answer is stored as failed.
        """
        bot = await self.ports.bots.get(actor.organization_id, bot_id)
        earlier = await self._earlier(actor, conversation_id)
        turn = await self.ports.conversations.begin(
            self._turn(actor, bot, checked_question(question), conversation_id, key)
        )
        if not turn.fresh:
            return await self._view(turn)
        try:
            answer = await self._answer(bot, turn, earlier)
        except BaseException:
            await self.ports.conversations.finish(replace(turn.answer, status=MessageStatus.FAILED))
            raise
        return await self._view(replace(turn, answer=await self.ports.conversations.finish(answer)))

    async def _earlier(self, actor: Actor, conversation_id: ConversationId | None) -> Sequence[Message]:
        if conversation_id is None:
            return ()
        conversation = await self.ports.conversations.get(actor.organization_id, conversation_id)
        if conversation.member_id != actor.member_id:
            raise NotFound("No such conversation.")
        return await self.ports.conversations.messages(actor.organization_id, conversation_id)

    def _turn(self, actor: Actor, bot: Bot, question: str, conversation_id: ConversationId | None, key: str) -> Turn:
        now, organization_id = bot.updated_at, actor.organization_id
        conversation = Conversation(
            id=conversation_id or ConversationId(self.ports.new_id()),
            organization_id=organization_id,
            member_id=actor.member_id,
            bot_id=bot.id,
            title=title_of(question),
            created_at=now,
            updated_at=now,
        )
        asked = Message(
            id=MessageId(self.ports.new_id()),
            organization_id=organization_id,
            conversation_id=conversation.id,
            seq=1,
            speaker=Speaker.PERSON,
            text=question,
            created_at=now,
            key=key or str(self.ports.new_id()),
        )
        answer = replace(
            asked,
            id=MessageId(self.ports.new_id()),
            seq=2,
            speaker=Speaker.BOT,
            text="",
            key="",
            status=MessageStatus.STREAMING,
            bot_revision=bot.revision,
        )
        return Turn(conversation=conversation, question=asked, answer=answer)

    async def _answer(self, bot: Bot, turn: Turn, earlier: Sequence[Message]) -> Message:
        organization_id, question = bot.organization_id, turn.question.text
        looked_up = search_question(question, earlier)
        evidence = await self._evidence(organization_id, looked_up, bot)
        if not evidence:
            return replace(turn.answer, status=MessageStatus.COMPLETE, text=bot.behavior.no_answer, answered=False)
        request = ChatRequest(
            system_prompt=compile_prompt(bot.behavior),
            temperature=TEMPERATURE[bot.behavior.creativity],
            evidence=tuple(evidence),
            history=recent(earlier),
            question=looked_up,
        )
        said = "".join([piece async for piece in self.ports.chat.answer(organization_id, request)])
        text, references = conceal(said, evidence)
        return replace(turn.answer, status=MessageStatus.COMPLETE, text=text, references=references)

    async def _evidence(self, organization_id: OrganizationId, question: str, bot: Bot) -> Sequence[Evidence]:
        """Return what the answer may rest on; empty where the honest answer is "I don't know"."""
        live = await self.ports.documents.live(organization_id)
        evidence = await self.ports.knowledge.search(organization_id, question, search_params(bot.behavior), live)
        rarity = await self.ports.knowledge.rarity(organization_id, content_terms(question), live)
        return evidence if answerable(rarity, evidence) else ()

    async def _view(self, turn: Turn) -> Answer:
        quotes = await Quotes(self.ports)(turn.answer)
        words = {place: quote.text for place, quote in enumerate(quotes, 1) if quote.visible}
        return Answer(
            turn=turn,
            answered=turn.answer.answered,
            text=reveal(turn.answer.text, words),
            quotes=tuple(quote for quote in quotes if quote.visible),
        )
