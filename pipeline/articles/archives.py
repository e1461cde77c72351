"""Archives and gzip layers, read member by member without unpacking to disk, inside hard limits."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

from pipeline.articles.columns import Records, reject
from pipeline.articles.sources import ReadOptions, Source, is_hidden, kind_of
from pipeline.errors import RecordError

STREAM_ERRORS = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError, OSError)
"""What reading a damaged compressed file raises."""

_MALFORMED = (ValueError, LookupError, ArithmeticError, RecursionError, struct.error)
"""What zipfile and tarfile also raise on headers that were made to mislead."""

ReadMember = Callable[[BinaryIO, Source], Records]

# Below this a high ratio is no danger: a file of blanks, say.
_RATIO_FLOOR = 16 << 20
_LONGEST_TAR_HEADER = 1 << 20


class Meter:
    """Counts what one compressed file unpacks to.

    Parameters
    ----------
    packed
        Bytes of the compressed file; None where unknown (standard input).
    options
        The limits.
    """

    def __init__(self, packed: int | None, options: ReadOptions) -> None:
        self._limit = options.max_unpacked_bytes
        if packed is not None:
            self._limit = min(self._limit, max(int(packed * options.max_ratio), _RATIO_FLOOR))
        self._unpacked = 0

    def count(self, size: int) -> None:
        """Add unpacked bytes; over the limit raise ``RecordError`` with the reason ``archive-bomb``."""
        self._unpacked += size
        if self._unpacked > self._limit:
            message = f"unpacks to over {self._limit} bytes; raise max_unpacked_mb or max_ratio if it is sound"
            raise RecordError(message, reason="archive-bomb")


class _Metered(io.RawIOBase):
    """A stream whose every byte is counted."""

    def __init__(self, stream: BinaryIO, meter: Meter) -> None:
        self._read = getattr(stream, "read1", stream.read)
        self._meter = meter

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._read(len(buffer))
        self._meter.count(len(data))
        buffer[: len(data)] = data
        return len(data)


def size_of(stream: BinaryIO) -> int | None:
    """Return the size of the file under a stream; None where it has none."""
    try:
        return os.fstat(stream.fileno()).st_size
    except OSError:
        return None


def unzipped(stream: BinaryIO, packed: int | None, options: ReadOptions) -> BinaryIO:
    """Return what lies under one gzip layer."""
    layer = cast(BinaryIO, gzip.GzipFile(fileobj=stream, mode="rb"))
    return cast(BinaryIO, io.BufferedReader(_Metered(layer, Meter(packed, options))))


def stream_error(error: BaseException) -> RecordError:
    """Return the one-line error for what a stream raised while it was read."""
    if isinstance(error, EOFError):
        return RecordError("the file is cut short; get the whole file", reason="truncated")
    if isinstance(error, gzip.BadGzipFile):
        return RecordError(f"no sound gzip file ({error}); get it again", reason="broken-gzip")
    if isinstance(error, (zipfile.BadZipFile, tarfile.TarError)):
        return RecordError(f"no sound archive ({error}); get it again", reason="broken-archive")
    if isinstance(error, IsADirectoryError):
        return RecordError("a link to a folder; name the folder itself", reason="linked-folder")
    if isinstance(error, OSError) and error.errno is not None:
        return RecordError(f"cannot be read ({error.strerror}); check it and its permissions", reason="unreadable")
    return RecordError(f"damaged compressed data ({error}); get it again", reason="broken-archive")


def read_zip(stream: BinaryIO, source: Source, options: ReadOptions, read_member: ReadMember) -> Records:
    """Yield the records of a zip archive's members, in the archive's order."""
    meter = Meter(size_of(stream), options)
    with _opened_zip(stream) as archive:
        members = archive.infolist()
        if len(members) > options.max_members:
            raise _too_many(options)
        for member in members:
            inner = source.member(member.filename)
            try:
                _check_name(member.filename)
                if member.is_dir() or is_hidden(member.filename):
                    continue
                # The upper half of the attributes holds the Unix file type; links have 0o12.
                if member.external_attr >> 28 == 0o12:
                    raise RecordError("a link; put the file itself in", reason="unsafe-member")
                if member.flag_bits & 1:
                    raise RecordError("encrypted; unpack it first", reason="encrypted")
                with archive.open(member) as opened:
                    yield from read_member(_metered(cast(BinaryIO, opened), meter), inner)
            except NotImplementedError as error:
                yield reject(inner, None, _unsupported(error))
            except RecordError as error:
                if error.reason == "archive-bomb":
                    raise
                yield reject(inner, None, error)
            except STREAM_ERRORS as error:
                yield reject(inner, None, stream_error(error))


def _opened_zip(stream: BinaryIO) -> zipfile.ZipFile:
    """Return the archive, its list of members read.

    Raises
    ------
    RecordError
        Reason ``unsupported`` or ``broken-archive``, where zipfile raises more than it says.
    """
    try:
        return zipfile.ZipFile(stream)
    except NotImplementedError as error:
        raise _unsupported(error) from error
    except _MALFORMED as error:
        raise _malformed(error) from error


def _unsupported(error: NotImplementedError) -> RecordError:
    return RecordError(f"{error}; pack it with deflate", reason="unsupported")


def _malformed(error: Exception) -> RecordError:
    return RecordError(f"no sound archive ({error}); get it again", reason="broken-archive")


def read_tar(stream: BinaryIO, source: Source, options: ReadOptions, read_member: ReadMember) -> Records:
    """Yield the records of a tar archive's members, in the archive's order."""
    meter = Meter(size_of(stream), options)
    opened = _metered(_unpacked_tar(stream, source.name.lower()), meter)
    with _opened_tar(opened) as archive:
        for number, member in enumerate(_tar_members(archive), start=1):
            if number > options.max_members:
                raise _too_many(options)
            name = member.name.removeprefix("./")
            inner = source.member(name)
            try:
                _check_name(name)
                if member.isdir() or is_hidden(name):
                    continue
                if not member.isreg():
                    raise RecordError("a link or device; put the file itself in", reason="unsafe-member")
                if member.issparse():  # a few bytes that unpack to as many zeros as they like
                    raise RecordError("a sparse file; pack it without --sparse", reason="unsafe-member")
                content = archive.extractfile(member)
                if content is not None:
                    yield from read_member(cast(BinaryIO, content), inner)
            except RecordError as error:
                if error.reason == "archive-bomb":
                    raise
                yield reject(inner, None, error)
            except STREAM_ERRORS as error:
                # Where it is the archive itself that is damaged, asking for the next member says so too.
                yield reject(inner, None, stream_error(error))


def _opened_tar(stream: BinaryIO) -> tarfile.TarFile:
    try:
        return tarfile.open(fileobj=stream, mode="r|", tarinfo=_BoundedTarInfo)
    except _MALFORMED as error:
        raise _malformed(error) from error


def _tar_members(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Yield the members; where a header cannot be read, raise ``RecordError``, reason ``broken-archive``."""
    while True:
        try:
            member = archive.next()
        except _MALFORMED as error:
            raise _malformed(error) from error
        if member is None:
            return
        yield member


