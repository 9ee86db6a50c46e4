import runpy
from pathlib import Path

import pytest

SCRIPTS = sorted((Path(__file__).parents[2] / "docs" / "reference").glob("draw_*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_drawn_page_is_what_the_code_says(script: Path) -> None:
    drawn = runpy.run_path(str(script))
    assert drawn["PAGE"].read_text(encoding="utf-8") == drawn["page"](), f"run docs/reference/{script.name}"
