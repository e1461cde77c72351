"""Where the rows of a scoring run go: one table, or a folder of shards; on disk or at an address."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from glob import escape
from pathlib import Path, PurePosixPath
from typing import Self

from pipeline.addresses import is_address, joined, plain, shown
from pipeline.articles.sources import STDIN
from pipeline.errors import InputError
from pipeline.files import missing_folders
from pipeline.parts import beside, is_folder
from pipeline.places import Place, place
from pipeline.storage import check_table_path


@dataclass(frozen=True, slots=True)
class Output:
    """An output by its path or address.

    Parameters
    ----------
    name
        As it was given.
    """

    name: str

    @classmethod
    def of(cls, name: str | Path) -> Self:
        """Return the output of a path, also one that is given as an address on this machine.

        Side files stand beside the folder itself, whatever link leads to it.
        """
        found = cls(plain(str(name)).rstrip("/") or str(name))
        linked = Path(found.name).name in ("", "..") or os.path.islink(found.name)
        if not found.remote and linked and os.path.isdir(found.name):
            return cls(os.path.realpath(found.name))
        return found

    @property
    def shown(self) -> str:
        """The name as it may be printed."""
        return shown(self.name)

    @property
    def remote(self) -> bool:
        """Whether it lies at an address."""
        return is_address(self.name)

    @property
    def folder(self) -> bool:
        """Whether it is a folder of shards, not one table."""
        return PurePosixPath(self.name).suffix == "" if self.remote else is_folder(Path(self.name))

    @property
    def parent(self) -> str:
        """Path or address of the folder that it lies in."""
        return self.name.rpartition("/")[0]

    def side(self, name: str) -> str:
        """Return path or address of a side file."""
        if not self.remote:
            return str(beside(Path(self.name), name))
        parent, _, own = self.name.rpartition("/")
        return joined(parent, f"{own if self.folder else PurePosixPath(own).stem}.{name}")

    @property
    def afresh(self) -> str:
        """What to do to begin anew."""
        return "name another --out" if self.folder else f"remove {shown(self._hidden)} to begin anew"

    @property
    def outputs(self) -> list[str]:
        """The output and its side files, manifest included."""
        return [self.name, *map(self.side, ("articles.parquet", "rejected.jsonl", "manifest.json"))]

    def shards(self) -> tuple[Place, Place]:
        """Return where shards are kept, their rows and their articles; those of a table hidden until it is done."""
        if self.folder:
            return place(self.name), place(self.side("articles.parquet"))
        return place(self._hidden), place(joined(self._hidden, "articles"))

    @property
    def _hidden(self) -> str:
        """Where the shards of a table are kept."""
        parent, _, own = self.name.rpartition("/")
        return joined(parent, f".{own}.shards") if parent or not self.name.startswith("/") else f"/.{own}.shards"

    def made(self) -> list[Path]:
        """Return the folders that have to be made for it, the innermost first."""
        if self.remote:
            return []
        own = [Path(self.name)] if self.folder and not Path(self.name).exists() else []
        return [*own, *missing_folders(Path(self.name))]

    def sweep(self) -> None:
        """Remove what a run that was killed has left of files that it was writing; nobody else may be writing them."""
        if self.remote:
            return
        for path in map(Path, [*self.outputs, self.side("drift.csv")]):
            for left in path.parent.glob(f".{escape(path.name)}.????????.tmp"):
                left.unlink(missing_ok=True)

    def check(self) -> None:
        """Raise ``InputError`` unless it is a table, or a folder of its own."""
        if self.remote:
            if self.parent.endswith("/"):
                raise InputError(f"{self.shown}: is a whole bucket; name a folder or a table in it")
            if not self.folder:
                check_table_path(Path(PurePosixPath(self.name).name))
            return
        out = Path(self.name)
        if self.name == STDIN or (is_folder(out) and out.exists() and not out.is_dir()):
            raise InputError(f"{out}: cannot write here; name a table (.parquet, .jsonl, .csv) or a folder")
        if not is_folder(out):
            check_table_path(out)
        if not out.name:
            raise InputError(f"{out}: has no folder around it for its side files; name a folder in it")
        # Side files of a folder stand beside it: those of the working folder would land outside of it.
        if is_folder(out) and out.exists() and out.samefile("."):
            raise InputError(f"{out}: is the working folder; name a folder in it, or a table (.parquet, .jsonl, .csv)")
        side = Path(self.side("articles.parquet"))
        if side.exists() and side.is_dir() != is_folder(out):
            other = "a table" if is_folder(out) else "a folder of shards"
            raise InputError(f"{side}: belongs to {other} of the same name; name another --out")

    @contextmanager
    def files(self) -> Iterator[Path]:
        """Yield a path to write the table to, with side files beside it; they go to an address in the end."""
        if not self.remote:
            yield Path(self.name)
            return
        parent, _, own = self.name.rpartition("/")
        with tempfile.TemporaryDirectory() as temporary:
            yield Path(temporary, own)
            target = place(parent)
            for path in sorted(Path(temporary).iterdir()):
                if path.is_file():
                    target.upload(path, path.name)


def same(path: str) -> str:
    """Return what tells whether two paths or addresses are the same."""
    return path if is_address(path) else os.path.realpath(path)
