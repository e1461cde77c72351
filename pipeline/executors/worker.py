"""What runs in a worker process.

It says ``Booted`` and is sent the pickled ``start``; says ``Started``, and is sent a task; says ``Done`` or
``Failed``, and is sent the next one. The driver sends nothing else, and only to a worker that waits for it: two sides
that write into full pipes would wait for each other for ever. ``Limit`` may come at any time.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
import traceback
from collections.abc import Callable
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from typing import Any

from pipeline.errors import PipelineError
from pipeline.executors import limits
from pipeline.executors.base import Work, fault_of
from pipeline.executors.messages import Booted, Done, Failed, Limit, Started, Stop

OUT_OF_MEMORY = 125
"""Exit status of a worker that ran out of memory."""


def serve(pipe: Connection) -> None:
    """Do tasks until the driver closes the pipe, or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the driver ends its workers
    threading.Thread(target=_end_with_driver, daemon=True).start()
    limits.allow(lambda seconds: pipe.send(Limit(seconds)))
    try:
        pipe.send(Booted())
        begun = _begin(pipe.recv_bytes())
        if not isinstance(begun, Done):
            pipe.send(begun)
            return
        pipe.send(Started())
        while True:
            answer = _do(begun.value, pipe.recv_bytes())
            if isinstance(answer, Done):
                pipe.send_bytes(answer.value)
            else:
                pipe.send(answer)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _begin(start: bytes) -> Done | Failed | Stop:
    return _answer(lambda: pickle.loads(start)())


def _do(work: Work, task: bytes) -> Done | Failed | Stop:
    """Return what came of a task; a value that does not pickle is the fault of its task, too."""
    answer = _answer(lambda: pickle.dumps(Done(work(pickle.loads(task))), pickle.HIGHEST_PROTOCOL))
    limits.cancel()
    return answer


def _answer(step: Callable[[], Any]) -> Done | Failed | Stop:
    try:
        return Done(step())
    except PipelineError as error:
        return Stop.of(error, traceback.format_exc())
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # what is left of memory is not to be trusted with the next task
    except Exception as error:  # whatever the work raises is the fault of its task
        return Failed(fault_of(error), traceback.format_exc())


def _end_with_driver() -> None:
    driver = parent_process()
    assert driver is not None
    wait([driver.sentinel])
    os._exit(1)
