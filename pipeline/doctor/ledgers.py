"""What broken-off commands leave behind: temporary files, locks that nobody holds, and unfinished tables."""

from __future__ import annotations

import re
import shlex
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from pipeline.doctor import scoring
from pipeline.doctor.findings import Finding, listed
from pipeline.doctor.locks import is_held
from pipeline.tracking.store import database_of, store_uri

_PLACES = (".", "data", "reports")
_HOUR, _DAY = 3600, 86400
# The random part that `tempfile` puts into names.
_FILE = re.compile(r"\..+\.[a-z0-9_]{8}\.tmp")
_FOLDER = re.compile(r"\.parts\.[a-z0-9_]{8}")


def look(folder: Path) -> Iterator[Finding]:
    """Yield what was left behind under a working folder, and how to remove it; one ``ok`` where there is nothing."""
    found = list(_ledgers(folder))
    yield from found or [Finding("files", "ok", "nothing left behind by commands that were broken off")]


def _ledgers(folder: Path) -> Iterator[Finding]:
    """Yield what is in the working folder, ``data``, ``reports`` and the folders in these."""
    now = time.time()
    paths = sorted({path for place in _places(folder) for path in _children(place)})
    files = [path for path in paths if _is_temporary(path) and now - _touched(path) > _HOUR]
    if files:
        text = f"{_counted(files, 'temporary file')} of commands that were broken off: {_named(files)}"
        yield Finding("files", "note", text, _remove(files))
    own = database_of(store_uri())
    spared = Path(f"{own}.lock") if own else None  # MLflow's stays where it is
    locks = [path for path in paths if path.absolute() != spared and _is_stale_lock(path, now)]
    if locks:
        text = f"{_counted(locks, 'lock file')} older than a day and held by nobody: {_named(locks)}"
        yield Finding("locks", "note", text, _remove(locks))
    yield from scoring.runs(_places(folder), paths)


def _places(folder: Path) -> list[Path]:
    """Return the folders that are looked into, each once; hidden ones are not ours."""
    places = [folder / place for place in _PLACES]
    under = [path for place in places for path in _children(place) if not path.name.startswith(".") and _is_dir(path)]
    return list(dict.fromkeys(place for place in [*places, *under] if _is_dir(place)))


def _children(folder: Path) -> list[Path]:
    with suppress(OSError):  # gone, or not to be read by this user
        return list(folder.iterdir())
    return []


def _is_dir(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _is_temporary(path: Path) -> bool:
    if _FOLDER.fullmatch(path.name):
        return _is_dir(path)
    return _FILE.fullmatch(path.name) is not None and path.is_file()


def _touched(path: Path) -> float:
    """Return when a file, or the newest in a folder, was written to; a file that has gone counts as just written."""
    paths = [path, *(_children(path) if _is_dir(path) else [])]
    try:
        return float(max(each.lstat().st_mtime for each in paths))
    except OSError:
        return time.time()


def _is_stale_lock(path: Path, now: float) -> bool:
    """Return whether a file is an old lock that nobody holds; ``dvc.lock`` and the like are no locks, and not empty."""
    if path.suffix != ".lock":
        return False
    try:
        told = path.lstat()
        plain = stat.S_ISREG(told.st_mode) and told.st_size == 0
        return plain and now - told.st_mtime > _DAY and not is_held(path)
    except OSError:
        return False


def _counted(paths: Sequence[Path], what: str) -> str:
    return f"{len(paths)} {what}{'s' * (len(paths) != 1)}"


def _named(paths: Sequence[Path]) -> str:
    return listed([str(path) for path in paths])


def _remove(paths: Sequence[Path]) -> str:
    return shlex.join(["rm", "-r", "--", *map(str, paths)])
