"""Tables that people fill in, in and out: CSV as any spreadsheet writes it, tab-separated text, JSON lines.

What a spreadsheet does to a table is undone: a byte order mark, another delimiter or encoding, a first line ``sep=;``.
A line that is no row is a reject, and the lines behind it are read.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import InputError, RecordError
from pipeline.files import atomic_path, readable, write_jsonl
from pipeline.labels.formulas import guarded, unguarded
from pipeline.records import Reject

JSON_ENDINGS = (".jsonl", ".ndjson")
TEXT_ENDINGS = (".csv", ".tsv", ".txt")
ENDINGS = (*TEXT_ENDINGS, *JSON_ENDINGS)

_DELIMITERS = ",;\t|"
_RECORD_SHOWN = 2000

Needed = Sequence[Sequence[str]]
"""Sets of columns of which a row has to have one."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row; ``where`` is its file and line. Column names are lower case, with ``_`` for spaces and dashes."""

    where: str
    cells: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one file, the lines that are none, and what is odd about the file."""

    rows: tuple[Row, ...]
    rejects: tuple[Reject, ...]
    notes: tuple[str, ...]


def rejected(where: str, error: RecordError, record: object) -> Reject:
    """Return a row's error as a reject; of the record, the first 2,000 characters are kept."""
    file, _, line = where.rpartition(":")
    shown = record if isinstance(record, str) else json.dumps(record, ensure_ascii=False, default=str)
    return Reject(file, f"L{line}", error.reason, f"{where}: {error}", shown[:_RECORD_SHOWN])


def column_name(name: str) -> str:
    """Return a column's name as we write it.

    Examples
    --------
    >>> column_name(" “Coder type” ")
    'coder_type'
    """
    return re.sub(r"[\s_-]+", "_", name.strip(" \t\u00a0\ufeff\"“”„'‘’").casefold())


def read_sheet(path: Path, needed: Needed, what: str) -> Sheet:
    """Return the rows of a table in the order of the file.

    Parameters
    ----------
    path
        Its ending tells the format, its first line the delimiter.
    needed
        Sets of columns; each row has to have all of one set.
    what
        What the file is, for messages.

    Raises
    ------
    InputError
        If there is no such file, its ending is unknown, or its header lacks columns.
    """
    if path.suffix.lower() not in ENDINGS:
        raise InputError(f"{path}: cannot tell the format of this {what}; save it as .csv, .tsv or .jsonl")
    text, notes = _decoded(path, what)
    lines = text.split("\n")
    found = _json_rows(lines, needed) if path.suffix.lower() in JSON_ENDINGS else _delimited_rows(path, lines, needed)
    rows, rejects = [], []
    for number, row in found:
        where = f"{readable(str(path))}:{number}"
        if isinstance(row, RecordError):
            rejects.append(rejected(where, row, lines[number - 1]))
        else:
            rows.append(Row(where, row))
    return Sheet(tuple(rows), tuple(rejects), tuple(notes))


def _decoded(path: Path, what: str) -> tuple[str, list[str]]:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such {what}; check the path") from error
    except OSError as error:
        raise InputError(f"{path}: cannot read this {what} ({error.strerror})") from error
    notes = []
    try:
        wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
        notes.append(f"{path}: is not UTF-8 and was read as Windows-1252; check names with accents")
    return text.replace("\r\n", "\n").replace("\r", "\n"), notes


def _lacking(row: Mapping[str, Any], needed: Needed) -> str | None:
    """Return which columns a row would need, or None where it has all of one set."""
    missing = [[name for name in columns if row.get(name) is None] for columns in needed]
    fewest = min(missing, key=lambda names: len(names))
    return ", ".join(fewest) or None


