"""Every colour on every ground it is used on, in both themes: WCAG 2.2 AA."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product

import pytest

from mentorfy_web.templating import STATIC

GROUNDS = ("ground", "surface", "raised", "sunken", "tint")
STATES = ("gray", "blue", "yellow", "amber", "green", "red")
TEXTS = [
    *product(("text", "faint", "accent", "accent-strong"), GROUNDS),
    *product(("text",), ("mark", "amber-tint", "green-tint", "red-tint")),
    *((state, f"{state}-tint") for state in STATES),
    *product(("red",), ("surface", "ground", "raised")),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("ground", "text"),  # a notice
]
CONTROLS = [*product(("control", "accent"), ("ground", "surface", "raised")), ("amber", "amber-tint")]

STYLE = (STATIC / "mentorfy.css").read_text("utf-8")
LIGHT, DARK = re.findall(r":root \{(.*?)\n *\}", STYLE, re.DOTALL)[:2]


def test_by_night_nothing_changes_but_colours() -> None:
    assert re.findall(r"prefers-color-scheme: \w+\) \{\n  :root \{(.*?)\n  \}\n\}", STYLE, re.DOTALL) == [DARK]
    changed = {line.partition(":")[0].strip() for line in DARK.split(";") if line.strip()}
    assert changed <= {f"--{name}" for name in tokens("light")} | {"--shadow"}
    assert STYLE.count("prefers-color-scheme") == 1


def tokens(theme: str) -> Mapping[str, str]:
    blocks = LIGHT if theme == "light" else LIGHT + DARK
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]+)", blocks))


def luminance(color: str) -> float:
    digits = color[1:] if len(color) == 7 else "".join(digit * 2 for digit in color[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXTS, ids="-on-".join)
def test_text_can_be_read(theme: str, text: str, ground: str) -> None:
    assert contrast(tokens(theme)[text], tokens(theme)[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("line", "ground"), CONTROLS, ids="-on-".join)
def test_lines_that_mean_something_can_be_seen(theme: str, line: str, ground: str) -> None:
    assert contrast(tokens(theme)[line], tokens(theme)[ground]) >= 3
