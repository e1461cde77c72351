"""What the cells of a row say: its statement and target, a label, a type of coder; as people type them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pipeline.errors import RecordError
from pipeline.labels.cells import plain
from pipeline.labels.filled_tables import MARKS
from pipeline.labels.gold import CODER_TYPES, CoderType
from pipeline.records import LABELS

Unit = tuple[str, str | None]
"""A statement and its target: what a coder gives one label."""

PLACES = (("statement_id",), ("quote_id",), ("source", "start", "end"), ("article_id", "start", "end"))
"""Columns that name a statement, of which a row has to have one set."""

_SPAN = re.compile(r"(.+):(\d+)-(\d+)")


def article_of(statement_id: str) -> str:
    """Return the article of a statement, or its own id where that does not tell.

    Examples
    --------
    >>> article_of("a1b2:310-402"), article_of("statement 7")
    ('a1b2', 'statement 7')
    """
    span = _SPAN.fullmatch(statement_id)
    return span[1] if span else statement_id


def unit_order(unit: Unit) -> tuple[str, int, int, str]:
    """Return a key that sorts units by article, place in it, and target."""
    statement_id, target = unit
    span = _SPAN.fullmatch(statement_id)
    article, start, end = (span[1], int(span[2]), int(span[3])) if span else (statement_id, -1, -1)
    return article, start, end, target or ""


def cell(row: Mapping[str, Any], column: str) -> str:
    """Return a cell as plain text: without spaces and quotation marks around it, empty where there is nothing.

    Raises
    ------
    RecordError
        Reason ``not-text``, where JSON has a list, say.

    Examples
    --------
    >>> cell({"coder": " “Ana” "}, "coder")
    'Ana'
    """
    value = row.get(column)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise RecordError(f"{column} is {value!r}; it must be text", reason="not-text")
    text = str(value).strip()
    if len(text) > 1 and text[0] in MARKS and text[-1] in MARKS:
        text = text[1:-1].strip()
    return text


def label_in(row: Mapping[str, Any], column: str) -> str:
    """Return the codebook's label that a cell holds, whatever case and dashes it has; empty where the cell is.

    Raises
    ------
    RecordError
        Reason ``unknown-label``.
    """
    label = plain(cell(row, column))
    if label and label not in LABELS:
        allowed = ", ".join(LABELS)
        raise RecordError(
            f"{column} {row[column]!r} is not in the codebook; allowed: {allowed}", reason="unknown-label"
        )
    return label


def type_in(row: Mapping[str, Any], column: str) -> CoderType | None:
    """Return the type of coder that a cell holds; None where it is empty.

    Raises
    ------
    RecordError
        Reason ``unknown-coder-type``.
    """
    kind = cell(row, column).casefold()
    if kind and kind not in CODER_TYPES:
        message = f"{column} {row[column]!r} is none; allowed: {', '.join(CODER_TYPES)}"
        raise RecordError(message, reason="unknown-coder-type")
    return kind or None


def statement_in(row: Mapping[str, Any]) -> str:
    """Return the id of the statement that a row is about; of a row without one, its source or article and its offsets.

    Raises
    ------
    RecordError
        Reason ``no-statement``.
    """
    found = cell(row, "statement_id") or cell(row, "quote_id")
    if found:
        return found
    source = cell(row, "source") or cell(row, "article_id")
    start, end = cell(row, "start"), cell(row, "end")
    if not source or not start.isdecimal() or not end.isdecimal():
        raise RecordError("names no statement; fill in statement_id", reason="no-statement")
    return f"{source}:{int(start)}-{int(end)}"
