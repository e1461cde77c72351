"""Cells of a sheet as values: what people and spreadsheets make of them is either understood or named."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.errors import RecordError
from pipeline.labels.filled_tables import MARKS
from pipeline.labels.gold import utc

_DASHES = str.maketrans("‐‑‒–—−", "------")
_TRUTH = {
    **dict.fromkeys(("yes", "true", "1", "x", "y"), True),
    **dict.fromkeys(("no", "false", "0", "n", "none", ""), False),
}
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mrz|mär|mai|okt|dez|fév|avr|jui|aoû|déc)[^\W\d]*"
_NAMED = re.compile(rf"\d{{1,2}}[-. ]+{_MONTH}([-. ]+\d+)?|{_MONTH}[-. ]+\d+", re.IGNORECASE)
_DATE = re.compile(rf"\d{{1,4}}[-./]\d{{1,2}}([-./]\d{{1,4}})?( .*)?|{_NAMED.pattern}", re.IGNORECASE)
# What becomes of a note that begins with = or -, where the spreadsheet took it for a formula.
_FAILED = re.compile(r"#[A-ZÀ-Ü/0-9]{2,8}[?!]|#N/A|#NV|Err:\d{3}")


def plain(value: str) -> str:
    """Return a word of the codebook without what typing aids make of it: marks around it, long dashes, capitals.

    Examples
    --------
    >>> plain(" “Pro–restriction” ")
    'pro-restriction'
    """
    return value.strip(f"{MARKS} \t\r\n\u00a0").translate(_DASHES).casefold()


def text(row: Mapping[str, Any], column: str) -> str | None:
    """Return a text, None for an empty cell; all functions here raise ``RecordError`` for what they cannot take."""
    value = row.get(column)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if not isinstance(value, str):
        raise RecordError(f"{column} is {value!r}; it must be text", reason="bad-value")
    if _FAILED.fullmatch(value.strip()):
        what = f"{column} is {value!r}, which a spreadsheet has made of a formula; write the text again"
        raise RecordError(what, reason="formula")
    return value


def word(row: Mapping[str, Any], column: str, allowed: Sequence[str], reason: str = "bad-value") -> str | None:
    """Return one of the words allowed, None for an empty cell."""
    value = text(row, column)
    if value is None or plain(value) in allowed:
        return value and plain(value)
    raise RecordError(f"{column} {value!r} is not in the codebook; allowed: {', '.join(allowed)}", reason=reason)


def _rewritten(column: str, value: object) -> RecordError:
    message = (
        f"{column} is {value!r}, which a spreadsheet has made a date of; export again, and keep that column as text"
    )
    return RecordError(message, reason="turned-into-date")


def number(row: Mapping[str, Any], column: str) -> float | None:
    """Return a number from 0 on, None for an empty cell."""
    value = row.get(column)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        found = math.nan if isinstance(value, bool) else float(str(value).strip().replace(",", "."))
    except ValueError:
        found = math.nan
    if 0 <= found < math.inf:
        return found
    if _DATE.fullmatch(str(value).strip()):
        raise _rewritten(column, value)
    raise RecordError(f"{column} is {value!r}; it must be a number from 0 on", reason="bad-value")


def offset(row: Mapping[str, Any], column: str) -> int | None:
    """Return a whole number from 0 on, None for an empty cell."""
    found = number(row, column)
    if found is not None and not found.is_integer():
        raise _rewritten(column, row[column])  # 12.5 is the twelfth of May
    return None if found is None else int(found)


def flag(row: Mapping[str, Any], column: str) -> bool:
    """Return a truth value, False for an empty cell."""
    value = row.get(column)
    truth = value if isinstance(value, bool) else _TRUTH.get(plain(str("" if value is None else value)))
    if truth is None:
        raise RecordError(f"{column} is {value!r}; write yes, or leave it empty", reason="bad-value")
    return truth


def time(row: Mapping[str, Any]) -> str | None:
    """Return the time in UTC, None for an empty cell."""
    value = text(row, "time")
    try:
        return value and utc(value.strip())
    except ValueError:
        raise _rewritten("time", value) from None


def codebook(row: Mapping[str, Any]) -> str | None:
    """Return the version of the codebook, None for an empty cell; version 1.2 is a date to some spreadsheets."""
    value = row.get("codebook")
    if isinstance(value, str) and _NAMED.fullmatch(value.strip()):
        raise _rewritten("codebook", value)
    return None if value is None or not str(value).strip() else str(value)
