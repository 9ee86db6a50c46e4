"""Where in a document something stands, in words and as JSON."""

from mentorfy_core.knowledge.model import Locator


def place_words(locator: Locator) -> str:
    """Return the place in words, to follow a file's name.

    >>> place_words(Locator(page=3)), place_words(Locator(heading=("Coaching", "First call"))), place_words(Locator())
    (', page 3', ', “First call”', '')
    """
    if locator.page is not None:
        return f", page {locator.page}"
    if locator.slide is not None:
        return f", slide {locator.slide}"
    if locator.sheet is not None:
        return f", sheet “{locator.sheet}”"
    return f", “{locator.heading[-1]}”" if locator.heading else ""
