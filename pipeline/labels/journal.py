"""Files of one coder that only grow: each row is on disk before the next one is asked for."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pipeline.errors import InputError, LabelError
from pipeline.files import missing_folders, remove_empty

Row = dict[str, Any]


class Journal:
    """JSON lines that are appended one by one, each written through to the disk.

    A last line that a crash has cut short is moved to a file beside (``X.torn.jsonl``), and told in ``notes``.

    Parameters
    ----------
    path
        Ends in ``.jsonl``; made where it is not there, and removed again where nothing was written.
    coder
        Whose rows it holds.

    Raises
    ------
    InputError
        If the file cannot be written or holds a broken line, or another session writes it.
    LabelError
        If it holds rows of another coder.
    """

    def __init__(self, path: Path, coder: str) -> None:
        self.path, self._coder = Path(path), coder
        self.placed: list[tuple[str, Row]] = []
        self.notes: list[str] = []

    def __enter__(self) -> Self:
        self._made, self._folders = not self.path.exists(), missing_folders(self.path)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        except OSError as error:
            fault = f"{self.path}: cannot write here ({error.strerror}); choose another place for it"
            raise InputError(fault) from error
        try:
            _lock(self._file, self.path)
            self._read()
            _sync_folder(self.path)
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        if self._made and os.fstat(self._file).st_size == 0:
            self.path.unlink(missing_ok=True)
            remove_empty(self._folders)
        os.close(self._file)

    @property
    def rows(self) -> list[Row]:
        """The rows, in the order in which they were written."""
        return [row for _, row in self.placed]

    def append(self, row: Mapping[str, Any]) -> None:
        """Add a row; it is on the disk when this returns."""
        self._write((json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8", "replace"))
        self.placed.append((f"{self.path}:{len(self.placed) + 1}", dict(row)))

    def _write(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._file, data) :]
        os.fsync(self._file)

    def _read(self) -> None:
        lines = self.path.read_bytes().split(b"\n")
        rest = lines.pop()
        if rest:
            lines.append(rest)
        last = len(lines)
        while last and not lines[last - 1].strip():
            last -= 1
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            row = _parsed(line)
            if row is not None:
                self._keep(row, number)
            elif number == last:
                self._set_aside(line, sum(len(whole) + 1 for whole in lines[: number - 1]))
                return
            else:
                raise InputError(f"{self.path}:{number}: not a JSON object; mend or delete the line")
        if rest:  # whole but for the end of the line
            self._write(b"\n")

    def _keep(self, row: Row, number: int) -> None:
        coder = row.get("coder")
        if coder != self._coder:
            raise LabelError(
                f"{self.path}:{number}: holds rows of coder {coder!r}, not {self._coder!r}; coders do not see each "
                "other's labels, so give each a file of their own"
            )
        self.placed.append((f"{self.path}:{number}", row))

    def _set_aside(self, line: bytes, start: int) -> None:
        """Move a line that was cut short to a file beside; it is there before it is gone here."""
        aside = self.path.with_name(f"{self.path.stem}.torn.jsonl")
        with aside.open("ab") as handle:
            handle.write(line + b"\n")
            handle.flush()
            os.fsync(handle.fileno())
        os.ftruncate(self._file, start)
        os.fsync(self._file)
        self.notes.append(f"{self.path}: its last line was cut short, by a crash perhaps; it is kept in {aside}")


def _parsed(line: bytes) -> Row | None:
    try:
        row = json.loads(line.decode("utf-8"))
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def _lock(file: int, path: Path) -> None:
    """Lock an open file for as long as it is open; the lock goes with the process, however that ends."""
    try:
        import fcntl
    except ImportError:  # no such locks on this system
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise InputError(f"{path}: another session is writing it; end that one first") from error
    except OSError:  # nor on this file system
        return


def _sync_folder(path: Path) -> None:
    """Make sure that a new file is in its folder after a crash of the system, too."""
    with suppress(OSError):  # some systems know no such thing
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
