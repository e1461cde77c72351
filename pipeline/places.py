"""Folders on disk or at an address (``s3://…``, ``gs://…``, ``memory://…``) that files are read from and written to."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipeline.addresses import is_address, joined, open_system, plain, telling
from pipeline.errors import InputError
from pipeline.files import atomic_path, remove_empty


class Place(Protocol):
    """A folder; names in it may have ``/``."""

    def names(self, pattern: str) -> list[str]:
        """Return the names of files in the folder itself that fit a pattern of the shell, sorted."""

    def stamp(self, name: str) -> str:
        """Return size and time of change of a file that is there; empty where nobody can tell them."""

    def read(self, name: str) -> bytes:
        """Return a file; an ``InputError`` where it is missing or cannot be read."""

    def write(self, name: str, data: bytes) -> None:
        """Write a file as a whole or not at all; an ``InputError`` where it cannot be written."""

    def upload(self, path: Path, name: str) -> None:
        """Write a file with the content of another one, on disk."""

    def remove(self, name: str) -> None:
        """Remove a file; one that is not there is no fault."""

    def clear(self, patterns: Sequence[str]) -> None:
        """Remove the files in the folder itself that fit a pattern, and the folder if nothing else is in it."""


@dataclass(frozen=True, slots=True)
class LocalPlace:
    """A folder on disk; it is made when the first file is written."""

    root: Path

    def names(self, pattern: str) -> list[str]:
        """As in ``Place``."""
        if not self.root.is_dir():
            return []
        with os.scandir(self.root) as entries:
            return sorted(e.name for e in entries if fnmatch.fnmatchcase(e.name, pattern) and e.is_file())

    def stamp(self, name: str) -> str:
        """As in ``Place``."""
        try:
            found = (self.root / name).stat()
        except OSError as error:
            raise InputError(f"{self.root / name}: cannot be read ({error.strerror})") from error
        return f"{found.st_size}-{found.st_mtime_ns}"

    def read(self, name: str) -> bytes:
        """As in ``Place``."""
        try:
            return (self.root / name).read_bytes()
        except OSError as error:
            raise InputError(f"{self.root / name}: cannot be read ({error.strerror})") from error

    def write(self, name: str, data: bytes) -> None:
        """As in ``Place``."""
        with self._writing(name) as temporary:
            temporary.write_bytes(data)

    def upload(self, path: Path, name: str) -> None:
        """As in ``Place``."""
        with self._writing(name) as temporary, path.open("rb") as source, temporary.open("wb") as copy:
            while chunk := source.read(1 << 20):
                copy.write(chunk)

    @contextmanager
    def _writing(self, name: str) -> Iterator[Path]:
        path = self.root / name
        try:
            with atomic_path(path) as temporary:
                yield temporary
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise InputError(f"{path}: cannot write here ({why}); make room, or choose another place for it") from error

    def remove(self, name: str) -> None:
        """As in ``Place``."""
        (self.root / name).unlink(missing_ok=True)

    def clear(self, patterns: Sequence[str]) -> None:
        """As in ``Place``."""
        for pattern in patterns:
            for name in self.names(pattern):
                self.remove(name)
        remove_empty([self.root])


@dataclass(frozen=True, slots=True)
class RemotePlace:
    """A folder of a file system that fsspec reaches; object stores write files as a whole, others may not."""

    address: str

    def names(self, pattern: str) -> list[str]:
        """As in ``Place``."""
        system, root = open_system(self.address)
        with telling(self.address, "be read"):
            system.invalidate_cache()
            found = system.ls(root, detail=True) if system.exists(root) else []
        names = (entry["name"].rstrip("/").rsplit("/", 1)[-1] for entry in found if entry["type"] == "file")
        return sorted(name for name in names if fnmatch.fnmatchcase(name, pattern))

    def stamp(self, name: str) -> str:
        """As in ``Place``."""
        return ""

    def read(self, name: str) -> bytes:
        """As in ``Place``."""
        system, root = open_system(self.address)
        with telling(joined(self.address, name), "be read"):
            data: bytes = system.cat_file(joined(root, name))
            return data

    def write(self, name: str, data: bytes) -> None:
        """As in ``Place``."""
        system, root = open_system(self.address)
        path = joined(root, name)
        with telling(joined(self.address, name), "be written"):
            system.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
            system.pipe_file(path, data)

    def upload(self, path: Path, name: str) -> None:
        """As in ``Place``."""
        system, root = open_system(self.address)
        target = joined(root, name)
        with telling(joined(self.address, name), "be written"):
            system.makedirs(target.rsplit("/", 1)[0], exist_ok=True)
            system.put_file(str(path), target)

    def remove(self, name: str) -> None:
        """As in ``Place``."""
        system, root = open_system(self.address)
        with telling(joined(self.address, name), "be removed"):
            if system.exists(path := joined(root, name)):
                system.rm_file(path)

    def clear(self, patterns: Sequence[str]) -> None:
        """As in ``Place``."""
        system, root = open_system(self.address)
        with telling(self.address, "be removed"):
            for pattern in patterns:
                for name in self.names(pattern):
                    system.rm_file(joined(root, name))
            # Object stores have no folders, and nothing to remove then.
            with suppress(OSError, NotImplementedError):
                if not system.ls(root, detail=False):
                    system.rmdir(root)


def place(folder: str | Path) -> Place:
    """Return the folder of a path or an address."""
    text = plain(str(folder))
    if not is_address(text):
        return LocalPlace(Path(text))
    open_system(text)  # what is missing is told before any work
    return RemotePlace(text)
