"""Public data sets of arguments and stances as labelled statements.

Their labels are for or against a claim ("We should ban whaling"), ours for or against a restriction. A map of claims
tells what each would restrict, and whether who agrees with it wants that restricted or left alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.errors import RecordError
from pipeline.labels.gold import CoderType
from pipeline.labels.rejects import reject
from pipeline.records import LABELS, Reject, Statement, text_hash

_OPPOSITE = dict(zip(LABELS, reversed(LABELS), strict=True))


@dataclass(frozen=True, slots=True)
class Polarity:
    r"""What claims of one form would restrict.

    Parameters
    ----------
    claim
        Regular expression of the whole claim, case aside.
    target
        What would be restricted; ``\1`` is the first group of the claim.
    reverse
        Who agrees with the claim wants no restriction ("We should legalize cannabis").
    """

    claim: str
    target: str
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class PublicMap:
    """How rows of a data set become statements.

    Parameters
    ----------
    name
        Of the data set.
    columns
        What it calls ``text``, ``claim`` and ``label``, and, where it has them, ``id``, ``story``, ``context``,
        ``title``. Without a story each claim is one, so that no claim stands on two sides of a split.
    labels
        Its label, as text, to ours, as if the claim asked for a restriction; None leaves such rows out.
    polarities
        The first that fits a claim counts; rows with other claims are left out.
    """

    name: str
    columns: Mapping[str, str]
    labels: Mapping[str, str | None]
    polarities: Sequence[Polarity]
    coder_type: CoderType = "human"


@dataclass(frozen=True, slots=True)
class Public:
    """Statements, rows that could not be read, and counts of all rows and of those left out by reason."""

    statements: tuple[Statement, ...]
    rejects: tuple[Reject, ...]
    counts: Mapping[str, int]


def public_statements(rows: Iterable[Mapping[str, Any]], mapping: PublicMap, where: str) -> Public:
    """Return rows of a data set as labelled statements, in their order; of the same text and claim the first counts.

    Parameters
    ----------
    where
        The file or the name of the data set, for rejects.
    """
    found: dict[str, Statement] = {}
    rejects, counts = [], Counter[str](rows=0, left_out_label=0, left_out_claim=0, repeated=0)
    for number, row in enumerate(rows, start=1):
        counts["rows"] += 1
        try:
            statement = _statement(row, mapping, counts)
        except RecordError as error:
            rejects.append(reject(where, f"row {number}", dict(row), error))
            continue
        if statement is not None:
            counts["repeated"] += found.setdefault(statement.statement_id, statement) is not statement
    return Public(tuple(found.values()), tuple(rejects), dict(counts))


def _statement(row: Mapping[str, Any], mapping: PublicMap, counts: Counter[str]) -> Statement | None:
    """Return the statement of a row, None where the maps leave it out.

    Raises
    ------
    RecordError
        If a column is missing or empty, or the label is none of the map's.
    """
    text, claim, given = (_value(row, mapping, name) for name in ("text", "claim", "label"))
    if given not in mapping.labels:
        allowed = ", ".join(mapping.labels)
        raise RecordError(f"label {given!r} is not in the map of labels; there are: {allowed}", reason="unknown-label")
    if (label := mapping.labels[given]) is None:
        counts["left_out_label"] += 1
        return None
    if (read := _read(claim, mapping.polarities)) is None:
        counts["left_out_claim"] += 1
        return None
    target, reverse = read
    story = f"{mapping.name}:{_optional(row, mapping, 'story') or text_hash(claim)}"
    own = _optional(row, mapping, "id") or text_hash(text, claim)
    return Statement(
        statement_id=f"{mapping.name}:{own}",
        article_id=story,
        story_id=story,
        text=text,
        context=_optional(row, mapping, "context") or "",
        title=_optional(row, mapping, "title") or "",
        target=target,
        label=_OPPOSITE[label] if reverse else label,
        coder=mapping.name,
        coder_type=mapping.coder_type,
        kind="statement",
    )


def _read(claim: str, polarities: Sequence[Polarity]) -> tuple[str, bool] | None:
    """Return what a claim would restrict, and whether it says the opposite."""
    for polarity in polarities:
        if match := re.fullmatch(polarity.claim, claim, re.IGNORECASE):
            return match.expand(polarity.target).strip(), polarity.reverse
    return None


def _value(row: Mapping[str, Any], mapping: PublicMap, name: str) -> str:
    if value := _optional(row, mapping, name):
        return value
    column = mapping.columns.get(name, name)
    raise RecordError(f"column {column} is missing or empty; it is to hold the {name}", reason="missing-value")


def _optional(row: Mapping[str, Any], mapping: PublicMap, name: str) -> str:
    column = mapping.columns.get(name)
    value = row.get(column) if column else None
    return " ".join(str(value).split()) if value is not None else ""
