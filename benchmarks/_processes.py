"""A command in a process of its own, on given cores: its seconds, and the peak memory of it and of its workers."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _shared import ROOT

_EVERY = 0.1  # seconds between two looks at the workers; the kernel keeps the peak of each


@dataclass(frozen=True, slots=True)
class Taken:
    """What a command took.

    Parameters
    ----------
    wall, cpu
        Seconds, of the process with all that it started; from its start to its end.
    workers_kb
        Peak resident memory of each worker.
    told
        The JSON that it printed.
    """

    wall: float
    cpu: float
    workers_kb: tuple[int, ...]
    told: dict[str, Any]


def run_alone(script: str, *arguments: object, cores: Sequence[int] = ()) -> Taken:
    """Run a script of this folder and return what it took; ``cores`` are all that it and its workers may use."""
    command = [sys.executable, script, *map(str, arguments)]
    began = time.perf_counter()
    pin = (lambda: os.sched_setaffinity(0, cores)) if cores else None
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8", preexec_fn=pin)
    peaks: dict[int, int] = {}
    ended = threading.Event()
    watcher = threading.Thread(target=_watch, args=(process.pid, peaks, ended))
    watcher.start()
    assert process.stdout is not None
    told = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    ended.set()
    watcher.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Taken(wall, usage.ru_utime + usage.ru_stime, tuple(peaks.values()), json.loads(told.splitlines()[-1]))


def own_peak() -> int:
    """Return the peak resident memory of this process in kB, since its program began."""
    return _peak(os.getpid())


def _watch(pid: int, peaks: dict[int, int], ended: threading.Event) -> None:
    while not ended.wait(_EVERY):
        with suppress(OSError):
            for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
                if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():  # not multiprocessing's tracker
                    peaks[int(child)] = max(peaks.get(int(child), 0), _peak(int(child)))


def _peak(pid: int) -> int:
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) if found else 0
