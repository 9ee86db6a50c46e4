"""A sandbox's child that misbehaves as the file's name tells it to; run as a script."""

from __future__ import annotations

import os
import sys
import time

from mentorfy_core.knowledge.model import ExtractedText, Locator, Span
from mentorfy_text import child

READ: list[str] = []


def read(data: bytes, title: str) -> ExtractedText:
    READ.append(title)
    if title == "hang":
        time.sleep(600)
    if title == "spin":
        while True:
            pass
    if title == "swallow":
        return ExtractedText(str(bytearray(2 << 30)), ())
    if title == "crash" or (title == "crash if used" and len(READ) > 1):
        os.abort()
    if title == "raise":
        raise ZeroDivisionError
    if title == "gap":
        return ExtractedText("some text", (Span(0, 4, Locator()),))
    if title == "print":
        print("printed by an engine", flush=True)
    text = f"read by {os.getpid()} " + " ".join(sorted(os.environ))
    return ExtractedText(text, (Span(0, len(text), Locator()),))


if __name__ == "__main__":
    if "refuse to start" in sys.argv:
        sys.exit(3)
    vars(child)["read"] = read
    child.main()
