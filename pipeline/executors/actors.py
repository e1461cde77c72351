"""Actors of Ray as their driver sees them, and what runs in one.

Ray brings tasks to machines. On each, an actor has one worker process of the same kind as ``LocalExecutor`` has, so
that whatever ends that process is told in the same words, and replaced as quickly.
"""

from __future__ import annotations

import logging
import pickle
import sys
import traceback
from functools import partial
from typing import Any

from pipeline.errors import PipelineError
from pipeline.executors.base import Work, fault_of
from pipeline.executors.local import LocalExecutor
from pipeline.executors.messages import Done, Ended, Failed, Message, Started, Stop
from pipeline.executors.pool import Seat

GONE = "the node or process that had it is gone"

_log = logging.getLogger(__name__)


class Actor(Seat):
    """The place of an actor.

    Attributes
    ----------
    answer
        What is awaited of it: a reference; None where it waits for a task.
    fault
        Why it is of no use any more; empty where it is.
    """

    def __init__(self, handle: Any) -> None:
        super().__init__()
        self._handle = handle
        self.answer: Any = handle.hello.remote()
        self.fault = ""

    def message(self) -> Message | None:
        """Return what it has answered, or that it is gone."""
        import ray

        if not self.fault:
            try:
                told: Message = ray.get(self.answer)
            except (OSError, ray.exceptions.RayError) as error:
                _log.info("Ray: %s", fault_of(error))
                self.fault = GONE if self.ready or isinstance(error, ray.exceptions.NodeDiedError) else fault_of(error)
            else:
                self.answer = None
                return Done(pickle.loads(told.value)) if isinstance(told, Done) else told
        return Ended(self.fault)

    def _hand_over(self, task: Any) -> None:
        import ray

        data = pickle.dumps(task, pickle.HIGHEST_PROTOCOL)
        try:
            self.answer = self._handle.do.remote(data)
        except (OSError, ray.exceptions.RayError) as error:
            _log.info("Ray: %s", fault_of(error))
            self.fault = GONE

    def ask_to_end(self, *, gently: bool) -> None:
        """Have Ray end it; its worker process ends with it."""
        import ray

        if not self.fault and ray.is_initialized():
            ray.kill(self._handle)

    def end(self) -> str:
        """Return why it is of no use any more; Ray clears it away."""
        return self.fault


class Host:
    """What runs in an actor: hands tasks and values, as bytes, between the driver and a worker process of its own."""

    def __init__(self, start: bytes) -> None:
        self._worker = LocalExecutor(partial(_on_bytes, start), workers=1)

    def hello(self) -> Started:
        """Tell that it is there."""
        return Started()

    def do(self, task: bytes) -> Done | Failed | Stop:
        """Return what came of a task."""
        tasks = iter([task])
        try:
            (outcome,) = self._worker.run(lambda: next(tasks, None))
        except PipelineError as error:
            return Stop.of(error, "".join(traceback.format_exception(error)))
        return Done(outcome.value) if outcome.fault is None else Failed(outcome.fault, "")


def _on_bytes(start: bytes) -> Work:
    """Start a worker that takes and returns pickled tasks and values; it finds the modules that the driver finds."""
    places, inner = pickle.loads(start)
    sys.path.extend(place for place in places if place not in sys.path)
    return partial(_packed, pickle.loads(inner)())


def _packed(work: Work, task: bytes) -> bytes:
    return pickle.dumps(work(pickle.loads(task)), pickle.HIGHEST_PROTOCOL)
