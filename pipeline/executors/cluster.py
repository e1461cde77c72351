"""Does tasks on a Ray cluster: one that is there, or one on this machine that is started and ended with the block."""

from __future__ import annotations

import importlib.util
import logging
import os
import pickle
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

from pipeline.errors import ExecutorError
from pipeline.executors.actors import GONE, Actor, Host
from pipeline.executors.base import Start, fault_of
from pipeline.executors.pool import Pool, Seat

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

        host = ray.remote(Host).options(max_restarts=0, max_task_retries=0, **self._needs)
        return Actor(host.remote(self._kept_start))

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

        actors = [seat for seat in seats if isinstance(seat, Actor)]
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

    def _begin_again(self, actors: Sequence[Actor]) -> list[Seat]:
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
