"""The command line as people and programs meet it: real processes, real files."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.integration.program import MENTORFY, Program, eventually
from tests.integration.servers.standing import standing

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"

LOAF = "# Bread\n\n## Pricing a loaf\n\nA country loaf costs six crowns: flour, firewood and an hour of your time.\n"
STARTER = "Feed the sourdough starter every morning with equal weights of rye flour and water.\n"
OVEN = "<h1>Ovens</h1><p>A brick oven holds its heat for eleven hours after the fire is out.</p>"


def write_bakery(folder: Path) -> Path:
    (folder / "notes").mkdir(parents=True)
    (folder / "bread.md").write_text(LOAF, "utf-8")
    (folder / "notes" / "starter.txt").write_text(STARTER, "utf-8")
    (folder / "notes" / "oven.html").write_text(OVEN, "utf-8")
    return folder


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "data")


@pytest.fixture
def bakery(tmp_path: Path) -> Path:
    return write_bakery(tmp_path / "bakery")


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A program that has learned the bakery and met a file that it cannot read; tests leave it as it is."""
    place = tmp_path_factory.mktemp("learned")
    folder = write_bakery(place / "bakery")
    (folder / "empty.txt").write_bytes(b"")
    program = Program(place / "data")
    program.run("import", folder)
    return program


