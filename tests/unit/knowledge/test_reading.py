import pytest

from mentorfy_core.knowledge.model import Chunk, Locator
from mentorfy_core.knowledge.reading import pages, place_name


def chunk(index: int, locator: Locator) -> Chunk:
    return Chunk(index=index, text=f"{index}.", start=2 * index, end=2 * index + 2, locator=locator)


def test_passages_of_one_place_are_one_page() -> None:
    one, two = Locator(page=1), Locator(page=2)
    chunks = {index: chunk(index, locator) for index, locator in enumerate((one, one, two, one))}
    found = pages(dict(reversed(chunks.items())))
    assert [(page.locator, page.text) for page in found] == [(one, "0.1."), (two, "2."), (one, "3.")]
    assert pages({}) == ()


@pytest.mark.parametrize(
    ("locator", "name"),
    [
        (Locator(), ""),
        (Locator(page=2), "Page 2"),
        (Locator(slide=2), "Slide 2"),
        (Locator(sheet="Prices"), "Sheet “Prices”"),
        (Locator(heading=("Glue", "Epoxy")), "Glue / Epoxy"),
    ],
)
def test_places_have_names(locator: Locator, name: str) -> None:
    assert place_name(locator) == name
