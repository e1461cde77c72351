"""Files made to do harm, as bytes; all names and words in them are invented."""

import io
import json
import tarfile
import zipfile
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

GOOD = "The board met. “We will wait for the report of the auditors,” said Ada Lindqvist of the ministry."
STEERING = "\x1b[2J\x1b]0;owned\x07\u202e\x9b31m"
"""Clears a screen, renames its window, rings, turns the direction of writing, and changes the colour."""


def zipped(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def nested_zip(depth: int) -> bytes:
    data = zipped(("a.txt", GOOD.encode()))
    for _ in range(depth):
        data = zipped(("a.zip", data), ("beside.txt", GOOD.encode()))
    return data


def overlapping_zip(entries: int, kernel: bytes) -> bytes:
    """Return an archive whose list names one member many times (D. Fifield, "A better zip bomb", 2019)."""
    data = zipped(("a.jsonl", kernel))
    at = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    listed = data[at:end] * entries
    last = bytearray(data[end:])
    last[8:12] = entries.to_bytes(2, "little") * 2
    last[12:16] = len(listed).to_bytes(4, "little")
    return data[:at] + listed + bytes(last)


def zip_of_a_later_version() -> bytes:
    data = bytearray(zipped(("a.txt", GOOD.encode())))
    data[data.index(b"PK\x01\x02") + 6] = 200
    return bytes(data)


def zip_with_a_name_in_no_encoding() -> bytes:
    return zipped(("é.txt", GOOD.encode())).replace("é".encode(), b"\xff\xfe")


def member(name: str, data: bytes = b"", kind: bytes = tarfile.REGTYPE, **fields: Any) -> bytes:
    """Return a header of a tar archive and its data."""
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, len(data)
    for field, value in fields.items():
        setattr(info, field, value)
    return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape") + data + b"\0" * (-len(data) % 512)


def tarred(*members: bytes) -> bytes:
    return b"".join(members) + b"\0" * 1024


def sparse_member(name: str, size: int) -> bytes:
    """Return a member of 512 bytes that unpacks to a terabyte, say: the old form of GNU tar."""
    line = json.dumps({"text": GOOD}).encode() + b'\n{"text": "'
    header = bytearray(member(name, line.ljust(512, b"x"), tarfile.GNUTYPE_SPARSE))
    header[386:410] = b"%011o\0%011o\0" % (0, 512)
    header[482:495] = b"\0\x80" + size.to_bytes(11, "big")
    return _summed(header)


def negative_member(name: str) -> bytes:
    header = bytearray(member(name))
    header[124:136] = (-512).to_bytes(12, "big", signed=True)
    return _summed(header)


def _summed(header: bytearray) -> bytes:
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header[:512])
    return bytes(header)


def parquet(**columns: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, compression="zstd")
    return out.getvalue()


def not_utf8(*values: bytes) -> pa.Array:
    """Return an Arrow array of text that holds these bytes, UTF-8 or not."""
    return pa.array(values).view(pa.string())


def parquet_of_two_texts() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table([pa.array([GOOD]), pa.array(["other"])], names=["text", "text"]), out)
    return out.getvalue()


def parquet_of_one_long_text(length: int, rows: int) -> bytes:
    """Return a file of some kilobytes with a text of that length, which all rows point to."""
    out = io.BytesIO()
    text = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["x " * (length // 2)]))
    pq.write_table(pa.table({"text": text}), out, compression="zstd")
    return out.getvalue()


def wide_csv(columns: int) -> bytes:
    names = ",".join(f"c{number}" for number in range(columns))
    return f"{names},text\n{',' * columns}{GOOD.split(',')[0]}\n{',' * (columns + 1)}x\n".encode()


def broken_utf16(before: str, after: str) -> bytes:
    """Return UTF-16 text with half of a pair in the middle."""
    return ("\ufeff" + before).encode("utf-16-le") + b"\x00\xd8" + after.encode("utf-16-le")


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY l0 "ha">'
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    + "]><html><body><p>&l9;</p></body></html>"
).encode()
"""A billion laughs: entities that stand for ten of the one before."""

BLANKS = b'{"text": ""}\n' + b" " * (40 << 20)
"""Lines that are no article, so that time goes into unpacking alone."""
