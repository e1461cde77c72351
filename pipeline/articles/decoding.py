"""Streams of bytes as chunks and lines of text, in bounded memory."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from pipeline.encodings import decode, detect, refuse_binary, tidy, wide_encoding
from pipeline.errors import RecordError

_CHUNK = 1 << 16


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Yield what the stream gives, at most 64 KiB at a time, so that a truncated file is read up to its fault."""
    read = getattr(stream, "read1", stream.read)
    while data := read(_CHUNK):
        yield data


def text_chunks(stream: BinaryIO) -> Iterator[str]:
    """Yield decoded text; the encoding is found on the first 64 KiB.

    Raises
    ------
    RecordError
        Reason ``binary`` or ``unknown-encoding``.
    """
    decoder: codecs.IncrementalDecoder | None = None
    try:
        for chunk in _utf8_chunks(stream):
            if decoder is None:
                decoder = codecs.getincrementaldecoder(_narrow_encoding(chunk))("strict")
            yield decoder.decode(chunk)
        if decoder is not None:
            yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise RecordError("its encoding changes midway; save it as UTF-8", reason="unknown-encoding") from error


def _narrow_encoding(head: bytes) -> str:
    refuse_binary(head)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
        return "utf-8"
    except UnicodeDecodeError:
        return detect(head)


def _utf8_chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the bytes without BOM; UTF-16 and UTF-32 become UTF-8."""
    source = chunks(stream)
    head = b""
    for chunk in source:
        head += chunk
        if len(head) >= 4:
            break
    encoding = wide_encoding(head)
    if encoding in (None, "utf-8"):
        yield head.removeprefix(codecs.BOM_UTF8)
        yield from source
        return
    decoder = codecs.getincrementaldecoder(str(encoding))("strict")
    try:
        yield decoder.decode(head).removeprefix("\ufeff").encode("utf-8", "surrogatepass")
        for chunk in source:
            yield decoder.decode(chunk).encode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise RecordError(f"damaged {encoding} text; save it again as UTF-8", reason="unknown-encoding") from error


def lines(stream: BinaryIO, limit: int) -> Iterator[tuple[int, str | RecordError]]:
    """Yield (line number, text without newline); a line over ``limit`` bytes or undecodable yields its error instead.

    Raises
    ------
    RecordError
        Reason ``binary``, for the whole file.
    """
    encoding = "utf-8"
    for number, (line, head) in enumerate(_raw_lines(stream, limit), start=1):
        if line is None:
            yield number, RecordError(f"over {limit} bytes; raise max_document_mb or split it", reason="too-large")
            continue
        try:
            try:
                yield number, tidy(line.decode(encoding))
            except UnicodeDecodeError:
                # One short line says little about its encoding, so the start of the file is asked first.
                encoding = _narrow_encoding(head)
                yield number, tidy(line.decode(encoding)) if encoding != "utf-8" else decode(line)
        except RecordError as error:
            yield number, error
        except UnicodeDecodeError:
            yield number, RecordError(f"not {encoding} like the rest; save it as UTF-8", reason="unknown-encoding")


def _raw_lines(stream: BinaryIO, limit: int) -> Iterator[tuple[bytes | None, bytes]]:
    """Yield (line, start of the file); None stands for a line over the limit, of which nothing is kept."""
    head = b""
    parts: list[bytes] = []
    size, held = 0, b""
    for chunk in _utf8_chunks(stream):
        if not head:
            head = chunk
            refuse_binary(head)
        chunk, held = held + chunk, b""
        if chunk.endswith(b"\r"):
            chunk, held = chunk[:-1], b"\r"
        *whole, rest = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for piece in whole:
            size += len(piece)
            yield (b"".join([*parts, piece]) if size <= limit else None), head
            parts, size = [], 0
        size += len(rest)
        parts = [*parts, rest] if size <= limit else []
    if size or held:
        yield (b"".join(parts) if size <= limit else None), head
