"""The linter sees the whole tree: a package, a module or an import in no list fails here."""

from __future__ import annotations

import ast
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src"
CORE = SRC / "mentorfy_core"
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
LINTER: dict[str, Any] = PYPROJECT["tool"]["importlinter"]
WHEEL: dict[str, Any] = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]

HOLDERS = (SRC, SRC / "adapters", SRC / "entrypoints")
PLAIN_FOLDERS = {"adapters", "entrypoints"}
TESTING_EXTRA = {"anyio", "hypothesis", "pytest"}


def is_kept(path: Path) -> bool:
    return path.is_dir() and path.name != "__pycache__"


PACKAGES = [path for holder in HOLDERS for path in sorted(holder.iterdir()) if is_kept(path)]
PACKAGES = [path for path in PACKAGES if path.name not in PLAIN_FOLDERS]
OUTER = [path for path in PACKAGES if path != CORE]


def named(path: Path) -> str:
    return path.relative_to(SRC).as_posix()


def contract(kind: str, *, inside_core: bool = False) -> dict[str, Any]:
    found = [one for one in LINTER["contracts"] if one["type"] == kind and ("containers" in one) is inside_core]
    assert len(found) == 1
    return dict(found[0])


def names_in(layers: list[str]) -> list[str]:
    return [name.strip() for layer in layers for name in layer.split("|")]


def imported_by(module: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(module.read_text())))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    absolute = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and node.level == 0}
    return {name.partition(".")[0] for name in plain | absolute}


def modules_of(package: Path) -> list[Path]:
    return sorted(package.rglob("*.py"))


def test_every_package_is_in_the_linters_list() -> None:
    assert sorted(LINTER["root_packages"]) == sorted(path.name for path in PACKAGES)


def test_every_package_has_one_layer() -> None:
    assert sorted(names_in(contract("layers")["layers"])) == sorted(path.name for path in PACKAGES)


def test_only_the_runtime_may_import_an_adapter() -> None:
    adapters = [path.name for path in PACKAGES if path.parent.name == "adapters"]
    assert sorted(contract("protected")["protected_modules"]) == sorted(adapters)
    assert contract("protected")["allowed_importers"] == ["mentorfy_runtime"]


def test_every_part_of_the_core_has_one_layer() -> None:
    parts = [path for path in CORE.iterdir() if is_kept(path) or path.suffix == ".py"]
    names = [path.stem for path in parts if path.name != "__init__.py"]
    assert sorted(names_in(contract("layers", inside_core=True)["layers"])) == sorted(names)
    assert contract("layers", inside_core=True)["exhaustive"] is True


@pytest.mark.parametrize("package", PACKAGES, ids=named)
def test_a_package_is_ours_typed_and_installed(package: Path) -> None:
    assert package.name.startswith("mentorfy_")
    assert (package / "__init__.py").is_file()
    assert (package / "py.typed").is_file()
    claimed = [ROOT / folder for folder in WHEEL["only-include"]]
    assert package in claimed or package.parent in claimed


@pytest.mark.parametrize("package", OUTER, ids=named)
def test_a_package_outside_the_core_has_an_extra(package: Path) -> None:
    assert package.name.removeprefix("mentorfy_") in PYPROJECT["project"]["optional-dependencies"]


def test_the_tools_look_where_the_packages_are() -> None:
    holders = [path.relative_to(ROOT).as_posix() for path in HOLDERS]
    assert WHEEL["dev-mode-dirs"] == holders
    assert set(PYPROJECT["tool"]["mypy"]["mypy_path"]) >= {f"$MYPY_CONFIG_FILE_DIR/{holder}" for holder in holders}


@pytest.mark.parametrize("module", modules_of(CORE), ids=named)
def test_the_core_imports_the_standard_library_and_itself_only(module: Path) -> None:
    allowed = {*sys.stdlib_module_names, "mentorfy_core"}
    if module.is_relative_to(CORE / "testing"):
        allowed |= TESTING_EXTRA
    assert imported_by(module) <= allowed


def test_the_core_has_no_dependencies() -> None:
    assert PYPROJECT["project"]["dependencies"] == []
