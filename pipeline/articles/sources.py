"""Which files are read, what each is called in the tables, and the limits that hold while they are read."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from pipeline.addresses import RemoteFile, files_at, is_address, plain, shown
from pipeline.errors import InputError
from pipeline.files import readable
from pipeline.ledger import LEDGER

STDIN = "-"

KINDS = {
    ".txt": "text", ".text": "text", ".md": "text",
    ".html": "html", ".htm": "html", ".xhtml": "html",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json",
    ".csv": "csv", ".tsv": "tsv", ".parquet": "parquet",
    ".zip": "zip", ".tar": "tar",
}  # fmt: skip
"""Endings that are read, and the reader of each; all but archives may have ``.gz`` behind them."""

_TAR_ENDINGS = (".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
# What our own stages leave beside their tables.
_SIDE_ENDINGS = (
    ".manifest.json", ".rejected.jsonl", ".drift.csv", ".extracted.txt", ".corrections.jsonl", ".marks.jsonl",
    ".torn.jsonl",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Limits and column names for reading.

    Parameters
    ----------
    columns
        Field (``text``, ``title``, ``outlet``, ``published``, ``url``, ``id``, ``target``) to column name, where the
        usual synonyms do not find it.
    max_document_bytes
        Largest document: a text file, a page, a table's text field, in UTF-8.
    html_seconds
        Longest time for one HTML page.
    max_members
        Most files in one archive.
    max_unpacked_bytes
        Most bytes that one compressed file may unpack to.
    max_ratio
        Most bytes unpacked for each byte read, once 16 MiB have come out.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    max_document_bytes: int = 5 << 20
    html_seconds: float = 10.0
    max_members: int = 100_000
    max_unpacked_bytes: int = 4 << 30
    max_ratio: float = 200.0

    @property
    def max_record_bytes(self) -> int:
        """Longest JSON line or CSV field read at all: a document with every character escaped, and room beside it."""
        return 8 * self.max_document_bytes


class Reading:
    """How far the reading of an input has come, in bytes.

    Attributes
    ----------
    unread
        Names of files and folders that could not be read to their ends; ``""`` is all of the input.
    """

    def __init__(self) -> None:
        self.unread: set[str] = set()
        self.total: int | None = None
        self._before, self._size = 0, 0
        self._stream: BinaryIO | None = None

    def begin(self, sources: Sequence[Source]) -> None:
        """Take note of what there is to read; of standard input nobody knows how much it is."""
        known = [source.size for source in sources]
        self.total = None if STDIN in (source.where for source in sources) else sum(size or 0 for size in known)

    def miss(self, source: Source) -> None:
        """Take note that a file, or a member of an archive, could not be read to its end."""
        name = source.name.removesuffix("/.")
        self.unread.add("" if name == "." else name)

    def next(self, source: Source, stream: BinaryIO) -> None:
        """Take note that a file is read from now on."""
        self._before, self._size, self._stream = self._before + self._size, source.size or 0, stream

    @property
    def done(self) -> int:
        """Bytes that were read."""
        within = 0
        if self._stream is not None and self.total is not None:
            within = self._size if self._stream.closed else min(self._stream.tell(), self._size)
        return self._before + within


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read, on disk or in an archive.

    Parameters
    ----------
    name
        What the tables call it: the path under the given folder, or the file name.
    where
        What a message calls it: the path as given; ``::`` stands before an archive member.
    path
        None for standard input, archive members, and what lies at an address.
    remote
        Where it lies at an address; None elsewhere.
    """

    name: str
    where: str
    path: Path | None = None
    remote: RemoteFile | None = None

    @property
    def size(self) -> int | None:
        """Bytes that it has; None of standard input."""
        if self.remote is not None:
            return self.remote.size
        return self.path.stat().st_size if self.path is not None and self.path.is_file() else None

    @property
    def kind(self) -> str | None:
        """The reader it needs; None where there is none."""
        return "jsonl" if self.where == STDIN else kind_of(self.name)

    @property
    def gzipped(self) -> bool:
        """Whether one gzip layer lies over it (a tar has its own way of unpacking)."""
        return self.name.lower().endswith(".gz") and self.kind != "tar"

    def member(self, name: str) -> Source:
        """Return the source of an archive member."""
        name = readable(name)
        return Source(f"{self.name}::{name}", f"{self.where}::{name}")

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open the bytes on disk or standard input."""
        if self.remote is not None:
            with self.remote.open() as stream:
                yield stream
        elif self.path is None:
            yield sys.stdin.buffer
        else:
            with self.path.open("rb") as stream:
                yield stream


def kind_of(name: str) -> str | None:
    """Return the reader for a file name; None where there is none.

    Examples
    --------
    >>> kind_of("News.JSONL.gz"), kind_of("all.tar.xz"), kind_of("photo.jpg"), kind_of("a.zip.gz")
    ('jsonl', 'tar', None, None)
    """
    name = name.lower()
    if name.endswith(_TAR_ENDINGS):
        return "tar"
    bare = name.removesuffix(".gz")
    kind = KINDS.get(os.path.splitext(bare)[1])
    return None if kind in ("zip", "tar") and bare != name else kind


def is_hidden(name: str) -> bool:
    """Say whether a relative path has a hidden part, or is what macOS adds to archives."""
    return any(part.startswith(".") or part == "__MACOSX" for part in name.split("/"))


def find(paths: Sequence[str]) -> list[Source]:
    """Return every file under the paths, folders recursively in sorted order, each file once.

    A single folder's files are called by their path inside it, a single file by its name. With several paths each
    name starts with the path's last part (or with the whole path, where two last parts are equal), so that names stay
    apart. Hidden files and what our own stages write (tables and folders with a manifest, side files) are not read from
    folders.

    Raises
    ------
    InputError
        If a path is missing or no file is found.
    """
    if not paths:
        raise InputError("no input: give files, folders, or - for JSON lines on standard input")
    found: dict[str, Source] = {}
    for given in paths:
        if given == STDIN:
            found.setdefault(STDIN, Source("stdin", STDIN))
            continue
        given = plain(given)
        label = _label(shown(given), [shown(plain(path)) for path in paths])
        if is_address(given):
            for name, remote in _remote(given):
                name = f"{label}/{name}" if label else name
                found.setdefault(remote.address, Source(name, remote.address, remote=remote))
            continue
        path = Path(given)
        if not path.exists():
            raise InputError(f"{given}: no such file or folder; check the path")
        if path.is_file():
            found.setdefault(os.path.realpath(path), Source(readable(label or path.name), readable(given), path))
            continue
        for inner in _files(path):
            name = inner.relative_to(path).as_posix()
            source = Source(readable(f"{label}/{name}" if label else name), readable(str(inner)), inner)
            found.setdefault(os.path.realpath(inner), source)
    if not found:
        raise InputError(f"{', '.join(paths)}: no files to read here; give a folder with articles")
    return list(found.values())


def _remote(given: str) -> Iterator[tuple[str, RemoteFile]]:
    """Yield what lies at an address, with the name of each file below it; from folders, not what our stages write."""
    found = files_at(given)
    files = found.files
    if found.single:
        yield from files.items()
        return
    ours = {name.removesuffix(".manifest.json") for name in files if name.endswith(".manifest.json")}
    ours |= {name.rpartition("/")[0] for name in files if name.endswith(f"/{LEDGER}")}  # of a run that has not ended
    ours |= {f"{name}.articles.parquet" for name in ours}
    for name in sorted(found.asked):
        above = {name[:index] for index, letter in enumerate(name) if letter == "/"}
        if is_hidden(name) or name.endswith(_SIDE_ENDINGS) or above & ours:
            continue
        stem = os.path.splitext(name)[0]
        if stem in ours or stem.removesuffix(".articles") in ours:
            continue
        yield name, files[name]


def _label(given: str, paths: Sequence[str]) -> str:
    if len(paths) == 1:
        return ""
    name = Path(given).name
    return given if sum(Path(other).name == name for other in paths) > 1 else name


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files under a folder, and the folders and links that lead to none, so that these become rejects."""
    closed: list[Path] = []
    for parent, folders, names in os.walk(folder, onerror=lambda error: closed.append(Path(error.filename))):
        ours = {name.removesuffix(".manifest.json") for name in names if name.endswith(".manifest.json")}
        ours |= {name for name in folders if Path(parent, name, LEDGER).is_file()}  # of a run that has not ended
        folders[:] = sorted(
            name for name in folders if not is_hidden(name) and name.removesuffix(".articles.parquet") not in ours
        )
        # Folders behind a link are not walked: it may lead back to this one, or to the whole disk.
        links = [path for name in folders if (path := Path(parent, name)).is_symlink()]
        for name in sorted(names):
            stem = os.path.splitext(name)[0]
            if is_hidden(name) or name.endswith(_SIDE_ENDINGS):
                continue
            if stem in ours or stem.removesuffix(".articles") in ours:
                continue
            path = Path(parent, name)
            if path.is_file() or (path.is_symlink() and not path.exists()):
                yield path
        yield from links
    yield from closed
