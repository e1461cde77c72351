"""Does tasks on a Ray cluster: one that is there, or one on this machine that is started and ended with the block.

Ray brings tasks to machines. On each, an actor has one worker process of the same kind as ``LocalExecutor`` has, so
that whatever ends that process is told in the same words, and replaced as quickly.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import pickle
import socket
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import Any

from pipeline.errors import ExecutorError, PipelineError
from pipeline.executors.base import Start, Work, fault_of
from pipeline.executors.local import LocalExecutor
from pipeline.executors.messages import Done, Ended, Failed, Message, Started, Stop
from pipeline.executors.pool import Pool, Seat

GONE = "the node or process that had it is gone"

RESTARTS = 2
"""So many times a run goes on after all of Ray was lost."""

_SECONDS_BETWEEN_LOOKS = 5.0
_SECONDS_TO_CONNECT = 5.0
_UNREACHABLE = 3
_CLIENT = "ray://"

_log = logging.getLogger(__name__)


class RayExecutor(Pool):
    """An ``Executor`` on actors that stay between tasks; each has a GPU where the cluster has any, else one CPU.

    A lost node or actor is the fault of the tasks that were there. Where Ray itself is lost, it is started or joined
    again, twice at most. The package has to be installed on all machines of a cluster.

    Parameters
    ----------
    address
        Of a cluster to join, and to leave as it is: ``"auto"``, ``"HOST:PORT"``, or ``"ray://HOST:PORT"`` where Ray's
        client is installed. None starts Ray on this machine, with as many CPUs as there are workers.

    Raises
    ------
    ExecutorError
        If Ray is not installed; at the first task, if the cluster cannot be reached.
    """

    def __init__(self, start: Start, *, workers: int, address: str | None = None) -> None:
        super().__init__(workers)
        if importlib.util.find_spec("ray") is None:
            raise ExecutorError("the executor ray needs a package; pip install 'quotestance[ray]'")
        self._start = pickle.dumps(start, pickle.HIGHEST_PROTOCOL)
        self._address = address
        self._connected = False
        self._restarts = self._unreachable = 0
        self._kept_start: Any = None
        self._vital: list[tuple[str, int]] = []
        self._next_look = 0.0
        self._needs: dict[str, float] = {}

    def _seat(self) -> Seat:
        if not self._connected:
            self._connect()
        import ray

        host = ray.remote(_Host).options(max_restarts=0, max_task_retries=0, **self._needs)
        return _Actor(host.remote(self._kept_start))

    def _connect(self) -> None:
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        import ray
        from ray._private import worker

        if ray.is_initialized():
            raise ExecutorError(
                "this process is connected to Ray already, and can be so once; end that with ray.shutdown()"
            )
        worker.print_to_stdstream = _note  # errors of Ray would go to standard output, into the results
        logging.getLogger("ray").setLevel(logging.ERROR)
        self._check_address()
        here = {"include_dashboard": False, "num_cpus": self.workers} if self._address is None else {}
        try:
            ray.init(address=self._address or "local", log_to_driver=False, configure_logging=False, **here)
        except ImportError as error:
            fault = f"{self._address}: needs Ray's client; pip install 'ray[client]', or give HOST:PORT of the cluster"
            raise ExecutorError(fault) from error
        except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
            fault = f"{self._address or 'local'}: Ray cannot be reached ({fault_of(error)}); look at `ray status` there"
            raise ExecutorError(fault) from error
        self._connected = True
        self._note_vital_parts()
        self._kept_start = ray.put(pickle.dumps((sys.path, self._start), pickle.HIGHEST_PROTOCOL))
        self._needs = {"num_cpus": 1.0}
        if gpus := int(ray.cluster_resources().get("GPU", 0)):
            self._needs["num_gpus"] = 1.0
            if gpus < self.workers:
                _log.warning("%d workers instead of %d: one for each GPU of the cluster", gpus, self.workers)
                self.workers = gpus

    def _check_address(self) -> None:
        """Raise an error where nothing listens at an address; Ray itself would try for minutes."""
        host, _, port = (self._address or "").rpartition(":")
        if not port.isdecimal() or "/" in host:
            return
        try:
            socket.create_connection((host.strip("[]"), int(port)), _SECONDS_TO_CONNECT).close()
        except (OSError, OverflowError) as error:
            fault = f"{self._address}: no Ray cluster answers here ({error}); give HOST:PORT of its head"
            raise ExecutorError(fault) from error

    def _note_vital_parts(self) -> None:
        """Note where the head of the cluster and the part of Ray on this machine listen."""
        import ray

        self._unreachable, self._next_look, self._vital = 0, time.monotonic() + _SECONDS_BETWEEN_LOOKS, []
        if self._address is not None and self._address.startswith(_CLIENT):
            return
        context = ray.get_runtime_context()
        host, _, port = context.gcs_address.rpartition(":")
        own = next(node for node in ray.nodes() if node["NodeID"] == context.get_node_id())
        self._vital = [(host.strip("[]"), int(port)), (own["NodeManagerAddress"], int(own["NodeManagerPort"]))]

    def _disconnect(self) -> None:
        if self._connected:
            import ray

            self._connected = False
            ray.shutdown()  # ends what was started here; a cluster that was joined goes on without us

    def _that_speak(self, seats: Sequence[Seat]) -> list[Seat]:
        import ray

        actors = [seat for seat in seats if isinstance(seat, _Actor)]
        if gone := [actor for actor in actors if actor.fault]:
            return list(gone)
        awaited = {actor.answer: actor for actor in actors if actor.answer is not None}
        try:
            heard, _ = ray.wait(list(awaited), num_returns=1, timeout=_SECONDS_BETWEEN_LOOKS)
            lost = self._is_lost()
        except (OSError, ray.exceptions.RayError) as error:
            _log.info("Ray: %s", fault_of(error))
            heard, lost = [], True
        return self._begin_again(actors) if lost else [awaited[answer] for answer in heard]

    def _is_lost(self) -> bool:
        """Return whether nothing more is to be expected; looks from time to time.

        Ray waits for a lost head for a minute, while results may still come, and then ends the whole process.
        """
        if time.monotonic() < self._next_look:
            return False
        self._next_look = time.monotonic() + _SECONDS_BETWEEN_LOOKS
        try:
            for place in self._vital:
                socket.create_connection(place, _SECONDS_TO_CONNECT).close()
        except ConnectionRefusedError:
            return True
        except OSError:
            self._unreachable += 1
            return self._unreachable == _UNREACHABLE
        self._unreachable = 0
        return False

    def _begin_again(self, actors: Sequence[_Actor]) -> list[Seat]:
        """Start or join Ray again, and return the seats whose tasks went with it."""
        self._disconnect()
        for actor in actors:
            actor.fault = GONE
        if self._restarts == RESTARTS:
            raise ExecutorError(f"Ray was lost {RESTARTS + 1} times; look at its logs in /tmp/ray/session_latest/logs")
        self._restarts += 1
        _log.warning("Ray was lost; it is started or joined again")
        self._drop([actor for actor in actors if not actor.busy])
        return [actor for actor in actors if actor.busy]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            super().__exit__(kind, error, trace)
        finally:
            self._disconnect()


def _note(data: Mapping[str, Any], **_: object) -> None:
    for line in data["lines"]:
        _log.info("Ray: %s", line)


class _Actor(Seat):
    """An actor as its driver sees it.

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
        import ray

        if not self.fault and ray.is_initialized():
            ray.kill(self._handle)

    def end(self) -> str:
        return self.fault


class _Host:
    """The actor: it has a worker process, and hands tasks and values on as bytes, which it does not look into."""

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
