"""What understanding passages costs where it is nothing but embedding them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mentorfy_core.budget import Price, Stated
from mentorfy_core.knowledge.model import Chunk
from mentorfy_core.ports import Meter
from mentorfy_core.ports.knowledge import metered
from mentorfy_local.hash_embedder import HashEmbedder


@dataclass
class ByTheWord:
    provider: str = "them"
    stated: Stated = field(default=Stated(60))

    def price(self, asked: Sequence[str]) -> Price:
        return Price(1, sum(len(text.split()) for text in asked))


class Counted(HashEmbedder):
    meter: Meter[Sequence[str]] | None = ByTheWord()  # type: ignore[assignment]


def test_passages_cost_what_embedding_their_texts_costs() -> None:
    meter = metered(Counted())
    assert meter is not None
    texts = ("two words", "and three more")
    passages = [Chunk(index=index, text=text, start=0, end=len(text)) for index, text in enumerate(texts)]
    assert (meter.provider, meter.stated, meter.price(passages)) == ("them", Stated(60), Price(1, 5))


def test_what_runs_on_this_machine_has_no_meter() -> None:
    assert metered(HashEmbedder()) is None
    assert metered(None) is None
