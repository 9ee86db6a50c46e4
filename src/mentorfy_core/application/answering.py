"""What an answer rests on and what the model is told: the same for people's questions and for trials."""

from collections.abc import Sequence

from mentorfy_core.bots.behavior import Behavior
from mentorfy_core.bots.prompt import compile_prompt
from mentorfy_core.bots.search import TEMPERATURE, search_params
from mentorfy_core.conversations.model import Message
from mentorfy_core.conversations.turn import ChatRequest
from mentorfy_core.ids import OrganizationId
from mentorfy_core.knowledge.answerable import answerable, content_terms
from mentorfy_core.knowledge.model import Evidence, LiveSet
from mentorfy_core.ports import Ports


async def evidence_for(
    ports: Ports, organization_id: OrganizationId, question: str, behavior: Behavior, live: LiveSet
) -> Sequence[Evidence]:
    """Return what an answer may rest on; empty where the honest answer is "I don't know"."""
    evidence = await ports.knowledge.search(organization_id, question, search_params(behavior), live)
    rarity = await ports.knowledge.rarity(organization_id, content_terms(question), live)
    return evidence if answerable(rarity, evidence) else ()


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
