"""Kills a step of the move in its middle: at a statement, so that the machine's speed decides nothing."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from itertools import count
from typing import Any

import psycopg

Execute = Callable[..., psycopg.Cursor[Any]]


def killed_at(statement: int, late: float, step: Callable[[], int]) -> bool:
    """Do a step in a child that is killed soon after it began a statement; whether it was killed before its end.

    Args:
        statement: The number of the last one, from 1.
        late: Seconds that pass then, while the server works on it or the child commits.
        step: Returns 0 where it comes to its end.
    """
    child = os.fork()
    if child == 0:
        code = 1
        try:
            psycopg.Connection.execute = _fatal(psycopg.Connection.execute, statement, late)  # type: ignore[method-assign]
            code = step()
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in {0, -signal.SIGKILL}, code
    return code == -signal.SIGKILL


def _fatal(execute: Execute, statement: int, late: float) -> Execute:
    numbers = count(1)

    def end() -> None:
        time.sleep(late)
        os.kill(os.getpid(), signal.SIGKILL)

    def counted(connection: psycopg.Connection[Any], *arguments: Any, **options: Any) -> psycopg.Cursor[Any]:
        number = next(numbers)
        if number == statement:
            threading.Thread(target=end).start()
        if number > statement:
            signal.pause()
        return execute(connection, *arguments, **options)

    return counted
