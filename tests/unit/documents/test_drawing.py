import runpy
from pathlib import Path

SCRIPT = Path(__file__).parents[3] / "docs" / "reference" / "draw_lifecycle.py"


def test_the_drawn_page_is_the_table() -> None:
    drawn = runpy.run_path(str(SCRIPT))
    assert drawn["PAGE"].read_text(encoding="utf-8") == drawn["page"](), "run docs/reference/draw_lifecycle.py"
