"""Codings of labelled statements by several coders, for what people agree on: the labels themselves are gold's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline.labels.coding_checks import settle
from pipeline.labels.coding_rows import Coding, read_codings
from pipeline.records import Reject, Statement
from pipeline.storage import schema_of, side_path

_COLUMNS = ("statement_id", "target", "coder", "coder_type", "label")

CODING_SCHEMA = schema_of(_COLUMNS)


@dataclass(frozen=True, slots=True)
class Placed:
    """The codings of labelled statements as rows, what could not be used, and the counts of both."""

    rows: tuple[dict[str, Any], ...] = ()
    rejects: tuple[Reject, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


def codings_path(statements: Path) -> Path:
    """Return where the codings of labelled statements are."""
    return side_path(statements, "codings.parquet")


def place(paths: Sequence[Path], statements: Iterable[Statement], names: Mapping[str, str]) -> Placed:
    """Return what the coders of some files say of the statements; no files, no codings.

    Parameters
    ----------
    statements
        Those with gold labels.
    names
        Their ids by what gold calls them.

    Raises
    ------
    InputError
        If a file cannot be read or holds no coding.
    """
    if not paths:
        return Placed()
    read = read_codings(paths)
    named = [
        replace(coding, statement_id=names.get(coding.statement_id, coding.statement_id)) for coding in read.codings
    ]
    settled = settle(named)
    targets: dict[str, list[str]] = {}
    for statement in statements:
        targets.setdefault(statement.statement_id, []).append(statement.target)
    found = [_row(coding, targets.get(coding.statement_id, [])) for coding in settled.codings]
    rows = tuple(row for row in found if row)
    counts = {"codings": len(rows), "codings_elsewhere": len(found) - len(rows)}
    return Placed(rows, (*read.rejects, *settled.rejects), counts)


def _row(coding: Coding, targets: Sequence[str]) -> dict[str, Any] | None:
    """Return the coding of a statement as a row; None where no such statement has a gold label."""
    target = targets[0] if coding.target is None and len(targets) == 1 else coding.target
    if target not in targets:
        return None
    return {name: getattr(coding, name) for name in _COLUMNS} | {"target": target}
