"""What this process may use of the machine: processors and memory, limits of its control groups included."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path("/")
_MOUNT = "sys/fs/cgroup"
# Limit, use, and what of the use is file cache that the kernel takes back first: of version 2, and of version 1.
_MEMORY = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)


@dataclass(frozen=True, slots=True)
class Memory:
    """Main memory in bytes; None where the system does not tell.

    Parameters
    ----------
    total
        Of the machine, or the lowest limit that holds for the process.
    available
        What can still be taken without swapping and below every limit.
    """

    total: int | None
    available: int | None


def cpus(root: Path = _ROOT) -> int:
    """Return how many processors this process may keep busy, at least 1.

    The least of: those of the machine, the affinity of the process, ``LOKY_MAX_CPU_COUNT``, and the quotas of its
    control groups, rounded up. joblib knows the first three and the quota of a container; a quota further down
    (of a systemd slice, say) is looked up here.

    Parameters
    ----------
    root
        Folder that holds ``proc`` and ``sys``.
    """
    from joblib import cpu_count

    return max(1, min([int(cpu_count()), *_quotas(root)]))


def _quotas(root: Path) -> Iterator[int]:
    for group in _groups("cpu", root):
        # Version 2 says "max 100000" where there is no quota, version 1 "-1".
        told = _words(group / "cpu.max") or [
            word for name in ("quota", "period") for word in _words(group / f"cpu.cfs_{name}_us")
        ]
        if len(told) == 2 and all(word.isdigit() for word in told) and int(told[1]):
            yield math.ceil(int(told[0]) / int(told[1]))


def memory(root: Path = _ROOT) -> Memory:
    """Return the memory of the machine, or of the control group that leaves the process least.

    Parameters
    ----------
    root
        Folder that holds ``proc`` and ``sys``.
    """
    told = _fields(root / "proc/meminfo")
    if "MemTotal" not in told:
        return Memory(_pages("SC_PHYS_PAGES"), _pages("SC_AVPHYS_PAGES"))
    totals = [told["MemTotal"] * 1024]
    available = [told.get("MemAvailable", told.get("MemFree", 0)) * 1024]
    for group in _groups("memory", root):
        for limit_name, use_name, cache_name in _MEMORY:
            limit, use = (_number(group / name) for name in (limit_name, use_name))
            if limit is None:
                continue
            totals.append(limit)
            if use is not None:
                kept = use - _fields(group / "memory.stat").get(cache_name, 0)
                available.append(max(0, limit - max(0, kept)))
    return Memory(min(totals), min(available))


def _pages(name: str) -> int | None:
    """Return a number of memory pages in bytes; macOS tells the total alone, Windows neither."""
    with suppress(AttributeError, ValueError, OSError):
        return os.sysconf(name) * os.sysconf("SC_PAGE_SIZE")
    return None


def _groups(controller: str, root: Path) -> Iterator[Path]:
    """Yield where files of this process's control groups may lie, from its own to the outermost.

    A container may be told its path on the host, of which there is nothing inside but the outermost folder. What is
    not there has no files, and so no limits.
    """
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, _, told = line.partition(":")
        controllers, _, path = told.partition(":")
        if controllers and controller not in controllers.split(","):
            continue
        tops = [controller] if controllers else [".", "unified"]
        parts = [part for part in path.split("/") if part]
        for top in tops:
            for depth in range(len(parts), -1, -1):
                yield root.joinpath(_MOUNT, top, *parts[:depth])


def _text(path: Path) -> str:
    with suppress(OSError, UnicodeDecodeError):
        return path.read_text(encoding="ascii")
    return ""


def _words(path: Path) -> list[str]:
    return _text(path).split()


def _number(path: Path) -> int | None:
    """Return the number in a file; None where there is no file, or no limit (``max``)."""
    words = _words(path)
    return int(words[0]) if words and words[0].isdigit() else None


def _fields(path: Path) -> dict[str, int]:
    """Return ``NAME 12`` and ``NAME: 12 kB`` as numbers by name, in the units of the file."""
    rows = [line.replace(":", " ").split() for line in _text(path).splitlines()]
    return {row[0]: int(row[1]) for row in rows if len(row) > 1 and row[1].isdigit()}
