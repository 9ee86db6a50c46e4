"""A person's own conversations: found, read, renamed, deleted and brought back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from mentorfy_core.application.quotes import Quotes, Shown
from mentorfy_core.conversations.model import Conversation, Message, MessageStatus, Speaker
from mentorfy_core.conversations.turn import checked_title
from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import ConversationId, MessageId
from mentorfy_core.people import Actor
from mentorfy_core.ports import Ports

PAGE: Final = 50
LONGEST_SEARCH: Final = 200


async def owned_conversation(ports: Ports, actor: Actor, conversation_id: ConversationId) -> Conversation:
    """Return the actor's conversation.

    Raises:
        NotFound: It is somebody else's, or nobody's.
    """
    conversation = await ports.conversations.get(actor.organization_id, conversation_id)
    if conversation.member_id != actor.member_id:
        raise NotFound("No such conversation.")
    return conversation


async def owned_answer(ports: Ports, actor: Actor, answer_id: MessageId) -> tuple[Message, Conversation]:
    """Return an answer in one of the actor's conversations.

    Raises:
        NotFound: It is in somebody else's, or is no answer.
    """
    answer = await ports.conversations.message(actor.organization_id, answer_id)
    if answer.speaker is not Speaker.BOT:
        raise NotFound("No such answer.")
    return answer, await owned_conversation(ports, actor, answer.conversation_id)


@dataclass(frozen=True, slots=True)
class Conversations:
    """What a person sees of their conversations, and does with them."""

    ports: Ports
    undo: timedelta

    async def history(
        self, actor: Actor, *, matching: str = "", after: ConversationId | None = None, limit: int = PAGE
    ) -> Sequence[Conversation]:
        """Return the actor's conversations, the latest activity first.

        Args:
            actor: Whose.
            matching: Only those whose title or messages hold these words, in any case.
            after: Only those that follow this one.
            limit: At most so many.

        Raises:
            NotFound: ``after`` is not the actor's.
        """
        return await self.ports.conversations.history(
            actor.organization_id,
            actor.member_id,
            limit=limit,
            matching=" ".join(matching.split())[:LONGEST_SEARCH],
            after=await owned_conversation(self.ports, actor, after) if after else None,
        )

    async def get(self, actor: Actor, conversation_id: ConversationId) -> Conversation:
        """Return a conversation.

        Raises:
            NotFound: It is not the actor's.
        """
        return await owned_conversation(self.ports, actor, conversation_id)

    async def messages(
        self, actor: Actor, conversation_id: ConversationId, *, before: int | None = None, last: int = PAGE
    ) -> Sequence[Shown]:
        """Return the last messages as people see them, oldest first; with ``before``, those before that place.

        Raises:
            NotFound: It is not the actor's.
        """
        conversation = await owned_conversation(self.ports, actor, conversation_id)
        messages = await self.ports.conversations.messages(
            actor.organization_id, conversation.id, last=last, before=before
        )
        return await Quotes(self.ports).shown(messages)

    async def answer(self, actor: Actor, answer_id: MessageId) -> Message:
        """Return an answer as it is stored.

        Raises:
            NotFound: It is not in one of the actor's conversations.
        """
        return (await owned_answer(self.ports, actor, answer_id))[0]

    async def stop(self, actor: Actor, answer_id: MessageId) -> Message:
        """End an answer that is being written, as far as it is stored; one that has ended is returned as it is.

        Raises:
            NotFound: It is not in one of the actor's conversations.
        """
        answer = await self.answer(actor, answer_id)
        if answer.status is not MessageStatus.STREAMING:
            return answer
        try:
            return await self.ports.conversations.finish(replace(answer, status=MessageStatus.ABORTED, stopped=True))
        except Conflict:
            return await self.answer(actor, answer_id)

    async def rename(self, actor: Actor, conversation_id: ConversationId, title: str) -> Conversation:
        """Give a conversation another title.

        Raises:
            InvalidInput: The title is empty or too long.
            NotFound: It is not the actor's.
        """
        return await self.ports.conversations.rename(
            actor.organization_id, actor.member_id, conversation_id, checked_title(title)
        )

    async def delete(self, actor: Actor, conversation_id: ConversationId) -> None:
        """Make a conversation disappear at once; ``restore`` brings it back within the undo time.

        Raises:
            NotFound: It is not the actor's.
        """
        await self.ports.conversations.delete(actor.organization_id, actor.member_id, conversation_id)

    async def restore(self, actor: Actor, conversation_id: ConversationId) -> Conversation:
        """Bring a deleted conversation back.

        Raises:
            NotFound: It is not the actor's, or it is too late.
        """
        return await self.ports.conversations.restore(
            actor.organization_id, actor.member_id, conversation_id, undo=self.undo
        )
