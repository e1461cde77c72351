"""What an executor is, what comes out of it, and how errors get from a worker to the driver."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

from pipeline import errors
from pipeline.errors import PipelineError, RecordError

Work = Callable[[Any], Any]
"""A task in, its value out; runs in a worker."""
Start = Callable[[], Work]
"""Picklable; called once in each worker."""
Take = Callable[[], Any | None]
"""Gives the next task; None means that there is none now."""

STARTS = 3
"""So many times in a row a worker may fail to start before the run is given up."""

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


@dataclass(frozen=True, slots=True)
class Stop:
    """A ``PipelineError`` on its way from a worker to the driver: exceptions with arguments of their own do not pickle.

    Attributes
    ----------
    kind
        Name of its class in ``pipeline.errors``; of a class that is defined elsewhere, the nearest base in there.
    reason
        Of a ``RecordError``.
    trace
        Where it was raised; becomes a note, which ``--debug`` shows.
    """

    kind: str
    message: str
    reason: str | None
    trace: str

    @classmethod
    def of(cls, error: PipelineError, trace: str) -> Stop:
        """Return what is sent of an error."""
        kind = next(base.__name__ for base in type(error).__mro__ if vars(errors).get(base.__name__) is base)
        return cls(kind, str(error), error.reason if isinstance(error, RecordError) else None, trace)

    def error(self) -> PipelineError:
        """Return the error again."""
        kind: type[PipelineError] = vars(errors)[self.kind]
        error = kind(self.message) if self.reason is None else RecordError(self.message, reason=self.reason)
        error.add_note(f"In a worker:\n{self.trace}")
        return error
