"""Answers without a language model: the passages' own words, labelled as such."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Final

from mentorfy_core.conversations.turn import ChatRequest, search_question
from mentorfy_core.ids import OrganizationId
from mentorfy_core.knowledge.answerable import content_terms
from mentorfy_local.quoting import Quote, quotes

LEAD: Final = "From the material:"
NOTHING: Final = "No passage of the material answers this."
_CITABLE: Final = 99
_PIECE: Final = re.compile(r"\s*\S+\s*")


class ExtractiveChat:
    """Quotes the sentences that answer, word for word, and adds nothing.

    It follows no instruction, neither of a prompt nor of a passage: nothing it is given decides what it does, only what
    it quotes. The system prompt and the temperature are ignored.
    """

    meter = None

    async def answer(self, organization_id: OrganizationId, request: ChatRequest) -> AsyncIterator[str]:
        """Yield the answer word by word; see ``ChatModel.answer``."""
        for piece in _PIECE.findall(extract(request)):
            await asyncio.sleep(0)
            yield piece


def extract(request: ChatRequest) -> str:
    """Return the answer: a lead-in, then each quote with the number of its passage."""
    asked = content_terms(search_question(request.question, request.history))
    found = quotes(request.question, asked, request.evidence[:_CITABLE], content_terms)
    return "\n\n".join([LEAD, *map(_cited, found)]) if found else NOTHING


def _cited(quote: Quote) -> str:
    return f"“{quote.text}” [{quote.number}]" if quote.text else f"[{quote.number}]"