def _unpacked_tar(stream: BinaryIO, name: str) -> BinaryIO:
    if name.endswith((".gz", ".tgz")):
        return cast(BinaryIO, gzip.GzipFile(fileobj=stream, mode="rb"))
    if name.endswith((".bz2", ".tbz2")):
        return cast(BinaryIO, bz2.BZ2File(stream))
    return cast(BinaryIO, lzma.LZMAFile(stream)) if name.endswith((".xz", ".txz")) else stream


class _BoundedTarInfo(tarfile.TarInfo):
    """Refuses a header of its own length over 1 MiB: tarfile would read all of it into memory."""

    _OWN_LENGTH = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, b"L", b"K")

    def _proc_member(self, archive: tarfile.TarFile) -> Any:
        if self.type in self._OWN_LENGTH and self.size > _LONGEST_TAR_HEADER:
            raise RecordError("a tar header of over 1 MiB; pack it anew", reason="archive-bomb")
        return super()._proc_member(archive)  # type: ignore[misc]


def _metered(stream: BinaryIO, meter: Meter) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(_Metered(stream, meter)))


def _check_name(name: str) -> None:
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or name.startswith(("/", "\\")) or parts[0].endswith(":"):
        raise RecordError("its path leads out of the archive; pack it with plain paths", reason="unsafe-member")
    if kind_of(name) in ("zip", "tar"):
        raise RecordError("an archive in an archive; unpack the outer one first", reason="nested-archive")


def _too_many(options: ReadOptions) -> RecordError:
    message = f"over {options.max_members} members; raise max_members if it is sound"
    return RecordError(message, reason="archive-bomb")
