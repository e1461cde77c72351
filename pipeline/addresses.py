"""Addresses of files (``s3://…``, ``gs://…``, ``memory://…``): what fsspec opens, and how people are told of them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from pipeline.errors import InputError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_MARK = "://"
_LOCAL = ("file", "local")
_PACKAGES = {
    "s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs", "abfs": "adlfs", "abfss": "adlfs",
}  # fmt: skip
# A colon before a port is none before a password. Keys may have slashes in them.
_SECRET = re.compile(r"(?<=://)[^/@:]*:(?!\d+/)(?:[^/]*|[^@]*)(?=@)")
_QUERY = re.compile(r"(?<=\?)(?=[^?]*=).*$", re.DOTALL)
_HIDDEN = "***"
_ANY = re.compile(r"\b[a-z][a-z0-9+]*://[^\s'\"]+")


def is_address(text: str | Path) -> bool:
    """Return True for an address of a file system that fsspec knows, False for a path.

    Examples
    --------
    >>> is_address("s3://bucket/news"), is_address("news/a.txt"), is_address("-")
    (True, False, False)
    """
    return _MARK in str(text)


def plain(text: str) -> str:
    """Return the path of an address on this machine; anything else as it is.

    Examples
    --------
    >>> plain("file:///data/news"), plain("news/a.txt"), plain("s3://bucket/news")
    ('/data/news', 'news/a.txt', 's3://bucket/news')
    """
    protocol, mark, path = text.partition(_MARK)
    return path if mark and protocol in _LOCAL else text


def shown(text: str) -> str:
    """Return an address as it may be printed and written down: without keys, passwords and signed queries.

    Examples
    --------
    >>> shown("s3://AKIA7:se/cret@bucket/news"), shown("https://host:8080/a@b.txt"), shown("abfs://news@account/2031")
    ('s3://***@bucket/news', 'https://host:8080/a@b.txt', 'abfs://news@account/2031')
    >>> shown("https://host/news.jsonl?sig=secret"), shown("memory://news/why?.txt"), shown("a.txt")
    ('https://host/news.jsonl?***', 'memory://news/why?.txt', 'a.txt')
    """
    if not is_address(text):
        return text
    text = _SECRET.sub(_HIDDEN, text)
    return _QUERY.sub(_HIDDEN, text) if text.startswith("http") else text


def joined(parent: str, name: str) -> str:
    """Return the address or path of a name below another."""
    return f"{parent}{'' if parent.endswith('/') else '/'}{name}" if parent else name


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file at an address.

    Parameters
    ----------
    address
        As it may be shown.
    size
        In bytes, where that is known.
    """

    address: str
    size: int | None
    _system: AbstractFileSystem = field(repr=False, compare=False)
    _path: str = field(repr=False, compare=False)

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open the bytes; what fails on the way is an ``OSError``."""
        with _failing_plainly(self._path):
            stream = self._system.open(self._path, "rb")
        with stream, io.BufferedReader(_Stream(stream, self._path)) as buffered:
            yield cast(BinaryIO, buffered)


class _Stream(io.RawIOBase):
    """A remote stream of which all that fails is an ``OSError``: each package has errors of its own."""

    def __init__(self, stream: BinaryIO, address: str) -> None:
        self._stream, self._address = stream, address

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._stream.seekable()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        with _failing_plainly(self._address):
            data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        with _failing_plainly(self._address):
            return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()


@contextmanager
def _failing_plainly(address: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise OSError(_FAILED, _why(address, error)) from _cause(address, error)


_FAILED = 5
"""``EIO``: what the system calls it where reading fails."""


@dataclass(frozen=True, slots=True)
class Found:
    """What lies at an address.

    Parameters
    ----------
    files
        By their names below the folder that the address names, or that its pattern begins with.
    asked
        Names of those that the address asks for.
    single
        The address is that of one file.
    """

    files: Mapping[str, RemoteFile]
    asked: frozenset[str]
    single: bool


def files_at(address: str) -> Found:
    """Return the files at an address.

    Parameters
    ----------
    address
        Of a file, or of a folder; ``*`` stands for any name.

    Raises
    ------
    InputError
        If nothing is there, or the place cannot be reached.
    """
    system, root = open_system(address)
    root = root.rstrip("/")
    with telling(address, "be read"):
        system.invalidate_cache()
        single = False
        if system.isfile(root):
            single, folder, wanted = True, root.rpartition("/")[0], {root}
            found = {root: system.info(root)}
        elif "*" in root:
            folder = root[: root.index("*")].rpartition("/")[0]
            wanted = set(system.glob(root))
            found = system.find(folder, detail=True) if wanted else {}
        else:
            folder, found = root, system.find(root, detail=True)
            wanted = set(found)
    start = folder + "/" if folder else ""
    below = address.partition(_MARK)[0] + _MARK
    files = {
        name.removeprefix(start): RemoteFile(
            shown(name if is_address(name) else below + name.lstrip("/")), entry.get("size"), system, name
        )
        for name, entry in sorted(found.items())
        if entry.get("type", "file") == "file"
    }
    asked = frozenset(name.removeprefix(start) for name in wanted) & files.keys()
    if not asked:
        raise InputError(f"{shown(address)}: no such file or folder; check the address")
    return Found(files, asked, single)


def open_system(address: str) -> tuple[AbstractFileSystem, str]:
    """Return the file system of an address, and the path in it.

    Raises
    ------
    InputError
        If there is no such system, its package is not installed, or it cannot be reached.
    """
    import fsspec

    protocol = address.partition(_MARK)[0]
    try:
        system, path = fsspec.core.url_to_fs(address)
    except ImportError as error:
        package = _PACKAGES.get(protocol)
        advice = f"pip install {package}" if package else _why(address, error)
        raise InputError(f"{shown(address)}: {protocol}:// needs another package; {advice}") from _cause(address, error)
    except Exception as error:  # each package has its own
        if protocol not in fsspec.available_protocols():
            raise InputError(f"{shown(address)}: no file system is called {protocol!r}; check the address") from None
        raise InputError(
            f"{shown(address)}: cannot be reached ({_why(address, error)}); check address, rights and connection"
        ) from _cause(address, error)
    return system, str(path)


@contextmanager
def telling(where: str, what: str) -> Iterator[None]:
    """Turn whatever a remote file system raises into one line."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:  # each package has its own
        raise InputError(
            f"{shown(where)}: cannot {what} ({_why(where, error)}); check address, rights and connection"
        ) from _cause(where, error)


def _why(address: str, error: Exception) -> str:
    """Return an error in one line, without the secrets of the address that it may repeat."""
    line = _ANY.sub(lambda found: shown(found[0]), " ".join(str(error).split())) or type(error).__name__
    for secret in _SECRET.findall(address):
        user, _, password = secret.partition(":")
        for word in filter(None, (secret, password, user)):
            line = line.replace(word, _HIDDEN)
    return line[:200]


def _cause(address: str, error: Exception) -> Exception | None:
    """Return the error for the traceback of ``--debug``; None where its text may have the secrets of the address."""
    return error if shown(address) == address else None
