"""The same for many documents at once; what cannot be done to one does not keep the others from it."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from mentorfy_core.application.relearn import Relearn
from mentorfy_core.application.remove import Remove, Restore
from mentorfy_core.application.retry import Retry
from mentorfy_core.documents.model import Document
from mentorfy_core.errors import Conflict, IllegalTransition, InvalidInput, NotFound
from mentorfy_core.ids import DocumentId
from mentorfy_core.people import Actor, require_operator

MOST: Final = 1000
"""Documents of one request."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it.

    Attributes:
        documents: Those it was done to, as they are afterwards.
        refused: Those it could not be done to: gone, changed meanwhile, or not in a state for it.
    """

    documents: tuple[Document, ...]
    refused: tuple[DocumentId, ...]


@dataclass(frozen=True, slots=True)
class Together:
    """Do one thing to many documents. Everything raises ``Forbidden`` for members, ``InvalidInput`` for too many."""

    one_retry: Retry
    one_removal: Remove
    one_restoration: Restore
    one_relearning: Relearn

    async def retry(self, actor: Actor, cycles: Mapping[DocumentId, int]) -> Outcome:
        """Try documents again, each with the cycle the person saw."""
        return await _each(actor, cycles, lambda each: self.one_retry(actor, each, cycles[each]))

    async def remove(self, actor: Actor, documents: Collection[DocumentId]) -> Outcome:
        """Remove documents; for a while that can be taken back."""
        return await _each(actor, documents, lambda each: self.one_removal(actor, each))

    async def restore(self, actor: Actor, documents: Collection[DocumentId]) -> Outcome:
        """Take removals back."""
        return await _each(actor, documents, lambda each: self.one_restoration(actor, each))

    async def relearn(self, actor: Actor, documents: Collection[DocumentId]) -> Outcome:
        """Learn documents again."""
        return await _each(actor, documents, lambda each: self.one_relearning(actor, each))


Doing = Callable[[DocumentId], Awaitable[Document]]


async def _each(actor: Actor, documents: Collection[DocumentId], do: Doing) -> Outcome:
    require_operator(actor)
    if len(documents) > MOST:
        raise InvalidInput(f"Choose at most {MOST} documents at once.")
    ids = tuple(dict.fromkeys(documents))
    results = await asyncio.gather(*(_one(do, each) for each in ids))
    return Outcome(
        documents=tuple(result for result in results if result),
        refused=tuple(each for each, result in zip(ids, results, strict=True) if not result),
    )


async def _one(do: Doing, document_id: DocumentId) -> Document | None:
    try:
        return await do(document_id)
    except (NotFound, IllegalTransition, Conflict):
        return None
