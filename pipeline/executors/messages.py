"""What workers tell their driver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline import errors
from pipeline.errors import PipelineError, RecordError


@dataclass(frozen=True, slots=True)
class Booted:
    """The process runs and waits for ``start``."""


@dataclass(frozen=True, slots=True)
class Started:
    """``start`` has returned; the worker waits for a task."""


@dataclass(frozen=True, slots=True)
class Done:
    """A task is done; the worker waits for the next."""

    value: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """A task, or ``start`` itself, raised an exception; after ``start`` the process ends."""

    fault: str
    trace: str


@dataclass(frozen=True, slots=True)
class Limit:
    """From now on a step may take so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Ended:
    """The worker is no more. Nobody can say so of himself: the driver does, when it hears nothing else."""

    fault: str


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


Message = Started | Done | Failed | Stop | Ended
"""What is told of every kind of worker."""