@pytest.fixture(params=["sqlite", "supabase"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Program]:
    """A program that keeps everything here, and one that keeps it in Supabase and is woken through Redis."""
    if request.param == "sqlite":
        yield Program(tmp_path / "data")
        return
    chosen = {"MENTORFY_STORE": "supabase", "MENTORFY_BELL": "arq"}
    with standing(chosen) as named:
        settings = {name.removeprefix("MENTORFY_"): value for name, value in {**chosen, **named}.items()}
        yield Program(tmp_path / "data", dict(settings))


def test_the_whole_way(anywhere: Program, bakery: Path) -> None:
    """What an operator does in the first week, wherever it is kept."""
    (bakery / "empty.txt").write_bytes(b"")
    assert "4 new, 0 updated, 0 unchanged" in anywhere.run("import", bakery).stdout
    assert sorted(anywhere.statuses()) == ["available_to_ai", "failed"]
    assert "0 new, 0 updated, 4 unchanged" in anywhere.run("import", bakery).stdout
    answer = anywhere.json("ask", "What does a country loaf cost?")
    assert answer["citations"][0]["locator"] == {"heading": "Pricing a loaf"}
    again = anywhere.json("ask", "Who won the chess championship in 1972?", "--conversation", answer["conversation"])
    assert (again["conversation"], again["answered"]) == (answer["conversation"], False)
    anywhere.run("remove", "notes/oven.html")
    assert not anywhere.json("ask", "How long does a brick oven hold its heat?")["answered"]
    anywhere.run("remove", "--undo", "notes/oven.html")
    assert anywhere.json("ask", "How long does a brick oven hold its heat?")["answered"]
    assert [one["path"] for one in anywhere.json("retry", "--failed")["retried"]] == ["bakery/empty.txt"]
    anywhere.run("pause", "--provider", "knowledge", "--reason", "Moving house.")
    assert "Resumed: knowledge, for everybody." in anywhere.run("resume", "--all").stdout
    assert [check["name"] for check in anywhere.json("doctor", code=1)["checks"] if not check["ok"]] == ["workers"]


class TestImport:
    def test_a_folder_becomes_available_and_the_summary_says_so(self, program: Program, bakery: Path) -> None:
        done = program.run("import", bakery)
        assert "3 new, 0 updated, 0 unchanged" in done.stdout
        assert program.statuses() == {"available_to_ai"}

    def test_each_change_is_at_most_one_line_where_no_terminal_is(self, program: Program, bakery: Path) -> None:
        lines = program.run("import", bakery).stdout.splitlines()
        assert sorted(line for line in lines if line.startswith("Available to AI")) == [
            "Available to AI: bakery/bread.md",
            "Available to AI: bakery/notes/oven.html",
            "Available to AI: bakery/notes/starter.txt",
        ]
        assert len(lines) == len(set(lines))

    def test_the_same_folder_twice_adds_nothing(self, program: Program, bakery: Path) -> None:
        program.run("import", bakery)
        before = program.documents()
        again = program.run("import", bakery)
        assert again.stdout.splitlines() == ["Found 3 files", "0 new, 0 updated, 3 unchanged"]
        assert program.documents() == before

    def test_a_relative_path_counts_from_where_the_person_is(self, program: Program, bakery: Path) -> None:
        assert "3 new" in program.run("import", "bakery", cwd=bakery.parent).stdout

    def test_a_file_alone_can_be_imported(self, program: Program, bakery: Path) -> None:
        assert [row["path"] for row in program.json("import", bakery / "bread.md")["files"]] == ["bread.md"]

    def test_several_paths_are_imported_together(self, program: Program, bakery: Path) -> None:
        assert program.json("import", bakery / "bread.md", bakery / "notes")["new"] == 3

    def test_a_bad_file_stops_nobody_and_is_no_error_unless_that_is_wished(
        self, program: Program, bakery: Path
    ) -> None:
        (bakery / "empty.txt").write_bytes(b"")
        result = program.json("import", bakery)
        statuses = {row["path"]: row["status"] for row in result["files"]}
        assert statuses.pop("bakery/empty.txt") == "failed"
        assert set(statuses.values()) == {"available_to_ai"}
        program.run("import", bakery, "--strict", code=1)

    def test_a_folder_that_is_not_there_is_one_sentence(self, program: Program, tmp_path: Path) -> None:
        done = program.run("import", tmp_path / "nowhere", code=1)
        assert "There is no folder or file at" in done.stderr

    def test_two_imports_at_once_share_the_work(self, program: Program, bakery: Path) -> None:
        with (
            program.started(MENTORFY, "import", bakery) as one,
            program.started(MENTORFY, "import", bakery) as other,
        ):
            assert (one.wait(60), other.wait(60)) == (0, 0)
        assert len(program.documents()) == 3
        assert program.statuses() == {"available_to_ai"}

    def test_what_ctrl_c_leaves_undone_the_next_worker_does(self, program: Program, bakery: Path) -> None:
        for number in range(40):
            (bakery / f"more {number}.txt").write_text(f"{number} " + STARTER * 30, "utf-8")
        with program.started(MENTORFY, "import", bakery) as importing:
            eventually(lambda: len(program.documents()) == 43)
            importing.send_signal(signal.SIGINT)
            assert importing.wait(30) == 130
            assert importing.stdout is not None
            assert "Stopping: what was started goes on with the next worker" in importing.stdout.read()
        assert program.json("status")["workers"] == 0
        program.run("import", bakery)
        assert program.statuses() == {"available_to_ai"}

    def test_on_a_terminal_a_table_fits_80_columns(self, program: Program, bakery: Path) -> None:
        (bakery / "empty.txt").write_bytes(b"")
        shown = on_a_terminal(program, "import", str(bakery))
        assert "bakery/notes/starter.txt" in shown
        assert "1 of 4 cannot be used" in shown
        assert "4 new, 0 updated, 0 unchanged" in shown
        lines = [without_codes(line) for line in re.split(r"\n|\x1b\[2K", shown)]  # a new frame erases the last one
        assert max(len(line) for line in lines if "bakery/" in line) <= 80

    def test_removed_documents_come_back_only_when_that_is_wished(self, program: Program, bakery: Path) -> None:
        program.run("import", bakery)
        program.run("remove", "bakery/bread.md")
        left_out = program.json("import", bakery)
        assert (left_out["removed"], len(program.documents())) == (1, 2)
        program.run("import", bakery, "--include-removed")
        assert len(program.documents()) == 3


class TestAsk:
    def test_an_answer_quotes_the_material_and_names_its_place(self, learned: Program) -> None:
        done = learned.run("ask", "What does a country loaf cost?")
        assert "A country loaf costs six crowns" in done.stdout
        assert "] bakery/bread.md, “Pricing a loaf”" in done.stdout

    def test_what_the_documents_do_not_say_is_refused_in_the_bots_words(self, learned: Program) -> None:
        answer = learned.json("ask", "Who won the chess championship in 1972?")
        assert (answer["answered"], answer["citations"]) == (False, [])
        assert answer["answer"]

    def test_a_conversation_goes_on(self, learned: Program) -> None:
        first = learned.json("ask", "How long does a brick oven hold its heat?")
        second = learned.json("ask", "And the sourdough starter?", "--conversation", first["conversation"])
        assert second["conversation"] == first["conversation"]

    def test_without_documents_it_says_what_to_do(self, program: Program) -> None:
        done = program.run("ask", "What does a loaf cost?")
        assert "mentorfy import" in done.stderr
        assert done.stdout.strip()

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (("ask", ""), "Please type a question."),
            (("ask", "Why?", "--bot", "Nobody"), "There is no bot “Nobody”"),
            (("ask", "Why?", "--organization", "Nowhere"), "There is no organisation “Nowhere”"),
            (("ask", "Why?", "--conversation", "5b0c6c7e-6a7e-4d0e-9c55-2f7d7f1b9d43"), "No such conversation."),
            (("retry", "nothing.md"), "There is no document “nothing.md”"),
            (("retry", "bread.md"), "has not failed"),
            (("remove", "nothing.md"), "There is no document “nothing.md”"),
            (("remove", "--undo", "nothing.md"), "No document “nothing.md” was removed."),
        ],
    )
    def test_a_mistake_is_one_sentence(self, learned: Program, arguments: tuple[str, ...], told: str) -> None:
        done = learned.run(*arguments, code=1)
        assert told in done.stderr
        assert done.stderr.count("\n") == 1


