"""Shuts every way out of a process that Python knows of, and writes down who knocked.

An audit hook (PEP 578) sees what a patched ``socket`` module would miss: sockets that C code of the interpreter opens,
and whatever took its functions before. A hook cannot be taken away again, so it heeds a log that can.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOG = "QUOTESTANCE_TEST_WAYS_OUT"
"""Names the log, for children to write into."""

ASKED, STARTED, GUARDED = "asked", "started", "guarded"
"""First words of the log's lines: a way out was asked for; a program was started; a Python child has the hook, too."""

_WAYS = ("connect", "sendto", "sendmsg", "getaddrinfo", "getnameinfo", "gethostbyname", "gethostbyaddr")
_EVENTS = frozenset(f"socket.{way}" for way in _WAYS)
_STARTS = {"subprocess.Popen": 0, "os.posix_spawn": 0, "os.exec": 0, "os.system": 0}
"""What starts a program, and which argument of the event names it."""

_log: list[Path] = []
_hooked: list[bool] = []


def write(word: str, what: object) -> None:
    """Add a line to the log, if there is one."""
    if _log:
        with _log[0].open("a", encoding="utf-8") as log:
            log.write(f"{word} {what}\n")


def _heed(event: str, arguments: tuple[object, ...]) -> None:
    if not _log:
        return
    if event in _EVENTS:
        write(ASKED, event)
        raise OSError(f"{event}: no network in this test")
    if event in _STARTS:
        program = arguments[_STARTS[event]]
        write(STARTED, os.fsdecode(program) if isinstance(program, (str, bytes)) else program)


def shut(log: Path) -> None:
    """Refuse this process every way out from now on, those to this machine and to Unix sockets, too."""
    _log[:] = [log]
    if not _hooked:
        sys.addaudithook(_heed)
        _hooked.append(True)


@contextmanager
def shut_for_a_while(log: Path) -> Iterator[None]:
    """Do the same to this process and to its Python children; environment and hook are left for others to put back."""
    folder = str(Path(__file__).parent)
    os.environ |= {LOG: str(log), "PYTHONPATH": os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH")]))}
    shut(log)
    try:
        yield
    finally:
        _log.clear()
