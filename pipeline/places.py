"""Folders on disk or at an address (``s3://…``, ``gs://…``, ``memory://…``) that files are read from and written to."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from pipeline.errors import InputError
from pipeline.files import atomic_path, remove_empty

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_ADDRESS = "://"


def is_address(text: str | Path) -> bool:
    """Return True for an address of a file system that fsspec knows, False for a path.

    Examples
    --------
    >>> is_address("s3://bucket/news"), is_address("news/a.txt"), is_address("-")
    (True, False, False)
    """
    return _ADDRESS in str(text)


def joined(parent: str, name: str) -> str:
    """Return the address or path of a name below another."""
    return f"{parent.rstrip('/')}/{name}" if parent else name


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

    def clear(self) -> None:
        """Remove the folder with all that is in it."""


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
        found = (self.root / name).stat()
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

    def clear(self) -> None:
        """As in ``Place``."""
        if not self.root.is_dir():
            return
        for path in sorted(self.root.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
        remove_empty([self.root])


@dataclass(frozen=True, slots=True)
class RemotePlace:
    """A folder of a file system that fsspec reaches; object stores write files as a whole, others may not."""

    address: str

    def names(self, pattern: str) -> list[str]:
        """As in ``Place``."""
        system, root = _system(self.address)
        with _told(self.address, "be read"):
            system.invalidate_cache()
            found = system.ls(root, detail=True) if system.exists(root) else []
        names = (entry["name"].rstrip("/").rsplit("/", 1)[-1] for entry in found if entry["type"] == "file")
        return sorted(name for name in names if fnmatch.fnmatchcase(name, pattern))

    def stamp(self, name: str) -> str:
        """As in ``Place``."""
        return ""

    def read(self, name: str) -> bytes:
        """As in ``Place``."""
        system, root = _system(self.address)
        with _told(joined(self.address, name), "be read"):
            data: bytes = system.cat_file(joined(root, name))
            return data

    def write(self, name: str, data: bytes) -> None:
        """As in ``Place``."""
        system, root = _system(self.address)
        path = joined(root, name)
        with _told(joined(self.address, name), "be written"):
            system.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
            system.pipe_file(path, data)

    def upload(self, path: Path, name: str) -> None:
        """As in ``Place``."""
        system, root = _system(self.address)
        target = joined(root, name)
        with _told(joined(self.address, name), "be written"):
            system.makedirs(target.rsplit("/", 1)[0], exist_ok=True)
            system.put_file(str(path), target)

    def remove(self, name: str) -> None:
        """As in ``Place``."""
        system, root = _system(self.address)
        with _told(joined(self.address, name), "be removed"):
            if system.exists(path := joined(root, name)):
                system.rm_file(path)

    def clear(self) -> None:
        """As in ``Place``."""
        system, root = _system(self.address)
        with _told(self.address, "be removed"):
            if system.exists(root):
                system.rm(root, recursive=True)


def place(folder: str | Path) -> Place:
    """Return the folder of a path or an address."""
    if not is_address(folder):
        return LocalPlace(Path(folder))
    text = str(folder)
    if text.startswith(("file://", "local://")):
        return LocalPlace(Path(text.split(_ADDRESS, 1)[1]))
    _system(text)  # what is missing is told before any work
    return RemotePlace(text)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file at an address, and its size in bytes, where that is known."""

    address: str
    size: int | None

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open the bytes; what fails on the way is an ``OSError``."""
        system, path = _system(self.address)
        with system.open(path, "rb") as stream:
            yield stream


def remote_files(address: str) -> list[RemoteFile]:
    """Return the file at an address, or all files below a folder there, sorted; ``*`` stands for any name.

    Raises
    ------
    InputError
        If nothing is there, or the place cannot be reached.
    """
    system, root = _system(address)
    with _told(address, "be read"):
        system.invalidate_cache()
        if "*" in root:
            found = system.glob(root, detail=True)
        elif system.isfile(root):
            found = {root: system.info(root)}
        else:
            found = system.find(root, detail=True)
    files = {name: entry for name, entry in found.items() if entry.get("type", "file") == "file"}
    if not files:
        raise InputError(f"{address}: no such file or folder; check the address")
    protocol = address.split(_ADDRESS, 1)[0]
    return [
        RemoteFile(name if is_address(name) else f"{protocol}{_ADDRESS}{name.lstrip('/')}", entry.get("size"))
        for name, entry in sorted(files.items())
    ]


def _system(address: str) -> tuple[AbstractFileSystem, str]:
    """Return the file system of an address, and the path in it."""
    import fsspec

    protocol = address.split(_ADDRESS, 1)[0]
    try:
        system, path = fsspec.core.url_to_fs(address)
    except ImportError as error:
        raise InputError(f"{address}: {protocol}:// needs another package; {' '.join(str(error).split())}") from error
    except ValueError as error:
        raise InputError(f"{address}: no file system is called {protocol!r}; check the address") from error
    return system, str(path)


@contextmanager
def _told(where: str, what: str) -> Iterator[None]:
    """Turn whatever a remote file system raises into one line."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:  # each package has its own
        why = " ".join(str(error).split())[:200] or type(error).__name__
        raise InputError(f"{where}: cannot {what} ({why}); check address, rights and connection") from error
