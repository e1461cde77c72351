"""Does tasks on processes of this machine, which are replaced when they end."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import wait
from types import ModuleType
from typing import Any

from pipeline.executors import worker
from pipeline.executors.base import Start
from pipeline.executors.limits import TIME_IS_UP
from pipeline.executors.messages import Booted, Ended, Limit, Message
from pipeline.executors.pool import Pool, Seat

ONE_THREAD = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
    "RAYON_NUM_THREADS", "QUOTESTANCE_THREADS",
)  # fmt: skip
"""Environment variables that are 1 in workers, whatever they are here: one worker is to keep one core busy."""

_SECONDS_TO_END = 5.0


class LocalExecutor(Pool):
    """An ``Executor`` on processes that are started afresh (spawn), so that nothing of this process gets into them.

    They end with the block, at Ctrl-C at once, and by themselves when this process is gone.
    """

    def __init__(self, start: Start, *, workers: int) -> None:
        super().__init__(workers)
        self._start = pickle.dumps(start, pickle.HIGHEST_PROTOCOL)

    def _seat(self) -> _Process:
        return _Process(self._start)

    def _that_speak(self, seats: Sequence[Seat]) -> list[Seat]:
        processes = [seat for seat in seats if isinstance(seat, _Process)]
        heard = set(wait([source for process in processes for source in (process.pipe, process.sentinel)]))
        return [process for process in processes if heard & {process.pipe, process.sentinel}]


class _Process(Seat):
    """A worker process as its driver sees it: the pipe, what it does, and how it ended."""

    def __init__(self, start: bytes) -> None:
        super().__init__()
        self._start = start
        self._seconds: float | None = None  # its present time limit
        self._fault = ""
        spawn = get_context("spawn")
        self.pipe, theirs = spawn.Pipe()
        # A daemon in multiprocessing's sense: where this process exits without ending its workers, they are ended.
        self._process = spawn.Process(target=worker.serve, args=(theirs,), daemon=True)
        with theirs, _a_place_for_workers():
            self._process.start()
        self.sentinel = self._process.sentinel

    def message(self) -> Message | None:
        try:
            told: Message | Booted | Limit | None = self.pipe.recv() if self.pipe.poll() else Ended("")
        except (EOFError, OSError):  # at its end, or in the middle of a message
            told = Ended("")
        match told:
            case Booted():
                self._send(self._start)
                return None
            case Limit(seconds):
                self._seconds = seconds
                return None
            case Ended():
                return Ended(self.end())
        return told

    def _hand_over(self, task: Any) -> None:
        self._send(pickle.dumps(task, pickle.HIGHEST_PROTOCOL))

    def _send(self, data: bytes) -> None:
        with suppress(OSError):  # its end is the next thing that is heard of it
            self.pipe.send_bytes(data)

    def ask_to_end(self, *, gently: bool) -> None:
        if self._fault:
            return
        self.pipe.close()
        if not gently:
            self._process.terminate()

    def end(self) -> str:
        if self._fault:
            return self._fault
        try:
            self._process.join(_SECONDS_TO_END)
        finally:
            self._process.kill()
            self._process.join()
        self._fault = _told(self._process.exitcode, self._seconds)
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
