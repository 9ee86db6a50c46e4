"""An answer as a page shows it, whatever the text was made of."""

import pytest

from mentorfy_web.markdown import rendered_text


@pytest.mark.parametrize("forged", ["&#xE000;99&#xE001;", "&#xE000;0&#xE001;", "&#57344;1&#57345;"])
def test_a_token_that_is_not_ours_is_nothing(forged: str) -> None:
    """A document's words may spell one as entities; they reach the page by being quoted."""
    assert rendered_text(f"Epoxy {forged}cures.", (), "/documents") == "<p>Epoxy cures.</p>\n"