class TestChanges:
    def test_a_person_can_undo_a_removal_by_the_same_words(self, program: Program, bakery: Path) -> None:
        program.run("import", bakery)
        program.run("remove", "notes/oven.html")
        assert not program.json("ask", "How long does a brick oven hold its heat?")["answered"]
        program.run("remove", "--undo", "notes/oven.html")
        assert program.json("ask", "How long does a brick oven hold its heat?")["answered"]

    def test_a_failed_document_is_tried_again(self, program: Program, bakery: Path) -> None:
        (bakery / "empty.txt").write_bytes(b"")
        program.run("import", bakery)
        assert [one["path"] for one in program.json("retry", "--failed")["retried"]] == ["bakery/empty.txt"]
        assert "uploaded" in program.statuses()

    def test_a_document_is_named_by_its_file_too(self, program: Program, bakery: Path) -> None:
        program.run("import", bakery)
        assert program.json("remove", bakery / "bread.md")["path"] == "bakery/bread.md"

    def test_an_ambiguous_name_removes_nothing(self, program: Program, bakery: Path) -> None:
        (bakery / "more").mkdir()
        (bakery / "more" / "starter.txt").write_text(STARTER + "And again.", "utf-8")
        program.run("import", bakery)
        done = program.run("remove", "starter.txt", code=1)
        assert "bakery/more/starter.txt" in done.stderr
        assert len(program.documents()) == 4


