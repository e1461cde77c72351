"""The table of labelled statements, every cell of the kind that `stance label` writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.findings.tables import whole
from pipeline.records import Statement
from pipeline.storage import read_table

_OTHER = {"ambiguous", "posterior"}
_TEXTS = tuple(field.name for field in fields(Statement) if field.name not in _OTHER)


def read_statements(path: Path, required: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows of the table.

    Raises
    ------
    InputError
        If it cannot be read, lacks a column, or a cell holds what is neither null nor of its column's kind (NaN, or
        half a character).
    """
    rows = read_table(path, required)
    for number, row in enumerate(rows, start=1):
        if fault := _fault(row):
            raise InputError(f"{path}: row {number}: {fault}; write the table again with `stance label`")
    return rows


def _fault(row: Mapping[str, Any]) -> str | None:
    for name in _TEXTS:
        value = row.get(name)
        if not isinstance(value, str | None) or whole(value) != value:
            return f"{name} is {value!r:.40}, no text"
    ambiguous, posterior = row.get("ambiguous"), row.get("posterior")
    if not isinstance(ambiguous, bool | None):
        return f"ambiguous is {ambiguous!r}, neither true nor false"
    # No comparison with NaN holds.
    if posterior is None or (isinstance(posterior, float | int) and 0 <= posterior <= 1):
        return None
    return f"posterior is {posterior!r}, no probability"
