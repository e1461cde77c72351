"""Tables that people fill in and save: CSV as any spreadsheet writes it, tab-separated text, JSON lines.

What a spreadsheet does to a table is undone: a byte order mark, another delimiter or encoding, a first line ``sep=;``.
A line that is no row is a reject, and the lines behind it are read.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.encodings import read_saved
from pipeline.errors import InputError, RecordError
from pipeline.files import readable
from pipeline.formulas import unguarded
from pipeline.labels.rejects import reject
from pipeline.records import Reject

DELIMITERS = (",", ";", "\t", "|")
JSON_ENDINGS = (".jsonl", ".ndjson")
ENDINGS = (".csv", ".tsv", ".txt", *JSON_ENDINGS)

_HINT = re.compile(r"sep=([^\w\s\"]|\t)", re.IGNORECASE)
_LARGEST = 1 << 27  # characters of a cell; the csv module's own limit is shorter than some articles

MARKS = "\"“”„‟'‘’‚‛«»"
"""Quotation marks that typing aids and spreadsheets leave around words."""

Needed = Sequence[Sequence[str]]
"""Sets of columns of which a row has to have one."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file.

    Parameters
    ----------
    line
        Its first one, from 1.
    record
        The row as it was read.
    cells
        By column; the names are lower case, with ``_`` for spaces and dashes.
    """

    file: str
    line: int
    record: str
    cells: Mapping[str, Any]

    @property
    def where(self) -> str:
        """File and line, for messages."""
        return f"{self.file}:{self.line}"

    def rejected(self, error: RecordError) -> Reject:
        """Return it as a row that cannot be used."""
        return reject(self.file, f"L{self.line}", self.record, error)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one file, the lines that are none, and what is odd about the file."""

    rows: tuple[Row, ...]
    rejects: tuple[Reject, ...]
    notes: tuple[str, ...] = ()