class TestShapes:
    """What programs read is what docs/reference/cli.md shows."""

    def test_import(self, learned: Program) -> None:
        shape = documented("import")
        result = learned.json("import", learned.data.parent / "bakery")
        assert list(result) == list(shape)
        assert [list(row) for row in result["files"]] == [list(shape["files"][0])] * 4

    def test_ask(self, learned: Program) -> None:
        shape = documented("ask")
        answer = learned.json("ask", "What does a country loaf cost?")
        assert list(answer) == list(shape)
        assert list(answer["citations"][0]) == list(shape["citations"][0])
        assert answer["citations"][0]["locator"] == {"heading": "Pricing a loaf"}

    def test_documents(self, learned: Program) -> None:
        assert [list(one) for one in learned.json("documents")] == [list(documented("documents")[0])] * 4

    def test_status(self, learned: Program) -> None:
        shape, status = documented("status"), learned.json("status")
        assert list(status) == list(shape)
        assert list(status["documents"]) == list(shape["documents"])

    def test_retry_and_remove(self, program: Program, bakery: Path) -> None:
        (bakery / "empty.txt").write_bytes(b"")
        program.run("import", bakery)
        retried = program.json("retry", "empty.txt")
        assert list(retried) == list(documented("retry"))
        assert list(retried["retried"][0]) == list(documented("retry")["retried"][0])
        assert list(program.json("remove", "empty.txt")) == list(documented("remove"))
        assert list(program.json("remove", "--undo", "empty.txt")) == list(documented("remove"))

    def test_pause_and_resume(self, program: Program) -> None:
        paused = program.json("pause", "--reason", "Moving house.", "--minutes", "5")
        assert list(paused) == list(documented("pause"))
        assert [list(one) for one in paused["stops"]] == [list(documented("pause")["stops"][0])]
        assert program.json("status")["stops"][0]["message"].endswith("Moving house.")
        assert "resume --all" in program.run("status").stdout
        program.run("pause", "--provider", "knowledge")
        assert len(program.json("pause", "--source", "local")["stops"]) == 3
        assert len(program.json("resume", "--source", "local")["stops"]) == 2
        assert "Resumed: knowledge, for everybody." in program.run("resume", "--all").stdout
        assert program.json("resume", "--all") == {"stops": []}
        assert program.run("resume", "--all").stdout == "Nothing is paused.\n"
        assert program.json("resume", "--everything", code=1)["error"]["kind"] == "not_found"
        assert program.json("pause", "--source", "nowhere", code=1)["error"]["kind"] == "not_found"
        assert program.json("pause", "--everything", "--source", "local", code=2)["error"]["kind"] == "usage"

    def test_what_is_paused_is_not_learned(self, program: Program, bakery: Path) -> None:
        program.run("pause", "--provider", "knowledge")
        with program.started(MENTORFY, "import", bakery, "--wait") as importing:
            eventually(lambda: program.json("status")["documents"]["uploaded"] == 3)
            assert "paused" in program.run("status").stdout
            program.run("resume", "--provider", "knowledge")
            assert importing.wait(60) == 0
        assert program.statuses() == {"available_to_ai"}

    def test_an_import_does_not_stay_for_what_is_paused(self, program: Program, bakery: Path) -> None:
        program.run("pause", "--provider", "knowledge", "--reason", "Moving house.")
        told = program.run("import", bakery).stdout
        assert "3 files wait.\nLearning is paused until somebody resumes it. Moving house.\n" in told
        assert told.endswith("resume --all lets everything go on.\n")
        assert program.json("import", bakery)["on_hold"] == 3
        program.run("pause", "--everything")
        stopped = program.run("import", bakery, code=1)
        assert "on hold" in stopped.stderr
        assert "All work on documents is paused" in stopped.stdout
        program.run("resume", "--all")
        assert program.json("import", bakery)["on_hold"] == 0
        assert program.statuses() == {"available_to_ai"}

    def test_relearn(self, program: Program, bakery: Path) -> None:
        program.run("import", bakery)
        assert program.json("relearn", "bread.md") == {"relearning": 1}
        assert list(program.json("relearn")) == list(documented("relearn"))
        assert program.run("relearn").stdout == "Everything was learned by today's recipe.\n"
        assert program.json("retry", "--quarantined")["retried"] == []

    def test_link(self, learned: Program) -> None:
        made = learned.json("link", "--port", "18299")
        assert list(made) == list(documented("link"))
        assert made["link"].startswith("http://127.0.0.1:18299/link/")
        assert learned.run("link").stdout.count("/link/") == 1
        assert learned.json("link", "--email", "eve@example.org", code=1)["error"]["kind"] == "not_found"
        assert made["link"].rpartition("/")[2] not in "".join(log.read_text("utf-8") for log in logs(learned))

    def test_organization_add(self, learned: Program) -> None:
        made = learned.json("organization", "add", "Boatyard")
        assert list(made) == list(documented("organization add"))
        assert learned.json("organization", "add", "Boatyard", code=1)["error"]["kind"] == "conflict"
        assert learned.json("documents", "--organization", "Boatyard") == []
        assert "/link/" in learned.json("link", "--organization", made["id"])["link"]

    def test_doctor(self, learned: Program) -> None:
        shape, found = documented("doctor"), learned.json("doctor", code=1)
        assert list(found) == list(shape)
        assert list(found["checks"][0]) == list(shape["checks"][0])
        assert [check["name"] for check in found["checks"] if not check["ok"]] == ["workers"]

    @pytest.mark.parametrize(
        ("arguments", "code", "kind"),
        [
            (("retry", "nothing.md"), 1, "not_found"),
            (("retry",), 2, "usage"),
            (("asck", "Why?"), 2, "usage"),
            (("import",), 2, "usage"),
            (("up", "--port", "x"), 2, "usage"),
            (("ask", ""), 1, "invalid_input"),
        ],
    )
    def test_an_error(self, learned: Program, arguments: tuple[str, ...], code: int, kind: str) -> None:
        error = learned.json(*arguments, code=code)
        assert list(error) == list(documented("Exit codes"))
        assert (error["error"]["kind"], list(error["error"])) == (kind, ["kind", "message"])


