"""What the workers of these tests do; spawned processes import it by this name."""

import os
import re
import signal
import sys
import time

from pipeline.errors import InputError, RecordError
from pipeline.executors.base import Work
from pipeline.executors.limits import TimeLimit

LIMIT_SECONDS = 0.5


class Unsendable(InputError):
    """Takes other arguments than its message, and is no class of ``pipeline.errors``."""

    def __init__(self, place: str, line: int) -> None:
        super().__init__(f"{place}:{line}: cannot be used")


def toy() -> Work:
    """Start a worker that does what a task says: a name, and what goes with it."""
    return _do


def _do(task):
    name, *given = task
    return globals()[f"_{name}"](*given)


def _double(text):
    return text * 2


def _nap(seconds):
    time.sleep(seconds)
    return seconds


def _label(number, seconds):
    time.sleep(seconds)
    return number


def _spin(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def _pid():
    return os.getpid()


def _setting(name):
    return os.environ.get(name)


def _setting_after(seconds, name):
    time.sleep(seconds)
    return os.environ.get(name)


def _argue(text):
    raise ValueError(text)


def _give_up(text):
    raise InputError(text)


def _reject(text):
    raise RecordError(text, reason="empty")


def _point():
    raise Unsendable("toys.jsonl", 7)


def _unpicklable():
    return lambda: None


def _memory():
    raise MemoryError("no room")


def _kill():
    os.kill(os.getpid(), signal.SIGKILL)


def _exit(status):
    os._exit(status)


def _quit(status):
    sys.exit(status)


def _expression():
    with TimeLimit(LIMIT_SECONDS):
        return re.match(r"(a+)+$", "a" * 40 + "b")


def _steps(count):
    with TimeLimit(LIMIT_SECONDS) as limit:
        for _ in range(count):
            limit.restart()
            time.sleep(LIMIT_SECONDS / 2)
    return count


def _leave_running():
    TimeLimit(LIMIT_SECONDS).restart()


def _once(path, *then):
    """Do something else the first time only: a task that fails, and not when it is given again."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return "again"
    return _do(then)


def broken() -> Work:
    """Start by raising what is no error of a user."""
    raise KeyError("key")


def refusing() -> Work:
    """Start by raising an error of a user."""
    raise InputError("model.onnx.gz: not there")


def dying() -> Work:
    """Start by ending the process."""
    os._exit(9)


def heavy(data: bytes) -> Work:
    """Start with megabytes."""
    return lambda task: len(data) + task
