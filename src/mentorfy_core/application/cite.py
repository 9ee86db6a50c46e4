"""From a citation to its place in the document: the page or section around it, the words marked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mentorfy_core.application.converse import owned_answer
from mentorfy_core.application.quotes import Quote, Quotes
from mentorfy_core.conversations.model import Reference
from mentorfy_core.errors import NotFound
from mentorfy_core.ids import MessageId, OrganizationId
from mentorfy_core.knowledge.model import Chunk
from mentorfy_core.people import Actor
from mentorfy_core.ports import Ports

AROUND: Final = 6
"""At most so many passages of the same page or section are shown on either side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A cited passage in its place; without words where its document was removed.

    Attributes:
        before: What stands before the cited words on their page, or in their section; ``after`` likewise.
        cut_before: More stands before that; ``cut_after`` likewise.
    """

    quote: Quote
    before: str = ""
    after: str = ""
    cut_before: bool = False
    cut_after: bool = False


@dataclass(frozen=True, slots=True)
class Cite:
    """Open what an answer rests on. Everybody only what their own answers rest on."""

    ports: Ports

    async def __call__(self, actor: Actor, answer_id: MessageId, place: int) -> Citation:
        """Return an answer's citation by its place in the answer, from 1.

        Raises:
            NotFound: It is not the actor's answer, or it has no such citation.
        """
        answer, _ = await owned_answer(self.ports, actor, answer_id)
        return await self._citation(actor, await Quotes(self.ports)(answer), place)

    async def passage(self, actor: Actor, answer_id: MessageId, number: int) -> Citation:
        """Return a passage that an answer could rest on by its number, from 1, cited or not.

        Raises:
            NotFound: It is not the actor's answer, or it was given no such passage.
        """
        answer, _ = await owned_answer(self.ports, actor, answer_id)
        (shown,) = await Quotes(self.ports).shown([answer])
        return await self._citation(actor, shown.considered, number)

    async def _citation(self, actor: Actor, quotes: tuple[Quote, ...], place: int) -> Citation:
        if not 1 <= place <= len(quotes):
            raise NotFound("No such citation.")
        quote = quotes[place - 1]
        return await in_its_place(self.ports, actor.organization_id, quote)


async def in_its_place(ports: Ports, organization_id: OrganizationId, quote: Quote) -> Citation:
    """Return what stands around a quote. Whoever calls this has asked whether the reader may see it."""
    if not quote.visible:
        return Citation(quote=quote)
    reference = quote.reference
    wanted = range(max(reference.index - AROUND - 1, 0), reference.index + AROUND + 2)
    chunks = await ports.generations.chunks(organization_id, reference.generation, wanted)
    if reference.index not in chunks:  # it was retired just now
        return Citation(quote=Quote(reference=reference))
    first, last = _reach(chunks, reference, -1), _reach(chunks, reference, 1)
    text = "".join(chunks[index].text for index in range(first, last + 1))
    start, end = (at - chunks[first].start for at in (reference.start, reference.end))
    return Citation(
        quote=quote,
        before=text[:start],
        after=text[end:],
        cut_before=_belongs(chunks, reference, first - 1),
        cut_after=_belongs(chunks, reference, last + 1),
    )


def _reach(chunks: Mapping[int, Chunk], reference: Reference, step: int) -> int:
    """Return the index of the farthest passage of the same page or section in one direction."""
    index = reference.index
    while abs(index - reference.index) < AROUND and _belongs(chunks, reference, index + step):
        index += step
    return index


def _belongs(chunks: Mapping[int, Chunk], reference: Reference, index: int) -> bool:
    return index in chunks and chunks[index].locator == chunks[reference.index].locator
