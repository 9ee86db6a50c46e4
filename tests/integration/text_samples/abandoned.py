"""A program that is killed while its child reads; prints the child's process id. Run as a script."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from mentorfy_text.sandbox import Child, Limits


async def main() -> None:
    child = await Child.start(Limits(), (sys.executable, str(Path(__file__).with_name("faulty_child.py"))))
    print(child.pid, flush=True)
    await child.read(b"x", sys.argv[1])


if __name__ == "__main__":
    asyncio.run(main())
