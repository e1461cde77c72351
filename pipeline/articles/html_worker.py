"""Extracts the main text of HTML pages, one after another, in a process of its own that can be stopped.

Run as a script by ``html.py``; it imports nothing of this package, so that a worker starts with trafilatura alone.
Each message on standard input and output is eight bytes of length and that many bytes of JSON.
"""

from __future__ import annotations

import contextlib
import json
import signal
import struct
import sys
from typing import Any, BinaryIO

_LENGTH = struct.Struct(">Q")
_MEMORY_BYTES = 4 << 30
# Only what the page declares: an extensive search takes years out of the running text, and "today" as the latest date
# would make a page read differently from one day to the next.
_DATE = {"original_date": True, "extensive_search": False, "max_date": "2199-12-31"}


def receive(stream: BinaryIO) -> Any:
    """Return the next message; at the end of the stream, or where it is cut off in the middle, raise ``EOFError``."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (size,) = _LENGTH.unpack(head)
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return json.loads(data)


def send(stream: BinaryIO, message: Any) -> None:
    """Write one message."""
    data = json.dumps(message).encode("ascii")
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def extract(page: str) -> dict[str, str | None] | None:
    """Return the main text of a page with its ``title``, ``date``, ``sitename`` and ``url``; None where it has none."""
    from trafilatura import bare_extraction

    found = bare_extraction(page, include_comments=False, with_metadata=True, date_extraction_params=_DATE)
    if found is None:
        return None
    values = found if isinstance(found, dict) else {name: getattr(found, name, None) for name in found.__slots__}
    fields = {name: values.get(name) or None for name in ("text", "title", "date", "sitename", "url")}
    # One line a block here; everywhere else a blank line parts paragraphs.
    return fields | {"text": "\n\n".join(line for line in (fields["text"] or "").split("\n") if line.strip())}


def limit_cpu(seconds: float) -> None:
    """End the process after so much more CPU time, in the middle of C code if need be; 0 lifts the limit.

    CPU time, because on a busy machine a limit on elapsed time would reject other pages in every run.
    """
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def main(seconds: float) -> None:
    """Answer pages until standard input ends; a page that takes more CPU time than ``seconds`` ends the process."""
    import trafilatura  # noqa: F401 - loaded before the first page, whose time is limited

    with contextlib.suppress(ImportError, ValueError, OSError):  # not on every system; the time limit still holds
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    pages, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing but answers goes out
    send(answers, "ready")
    with contextlib.suppress(EOFError):
        while True:
            page = receive(pages)
            limit_cpu(seconds)
            answer = extract(page)
            limit_cpu(0)
            send(answers, answer)


if __name__ == "__main__":
    main(float(sys.argv[1]))
