"""Every exception that the libraries in use raise, and some that nobody should, is taken for what it is."""

from __future__ import annotations

import asyncio
import csv
import errno
import json
import os
import socket
import sqlite3
import ssl
import struct
import subprocess
import threading
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pydantic
import pypdfium2
import pytest
import xberg
from argon2 import PasswordHasher as Argon2

from mentorfy_core.application.attempt import Attempt
from mentorfy_core.application.claim import Claim
from mentorfy_core.application.importing import ClaimImport, ImportAttempt
from mentorfy_core.documents.model import Document, Status
from mentorfy_core.errors import ABOUT_EVERYONE, ABOUT_THIS_FILE, MAX_SENTENCE, ErrorKind, PortError, StoreUnavailable
from mentorfy_core.retries import RetryManager
from mentorfy_local import blobs, folder_files
from mentorfy_sqlite.connection import told
from mentorfy_sqlite.knowledge_connection import answering
from mentorfy_text.archive import zipped_format
from mentorfy_text.engine import classified
from mentorfy_text.extraction import read
from tests.unit.application.world import World

SECRET = "sk-canary-0123456789"
"""What messages of other people's exceptions hold, and ours must not."""

RATE, NETWORK = ErrorKind.RATE_LIMIT, ErrorKind.NETWORK_ERROR
PROCESSING, UNKNOWN = ErrorKind.PROCESSING_ERROR, ErrorKind.UNKNOWN_ERROR
DENIED, GONE, UNREADABLE = ErrorKind.ACCESS_DENIED, ErrorKind.NOT_FOUND, ErrorKind.UNREADABLE
LARGE, UNSUPPORTED = ErrorKind.TOO_LARGE, ErrorKind.UNSUPPORTED
QUOTA, REVOKED, KEY = ErrorKind.QUOTA_EXHAUSTED, ErrorKind.GRANT_REVOKED, ErrorKind.BAD_CREDENTIALS

RETRIES = RetryManager()


def caught(work: Callable[[], Any]) -> Exception:
    """Return what the work raises."""
    try:
        work()
    except Exception as error:  # noqa: BLE001 - whatever it is
        return error
    raise AssertionError("nothing was raised")


def port(kind: ErrorKind, retry_after: timedelta | None = None) -> PortError:
    return PortError(kind, "What happened, and what to do.", retry_after=retry_after)


def by(cause: BaseException, error: Exception | None = None) -> Exception:
    """Return an error that was raised from another one."""
    error = error or RuntimeError(SECRET)
    error.__cause__ = cause
    return error


def wrapped(kind: ErrorKind) -> Exception:
    return by(by(port(kind)))


def during(context: BaseException, *, hidden: bool = False) -> Exception:
    """Return a mistake that was made while another error was handled."""
    error = KeyError(SECRET)
    error.__context__, error.__suppress_context__ = context, hidden
    return error


def group(*errors: Exception) -> Exception:
    return ExceptionGroup(SECRET, errors)


class Mute(Exception):
    """An exception that cannot be printed."""

    def __str__(self) -> str:
        raise ValueError(SECRET)

    __repr__ = __str__


def circle() -> Exception:
    one, other = by(KeyError("a")), ValueError(SECRET)
    one.__cause__, other.__cause__ = other, one
    return one


def chain(end: Exception, links: int) -> Exception:
    for _ in range(links):
        end = by(end)
    return end


def recursion() -> None:
    recursion()


