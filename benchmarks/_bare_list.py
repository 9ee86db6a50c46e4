"""The peer of ``pages.py``: ``python _bare_list.py RECORDED`` runs recorded statements and answers recorded JSON."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

RECORDED = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
STATEMENTS: list[str] = RECORDED["statements"]
ANSWER = json.loads(RECORDED["body"])
CONNECTION = sqlite3.connect(Path(os.environ["MENTORFY_DATA"]) / "mentorfy.db", isolation_level=None)


async def answer(request: Request) -> Response:
    for statement in STATEMENTS:
        CONNECTION.execute(statement).fetchall()
    return JSONResponse(ANSWER)


if __name__ == "__main__":
    app = Starlette(routes=[Route("/{anything:path}", answer)])
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["MENTORFY_PORT"]), access_log=False, log_level="error")
