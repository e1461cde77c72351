"""Bytes to text: encodings are found, BOMs and NULs removed, newlines made one kind, binary data refused."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from pipeline.errors import InputError, RecordError

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
# Control characters but tab and line feed, what turns the direction of writing, line ends of Unicode, halves of
# characters: they move a terminal's cursor, make a line look like another, or fit into no file.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


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


def escaped(text: str) -> str:
    r"""Return a text for a terminal or a JSON file: what would steer the one is spelt as the other has it.

    A JSON text stays one, and means the same.

    Examples
    --------
    >>> escaped("\x1b[31mred")
    '\\u001b[31mred'
    """
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def decode(data: bytes) -> str:
    """Return the decoded, tidied text.

    Raises
    ------
    RecordError
        Reason ``binary`` where the bytes are no text, ``unknown-encoding`` where no encoding fits them.
    """
    encoding = wide_encoding(data)
    if encoding in (None, "utf-8"):
        refuse_binary(data)
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
    refuse_binary(text[: 1 << 12].encode("utf-8", "surrogatepass"))
    return tidy(text)


def refuse_binary(data: bytes) -> None:
    """Raise ``RecordError``, reason ``binary``, where the bytes are no text."""
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


def read_saved(path: Path, what: str) -> tuple[str, tuple[str, ...]]:
    """Return the text of a file in whatever encoding it was saved, and a note where that had to be guessed.

    Raises
    ------
    InputError
        If there is no such file, or it is no text.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such {what}; check the path") from error
    except OSError as error:
        raise InputError(f"{path}: cannot read this {what} ({error.strerror})") from error
    try:
        if wide_encoding(data) not in (None, "utf-8"):
            return decode(data), ()
        try:
            # Not tidied: a lone carriage return in a cell is kept.
            return data.decode("utf-8-sig"), ()
        except UnicodeDecodeError:
            text, encoding = decode(data), detect(data)
    except RecordError as error:
        raise InputError(f"{path}: {error}") from error
    known = {"cp1252": "Windows-1252", "utf-8": "UTF-8 with damaged characters"}.get(encoding, encoding)
    return text, (f"{path}: is not UTF-8 and was read as {known}; check names with accents",)
