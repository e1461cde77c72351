"""Room on the disks, memory and processors."""

from __future__ import annotations

import shlex
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pipeline import machine
from pipeline.doctor.findings import Finding

_MB, _GB = 10**6, 10**9
_LITTLE_DISK, _NO_DISK = 5 * _GB, 500 * _MB
# `stance score` takes 760 MB with one worker (benchmarks/RESULTS.md); training on large tables and encoders take more.
_LITTLE_MEMORY, _NO_MEMORY = 2 * _GB, 800 * _MB


def look() -> Iterator[Finding]:
    """Yield free disk space here and in the temporary folder, then processors and memory."""
    here = Path.cwd()
    yield _disk("disk", here, shlex.join(["du", "-xhd1", "--", str(here)]))
    yield _disk("temporary files", Path(tempfile.gettempdir()), "export TMPDIR=/another/folder")
    yield _machine()


def _disk(name: str, folder: Path, mend: str) -> Finding:
    free = shutil.disk_usage(folder).free
    text = f"{_shown(free)} free in {folder}"
    if free < _NO_DISK:
        return Finding(name, "broken", f"{text}, less than {_shown(_NO_DISK)}", mend)
    if free < _LITTLE_DISK:
        return Finding(name, "note", f"{text}, less than {_shown(_LITTLE_DISK)}", mend)
    return Finding(name, "ok", text)


def _machine() -> Finding:
    memory, cpus = machine.memory(), machine.cpus()
    text = f"{_shown(memory.available)} available of {_shown(memory.total)}; {cpus} processor{'s' * (cpus != 1)}"
    if memory.available is None or memory.available >= _LITTLE_MEMORY:
        return Finding("memory", "ok", text)
    mend = "ps -eo rss,pid,comm --sort=-rss | head  # what takes it"
    if memory.available < _NO_MEMORY:
        return Finding("memory", "broken", f"{text}; less than {_shown(_NO_MEMORY)}", mend)
    return Finding("memory", "note", f"{text}; less than {_shown(_LITTLE_MEMORY)}", mend)


def _shown(size: int | None) -> str:
    if size is None:
        return "an unknown part"
    return f"{size / _GB:.1f} GB" if size >= _GB else f"{size / _MB:.0f} MB"
