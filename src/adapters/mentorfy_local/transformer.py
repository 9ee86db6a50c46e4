"""The MiniLM network in plain numpy: token numbers in, unit-length sentence vectors out.

Texts of a batch are laid end to end, so nothing is padded and nothing is masked: every step but attention looks at one
token at a time, and attention runs text by text. Scales and biases that algebra allows are folded into the weights
once; steps over wide arrays run in blocks that stay in the processor's cache.
"""

import json
import mmap
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float32]

WIDTH: Final = 384
HEADS: Final = 12
LAYERS: Final = 6
BLOCK: Final = 256  # rows; 256 x 1,536 floats are 1.5 MB, about an L2 cache
TINY: Final = np.float32(1e-12)
HIGHEST_LOGIT: Final = np.float32(80)  # exp of more overflows float32; the model stays far below
GELU: Final = (np.float32(0.80015638), np.float32(0.03470121))
"""x/2 (1 + tanh(x (a + b x^2))), fitted to the exact x/2 (1 + erf(x / sqrt 2)): off by 2.7e-4 at most."""


@dataclass(frozen=True, slots=True)
class _Norm:
    weight: Floats
    bias: Floats

    def __call__(self, rows: Floats) -> Floats:
        """Normalise in place, row by row."""
        rows -= rows.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", rows, rows)[:, None] / np.float32(WIDTH)
        rows *= 1 / np.sqrt(variance + TINY)
        rows *= self.weight
        rows += self.bias
        return rows


@dataclass(frozen=True, slots=True)
class _Layer:
    query_key_value: Floats
    query_bias: Floats
    mix: Floats
    mix_bias: Floats
    mix_norm: _Norm
    widen: Floats
    widen_bias: Floats
    narrow: Floats
    narrow_bias: Floats
    narrow_norm: _Norm

    def __call__(self, rows: Floats, edges: Sequence[int]) -> Floats:
        mixed = self._attend(rows, edges) @ self.mix
        mixed += self.mix_bias
        mixed += rows
        return self._feed(self.mix_norm(mixed))

    def _attend(self, rows: Floats, edges: Sequence[int]) -> Floats:
        projected = rows @ self.query_key_value
        projected[:, :WIDTH] += self.query_bias
        attended = np.empty_like(rows)
        for start, end in pairwise(edges):
            query, key, value = projected[start:end].reshape(end - start, 3, HEADS, -1).transpose(1, 2, 0, 3)
            weights = query @ key.transpose(0, 2, 1)
            np.minimum(weights, HIGHEST_LOGIT, out=weights)
            np.exp(weights, out=weights)
            found = weights @ value
            found /= weights.sum(axis=2, keepdims=True)
            attended[start:end].reshape(end - start, HEADS, -1)[:] = found.transpose(1, 0, 2)
        return attended

    def _feed(self, rows: Floats) -> Floats:
        fed = np.empty_like(rows)
        wide = np.empty((BLOCK, self.widen.shape[1]), np.float32)
        spare = np.empty_like(wide)
        for start in range(0, len(rows), BLOCK):
            block = rows[start : start + BLOCK]
            inner = np.matmul(block, self.widen, out=wide[: len(block)])
            inner += self.widen_bias
            _double_gelu(inner, spare[: len(block)])
            np.matmul(inner, self.narrow, out=fed[start : start + BLOCK])
        fed += self.narrow_bias
        fed += rows
        return self.narrow_norm(fed)


def _double_gelu(x: Floats, spare: Floats) -> None:
    """Replace x by twice its GELU; the missing half is in the weights that follow."""
    np.multiply(x, x, out=spare)
    spare *= GELU[1]
    spare += GELU[0]
    spare *= x
    np.tanh(spare, out=spare)
    spare += np.float32(1)
    x *= spare


class Network:
    """All-MiniLM-L6-v2, ready to run; calls share nothing and may run at once in several threads."""

    def __init__(self, weights: dict[str, Floats]) -> None:
        embeddings = "embeddings."
        self._words = weights[embeddings + "word_embeddings.weight"]
        positions = weights[embeddings + "position_embeddings.weight"]
        self._positions = positions + weights[embeddings + "token_type_embeddings.weight"][0]
        self._norm = _norm(weights, embeddings)
        self._layers = [_layer(weights, f"encoder.layer.{number}.") for number in range(LAYERS)]

    def __call__(self, texts: Sequence[Sequence[int]]) -> Floats:
        """Return one unit-length row per text; every text has at least one token."""
        edges = [0, *np.cumsum([len(text) for text in texts]).tolist()]
        rows = self._words[np.concatenate(texts)]
        for start, end in pairwise(edges):
            rows[start:end] += self._positions[: end - start]
        rows = self._norm(rows)
        for layer in self._layers:
            rows = layer(rows, edges)
        vectors: Floats = np.add.reduceat(rows, edges[:-1], axis=0)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


def _norm(weights: dict[str, Floats], prefix: str) -> _Norm:
    return _Norm(weights[prefix + "LayerNorm.weight"], weights[prefix + "LayerNorm.bias"])


def _layer(weights: dict[str, Floats], prefix: str) -> _Layer:
    own = {name.removeprefix(prefix): tensor for name, tensor in weights.items() if name.startswith(prefix)}
    query, key, value = (own[f"attention.self.{name}.weight"] for name in ("query", "key", "value"))
    scale = np.float32((WIDTH / HEADS) ** -0.5)
    mix = np.ascontiguousarray(own["attention.output.dense.weight"].T)
    return _Layer(
        query_key_value=np.ascontiguousarray(np.concatenate([query * scale, key, value]).T),
        query_bias=own["attention.self.query.bias"] * scale,  # the key's bias cancels in the softmax
        mix=mix,
        mix_bias=own["attention.output.dense.bias"] + own["attention.self.value.bias"] @ mix,
        mix_norm=_norm(own, "attention.output."),
        widen=np.ascontiguousarray(own["intermediate.dense.weight"].T),
        widen_bias=own["intermediate.dense.bias"],
        narrow=np.ascontiguousarray(own["output.dense.weight"].T) / np.float32(2),
        narrow_bias=own["output.dense.bias"],
        narrow_norm=_norm(own, "output."),
    )


def read_safetensors(path: Path) -> dict[str, Floats]:
    """Return the float32 tensors of a file by name, as read-only views of the mapped file."""
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    start = 8 + int.from_bytes(mapped[:8], "little")
    header = json.loads(mapped[8:start])
    return {
        name.removeprefix("bert."): _tensor(mapped, start, about)
        for name, about in header.items()
        if name != "__metadata__" and about["dtype"] == "F32"
    }


def _tensor(mapped: mmap.mmap, start: int, about: dict[str, list[int]]) -> Floats:
    first, end = about["data_offsets"]
    return np.frombuffer(mapped, "<f4", (end - first) // 4, start + first).reshape(about["shape"])
