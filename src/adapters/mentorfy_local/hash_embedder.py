"""Vectors without a model, for tests and simulations: texts are as similar as the words they share."""

from array import array
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from math import sqrt
from types import MappingProxyType
from typing import Final

from mentorfy_core.ids import OrganizationId
from mentorfy_core.knowledge.words import terms

WIDTH: Final = 256


class HashEmbedder:
    """An ``Embedder`` that gives each term a place and a sign by its hash. Always gives the same vectors."""

    recipe = "hash/1"
    meter = None
    thresholds: Mapping[float, float] = MappingProxyType({0.85: 0.75, 0.75: 0.70, 0.65: 0.65})

    async def embed(self, organization_id: OrganizationId, texts: Sequence[str]) -> Sequence[bytes]:
        """Return one unit-length vector per text, as 256 float32."""
        return [_vector(text) for text in texts]


def _vector(text: str) -> bytes:
    numbers = [0.0] * WIDTH
    for term in terms(text) or [""]:
        digest = blake2b(term.encode("utf-8", "replace"), digest_size=2).digest()
        numbers[digest[0]] += 1.0 if digest[1] % 2 else -1.0
    length = sqrt(sum(number * number for number in numbers))
    if not length:  # every term met its opposite
        numbers[0] = length = 1.0
    return array("f", [number / length for number in numbers]).tobytes()
