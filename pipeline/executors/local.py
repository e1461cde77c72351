"""Does tasks on processes of this machine, which are replaced when they end."""

from __future__ import annotations

import logging
import os
import pickle
import signal
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import wait
from types import ModuleType, TracebackType
from typing import Any, Self

from pipeline.errors import ExecutorError
from pipeline.executors import worker
from pipeline.executors.base import STARTS, Outcome, Start, Stop, Take
from pipeline.executors.limits import TIME_IS_UP

ONE_THREAD = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
    "RAYON_NUM_THREADS", "QUOTESTANCE_THREADS",
)  # fmt: skip
"""Environment variables that are 1 in workers, whatever they are here: one worker is to keep one core busy."""

_SECONDS_TO_END = 5.0

_log = logging.getLogger(__name__)


class LocalExecutor:
    """An ``Executor`` on processes that are started afresh (spawn), so that nothing of this process gets into them.

    They end with the block, at Ctrl-C at once, and by themselves when this process is gone.
    """

    def __init__(self, start: Start, *, workers: int) -> None:
        self.workers = workers
        self._start = pickle.dumps(start, pickle.HIGHEST_PROTOCOL)
        self._processes: list[_Process] = []
        self._lost_starts = 0

    def run(self, take: Take) -> Iterator[Outcome]:
        """Yield the outcome of each task; see ``Executor.run``."""
        ahead: deque[Any] = deque()
        try:
            while self._give_out(ahead, take):
                self._make_up(len(ahead))
                for process in self._that_speak():
                    outcome = self._listen(process)
                    if outcome is not None:
                        yield outcome
        finally:
            self._drop([process for process in self._processes if process.busy])

    def _give_out(self, ahead: deque[Any], take: Take) -> bool:
        """Send tasks to processes that wait for one; return False when there is nothing more to do."""
        for process in [*(process for process in self._processes if process.idle), None]:
            while len(ahead) < self.workers and (task := take()) is not None:
                ahead.append(task)
            if process is not None and ahead:
                process.give(ahead.popleft())
        return bool(ahead) or any(process.busy for process in self._processes)

    def _make_up(self, waiting: int) -> None:
        coming = sum(not process.ready for process in self._processes)
        for _ in range(min(waiting - coming, self.workers - len(self._processes))):
            self._processes.append(_Process())

    def _that_speak(self) -> list[_Process]:
        """Wait until some processes have sent something, or have ended, and return them."""
        heard = wait([source for process in self._processes for source in (process.pipe, process.sentinel)])
        return [process for process in self._processes if process.pipe in heard or process.sentinel in heard]

    def _listen(self, process: _Process) -> Outcome | None:
        """Deal with one message of a process, or with its end."""
        match process.message():
            case worker.Booted():
                process.send_start(self._start)
            case worker.Started():
                self._lost_starts, process.ready, process.idle = 0, True, True
            case worker.Limit(seconds):
                process.seconds = seconds
            case worker.Done(value):
                return Outcome(process.done(), value)
            case worker.Failed(fault, trace):
                _log.info("%s", trace)
                if process.ready:
                    return Outcome(process.done(), fault=fault)
                self._lose(process, fault)
            case Stop() as stop:
                raise stop.error()
            case None:
                fault = process.end()
                if process.busy:
                    self._processes.remove(process)
                    return Outcome(process.task, fault=fault)
                self._lose(process, fault)
        return None

    def _lose(self, process: _Process, fault: str) -> None:
        """Do without a process that had no task; the next one is another try."""
        self._drop([process])
        if process.ready:
            return
        self._lost_starts += 1
        if self._lost_starts == STARTS:
            self._lost_starts = 0
            raise ExecutorError(f"a worker process failed to start {STARTS} times in a row: {fault}")

    def _drop(self, processes: list[_Process], *, gently: bool = False) -> None:
        for process in processes:
            process.ask_to_end(gently=gently)
        for process in processes:
            process.end()
        self._processes = [process for process in self._processes if process not in processes]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drop(self._processes, gently=kind is None)


class _Process:
    """A worker process as its driver sees it: the pipe, what it does, and how it ended.

    Attributes
    ----------
    ready
        ``start`` has returned in it.
    idle
        It waits for a task.
    busy
        It has one: ``task``.
    seconds
        Its present time limit.
    """

    def __init__(self) -> None:
        spawn = get_context("spawn")
        self.pipe, theirs = spawn.Pipe()
        # A daemon in multiprocessing's sense: where this process exits without ending its workers, they are ended.
        self._process = spawn.Process(target=worker.serve, args=(theirs,), daemon=True)
        with theirs, _a_place_for_workers():
            self._process.start()
        self.sentinel = self._process.sentinel
        self.ready = self.idle = self.busy = False
        self.task: Any = None
        self.seconds: float | None = None
        self._fault = ""

    def message(self) -> object:
        """Return what it has sent; None where it has ended."""
        try:
            return self.pipe.recv() if self.pipe.poll() else None
        except (EOFError, OSError):  # at its end, or in the middle of a message
            return None

    def send_start(self, data: bytes) -> None:
        """Send what makes it ready."""
        with suppress(OSError):  # its end is the next thing that is heard of it
            self.pipe.send_bytes(data)

    def give(self, task: Any) -> None:
        """Send a task."""
        data = pickle.dumps(task, pickle.HIGHEST_PROTOCOL)
        self.task, self.busy, self.idle = task, True, False
        with suppress(OSError):
            self.pipe.send_bytes(data)

    def done(self) -> Any:
        """Return the task that it had; it is free for another."""
        task, self.task, self.busy, self.idle = self.task, None, False, True
        return task

    def ask_to_end(self, *, gently: bool) -> None:
        """Have it end: when it next waits for something, or at once."""
        if self._fault:
            return
        self.pipe.close()
        if not gently:
            self._process.terminate()

    def end(self) -> str:
        """Wait until it has ended, see to it that it does, and return how it did."""
        if self._fault:
            return self._fault
        try:
            self._process.join(_SECONDS_TO_END)
        finally:
            self._process.kill()
            self._process.join()
        self._fault = _told(self._process.exitcode, self.seconds)
        self.pipe.close()
        self._process.close()
        return self._fault


def _told(status: int | None, seconds: float | None) -> str:
    """Return in words how a process ended."""
    if status == TIME_IS_UP and seconds is not None:
        return f"it took longer than {seconds:g} s"
    if status == worker.OUT_OF_MEMORY:
        return "the process ran out of memory"
    return f"the process ended ({f'signal {-status}' if status and status < 0 else f'exit status {status}'})"


@contextmanager
def _a_place_for_workers() -> Iterator[None]:
    """Change, for the moment in which a process is started, what it takes over from this one.

    One thread, set before anything is imported in it. No Ctrl-C, whose traceback would come from each. And no main
    module: workers import what they need, and running the driver's script again in each would cost all its imports,
    and would start workers in workers where the script has no guard.
    """
    before, main = {name: os.environ.get(name) for name in ONE_THREAD}, sys.modules["__main__"]
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if hasattr(signal, "pthread_sigmask") else None
    try:
        os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
        sys.modules["__main__"] = ModuleType("__main__")
        yield
    finally:
        sys.modules["__main__"] = main
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        if mask is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
