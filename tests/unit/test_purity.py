"""The core starts in a bare interpreter, and at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SRC = Path(__file__).parents[2] / "src"
IMPORT_BUDGET = 0.150  # seconds, best of five fresh interpreters

IMPORT_EVERYTHING = """
import importlib, pkgutil, mentorfy_core
for module in pkgutil.walk_packages(mentorfy_core.__path__, "mentorfy_core."):
    if not module.name.startswith("mentorfy_core.testing"):
        importlib.import_module(module.name)
"""
TIMED_IMPORT = """
import time
began = time.perf_counter()
import mentorfy_core
print(time.perf_counter() - began)
"""


def bare(script: str) -> str:
    """Run ``script`` in a fresh interpreter that has no site-packages."""
    command = [sys.executable, "-S", "-I", "-c", f"import sys; sys.path.insert(0, {str(SRC)!r})\n{script}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_core_imports_without_site_packages() -> None:
    bare("import mentorfy_core")


def test_every_module_of_the_core_but_the_testing_kit_imports_without_site_packages() -> None:
    bare(IMPORT_EVERYTHING)


def test_the_core_is_imported_in_150_milliseconds() -> None:
    assert min(float(bare(TIMED_IMPORT)) for _ in range(5)) <= IMPORT_BUDGET
