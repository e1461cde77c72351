"""Scored tables into records: which tables are ones, what is wrong with a row, and what is to be told about them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipeline.errors import InputError
from pipeline.findings.dates import parse_published
from pipeline.findings.scored import ScoredRow
from pipeline.records import LABELS

REQUIRED = (
    "row_id", "quote_id", "article_id", "start", "end", "text", "is_statement", "utterance_id", "speaker", "target",
    "title", "outlet", "published", "source", "stance", "p_anti", "p_neutral", "p_pro", "model",
)  # fmt: skip
"""Columns without which a table is no scored table of this version."""

OPTIONAL = (
    "story_id", "kind", "region", "speaker_type", "speaker_role", "speaker_affiliation", "speaker_id",
    "speaker_confidence", "speaker_mention", "speaker_start", "speaker_end", "cue", "cue_start", "cue_end",
    "content_start", "content_end", "context", "abstained", "stance_set",
)  # fmt: skip
"""Columns that older tables may lack; all rows then have null there."""

_CHOSEN = ("rank", "novelty")
"""Columns of a table by `stance annotate next`."""
_PROBABILITIES = ("p_anti", "p_neutral", "p_pro")
_NEVER_NULL = ("row_id", "quote_id", "article_id", "text", "source")
_OFFSETS = tuple(name for name in (*REQUIRED, *OPTIONAL) if name.endswith(("start", "end")))
_NUMBERS = {*_OFFSETS, *_PROBABILITIES, "speaker_confidence"}
_TEXTS = tuple(name for name in (*REQUIRED, *OPTIONAL) if name not in {*_NUMBERS, "is_statement", "abstained"})
_SURROGATE = re.compile("[\ud800-\udfff]")
_TOLERANCE = 1e-3
"""How far probabilities may be from a sum of 1: tables are saved with few digits at times."""
_AGAIN = "write the table again with `stance score`"


def parse_rows(rows: Sequence[Mapping[str, Any]], table: str) -> tuple[list[ScoredRow], tuple[str, ...]]:
    """Return the rows of one scored table, and the optional columns that it lacks.

    Parameters
    ----------
    table
        What messages call it.

    Raises
    ------
    InputError
        If it is no scored table of this version, or a row holds what `stance score` never writes. The line names the
        first such row and how many there are.
    """
    if not rows:
        return [], ()
    _check_columns(rows[0], table)
    parsed, faults = [], []
    for number, cells in enumerate(rows, start=1):
        where = f"{table}: row {number}"
        fault = _fault(cells)
        if fault is None:
            parsed.append(_row(cells, where))
        else:
            faults.append(f"{where}: {fault}")
    if faults:
        more = f" ({len(faults) - 1} more rows are damaged)" if len(faults) > 1 else ""
        raise InputError(f"{faults[0]}; {_AGAIN}{more}")
    return parsed, tuple(name for name in OPTIONAL if name not in rows[0])


def _check_columns(cells: Mapping[str, Any], table: str) -> None:
    if all(name in cells for name in _CHOSEN):
        raise InputError(
            f"{table}: holds statements that `stance annotate next` has chosen, which stand for nothing else; name the "
            "scored table that they were chosen from"
        )
    missing = [name for name in REQUIRED if name not in cells]
    if not missing:
        return
    if "stance" in missing and "quote_id" in cells:
        raise InputError(f"{table}: is a quote table without stances; name a table of `stance score`")
    named = f"column{'s' * (len(missing) > 1)} {', '.join(missing)}"
    raise InputError(
        f"{table}: lacks the {named}: no scored table, or one of another version; score the articles again with "
        "`stance score`"
    )


def _fault(cells: Mapping[str, Any]) -> str | None:
    """Return what is wrong with a row; None where nothing is."""
    for name in _NEVER_NULL:
        if not cells[name]:
            return f"{name} is empty"
    for name in _TEXTS:
        value = cells.get(name)
        if value is not None and not isinstance(value, str) and name != "published":
            return f"{name} is {value!r}, no text"
    if cells["stance"] not in LABELS:
        return f"stance {cells['stance']!r} is not one of {', '.join(LABELS)}"
    for name in _PROBABILITIES:
        if not _is_share(cells[name]):
            return f"{name} is {cells[name]!r}, no probability"
    if abs(sum(cells[name] for name in _PROBABILITIES) - 1) > _TOLERANCE:
        return "p_anti, p_neutral and p_pro do not sum to 1"
    for name in _OFFSETS:
        value = cells.get(name)
        if not (isinstance(value, int) and value >= 0) and (value is not None or name in ("start", "end")):
            return f"{name} is {value!r}, no offset"
    if not isinstance(cells["is_statement"], bool):
        return f"is_statement is {cells['is_statement']!r}, neither true nor false"
    for name in ("confidence", "speaker_confidence"):
        if cells.get(name) is not None and not _is_share(cells[name]):
            return f"{name} is {cells[name]!r}, no number between 0 and 1"
    return None


def _is_share(value: Any) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool) and 0 <= value <= 1  # NaN is not


def _row(cells: Mapping[str, Any], where: str) -> ScoredRow:
    told = cells["published"]
    published = None if told is None or not str(told).strip() else str(told).strip()
    values: dict[str, Any] = {name: cells.get(name) for name in (*REQUIRED, *OPTIONAL)}
    for name in _TEXTS:
        values[name] = whole(values[name]) or None  # an empty cell of JSON lines
    anti, neutral, pro = (float(values.pop(name)) for name in _PROBABILITIES)
    return ScoredRow(
        **values
        | {
            "probabilities": (anti, neutral, pro),
            "published": published,
            "date": parse_published(published) if published else None,
            "abstained": bool(values["abstained"]),
            "where": where,
        }
    )


def whole(value: Any) -> Any:
    """Return a cell with each half of a character, which JSON may hold and no file takes, replaced."""
    return _SURROGATE.sub("\ufffd", value) if isinstance(value, str) else value


def joined(tables: Iterable[Sequence[ScoredRow]]) -> tuple[list[ScoredRow], int]:
    """Return the rows of all tables once each, and how many came again.

    Raises
    ------
    InputError
        If a row comes again with another stance: two models have scored it, and a share would count both.
    """
    kept: dict[str, ScoredRow] = {}
    again = 0
    for row in (row for table in tables for row in table):
        known = kept.setdefault(row.row_id, row)
        if known is row:
            continue
        if known.probabilities != row.probabilities or known.stance != row.stance:
            raise InputError(
                f"{row.where}: row_id {row.row_id} is another stance at {known.where}; two models have scored these "
                "articles, name the tables of one"
            )
        again += 1
    return list(kept.values()), again


def warnings_of(rows: Sequence[ScoredRow], *, again: int = 0, lacking: Iterable[str] = ()) -> tuple[str, ...]:
    """Return a line for each thing about the rows that findings depend on."""
    open_ = sum(row.abstained for row in rows)
    undated = sum(row.published is None for row in rows)
    odd = Counter(row.published for row in rows if row.published and row.date is None)
    models = sorted({row.model for row in rows if row.model})
    unknown = sorted(set(lacking))
    found = [
        (again, f"{again} repeated row{' counts' if again == 1 else 's count'} once"),
        (open_, f"{open_} of {len(rows)} rows are marked as abstained; they count all the same, with their likeliest "
         "stance"),
        (undated, f"{undated} of {len(rows)} rows have no published date; they count under “no date”"),
        (len(odd), f"{odd.total()} rows have a published date that is none (the first: {next(iter(odd), '')!r}); they "
         "count under “no date”"),
        (len(models) > 1, f"{len(models)} models have scored these rows ({', '.join(models)}); their errors differ"),
        (len(unknown), f"a table of an older version, without {', '.join(unknown)}"),
    ]  # fmt: skip
    return tuple(line for holds, line in found if holds)
