"""Accessibility as far as a machine can tell: axe-core's default rules and those of WCAG 2.2 AA."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page

OPTIONS: Final = {
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations", "incomplete"],
    "preload": False,
}
"""``target-size`` is the one rule of ``wcag22aa``; by default it is off. No rule that runs needs preloading."""

ANSWERS: Final[Mapping[str, str]] = {
    "color-contrast": "what lies on something else: tests/integration/test_contrast.py measures every pair of tokens",
    "th-has-data-cells": "a table whose rows are still to come",
}
"""What axe could not decide, by rule, and how we did."""


def assert_accessible(page: Page) -> None:
    """Fail where axe finds a violation, or is unsure of something that ``ANSWERS`` does not answer.

    The script is evaluated, not added: the content security policy refuses script elements.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_FILE_PATH.read_text("utf-8"))
    found = page.evaluate("(options) => axe.run(document, options)", OPTIONS)
    for one in found["incomplete"]:
        print(f"axe is unsure at {page.url}:", _told(one), "·", ANSWERS.get(one["id"], "NOT ANSWERED"))
    assert not found["violations"], "\n".join(map(_told, found["violations"]))
    assert not (unanswered := [_told(one) for one in found["incomplete"] if one["id"] not in ANSWERS]), unanswered


def _told(finding: Any) -> str:
    places = "; ".join(f"{node['html'][:200]} ({node['failureSummary']})" for node in finding["nodes"][:5])
    return f"{finding['id']} ({finding['impact']}): {finding['help']}: {places}"
