"""When to say "I don't know": decided from the evidence, before any model is asked. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from mentorfy_core.knowledge.model import Evidence
from mentorfy_core.knowledge.words import terms

# Weighed on two public samples (HotpotQA, MuSiQue): their questions against their own passages (answerable), against
# those without the ones that answer (near misses), and against each other's (off-topic).
TOP: Final = 3
"""How many of the best seeds count; all five keep as many answerable questions and let more near misses through."""

SCORE_WEIGHT: Final = 3.0
"""How much a closer match makes up for missing words. 1.5 keeps fewer answerable questions at equal near misses."""

NEEDED: Final = 2.9
"""Coverage and weighted score together: the strictest that answers 18 of the sample mentor's 20 answerable questions.
It answers 99 and 91 % of the public samples' (off-topic: 4 and 9 %, near misses: 78 and 55 %). 3.3 answers 13, 91 and
57 % (1 and 2, 39 and 17): better balanced there, but it refuses much that people ask in words of their own."""

CERTAIN: Final = 0.9
"""A score, on the product's scale, that answers whatever the words: a close paraphrase shares few of them."""

OWN: Final = 0.5
"""The share of its own terms that a follow-up's evidence must hold: else only the question before it is answered.
All follow-ups of the sample reach it (the least: 0.58); of 12 off-topic ones, each asked after two of its questions,
"How old are you?" does once."""


def content_terms(text: str) -> tuple[str, ...]:
    """Return the terms of a text that carry meaning, each once, in order of appearance.

    >>> content_terms("How long do the loaves rise, and how long do they bake?")
    ('long', 'loav', 'rise', 'bake')
    """
    return tuple(dict.fromkeys(terms(text)))


def answerable(rarity: Mapping[str, float], evidence: Sequence[Evidence]) -> bool:
    """Return whether the evidence can answer a question.

    Args:
        rarity: How rare each content term of the question is in everything visible, > 0.
        evidence: What a search found, best first.
    """
    seeds = [one for one in evidence if one.seed]
    if not seeds:
        return False
    best = max(one.score for one in seeds)
    return best >= CERTAIN or coverage(rarity, seeds[:TOP]) + SCORE_WEIGHT * best >= NEEDED


def on_subject(rarity: Mapping[str, float], own: Sequence[str], evidence: Sequence[Evidence]) -> bool:
    """Return whether evidence is about what a follow-up asks, not only about the question that it was searched with.

    Args:
        rarity: Of each of its own terms at least, as in ``answerable``.
        own: The terms of the follow-up itself; without any, the subject is the same.
        evidence: What the search for both found, best first.
    """
    seeds = [one for one in evidence if one.seed]
    return coverage({term: rarity[term] for term in own}, seeds[:TOP]) >= OWN


def coverage(rarity: Mapping[str, float], evidence: Sequence[Evidence]) -> float:
    """Return the share of the terms, weighted by rarity, that the evidence or its headings hold; 1 without terms."""
    held = {term for one in evidence for text in (one.text, *one.locator.heading) for term in terms(text)}
    asked = sum(rarity.values())
    return sum(rarity[term] for term in rarity.keys() & held) / asked if asked else 1.0
