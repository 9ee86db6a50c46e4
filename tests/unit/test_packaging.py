"""The wheel claims our names only, and holds everything we wrote."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOLDERS = ("src", "src/adapters", "src/entrypoints")
PACKAGES = [package for holder in HOLDERS for package in sorted((ROOT / holder).glob("mentorfy_*"))]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Every path in a wheel built here, without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_wheel_claims_our_names_only(names: set[str]) -> None:
    tops = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {package.name for package in PACKAGES}


def test_the_wheel_holds_every_file_of_every_package(names: set[str]) -> None:
    files = [(package, path) for package in PACKAGES for path in package.rglob("*") if path.is_file()]
    kept = {path.relative_to(package.parent).as_posix() for package, path in files if "__pycache__" not in path.parts}
    assert kept <= names


def test_the_wheel_holds_the_sample(names: set[str]) -> None:
    sample = ROOT / "examples" / "mentor"
    wanted = {path.relative_to(sample).as_posix() for path in sample.rglob("*") if path.is_file()}
    assert {f"mentorfy_runtime/sample/{name}" for name in wanted} <= names


def test_the_wheel_names_the_command(names: set[str]) -> None:
    assert any(name.endswith(".dist-info/entry_points.txt") for name in names)
