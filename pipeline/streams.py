"""The process around a command: its environment, its streams and its end."""

from __future__ import annotations

import io
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from pipeline.encodings import escaped

QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "DVC_NO_ANALYTICS": "true",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "ORT_DISABLE_TELEMETRY": "1",
}
"""Nothing calls home unless the user's own environment says so."""


def prepare() -> None:
    """Keep libraries quiet, and make stdout take any text, as stderr does: what it cannot show becomes ``?``."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def on_one_line(text: str) -> str:
    r"""Return a text that a terminal shows as one line, and by which it is not steered.

    Examples
    --------
    >>> on_one_line("a\nb\x1b[2J.txt")
    'a\\nb\\u001b[2J.txt'
    """
    return escaped(text).replace("\n", "\\n")


class _OneLine(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return on_one_line(record.getMessage()) if record.exc_info is None else super().format(record)


def log_to_stderr(level: int) -> None:
    """Send messages of a level and above to stderr, a line each, unless the program has set up its log itself."""
    handler = logging.StreamHandler()
    handler.setFormatter(_OneLine("%(message)s"))
    logging.basicConfig(level=level, handlers=[handler])


def takes_unicode() -> bool:
    """Return whether stdout can show any character."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return str(encoding).lower().startswith(("utf-8", "utf8", "utf_8", "utf-16"))


@contextmanager
def stoppable() -> Iterator[None]:
    """Make a wish to end (SIGTERM) an interrupt like Ctrl-C within the block: half-written files are cleared away."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():  # no other may handle signals
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def flushed(status: int) -> int:
    """Return the status after the last of the output is out; a reader that went away (``| head``) is no news."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more when it ends, and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status
