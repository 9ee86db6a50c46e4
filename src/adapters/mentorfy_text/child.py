"""The sandbox's inside: ``python -m mentorfy_text.child MEMORY`` reads jobs from stdin and answers on stdout.

It limits itself before it opens anything, and ends by itself when stdin does, even in the middle of a file: a parent
that was killed leaves no child behind.
"""

import os
import queue
import resource
import sys
import threading
from pathlib import Path
from typing import BinaryIO, Final

from mentorfy_core.errors import PortError
from mentorfy_core.knowledge.model import ExtractedText
from mentorfy_text.extraction import read
from mentorfy_text.protocol import LENGTH, READY, Answer, Job, decode_job, encode_answer, framed

_STATUS: Final = Path("/proc/self/status")
_KIBIBYTES: Final = 1024 if sys.platform == "darwin" else 1
"""What one unit of ``ru_maxrss`` is, as a divisor to KiB."""


def main() -> None:
    """Answer jobs until stdin ends."""
    limit_memory(int(sys.argv[1]))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever an engine prints must not look like an answer
    jobs: queue.SimpleQueue[tuple[Job, bytes]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, jobs), daemon=True).start()
    _say(answers, READY)
    while True:
        job, data = jobs.get()
        limit_computing(job.seconds)
        _say(answers, encode_answer(answer(job, data)))
        del data


def answer(job: Job, data: bytes) -> Answer:
    """Return what reading the file came to."""
    outcome: ExtractedText | PortError | None
    try:
        outcome = read(data, job.title)
    except PortError as refusal:
        outcome = refusal
    except MemoryError:
        outcome = None
    return Answer(peak(), outcome)


def peak() -> int:
    """Return the most real memory this program has used, in KiB.

    On Linux ``ru_maxrss`` also remembers the parent, as large as it was at the fork; ``VmHWM`` begins with the program.
    """
    try:
        status = _STATUS.read_text(encoding="ascii")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _KIBIBYTES
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))


def limit_memory(size: int) -> None:
    """Refuse this process more than ``size`` bytes of address space, and core dumps."""
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_computing(seconds: int) -> None:
    """Let the system end this process after so many more seconds of computing; the parent's clock is the real limit."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds, hard))


def _listen(stream: BinaryIO, jobs: "queue.SimpleQueue[tuple[Job, bytes]]") -> None:
    try:
        while (header := _frame(stream)) is not None and (data := _frame(stream)) is not None:
            jobs.put((decode_job(header), data))
            del data
    finally:
        os._exit(0)


def _frame(stream: BinaryIO) -> bytes | None:
    length = stream.read(LENGTH.size)
    if len(length) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(length)
    payload = stream.read(size)
    return payload if len(payload) == size else None


def _say(stream: BinaryIO, payload: bytes) -> None:
    stream.write(framed(payload))
    stream.flush()


if __name__ == "__main__":
    main()
