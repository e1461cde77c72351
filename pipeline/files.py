"""Files: atomic writes, hashes, JSON lines. Any layer may use it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pipeline.errors import InputError

_CHUNK = 1 << 20
# Halves of characters that stand for no byte of a file name, as an archive's or a table's may hold.
_HALVES = re.compile("[\ud800-\udc7f\udd00-\udfff]")


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder; it replaces ``path`` when the block ends well, else it vanishes."""
    path = Path(path)
    made = missing_folders(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    except OSError as error:
        raise InputError(f"{path}: cannot write here ({error.strerror}); choose another place for it") from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
        if not path.exists():
            remove_empty(made)


def missing_folders(path: Path) -> list[Path]:
    """Return the folders above a path that are not there yet, the innermost first."""
    return [folder for folder in path.parents if not folder.exists()]


def remove_empty(folders: Iterable[Path]) -> None:
    """Remove folders, made for an output that did not come, up to the first that holds something by now."""
    with suppress(OSError):
        for folder in folders:
            folder.rmdir()


def readable(name: str) -> str:
    r"""Return a name from the system as UTF-8 can hold it: file names and arguments may be any bytes.

    Examples
    --------
    >>> readable("caf\udce9.txt")
    'caf\ufffd.txt'
    """
    return os.fsencode(_HALVES.sub("\ufffd", name)).decode("utf-8", "replace")


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 file as a whole or not at all."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, value: Any) -> None:
    """Write indented JSON with a final newline, as a whole or not at all."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def write_jsonl(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    """Write one JSON object a line, as a whole or not at all; return the number of rows."""
    count = 0
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as handle:
        for row in rows:
            handle.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count


def read_text(path: Path, what: str) -> str:
    """Return a UTF-8 file; a missing or undecodable one is an ``InputError`` that names it and says ``what`` it is."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such {what}; check the path") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot read this {what} ({error})") from error


def read_json(path: Path, what: str) -> Any:
    """Return a JSON file's value; faults are one-line ``InputError``."""
    try:
        return json.loads(read_text(path, what))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not valid JSON ({error}); write it again") from error


def read_jsonl(path: Path, what: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number, object) of a JSON lines file; a broken line is an ``InputError`` naming it."""
    # Not splitlines: it also cuts at U+2028 and U+0085, which stand inside JSON strings.
    for number, line in enumerate(read_text(path, what).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{path}:{number}: not valid JSON ({error}); mend or delete the line") from error
        if not isinstance(row, dict):
            raise InputError(f"{path}:{number}: expected a JSON object, found {type(row).__name__}")
        yield number, row


def sha256_text(text: str) -> str:
    """Return the hexadecimal SHA-256 of the text's UTF-8 bytes."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def sha256_file(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with Path(path).open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def sha256_tree(path: Path, pattern: str = "*") -> str:
    """Return one hexadecimal SHA-256 for a file, or for a folder's relative file names and contents in sorted order.

    Parameters
    ----------
    pattern
        Of the file names that count.
    """
    path = Path(path)
    if path.is_file():
        return sha256_file(path)
    lines = [f"{sha256_file(p)}  {p.relative_to(path).as_posix()}" for p in sorted(path.rglob(pattern)) if p.is_file()]
    return sha256_text("\n".join(lines))
