"""Does tasks one after another in this process: for tests, and to look for faults with a debugger."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Self

from pipeline.errors import ExecutorError, PipelineError
from pipeline.executors.base import Outcome, Start, Take, Work, fault_of


class InlineExecutor:
    """An ``Executor`` without workers. Nothing outlives what ends the process, and a ``TimeLimit`` limits nothing."""

    def __init__(self, start: Start, *, workers: int = 1) -> None:
        self.workers = 1
        self._start = start
        self._work: Work | None = None

    def run(self, take: Take) -> Iterator[Outcome]:
        """Yield the outcome of each task; see ``Executor.run``."""
        while (task := take()) is not None:
            if self._work is None:
                self._work = self._started()
            try:
                outcome = Outcome(task, self._work(task))
            except PipelineError:
                raise
            except Exception as error:  # whatever the work raises is the fault of its task
                outcome = Outcome(task, fault=fault_of(error))
            yield outcome

    def _started(self) -> Work:
        try:
            return self._start()
        except PipelineError:
            raise
        except Exception as error:
            raise ExecutorError(f"the worker does not start: {fault_of(error)}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        work, self._work = self._work, None
        if close := getattr(work, "close", None):
            close()  # what it has started ends with a worker, and this process goes on
