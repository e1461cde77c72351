"""A limit on the time of one step in a worker, kept even while a regular expression or C code holds the interpreter."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from math import inf
from types import TracebackType
from typing import Self

TIME_IS_UP = -int(getattr(signal, "SIGALRM", 14))
"""Exit status of a worker that took too long."""

_Tell = Callable[[float], None]


class _Here:
    """What is so in this process. Only a worker may be ended: elsewhere ``tell`` is None, and limits do nothing."""

    tell: _Tell | None = None
    told: float | None = None


class TimeLimit:
    """Ends the worker when a step takes longer; its executor then says that the task "took longer than … s".

    The kernel ends the process: SIGALRM without a handler needs neither the interpreter nor its lock. So it is elapsed
    time, and nothing is tidied up. Limits of one process share a timer: the latest one counts. Where there is no
    SIGALRM (Windows), and outside of workers, time is not limited.

    Parameters
    ----------
    seconds
        Most elapsed time from ``restart``, or from the beginning of the ``with`` block, on.

    Examples
    --------
    >>> with TimeLimit(60) as limit:
    ...     for article in ("first", "second"):
    ...         limit.restart()
    """

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        if not 0 < seconds < inf:
            raise ValueError(f"a time limit of {seconds} s; it has to be above 0 and finite")
        self.seconds = seconds

    def restart(self) -> None:
        """Give the next step its full time."""
        if _Here.tell is None:
            return
        if _Here.told != self.seconds:  # before time can be up
            _Here.tell(self.seconds)
            _Here.told = self.seconds
        signal.setitimer(signal.ITIMER_REAL, self.seconds)

    def cancel(self) -> None:
        """Limit nothing from here on."""
        cancel()

    def __enter__(self) -> Self:
        self.restart()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cancel()


def cancel() -> None:
    """Stop the timer, whoever started it."""
    if _Here.tell is not None:
        signal.setitimer(signal.ITIMER_REAL, 0)


def allow(tell: _Tell) -> None:
    """Let limits end this process, a worker.

    Parameters
    ----------
    tell
        Called with the seconds of a limit before it first begins to run: a process that is ended says nothing more.
    """
    if hasattr(signal, "setitimer"):
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
        _Here.tell = tell