@lru_cache(1024)
def column_name(name: str) -> str:
    """Return a column's name as we write it.

    Examples
    --------
    >>> column_name(" “Coder type” ")
    'coder_type'
    """
    return re.sub(r"[\s_-]+", "_", name.strip(f"{MARKS} \t\r\n\u00a0\ufeff").casefold())


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
        If there is no such file, its ending is unknown, it is no text, or its header lacks columns.
    """
    if path.suffix.lower() not in ENDINGS:
        raise InputError(f"{path}: cannot tell the format of this {what}; save it as .csv, .tsv or .jsonl")
    text, notes = read_saved(path, what)
    sheet = parse_sheet(text, readable(str(path)), needed)
    return Sheet(sheet.rows, sheet.rejects, notes)


def parse_sheet(text: str, file: str, needed: Needed) -> Sheet:
    """Return the rows of a table's text; ``file`` is its name, whose ending tells the format.

    Raises
    ------
    InputError
        If its header lacks columns.
    """
    is_json = file.lower().endswith(JSON_ENDINGS)
    found = list((_json_rows if is_json else _delimited_rows)(text.removeprefix("\ufeff"), file, needed))
    rows = tuple(each for each in found if isinstance(each, Row))
    return Sheet(rows, tuple(each for each in found if isinstance(each, Reject)))


def _check(row: Mapping[str, Any], needed: Needed) -> None:
    if lacking := _lacking(row, needed):
        raise RecordError(f"lacks {lacking}; finish or delete the line", reason="half-written")


def _lacking(names: Container[str], needed: Needed) -> str:
    """Return which columns are missing, empty where there are all of one set."""
    missing = [[name for name in columns if name not in names] for columns in needed]
    fewest = min(missing, key=len)
    return ", ".join(fewest)


def _json_rows(text: str, file: str, needed: Needed) -> Iterator[Row | Reject]:
    # Not splitlines: it also cuts at U+2028 and U+0085, which stand inside JSON strings.
    for number, line in enumerate(re.split(r"\r\n?|\n", text), start=1):
        try:
            if line.strip():
                yield Row(file, number, line, _json_row(line, needed))
        except RecordError as error:
            yield reject(file, f"L{number}", line, error)


def _json_row(line: str, needed: Needed) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        message = f"not valid JSON ({error}); mend or delete the line, which may be half-written"
        raise RecordError(message, reason="broken-json") from error
    if not isinstance(value, dict):
        message = f"expected a JSON object, found {type(value).__name__}; mend or delete the line"
        raise RecordError(message, reason="broken-json")
    row = {column_name(name): cell for name, cell in value.items()}
    _check(row, needed)
    return row


def _delimited_rows(text: str, file: str, needed: Needed) -> Iterator[Row | Reject]:
    csv.field_size_limit(max(csv.field_size_limit(), _LARGEST))
    lines = io.StringIO(text, newline="").readlines()
    at, header, delimiter = _header(lines, file, needed)
    while at < len(lines):
        # strict: stray quotation marks would otherwise vanish, and they are our subject.
        reader = csv.reader((lines[i] for i in range(at, len(lines))), delimiter=delimiter, strict=True)
        fault = None
        try:
            cells = _cells(reader)
            row = _fitted(cells, header, needed) if any(map(str.strip, cells)) else None
        except RecordError as error:
            fault = error
        behind = at + reader.line_num
        if fault and any(_begins_row(line, header, delimiter, needed) for line in lines[at + 1 : behind]):
            # A mark that is never closed swallows the rows below it: go on behind its own line.
            behind = at + 1
        record = "".join(lines[at:behind]).rstrip("\r\n")
        if fault:
            yield reject(file, f"L{at + 1}", record, fault)
        elif row:
            yield Row(file, at + 1, record, row)
        at = behind


def _header(lines: Sequence[str], file: str, needed: Needed) -> tuple[int, list[str], str]:
    """Return where the rows begin, their columns, and the delimiter under which those needed are there."""
    filled = (index for index, line in enumerate(lines) if line.strip())
    at = next(filled, None)
    hint = None if at is None else _HINT.fullmatch(lines[at].strip("\r\n\"'"))
    at = next(filled, None) if hint else at
    if at is None:
        raise InputError(f"{file}: is empty; name a file with a header and rows")
    delimiters = (hint[1], *DELIMITERS) if hint else DELIMITERS
    readings = [([column_name(name) for name in next(csv.reader([lines[at]], delimiter=d))], d) for d in delimiters]
    header, delimiter = next(
        (reading for reading in readings if not _lacking(reading[0], needed)), max(readings, key=lambda r: len(r[0]))
    )
    where = f"{file}:{at + 1}"
    if lacking := _lacking(header, needed):
        shown = ", ".join(name[:40] if name.isprintable() else "?" for name in header[:12])
        raise InputError(f"{where}: no column {lacking}; it has {shown}; name the columns in the first line")
    if twice := sorted({name for name in header if name and header.count(name) > 1}):
        raise InputError(f"{where}: has two columns {twice[0]}; rename one")
    return at + 1, header, delimiter


def _begins_row(line: str, header: Sequence[str], delimiter: str, needed: Needed) -> bool:
    """Say whether a line looks like the beginning of a row, and not like more of a cell that began above it."""
    before, mark, _ = line.partition('"')
    if mark and before and not before.endswith(delimiter):  # a closing mark
        return False
    return not _lacking(header[: len(next(csv.reader([line], delimiter=delimiter)))], needed)


def _cells(reader: Iterator[list[str]]) -> list[str]:
    try:
        return next(reader)
    except csv.Error as error:
        message = f"not valid CSV ({error}); put the text in straight quotation marks and double those inside"
        raise RecordError(message, reason="broken-csv") from error


def _fitted(cells: list[str], header: Sequence[str], needed: Needed) -> dict[str, Any]:
    """Return the cells of a row by column; spreadsheets add empty ones at the end of a line, and leave them out."""
    while len(cells) > len(header) and not cells[-1].strip():
        cells.pop()
    if len(cells) > len(header):
        raise RecordError(
            f"{len(cells)} cells where the header has {len(header)}; put texts with commas and line breaks in straight "
            'quotation marks (")',
            reason="broken-csv",
        )
    row = dict(zip(header, map(unguarded, cells), strict=False))
    _check(row, needed)
    return row