def _json_rows(lines: Sequence[str], needed: Needed) -> Iterator[tuple[int, dict[str, Any] | RecordError]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            yield number, RecordError(f"not valid JSON ({error}); mend or delete the line", reason="broken-json")
            continue
        if not isinstance(row, dict):
            message = f"expected a JSON object, found {type(row).__name__}; mend or delete the line"
            yield number, RecordError(message, reason="broken-json")
            continue
        named = {column_name(name): value for name, value in row.items()}
        # A key may hold null, but has to be there.
        lacking = _lacking({name: "" if value is None else value for name, value in named.items()}, needed)
        yield number, _half_written(lacking) if lacking else named


def _delimited_rows(
    path: Path, lines: Sequence[str], needed: Needed
) -> Iterator[tuple[int, dict[str, Any] | RecordError]]:
    start = next((index for index, line in enumerate(lines) if line.strip() and not re.match(r"sep=.$", line)), None)
    if start is None:
        raise InputError(f"{path}: is empty; name a file with a header and rows")
    header, delimiter = _header(f"{path}:{start + 1}", lines[start], needed)
    at = start + 1
    while at < len(lines):
        begun, at = at, len(lines)
        for number, row, span in _records(lines, begun, header, delimiter, needed):
            yield number, row
            if isinstance(row, RecordError) and span > 1:
                # A mark that is never closed swallows the rows below it: go on behind its own line.
                at = number
                break


def _header(where: str, line: str, needed: Needed) -> tuple[list[str], str]:
    """Return the columns and the delimiter under which those needed are there."""
    readings = [([column_name(name) for name in next(csv.reader([line], delimiter=d))], d) for d in _DELIMITERS]
    for header, delimiter in readings:
        if _lacking(dict.fromkeys(header, ""), needed) is None:
            twice = sorted({name for name in header if name and header.count(name) > 1})
            if twice:
                raise InputError(f"{where}: has two columns {twice[0]}; rename one")
            return header, delimiter
    header, _ = max(readings, key=lambda reading: len(reading[0]))
    shown = ", ".join(name[:40] if name.isprintable() else "?" for name in header[:12])
    lacking = _lacking(dict.fromkeys(header, ""), needed)
    raise InputError(f"{where}: no column {lacking}; it has {shown}; name the columns in the first line")


def _records(
    lines: Sequence[str], start: int, header: Sequence[str], delimiter: str, needed: Needed
) -> Iterator[tuple[int, dict[str, Any] | RecordError, int]]:
    """Yield (line number, row or what is wrong with it, lines that it spans) up to the first that cannot be parsed."""
    reader = csv.reader((lines[i] + "\n" for i in range(start, len(lines))), delimiter=delimiter, strict=True)
    while True:
        first = start + reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            message = f"not valid CSV ({error}); close the quotation marks, and double those inside"
            # As if it spanned lines: where it ends is not known.
            yield first, RecordError(message, reason="broken-csv"), 2
            return
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield first, _row(header, cells, needed), start + reader.line_num - first + 1


def _row(header: Sequence[str], cells: list[str], needed: Needed) -> dict[str, Any] | RecordError:
    while len(cells) > len(header) and not cells[-1].strip():
        cells.pop()
    if len(cells) > len(header):
        message = f"{len(cells)} cells where the header has {len(header)}; put cells with commas in straight marks"
        return RecordError(message, reason="broken-csv")
    # Spreadsheets leave out empty cells at the end of a line.
    row = dict(zip(header, map(unguarded, cells), strict=False))
    lacking = _lacking(row, needed)
    return _half_written(lacking) if lacking else row


def _half_written(lacking: str) -> RecordError:
    return RecordError(f"lacks {lacking}; finish or delete the line", reason="half-written")


def check_sheet_path(path: Path) -> None:
    """Raise ``InputError`` unless the path ends like a table that is written here."""
    if path.suffix not in {".csv", ".jsonl"}:
        raise InputError(f"{path}: cannot tell the format; end the name in .csv or .jsonl")
    if path.is_dir():
        raise InputError(f"{path}: is a folder; name a file in it")


def write_sheet(path: Path, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Write a table, as a whole or not at all: JSON lines, or CSV that a spreadsheet opens as it is.

    CSV begins with a byte order mark, without which Excel reads another encoding. Text that a spreadsheet would take
    for a formula gets an apostrophe before it, which ``read_sheet`` takes off again.
    """
    check_sheet_path(path)
    if path.suffix == ".jsonl":
        write_jsonl(path, ({name: row.get(name) for name in columns} for row in rows))
        return
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_guarded(row.get(name)) for name in columns] for row in rows)


def _guarded(value: Any) -> Any:
    return guarded(value) if isinstance(value, str) else value
