"""What an executor is, and what comes out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

Work = Callable[[Any], Any]
"""A task in, its value out; runs in a worker."""
Start = Callable[[], Work]
"""Picklable; called once in each worker."""
Take = Callable[[], Any | None]
"""Gives the next task; None means that there is none now."""

_FAULT_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a task.

    Attributes
    ----------
    task
        As it was taken.
    value
        What the work returned; None where there is a fault.
    fault
        Why there is no value, in plain words ("the process ended (signal 9)"); None where there is one.
    """

    task: Any
    value: Any = None
    fault: str | None = None


class Executor(Protocol):
    """Maps a function over tasks, on ``workers`` workers that start with the first task and end with the block."""

    workers: int

    def run(self, take: Take) -> Iterator[Outcome]:
        """Yield the outcome of each task that ``take`` gives, in any order.

        ``take`` is asked whenever a worker is free, or fewer tasks than there are workers are read ahead. The iterator
        ends when nothing is in work or read ahead and ``take`` gives None once more: so whoever reads the outcomes can
        give a task back through ``take``. An iterator that is closed early ends the workers that still had tasks.

        Raises
        ------
        PipelineError
            The one that ``start`` or the work raised, of the same class; everything in work is given up.
        ExecutorError
            If workers do not start.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def fault_of(error: BaseException) -> str:
    r"""Return an exception as one line.

    Examples
    --------
    >>> fault_of(ValueError("no number:\n 'many'"))
    "ValueError: no number: 'many'"
    >>> fault_of(RecursionError())
    'RecursionError'
    """
    line = " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
    return line if len(line) <= _FAULT_CHARACTERS else f"{line[: _FAULT_CHARACTERS - 1]}…"
