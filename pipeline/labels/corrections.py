"""Corrections: stand-off rows that a coder wrote about a quotation's speaker, span or nature, read and checked.

A row names a quotation by its place in the decoded source text (for HTML, in the extracted text), as gold does, and by
the value that it had: a correction of something else than what is there now is never applied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from dataclasses import field as dataclass_field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, cast

from pipeline.errors import LabelError
from pipeline.files import read_jsonl
from pipeline.labels.gold import CODER_TYPES, CoderType, utc

Field = Literal["speaker", "span", "is_statement"]
Value = str | bool | tuple[int, int] | None

FIELDS: tuple[Field, ...] = ("speaker", "span", "is_statement")


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction of one field of one quotation.

    Parameters
    ----------
    where
        Its file and line.
    start, end
        Where the quotation stands, in the decoded source text.
    old, new
        A name or None (``speaker``), offsets in the same text (``span``), or a truth value (``is_statement``).
    time
        When it was made: ISO 8601, UTC.
    """

    where: str = dataclass_field(compare=False)
    quote_id: str
    source: str
    sha256: str
    start: int
    end: int
    field: Field
    old: Value
    new: Value
    coder: str
    coder_type: CoderType
    time: str

    @property
    def place(self) -> tuple[int, int]:
        """Where the quotation stands."""
        return self.start, self.end

    def as_row(self) -> dict[str, Any]:
        """Return the correction as one row of a file."""
        row = asdict(self)
        del row["where"]
        return {name: list(value) if isinstance(value, tuple) else value for name, value in row.items()}


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_offset(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_span(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2 and all(map(_is_offset, value)) and value[0] < value[1]


def _is_time(value: Any) -> bool:
    try:
        return bool(_moment(value))
    except (TypeError, ValueError):
        return False


def _moment(time: str) -> datetime:
    return datetime.fromisoformat(utc(time))


Check = tuple[Callable[[Any], bool], str]

_TEXT: Check = (_is_text, "text")
_OFFSET: Check = (_is_offset, "a whole number of characters from 0 on")
_CHECKS: dict[str, Check] = {
    "quote_id": _TEXT,
    "source": _TEXT,
    "sha256": _TEXT,
    "start": _OFFSET,
    "end": _OFFSET,
    "field": (lambda value: value in FIELDS, f"one of {', '.join(FIELDS)}"),
    "coder": _TEXT,
    "coder_type": (lambda value: value in CODER_TYPES, f"one of {', '.join(CODER_TYPES)}"),
    "time": (_is_time, "a moment like 2032-03-01T08:30:00Z"),
}
_VALUES: dict[str, Check] = {
    "speaker": (lambda value: value is None or _is_text(value), "a name, or null"),
    "span": (_is_span, "two offsets, [start, end]"),
    "is_statement": (lambda value: isinstance(value, bool), "true or false"),
}
COLUMNS = (*_CHECKS, "old", "new")


def parse_correction(row: Mapping[str, Any], where: str) -> Correction:
    """Return one checked correction.

    Parameters
    ----------
    row
        Has the ``COLUMNS``; others are ignored.
    where
        ``file:line``, for messages.

    Raises
    ------
    LabelError
        If a column is missing or a value is of the wrong kind; names the place, the value and what is allowed.
    """
    missing = [column for column in COLUMNS if column not in row]
    if missing:
        raise LabelError(f"{where}: lacks {', '.join(missing)}; a correction has {', '.join(COLUMNS)}")
    _check(row, _CHECKS, where)
    wanted = _VALUES[row["field"]]
    _check(row, {"old": wanted, "new": wanted}, where)
    if row["start"] >= row["end"]:
        raise LabelError(f"{where}: the span {row['start']}-{row['end']} is empty; end must come after start")
    return Correction(where, **{name: _value(row[name]) for name in COLUMNS})


def _check(row: Mapping[str, Any], checks: Mapping[str, Check], where: str) -> None:
    for column, (fits, wanted) in checks.items():
        if not fits(row[column]):
            raise LabelError(f"{where}: {column} is {row[column]!r}; it must be {wanted}")


def _value(value: Any) -> Any:
    return cast(tuple[int, int], tuple(value)) if isinstance(value, list) else value


def in_order(corrections: Iterable[Correction]) -> list[Correction]:
    """Return corrections by time, the newest last; those of one moment as they were given."""
    return sorted(corrections, key=lambda correction: _moment(correction.time))


def read_corrections(paths: Iterable[Path]) -> list[Correction]:
    """Return the corrections of JSON lines files, the newest last.

    Raises
    ------
    InputError
        If a file cannot be read.
    LabelError
        If a row is no correction.
    """
    return in_order(
        parse_correction(row, f"{path}:{line}") for path in paths for line, row in read_jsonl(path, "corrections file")
    )
