"""Disagreements as a list for one person to decide, and the decisions merged with what coders agree on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.labels.coding_cells import Unit
from pipeline.labels.coding_rows import Coding, by_unit
from pipeline.labels.decisions import Decision
from pipeline.labels.reliability import TYPES

LIST_COLUMNS = (
    "statement_id", "target", "speaker", "text", "context", "codings", "decision", "adjudicator", "adjudicator_type",
    "note",
)  # fmt: skip
"""Columns of the list of disagreements; the last four are to be filled in."""

LABEL_COLUMNS = (
    "statement_id", "source", "sha256", "start", "end", "kind", "speaker", "target", "label", "ambiguous", "coder",
    "coder_type", "codebook", "basis", "codings", "note", "quote",
)  # fmt: skip
"""Columns of the merged labels: those of gold, what the label rests on, who said what, and the adjudicator's note."""

SHOWN = ("text", "context", "speaker")
"""What the list shows of a statement."""

_CARRIED = ("source", "sha256", "start", "end", "kind", "speaker", "codebook", "quote")


def disputed(codings: Sequence[Coding]) -> dict[Unit, list[Coding]]:
    """Return the codings of each unit on which two coders differ."""
    return {unit: group for unit, group in by_unit(codings).items() if len({coding.label for coding in group}) > 1}


def spelt(group: Sequence[Coding]) -> str:
    """Return who said what of a unit, in one line: ``ana: neutral (hedged); ben: pro-restriction``."""
    notes = [f" ({note})" if (note := coding.text("note")) else "" for coding in group]
    return "; ".join(f"{coding.coder}: {coding.label}{note}" for coding, note in zip(group, notes, strict=True))


def disagreement_list(
    units: Mapping[Unit, Sequence[Coding]],
    texts: Mapping[str, Mapping[str, Any]],
    notes: Mapping[Unit, str] | None = None,
) -> list[dict[str, Any]]:
    """Return the rows of a list to decide on.

    Parameters
    ----------
    units
        From ``disputed``.
    texts
        ``SHOWN`` of statements by id, for those whose codings do not say it.
    notes
        Notes already made.
    """
    return [
        {
            "statement_id": unit[0],
            "target": unit[1],
            **{name: _first(group, name) or texts.get(unit[0], {}).get(name) for name in SHOWN},
            "codings": spelt(group),
            "note": (notes or {}).get(unit),
        }
        for unit, group in units.items()
    ]


def _first(group: Iterable[Coding], column: str) -> str | None:
    """Return a column of the first coding that has it."""
    return next((value for coding in group if (value := coding.text(column))), None)


@dataclass(frozen=True, slots=True)
class Merged:
    """One label a unit with what it rests on, the units that are undecided, and the counts of all."""

    rows: tuple[dict[str, Any], ...]
    undecided: Mapping[Unit, Sequence[Coding]]
    counts: Mapping[str, int]


def merge(codings: Sequence[Coding], decisions: Mapping[Unit, Decision]) -> Merged:
    """Return the labels that all coders of a unit gave, and those that were decided.

    An agreed label has the coders of the highest type that gave it: people before models before weak labels.
    """
    counts = Counter(unanimous=0, single=0, adjudicated=0, undecided=0)
    rows, undecided = [], {}
    for unit, group in by_unit(codings).items():
        agreed = len({coding.label for coding in group}) == 1
        if not agreed and unit not in decisions:
            counts["undecided"] += 1
            undecided[unit] = group
            continue
        basis = "adjudicated" if not agreed else "unanimous" if len(group) > 1 else "single"
        counts[basis] += 1
        who = _agreed(group) if agreed else _decided(decisions[unit])
        rows.append({**_carried(group), "statement_id": unit[0], "target": unit[1], **who, "basis": basis})
    return Merged(tuple(rows), undecided, counts)


def _carried(group: Sequence[Coding]) -> dict[str, Any]:
    """Return what gold says of a unit beside its label: of the first coder who says it; ambiguous if one says so."""
    row: dict[str, Any] = {name: _first(group, name) for name in _CARRIED}
    row |= {name: int(row[name]) if (row[name] or "").isdecimal() else None for name in ("start", "end")}
    flags = [(coding.text("ambiguous") or "").casefold() for coding in group]
    ambiguous = any(flag in {"true", "1", "yes"} for flag in flags) if any(flags) else None
    return {**row, "ambiguous": ambiguous, "codings": spelt(group)}


def _agreed(group: Sequence[Coding]) -> dict[str, Any]:
    kind = min((coding.coder_type for coding in group), key=TYPES.index)
    names = ", ".join(coding.coder for coding in group if coding.coder_type == kind)
    return {"label": group[0].label, "coder": names, "coder_type": kind}


def _decided(decision: Decision) -> dict[str, Any]:
    return {
        "label": decision.label,
        "coder": decision.adjudicator,
        "coder_type": decision.adjudicator_type,
        "note": decision.note or None,
    }
