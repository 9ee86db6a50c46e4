"""Schemathesis against a running server: it makes up requests from the OpenAPI document and checks every answer."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

SCHEMATHESIS: Final = str(Path(sys.executable).with_name("schemathesis"))
PHASES: Final = "examples,coverage,fuzzing,stateful"
Counts = Mapping[str, Counter[str]]


def fuzzed(
    folder: Path, document: Any, address: str, headers: Mapping[str, str], examples: int, chosen: Sequence[str]
) -> subprocess.CompletedProcess[str]:
    """Run all phases and checks; the report is ``folder/report.ndjson``.

    Args:
        folder: Where its files go.
        document: The OpenAPI document, its examples filled in.
        address: Of the server.
        headers: Of every request.
        examples: How many requests are made up for each operation.
        chosen: Options that choose operations.
    """
    (folder / "openapi.json").write_text(json.dumps(document))
    command = [SCHEMATHESIS, "run", str(folder / "openapi.json"), "--url", address, "--no-color"]
    command += ["--phases", PHASES, "--checks", "all", "--max-examples", str(examples), "--request-timeout", "60"]
    command += ["--report", "ndjson", "--report-ndjson-path", str(folder / "report.ndjson"), "--continue-on-failure"]
    command += [word for name, value in headers.items() for word in ("--header", f"{name}: {value}")]
    return subprocess.run([*command, *chosen], cwd=folder, capture_output=True, text=True, check=False, timeout=3600)


def counts(report: Path) -> Counts:
    """Return how often each operation answered 2xx, 4xx and so on, requests with other methods left out."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for operation, status in _answers(report):
        counted[operation][f"{status // 100}xx"] += 1
    return counted


def _answers(report: Path) -> Iterator[tuple[str, int]]:
    with report.open() as lines:
        for line in lines:
            recorder = json.loads(line).get("ScenarioFinished", {}).get("recorder", {})
            for case, interaction in recorder.get("interactions", {}).items():
                if interaction.get("response"):
                    asked = recorder["cases"][case]["value"]
                    yield f"{asked['method']} {asked['path']}", interaction["response"]["status_code"]


def with_examples(document: Any, examples: Mapping[str, Mapping[str, Any]]) -> Any:
    """Return the document with an example of each path's ids and of each body, so that something is found.

    Args:
        document: The OpenAPI document.
        examples: By route: ``ids`` by the parameter's name, and ``body``.
    """
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            example = examples[f"{method.upper()} {path}"]
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path":
                    parameter["example"] = example["ids"][parameter["name"]]
            for media_type in operation.get("requestBody", {"content": {}})["content"].values():
                media_type["example"] = example["body"]
    return document
