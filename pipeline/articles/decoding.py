"""Bytes to text: encodings are found, BOMs and NULs removed, newlines made one kind, binary data refused."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from pipeline.errors import RecordError

_CHUNK = 1 << 16
# Longest first: the UTF-32 mark starts with the UTF-16 one.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"), (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
# Encodings that news is written in; rarer code pages would only win by accident on short texts.
_ENCODINGS = [
    "cp1252", "mac_roman", "cp1250", "iso8859_2", "iso8859_15", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255",
    "cp1256", "cp1257", "cp1258", "cp874", "gb18030", "big5", "cp932", "euc_jp", "iso2022_jp", "cp949",
]  # fmt: skip
_DETECTION_BYTES = 1 << 17
_CONTROL = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b\x1a"))
_MAX_CONTROL_SHARE = 0.01
_SURROGATE = re.compile("[\ud800-\udfff]")


def tidy(text: str) -> str:
    r"""Return the text without BOM and NUL, with a line feed for every newline, and lone surrogates replaced.

    Examples
    --------
    >>> tidy("\ufeffone\r\ntwo\x00\rthree")
    'one\ntwo\nthree'
    """
    text = text.removeprefix("\ufeff").replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    if _SURROGATE.search(text):
        # JSON may escape half of a pair; such a text fits no UTF-8 file.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def decode(data: bytes) -> str:
    """Return the decoded, tidied text.

    Raises
    ------
    RecordError
        Reason ``binary`` where the bytes are no text, ``unknown-encoding`` where no encoding fits them.
    """
    encoding = wide_encoding(data)
    if encoding in (None, "utf-8"):
        _refuse_binary(data)
        try:
            return tidy(data.decode("utf-8"))
        except UnicodeDecodeError as error:
            if error.reason == "unexpected end of data" and not data[: error.start].isascii():
                return tidy(data[: error.start].decode("utf-8"))
            encoding = detect(data)
        if encoding == "utf-8":
            return tidy(_mend(data))
    try:
        text = data.decode(str(encoding))
    except UnicodeDecodeError as error:
        message = f"damaged {encoding} text at byte {error.start}; save it again as UTF-8"
        raise RecordError(message, reason="unknown-encoding") from error
    _refuse_binary(text[: 1 << 12].encode("utf-8", "surrogatepass"))
    return tidy(text)


def _refuse_binary(data: bytes) -> None:
    if is_binary(data):
        raise RecordError("binary data, not text; give it in its own format or leave it out", reason="binary")


def wide_encoding(data: bytes) -> str | None:
    """Return the encoding that a byte order mark, or a NUL in every other byte, gives away; else None."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    head = data[: 1 << 12]
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 * half and odd < 0.05 * half else None


def is_binary(data: bytes) -> bool:
    """Say whether the first bytes hold more control characters than any text does (a few stray NULs pass)."""
    head = data[: 1 << 13]
    return len(head) - len(head.translate(None, _CONTROL)) > max(_MAX_CONTROL_SHARE * len(head), 1)


def detect(data: bytes) -> str:
    """Return the likeliest encoding of text that is not valid UTF-8; ``"utf-8"`` where only a few bytes are off.

    Raises
    ------
    RecordError
        Reason ``unknown-encoding``.
    """
    head = data[:_DETECTION_BYTES]
    lossy = head.decode("utf-8", "replace")
    bad = lossy.count("\ufffd")
    # Other encodings hardly ever look like UTF-8 by accident, so two sound characters outweigh a broken one.
    if 2 * bad <= sum(char > "\x7f" for char in lossy) - bad:
        return "utf-8"
    from charset_normalizer import from_bytes

    matches = from_bytes(head, cp_isolation=_ENCODINGS, enable_fallback=False)
    best = matches.best()
    if best is None:
        raise RecordError("no known encoding fits it; save it as UTF-8", reason="unknown-encoding")
    # On a short text several code pages are equally clean; the commonest of them is the right guess.
    for match in matches:
        if match.chaos <= best.chaos and "cp1252" in match.could_be_from_charset:
            return "cp1252"
    return best.encoding


def _mend(data: bytes) -> str:
    """Decode UTF-8 with a few foreign bytes in it, which are taken for Windows-1252."""
    parts = []
    start = 0
    while True:
        try:
            parts.append(data[start:].decode("utf-8"))
            return "".join(parts)
        except UnicodeDecodeError as error:
            a, b = start + error.start, start + error.end
            parts += [data[start:a].decode("utf-8"), data[a:b].decode("cp1252", "replace")]
            start = b


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
    _refuse_binary(head)
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
            _refuse_binary(head)
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
