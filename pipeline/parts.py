"""An output as one table, or as a folder of Parquet parts: which of the two, its writer, and its side files."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa

from pipeline.errors import InputError
from pipeline.files import missing_folders, remove_empty
from pipeline.storage import TableWriter, read_table, side_path

_PART = "part-{:05d}.parquet"
_PARTS = "part-*.parquet"


def is_folder(out: Path) -> bool:
    """Return True where the path is a folder, or would become one: a name without ending."""
    return out.is_dir() or out.suffix == ""


def beside(out: Path, name: str) -> Path:
    """Return the path of a side file; those of a folder stand beside it, where readers of its parts do not see them.

    Examples
    --------
    >>> beside(Path("reports/scored.csv"), "manifest.json").as_posix()
    'reports/scored.manifest.json'
    >>> beside(Path("reports/scored"), "manifest.json").as_posix()
    'reports/scored.manifest.json'
    """
    if not is_folder(out):
        return side_path(out, name)
    folder = out if out.name not in ("", "..") else Path(os.path.realpath(out))
    return folder.with_name(f"{folder.name}.{name}")


def read_parts(out: Path, required: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return the rows of a table, or of all parts in a folder.

    Raises
    ------
    InputError
        If a table cannot be read, or lacks a required column.
    """
    paths = sorted(out.glob(_PARTS)) if is_folder(out) else [out]
    return [row for path in paths for row in read_table(path, required)]


class PartWriter:
    """Writes rows into a folder, so many a Parquet file; all files appear when the block ends well.

    Parts of an earlier run are replaced; other files in the folder are left alone.
    """

    def __init__(self, folder: Path, schema: pa.Schema, part_rows: int) -> None:
        self._folder, self._schema, self._part_rows, self._parts = folder, schema, part_rows, 0

    def __enter__(self) -> Self:
        self._made = [] if self._folder.exists() else [self._folder, *missing_folders(self._folder)]
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            # Inside, where files can be moved from; hidden, so that nobody reads it.
            self._work = tempfile.TemporaryDirectory(dir=self._folder, prefix=".parts.")
        except OSError as error:
            fault = f"{self._folder}: cannot write here ({error.strerror}); choose another place for it"
            raise InputError(fault) from error
        self._open()
        return self

    def _open(self) -> None:
        self._part = TableWriter(Path(self._work.name, _PART.format(self._parts)), self._schema).__enter__()
        self._parts += 1

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Append rows, going on to the next file when one is full."""
        while rows:
            if self._part.rows == self._part_rows:
                self._part.__exit__(None, None, None)
                self._open()
            room = self._part_rows - self._part.rows
            self._part.write(rows[:room])
            rows = rows[room:]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._work:
            self._part.__exit__(kind, error, trace)
            if kind is None:
                self._publish()
        if kind is not None:
            remove_empty(self._made)

    def _publish(self) -> None:
        fresh = {path.name: path for path in Path(self._work.name).glob(_PARTS)}
        for name, path in sorted(fresh.items()):
            path.replace(self._folder / name)
        for old in self._folder.glob(_PARTS):
            if old.name not in fresh:
                old.unlink()
