"""CSV as spreadsheets read and write it: no cell is run as a formula, and what a spreadsheet has saved is read back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipeline.errors import InputError, RecordError
from pipeline.labels import cells
from pipeline.labels.codings import reject
from pipeline.labels.formulas import guarded, unguarded
from pipeline.labels.sheets import NEEDED
from pipeline.records import Reject

DELIMITERS = (",", ";", "\t", "|")

_HINT = re.compile("sep=(.)", re.IGNORECASE)
_LARGEST = 1 << 27  # characters of a cell; the csv module's own limit is shorter than some articles


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else ""  # True and False have names of their own in every language's spreadsheet
    return guarded(value) if isinstance(value, str) else value


def write_csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], *, delimiter: str = ",") -> str:
    """Return rows as CSV that a spreadsheet opens with its letters and columns right.

    It begins with a byte order mark, by which spreadsheets know UTF-8, and ends its lines as RFC 4180 has it; so cells
    with line breaks of any kind are quoted.
    """
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(row[name]) for name in columns})
    return "\ufeff" + out.getvalue()


class _Lines:
    """Lines of a text, and what of them the csv reader took for its row."""

    def __init__(self, text: str) -> None:
        self._lines = iter(io.StringIO(text, newline=""))
        self.number = 0
        self.taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        self.taken.append(line)
        return line

    def begin(self) -> int:
        """Forget the lines of the row before, and return the number of the next line."""
        self.taken.clear()
        return self.number + 1


def _header(line: str, hint: str, file: str) -> tuple[list[str], str]:
    """Return the columns and the delimiter under which they are a sheet's.

    Raises
    ------
    InputError
        If they are so under none.
    """
    for delimiter in (hint, *DELIMITERS) if hint else DELIMITERS:
        names = [cells.plain(name) for name in next(csv.reader([line], delimiter=delimiter))]
        if "annotation_id" in names and "annotator" in names:
            raise InputError(f"{file}: is Label Studio's CSV, which does not name its coders; export it as JSON")
        if all(name in names for name in NEEDED):
            return names, delimiter
    raise InputError(
        f"{file}: has no columns {' and '.join(NEEDED)} (it begins {line.strip()[:60]!r}); give a sheet of "
        "`stance annotate export`, saved as CSV"
    )


def _fitted(row: list[str], names: Sequence[str]) -> dict[str, str]:
    """Return the cells of a row by column; spreadsheets add empty cells at the end, and leave them out.

    Raises
    ------
    RecordError
        If there are more, or so few that the label is missing.
    """
    while len(row) > len(names) and not row[-1].strip():
        row.pop()
    if len(row) > len(names) or len(row) <= max(names.index(name) for name in NEEDED):
        raise RecordError(
            f"{len(row)} cells where the header has {len(names)}; put texts with commas and line breaks in straight "
            'quotation marks (")',
            reason="broken-csv",
        )
    return dict(zip(names, map(unguarded, row), strict=False))


def read_csv(text: str, file: str) -> Iterator[tuple[str, str, Mapping[str, Any]] | Reject]:
    """Yield position, record and cells of each row; a row that is no CSV is a reject.

    Raises
    ------
    InputError
        If it is no sheet: lacks the columns, under every delimiter.
    """
    csv.field_size_limit(max(csv.field_size_limit(), _LARGEST))
    lines = _Lines(text.removeprefix("\ufeff"))
    first = next((line for line in lines if line.strip()), "")
    hint = _HINT.fullmatch(first.strip("\r\n\"'"))
    header = next(lines, "") if hint else first
    names, delimiter = _header(header, hint[1] if hint else "", file)
    # strict: stray quotation marks would otherwise vanish, and they are our subject.
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        position = f"L{lines.begin()}"
        try:
            row = next(rows)
            if any(cell.strip() for cell in row):
                yield position, "".join(lines.taken), _fitted(row, names)
        except StopIteration:
            return
        except csv.Error as error:
            what = f"not valid CSV ({error}); put the text in straight quotation marks and double those inside"
            yield reject(file, position, "".join(lines.taken), RecordError(what, reason="broken-csv"))
        except RecordError as error:
            yield reject(file, position, "".join(lines.taken), error)
