"""A table as one file, or as a folder of Parquet parts: which of the two, and its side files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.storage import read_table, side_path

PARTS = "part-*.parquet"
"""Pattern of the names of parts."""


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
    folder = out if out.name not in ("", "..") and not out.is_symlink() else Path(os.path.realpath(out))
    return folder.with_name(f"{folder.name}.{name}")


def read_parts(out: Path, required: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return the rows of a table, or of all parts in a folder.

    Raises
    ------
    InputError
        If a table cannot be read, or lacks a required column.
    """
    paths = sorted(out.glob(PARTS)) if is_folder(out) else [out]
    return [row for path in paths for row in read_table(path, required)]
