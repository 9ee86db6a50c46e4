"""What an answer rests on and what the model is told: the same for people's questions and for trials."""

from collections.abc import Sequence

from mentorfy_core.bots.behavior import Behavior
from mentorfy_core.bots.prompt import compile_prompt
from mentorfy_core.bots.search import TEMPERATURE, search_params
from mentorfy_core.conversations.model import Message
from mentorfy_core.conversations.turn import ChatRequest, own_subject, search_question
from mentorfy_core.ids import OrganizationId
from mentorfy_core.knowledge.answerable import answerable, content_terms, on_subject
from mentorfy_core.knowledge.model import Evidence, LiveSet
from mentorfy_core.ports import Ports


async def evidence_for(
    ports: Ports,
    organization_id: OrganizationId,
    question: str,
    behavior: Behavior,
    live: LiveSet,
    earlier: Sequence[Message] = (),
) -> Sequence[Evidence]:
    """Return what an answer may rest on; empty where the honest answer is "I don't know".

    A question that leans on the one before it is searched with it, and by itself where that finds only the old subject.
    """

    async def found(looked_up: str, own: Sequence[str] = ()) -> Sequence[Evidence]:
        evidence = await ports.knowledge.search(organization_id, looked_up, search_params(behavior), live)
        rarity = await ports.knowledge.rarity(organization_id, content_terms(looked_up), live)
        return evidence if answerable(rarity, evidence) and on_subject(rarity, own, evidence) else ()

    looked_up, own = search_question(question, earlier), own_subject(question)
    if looked_up == question or not own:
        return await found(looked_up)
    return await found(looked_up, own) or await found(question)


def request_for(
    behavior: Behavior, question: str, evidence: Sequence[Evidence], history: tuple[Message, ...] = ()
) -> ChatRequest:
    """Return all that a chat model is given."""
    return ChatRequest(
        system_prompt=compile_prompt(behavior),
        temperature=TEMPERATURE[behavior.creativity],
        evidence=tuple(evidence),
        history=history,
        question=question,
    )
