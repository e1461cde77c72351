"""Lock files: whether a process holds one. Nothing is written."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

# 1: FLOCK  ADVISORY  WRITE 6317 fe:00:2646241 0 EOF
_LINE = re.compile(r"\d+: FLOCK\s+\S+\s+\S+ (\d+) [0-9a-f]+:[0-9a-f]+:(\d+) ")


def is_held(path: Path) -> bool:
    """Return whether a process holds the lock of a file, as filelock takes it (``flock``).

    A shared lock is tried for and given back at once. On a system without ``flock`` (Windows) the answer is True where
    the file cannot be told to be free: nobody shall be advised to remove it.

    Raises
    ------
    OSError
        If the file cannot be opened.
    """
    try:
        import fcntl
    except ImportError:
        return True
    with path.open("rb") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        fcntl.flock(handle, fcntl.LOCK_UN)
    return False


def holder(path: Path, table: Path = Path("/proc/locks")) -> int | None:
    """Return the id of the process that holds a file's lock; None where the system does not tell.

    Parameters
    ----------
    table
        Where Linux lists all locks, by the number of the file alone.
    """
    with suppress(OSError):
        number = os.stat(path).st_ino
        for process, file in _LINE.findall(table.read_text(encoding="ascii")):
            if int(file) == number and int(process) > 0:
                return int(process)
    return None
