"""CSV for spreadsheets: no cell of it is run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.files import write_text
from pipeline.formulas import guarded


def write_guarded(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write a CSV file with a header; texts that a spreadsheet takes for formulas begin with an apostrophe."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({column: _cell(row.get(column)) for column in columns} for row in rows)
    write_text(path, text.getvalue())


def _cell(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    # A bare carriage return ends a line for readers of CSV, and the csv module does not quote it.
    return guarded(value.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode("utf-8"))
