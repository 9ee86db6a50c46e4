"""When to say "I don't know": decided from the evidence, before any model is asked. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from mentorfy_core.knowledge.model import Evidence
from mentorfy_core.knowledge.words import terms

COVERAGE_NEEDED: Final = 0.6
"""The share of the question's terms, by rarity, that the evidence must hold."""


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
    if not any(one.seed for one in evidence):
        return False
    return coverage(rarity, evidence) >= COVERAGE_NEEDED


def coverage(rarity: Mapping[str, float], evidence: Sequence[Evidence]) -> float:
    """Return the share of the terms, weighted by rarity, that the evidence or its headings hold; 1 without terms."""
    held = {term for one in evidence for text in (one.text, *one.locator.heading) for term in terms(text)}
    asked = sum(rarity.values())
    return sum(rarity[term] for term in rarity.keys() & held) / asked if asked else 1.0
