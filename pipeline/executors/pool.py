"""Gives tasks to workers that are free, replaces workers that end, and tells what became of each task."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Self

from pipeline.errors import ExecutorError
from pipeline.executors.base import Outcome, Take
from pipeline.executors.messages import Done, Ended, Failed, Message, Started, Stop

STARTS = 3
"""So many times in a row a worker may fail to start before the run is given up."""

_log = logging.getLogger(__name__)


class Seat(ABC):
    """The place of one worker, as its driver sees it.

    Attributes
    ----------
    ready
        ``start`` has returned in the worker.
    idle
        It waits for a task.
    busy
        It has one: ``task``.
    """

    def __init__(self) -> None:
        self.ready = self.idle = self.busy = False
        self.task: Any = None

    def begun(self) -> None:
        """Note that it waits for its first task."""
        self.ready = self.idle = True

    def give(self, task: Any) -> None:
        """Give it a task."""
        self._hand_over(task)
        self.task, self.busy, self.idle = task, True, False

    def done(self) -> Any:
        """Return the task that it had; it is free for another."""
        task, self.task, self.busy, self.idle = self.task, None, False, True
        return task

    @abstractmethod
    def message(self) -> Message | None:
        """Return what it has told, without waiting; None where that is nothing for others."""

    @abstractmethod
    def ask_to_end(self, *, gently: bool) -> None:
        """Have it end: when it next waits for something, or at once."""

    @abstractmethod
    def end(self) -> str:
        """Wait until it has ended, see to it that it does, and return how it did."""

    @abstractmethod
    def _hand_over(self, task: Any) -> None: ...


class Pool(ABC):
    """An ``Executor`` on workers that can be lost."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._seats: list[Seat] = []
        self._lost_starts = 0

    @abstractmethod
    def _seat(self) -> Seat:
        """Return the seat of a new worker, which need not be ready yet."""

    @abstractmethod
    def _that_speak(self, seats: Sequence[Seat]) -> list[Seat]:
        """Wait until some workers have told something, or have ended, and return their seats."""

    def run(self, take: Take) -> Iterator[Outcome]:
        """Yield the outcome of each task; see ``Executor.run``."""
        ahead: deque[Any] = deque()
        try:
            while self._give_out(ahead, take):
                self._make_up(len(ahead))
                for seat in self._that_speak(self._seats):
                    outcome = self._listen(seat)
                    if outcome is not None:
                        yield outcome
        finally:
            self._drop([seat for seat in self._seats if seat.busy])

    def _give_out(self, ahead: deque[Any], take: Take) -> bool:
        """Give tasks to workers that wait for one, and read ahead; return False when there is nothing more to do."""
        for seat in [*(seat for seat in self._seats if seat.idle), None]:
            while len(ahead) < self.workers and (task := take()) is not None:
                ahead.append(task)
            if seat is not None and ahead:
                seat.give(ahead.popleft())
        return bool(ahead) or any(seat.busy for seat in self._seats)

    def _make_up(self, waiting: int) -> None:
        """Start workers for tasks that wait, up to the number that is allowed."""
        coming = sum(not seat.ready for seat in self._seats)
        for _ in range(min(waiting - coming, self.workers - len(self._seats))):
            self._seats.append(self._seat())

    def _listen(self, seat: Seat) -> Outcome | None:
        """Deal with what a worker has told."""
        match seat.message():
            case Started():
                self._lost_starts = 0
                seat.begun()
            case Done(value):
                return Outcome(seat.done(), value)
            case Failed(fault, trace):
                if trace:
                    _log.info("%s", trace)
                if seat.ready:
                    return Outcome(seat.done(), fault=fault)
                self._lose(seat, fault)
            case Ended(fault):
                if seat.busy:
                    self._drop([seat])
                    return Outcome(seat.task, fault=fault)
                self._lose(seat, fault)
            case Stop() as stop:
                raise stop.error()
        return None

    def _lose(self, seat: Seat, fault: str) -> None:
        """Do without a worker that had no task; the next one is another try."""
        self._drop([seat])
        if seat.ready:
            return
        self._lost_starts += 1
        if self._lost_starts == STARTS:
            self._lost_starts = 0
            raise ExecutorError(f"a worker process failed to start {STARTS} times in a row: {fault}")

    def _drop(self, seats: list[Seat], *, gently: bool = False) -> None:
        self._seats = [seat for seat in self._seats if seat not in seats]
        for seat in seats:
            seat.ask_to_end(gently=gently)
        for seat in seats:
            seat.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drop(self._seats, gently=kind is None)
