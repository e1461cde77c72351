"""Tables for people, written: JSON lines, or CSV that a spreadsheet opens as it is and runs no cell of as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.files import write_jsonl, write_text
from pipeline.formulas import guarded


def check_sheet_path(path: Path) -> None:
    """Raise ``InputError`` unless the path ends like a table that is written here."""
    if path.suffix not in {".csv", ".jsonl"}:
        raise InputError(f"{path}: cannot tell the format; end the name in .csv or .jsonl")
    if path.is_dir():
        raise InputError(f"{path}: is a folder; name a file in it")


def write_sheet(path: Path, rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Write a table, as a whole or not at all; a column that a row lacks is empty."""
    check_sheet_path(path)
    full = ({name: row.get(name) for name in columns} for row in rows)
    if path.suffix == ".jsonl":
        write_jsonl(path, full)
    else:
        write_text(path, csv_text(full, columns))


def csv_text(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], *, delimiter: str = ",") -> str:
    """Return rows as CSV that a spreadsheet opens with its letters and columns right.

    It begins with a byte order mark, without which Excel reads another encoding, and ends its lines as RFC 4180 has it;
    so cells with line breaks of any kind are quoted. Text that would be taken for a formula gets an apostrophe before
    it, which ``filled_tables.parse_sheet`` takes off again.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(row[name]) for name in columns] for row in rows)
    return "\ufeff" + out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else ""  # True and False have names of their own in every language's spreadsheet
    return guarded(value) if isinstance(value, str) else value