class TestStart:
    @pytest.mark.parametrize("command", ["up", "worker", "import .", "ask Why?", "status", "doctor"])
    def test_a_wrong_setting_stops_every_command_with_one_sentence(self, tmp_path: Path, command: str) -> None:
        program = Program(tmp_path / "data", {"LEASES": 3})
        done = program.run(*command.split(), code=1)
        assert done.stderr == "mentorfy: MENTORFY_LEASES is not a setting: did you mean MENTORFY_LEASE?\n"
        assert not program.data.exists()

    @pytest.mark.parametrize("command", ["up", "status", "ask Why?"])
    def test_a_data_folder_that_cannot_be_used_is_named(self, tmp_path: Path, command: str) -> None:
        (tmp_path / "file").write_text("not a folder")
        done = Program(tmp_path / "file" / "data").run(*command.split(), code=1)
        assert "MENTORFY_DATA is" in done.stderr

    def test_a_damaged_database_is_one_sentence(self, program: Program) -> None:
        program.data.mkdir()
        (program.data / "mentorfy.db").write_bytes(b"not a database" * 100)
        for command in ("status", "up", "documents"):
            assert program.run(command, code=1).stderr.count("\n") == 1
        assert "mentorfy.db is damaged" in program.run("doctor", code=1).stdout

    def test_a_clock_that_was_wrong_for_a_moment_is_noticed(self, program: Program) -> None:
        assert program.json("status")
        with closing(sqlite3.connect(program.data / "mentorfy.db")) as database, database:
            database.execute("UPDATE clock SET last_at = '2099' || substr(last_at, 5)")
        wrong = [check for check in program.json("doctor", code=1)["checks"] if not check["ok"]]
        assert [check["name"] for check in wrong] == ["clock", "workers"]
        assert "ahead of this machine's clock" in wrong[0]["message"]

    def test_a_project_that_does_not_answer_is_one_sentence(self, tmp_path: Path) -> None:
        keys = {"SUPABASE_SECRET_KEY": "sb_secret_hush", "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_hush"}
        program = Program(tmp_path / "data", {"STORE": "supabase", "SUPABASE_URL": "http://127.0.0.1:1", **keys})
        assert program.run("status", code=1).stderr.count("\n") == 1
        wrong = [check for check in program.json("doctor", code=1)["checks"] if not check["ok"]]
        assert [check["name"] for check in wrong] == ["Supabase project"]
        assert "MENTORFY_SUPABASE_URL" in wrong[0]["mend"]
        assert "hush" not in str(wrong)

    def test_the_version_and_the_help_are_there(self, program: Program) -> None:
        assert "import" in program.run("--help").stdout
        assert not program.data.exists()

    def test_a_reader_that_has_read_enough_is_no_problem(self, learned: Program) -> None:
        command = f"'{MENTORFY}' documents | head -n 1"
        done = subprocess.run(
            ["sh", "-c", command], env=learned.environment, capture_output=True, text=True, check=False, timeout=60
        )
        assert (done.returncode, done.stderr) == (0, "")


def logs(program: Program) -> list[Path]:
    return list((program.data / "log").glob("*.log"))


def documented(heading: str) -> Any:
    """Return the first JSON example below a heading of the reference."""
    section = REFERENCE.read_text("utf-8").partition(f"## {heading}\n")[2]
    return json.loads(section.partition("```json\n")[2].partition("```")[0])


def on_a_terminal(program: Program, *arguments: str) -> str:
    """Return everything that a terminal of 80 columns and 24 lines was sent."""
    ours, theirs = pty.openpty()
    sized = {**program.environment, "COLUMNS": "80", "LINES": "24", "TERM": "xterm", "NO_COLOR": "1"}
    shown: list[bytes] = []
    reader = threading.Thread(target=lambda: shown.extend(everything(ours)))
    with subprocess.Popen([MENTORFY, *arguments], env=sized, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        reader.start()
        assert process.wait(60) == 0
    reader.join()
    os.close(ours)
    return b"".join(shown).decode().replace("\r", "")


def everything(descriptor: int) -> Iterator[bytes]:
    while True:
        try:
            piece = os.read(descriptor, 65536)
        except OSError:  # Linux says so when the other side is closed
            return
        if not piece:
            return
        yield piece


def without_codes(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