@contextmanager
def server(answer: Callable[[socket.socket], object]) -> Iterator[str]:
    """Serve one connection in a way that clients do not expect."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{listening.getsockname()[1]}"
        finally:
            thread.join()


def closed() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return f"127.0.0.1:{listening.getsockname()[1]}"


def get(scheme: str, answer: Callable[[socket.socket], object], client: Callable[[str], Any]) -> Exception:
    with server(answer) as host:
        return caught(lambda: client(f"{scheme}://{host}/"))


def hang_up(connection: socket.socket) -> None:
    connection.recv(1)


def cut_off(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\nhalf")


def stay_silent(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def by_httpx(url: str) -> Any:
    return httpx2.get(url, timeout=0.2)


def by_urllib(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=0.2) as answer:
        return answer.read()


async def too_late() -> None:
    async with asyncio.timeout(0):
        await asyncio.sleep(9)


async def half() -> None:
    reader = asyncio.StreamReader()
    reader.feed_eof()
    await reader.readexactly(4)


class Strict(pydantic.BaseModel):
    number: int


ESCAPED: dict[str, tuple[Callable[[], Exception], ErrorKind]] = {
    # of connections: the standard library's types, whoever raised them and whatever they were wrapped in
    "nobody listens": (lambda: caught(lambda: socket.create_connection(closed_pair())), NETWORK),
    "a reset": (lambda: ConnectionResetError(errno.ECONNRESET, SECRET), NETWORK),
    "a broken pipe": (lambda: OSError(errno.EPIPE, SECRET), NETWORK),
    "an abort": (lambda: OSError(errno.ECONNABORTED, SECRET), NETWORK),
    "a time-out of the system": (lambda: OSError(errno.ETIMEDOUT, SECRET), NETWORK),
    "a time-out of a socket": (lambda: TimeoutError("timed out"), NETWORK),
    "a time-out of asyncio": (lambda: caught(lambda: asyncio.run(too_late())), NETWORK),
    "no route": (lambda: OSError(errno.EHOSTUNREACH, SECRET), NETWORK),
    "no network": (lambda: OSError(errno.ENETUNREACH, SECRET), NETWORK),
    "no such host": (lambda: caught(lambda: socket.getaddrinfo("nowhere", 1, flags=socket.AI_NUMERICHOST)), NETWORK),
    "no TLS": (lambda: get("https", hang_up, by_urllib), NETWORK),
    "a certificate": (lambda: ssl.SSLCertVerificationError(1, SECRET), NETWORK),
    "httpx: nobody listens": (lambda: caught(lambda: by_httpx(f"http://{closed()}/")), NETWORK),
    "httpx: silence": (lambda: get("http", stay_silent, by_httpx), NETWORK),
    "urllib: nobody listens": (lambda: caught(lambda: by_urllib(f"http://{closed()}/")), NETWORK),
    "urllib: silence": (lambda: get("http", stay_silent, by_urllib), NETWORK),
    "urllib: hangs up": (lambda: get("http", hang_up, by_urllib), NETWORK),
    "wrapped twice": (lambda: by(by(ConnectionResetError(SECRET))), NETWORK),
    "a mistake while handling a reset": (lambda: during(ConnectionResetError(SECRET)), NETWORK),
    "a reset among others": (lambda: group(ValueError(SECRET), by(TimeoutError())), NETWORK),
    # of this machine
    "no memory": (lambda: MemoryError(SECRET), PROCESSING),
    "no memory for numpy": (lambda: caught(lambda: np.empty(1 << 50)), PROCESSING),
    "no disk": (lambda: OSError(errno.ENOSPC, SECRET), PROCESSING),
    "no more files": (lambda: OSError(errno.EMFILE, SECRET), PROCESSING),
    "a broken disk": (lambda: OSError(errno.EIO, SECRET), PROCESSING),
    "no such program": (lambda: caught(lambda: subprocess.run(["/no/such/program"], check=False)), PROCESSING),
    # of nobody: bugs, and what adapters did not translate
    "a bug": (lambda: AttributeError(SECRET), UNKNOWN),
    "an assertion": (lambda: AssertionError(SECRET), UNKNOWN),
    "no end of recursion": (lambda: caught(recursion), UNKNOWN),
    "a bug while a file was missing": (lambda: during(FileNotFoundError(SECRET)), UNKNOWN),
    "JSON": (lambda: caught(lambda: json.loads(SECRET)), UNKNOWN),
    "struct": (lambda: caught(lambda: struct.unpack("I", b"")), UNKNOWN),
    "csv": (lambda: csv.Error(SECRET), UNKNOWN),
    "a zip": (lambda: caught(lambda: zipfile.ZipFile(BytesIO(SECRET.encode()))), UNKNOWN),
    "pdfium": (lambda: caught(lambda: pypdfium2.PdfDocument(b"%PDF-")), UNKNOWN),
    "xberg": (lambda: xberg.XbergError(SECRET), UNKNOWN),
    "pydantic": (lambda: caught(lambda: Strict(number=SECRET)), UNKNOWN),  # type: ignore[arg-type]
    "numpy": (lambda: caught(lambda: np.zeros(3) @ np.zeros(4)), UNKNOWN),
    "argon2": (lambda: caught(lambda: Argon2(time_cost=1, memory_cost=8).verify(Argon2().hash("a"), "b")), UNKNOWN),
    "half an answer": (lambda: caught(lambda: asyncio.run(half())), UNKNOWN),
    "httpx: a status": (lambda: caught(refused_by_status), UNKNOWN),
    "a lone surrogate": (lambda: caught(lambda: "\ud800".encode()), UNKNOWN),
    "bytes that are no text": (lambda: caught(lambda: b"\xff".decode()), UNKNOWN),
    "SQLite: a mistake in a statement": (lambda: caught(lambda: sqlite3.connect(":memory:").execute("x")), UNKNOWN),
    "SQLite: closed": (lambda: caught(use_closed), UNKNOWN),
    "an old process": (lambda: subprocess.CalledProcessError(1, SECRET), UNKNOWN),
    "a store's word in the wrong place": (lambda: StoreUnavailable("It did not answer."), UNKNOWN),
    "ten megabytes": (lambda: ValueError(SECRET * 500_000), UNKNOWN),
    "NUL and a lone surrogate": (lambda: ValueError(f"\0\ud800{SECRET}"), UNKNOWN),
    "mute": (Mute, UNKNOWN),
    "mute causes": (lambda: by(Mute(), Mute()), UNKNOWN),
    "a circle": (circle, UNKNOWN),
    "a cause of itself": (lambda: by(error := ValueError(SECRET), error), UNKNOWN),
    "a long chain without an end": (lambda: chain(ValueError(SECRET), 5_000), UNKNOWN),
    # port errors, wherever they are
    **{f"a port error: {kind}": (partial(port, kind), kind) for kind in ErrorKind if kind is not ErrorKind.WORKER_LOST},
    **{f"wrapped: {kind}": (partial(wrapped, kind), kind) for kind in (RATE, DENIED, KEY)},
    "at the end of a long chain": (lambda: chain(port(RATE), 5_000), RATE),
    "in a circle": (lambda: by(by(port(RATE), circle())), RATE),
    "while handling": (lambda: during(port(UNREADABLE)), UNREADABLE),
    "hidden by from None": (lambda: during(port(UNREADABLE), hidden=True), UNREADABLE),
    "a port error from another": (lambda: by(port(QUOTA), port(NETWORK)), NETWORK),
    "a port error from a reset": (lambda: by(ConnectionResetError(), port(GONE)), GONE),
    "a reset from a port error": (lambda: by(port(RATE), ConnectionResetError()), RATE),
    "a time-out from a port error": (lambda: by(port(KEY), TimeoutError()), KEY),
    "a group of one": (lambda: group(port(RATE)), RATE),
    "a bug and a port error": (lambda: group(ValueError(SECRET), port(RATE)), RATE),
    "the moment and this file": (lambda: group(port(NETWORK), port(UNREADABLE)), UNREADABLE),
    "this file and everyone": (lambda: group(port(UNREADABLE), port(QUOTA)), QUOTA),
    "everyone, deep inside": (lambda: group(port(NETWORK), group(by(group(port(REVOKED))))), REVOKED),
    "two of a kind": (lambda: group(port(RATE), port(RATE, timedelta(hours=2))), RATE),
    "a crowd": (lambda: group(*[ValueError(SECRET)] * 50_000, port(LARGE)), LARGE),
    "a group from a port error": (lambda: by(port(UNSUPPORTED), group(ValueError(SECRET))), UNSUPPORTED),
    "an endless Retry-After": (lambda: port(RATE, timedelta.max), RATE),
    "a Retry-After in the past": (lambda: port(RATE, timedelta(days=-9)), RATE),
}
"""What a port lets out, and what it is taken for."""


def closed_pair() -> tuple[str, int]:
    host, _, number = closed().partition(":")
    return host, int(number)


def refused_by_status() -> None:
    httpx2.Response(429, request=httpx2.Request("GET", "http://127.0.0.1")).raise_for_status()


def use_closed() -> None:
    connection = sqlite3.connect(":memory:")
    connection.close()
    connection.execute("SELECT 1")


@pytest.fixture
async def world() -> World:
    world = await World().establish()
    world.put("boat.txt", "The boat is red.\n")
    await world.start()
    for _ in range(2):
        job = await ClaimImport(world.ports, world.timing)()
        assert job is not None
        await ImportAttempt(world.ports, RETRIES, world.timing)(job)
    return world


async def tried(world: World, error: Exception) -> Document:
    """Let storage raise the error in an attempt; return the document after it."""

    async def put(*_: object) -> None:
        raise error

    world.meddle("blobs", put=put)
    document = (await Claim(world.ports, RETRIES, world.timing)(busy=False)).document
    assert document is not None
    await Attempt(world.ports, RETRIES, world.timing)(document)
    return await world.document("boat.txt")


@pytest.mark.parametrize("name", ESCAPED)
async def test_a_worker_takes_an_exception_for_what_it_is(world: World, name: str) -> None:
    make, kind = ESCAPED[name]
    document = await tried(world, await asyncio.to_thread(make))
    [error] = world.failures.errors
    assert document.claim is None
    assert error is not None
    if kind in ABOUT_EVERYONE:
        [pause] = (await world.ports.pauses.obstacles()).value.pauses
        assert (pause.kind, document.status, document.tries) == (kind, Status.PENDING_UPLOAD, 0)
        return
    assert document.last_error is not None
    assert (document.last_error.kind, document.status) == (
        kind,
        Status.FAILED if kind in ABOUT_THIS_FILE else Status.RETRYING,
    )
    assert SECRET not in document.last_error.sentence
    assert len(document.last_error.sentence.encode()) <= MAX_SENTENCE
    assert document.next_run_at <= world.now + timedelta(days=2)


def test_there_are_enough_of_them() -> None:
    assert len(ESCAPED) >= 60


async def test_a_stop_inside_a_group_is_no_failure_of_a_document(world: World) -> None:
    stop = BaseExceptionGroup("stopped", [KeyboardInterrupt(), port(RATE)])
    document = await claimed_and_stopped(world, stop)
    assert (document.last_error, document.tries) == (None, 0)
    assert document.claim is not None  # its lease passes, and somebody else goes on


async def claimed_and_stopped(world: World, stop: BaseException) -> Document:
    async def put(*_: object) -> None:
        raise stop

    world.meddle("blobs", put=put)
    document = (await Claim(world.ports, RETRIES, world.timing)(busy=False)).document
    assert document is not None
    with pytest.raises(BaseExceptionGroup):
        await Attempt(world.ports, RETRIES, world.timing)(document)
    return await world.document("boat.txt")


FILES: dict[int | None, ErrorKind] = {  # numbers of Linux
    errno.ENOENT: GONE,
    errno.ENOTDIR: GONE,
    errno.ELOOP: GONE,
    errno.EACCES: DENIED,
    errno.EPERM: DENIED,
    errno.ENAMETOOLONG: UNSUPPORTED,
    errno.ESTALE: NETWORK,
    errno.ETIMEDOUT: NETWORK,
    errno.EHOSTDOWN: NETWORK,
    errno.ENOTCONN: NETWORK,
    errno.EREMOTEIO: NETWORK,
    errno.EIO: PROCESSING,
    errno.EMFILE: PROCESSING,
    errno.ENOMEM: PROCESSING,
    errno.EISDIR: PROCESSING,
    None: PROCESSING,
}
"""What the system says of a file that is to be imported, and what it is taken for."""


@pytest.mark.parametrize("number", FILES)
def test_the_systems_word_about_a_file_is_taken_for_what_it_is(number: int | None) -> None:
    error = OSError(SECRET) if number is None else OSError(number, SECRET)
    with pytest.raises(PortError) as refused, folder_files.translated(b"/srv/books/boat.txt"):
        raise error
    assert refused.value.kind is FILES[number]
    assert SECRET not in refused.value.sentence
    assert "Success" not in refused.value.sentence


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES, errno.EROFS, errno.EMFILE, None])
def test_the_systems_word_about_our_own_folder_is_worth_a_retry(number: int | None) -> None:
    with pytest.raises(PortError) as refused, blobs.translated():
        raise OSError(SECRET) if number is None else OSError(number, SECRET)
    assert refused.value.kind is PROCESSING
    assert "Success" not in refused.value.sentence


def locked(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "a.db", isolation_level=None)) as holder:
        holder.execute("CREATE TABLE t (x)")
        holder.execute("BEGIN EXCLUSIVE")
        with closing(sqlite3.connect(folder / "a.db", timeout=0)) as other:
            other.execute("SELECT * FROM t")


def locked_table(_: Path) -> None:
    one = sqlite3.connect("file:shared?mode=memory&cache=shared", uri=True, isolation_level=None)
    other = sqlite3.connect("file:shared?mode=memory&cache=shared", uri=True, timeout=0)
    with closing(one), closing(other):
        one.execute("CREATE TABLE t (x)")
        one.execute("BEGIN")
        one.execute("INSERT INTO t VALUES (1)")
        other.execute("SELECT * FROM t")


def full(_: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("PRAGMA max_page_count = 2")
        connection.execute("CREATE TABLE t (x)")
        connection.execute("INSERT INTO t VALUES (zeroblob(100000))")


def read_only(folder: Path) -> None:
    sqlite3.connect(folder / "a.db").close()
    with closing(sqlite3.connect(f"file:{folder / 'a.db'}?mode=ro", uri=True)) as connection:
        connection.execute("CREATE TABLE t (x)")


def no_database(folder: Path) -> None:
    (folder / "a.db").write_bytes(b"this is no database at all, but long enough to be one" * 100)
    with closing(sqlite3.connect(folder / "a.db")) as connection:
        connection.execute("SELECT * FROM t")


def corrupt(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "a.db")) as connection:
        connection.execute("CREATE TABLE t (x)")
        connection.executemany("INSERT INTO t VALUES (?)", [("x" * 500,)] * 100)
        connection.commit()
    whole = bytearray((folder / "a.db").read_bytes())
    whole[4096:] = os.urandom(len(whole) - 4096)
    (folder / "a.db").write_bytes(whole)
    with closing(sqlite3.connect(folder / "a.db")) as connection:
        connection.execute("SELECT * FROM t").fetchall()


def not_there(folder: Path) -> None:
    sqlite3.connect(folder / "no" / "such" / "a.db")


def interrupted(_: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.set_progress_handler(lambda: 1, 1)
        connection.execute("SELECT 1 UNION SELECT 2").fetchall()


def against_a_rule(_: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE t (x NOT NULL)")
        connection.execute("INSERT INTO t VALUES (NULL)")


def no_such_table(_: Path) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("SELECT * FROM t")


THE_FILES_FAULT = {
    locked: "did not answer",
    locked_table: "did not answer",
    full: "Make room",
    read_only: "Allow the account",
    no_database: "is damaged",
    corrupt: "is damaged",
    not_there: "Allow the account",
    interrupted: "did not answer",
}
"""What is wrong with a database file, and what people are told."""

OURS = (against_a_rule, no_such_table)


@pytest.mark.parametrize("work", THE_FILES_FAULT)
def test_what_is_wrong_with_a_database_file_is_nobodys_bug(tmp_path: Path, work: Callable[[Path], None]) -> None:
    error, words = caught(lambda: work(tmp_path)), THE_FILES_FAULT[work]
    unavailable = told(error)
    assert isinstance(unavailable, StoreUnavailable)
    assert words in str(unavailable)
    with pytest.raises(PortError) as refused, answering():
        raise error
    assert refused.value.kind is PROCESSING
    assert words in refused.value.sentence


@pytest.mark.parametrize("work", OURS)
def test_a_wrong_statement_is_a_bug_and_shown_as_one(tmp_path: Path, work: Callable[[Path], None]) -> None:
    error = caught(lambda: work(tmp_path))
    assert told(error) is error
    with pytest.raises(sqlite3.DatabaseError), answering():
        raise error


def zipped(**members: bytes) -> bytes:
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return whole.getvalue()


BYTES: dict[str, tuple[bytes, str, ErrorKind]] = {
    "nothing": (b"", "a.txt", UNREADABLE),
    "a zip's beginning": (b"PK\x03\x04" + b"\0" * 50, "a.docx", UNREADABLE),
    "half a zip": (zipped(a=b"a" * 999)[:-30], "a.docx", UNREADABLE),
    "a zip of anything": (zipped(a=b"a"), "a.docx", UNSUPPORTED),
    "a PDF's beginning": (b"%PDF-1.7\n", "a.pdf", UNREADABLE),
    "noise named PDF": (bytes(range(256)) * 9, "a.pdf", UNREADABLE),
    "noise": (bytes(range(256)) * 9, "a.xyz", UNSUPPORTED),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "a.png", UNSUPPORTED),
    "blanks": (b" \n" * 99, "a.txt", UNREADABLE),
}
"""Files that cannot be read, and what they are taken for."""


@pytest.mark.parametrize("name", BYTES)
def test_a_file_that_cannot_be_read_is_taken_for_what_it_is(name: str) -> None:
    data, title, kind = BYTES[name]
    error = caught(lambda: read(data, title))
    assert isinstance(error, PortError)
    assert error.kind is kind


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Parsing error: PDF is encrypted and requires a password", UNREADABLE),
        ("security violation: archive too large", LARGE),
        ("Table cell limit exceeded", LARGE),
        ("Invalid zip archive (security)", UNREADABLE),
        ("anything else", UNREADABLE),
    ],
)
def test_the_engines_words_are_read_in_one_place(message: str, kind: ErrorKind) -> None:
    assert classified(message, "PDF").kind is kind


def test_a_bomb_is_too_large() -> None:
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"\0" * (30 << 20))
    error = caught(lambda: zipped_format(whole.getvalue(), "a.docx"))
    assert isinstance(error, PortError)
    assert error.kind is LARGE
