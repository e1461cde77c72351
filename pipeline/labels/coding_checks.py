"""Codings checked against each other: one type a coder, one text and one target a statement, one label a coder.

Nothing depends on the order of files and rows: where two rows contradict each other, neither counts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pipeline.errors import RecordError
from pipeline.labels.coding_cells import Unit, unit_order
from pipeline.labels.coding_rows import Coding
from pipeline.labels.gold import CoderType
from pipeline.labels.rejects import reject_at
from pipeline.records import Reject

Faults = dict[int, RecordError]
"""What is wrong with some of the codings, by their index."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Codings of which each coder has one a unit, in the order of units and coders; the others, and what is odd."""

    codings: tuple[Coding, ...]
    rejects: tuple[Reject, ...]
    repeated: int
    notes: tuple[str, ...]


def settle(codings: Sequence[Coding]) -> Settled:
    """Return the codings that can be compared; rejects are those that contradict others."""
    rejects: list[Reject] = []
    left, notes = list(codings), []
    for check in (_types, _texts, _targets):
        left, faults = check(left)
        rejects += _rejects(left, faults)
        left = [coding for index, coding in enumerate(left) if index not in faults]
    faults, repeated = _labels(left)
    rejects += _rejects(left, faults)
    notes += _versions(left, faults)
    left = [coding for index, coding in enumerate(left) if index not in faults and index not in repeated]
    left.sort(key=lambda coding: (unit_order(coding.unit), coding.coder))
    return Settled(tuple(left), tuple(rejects), len(repeated), (*notes, *_codebooks(left)))


def _rejects(codings: Sequence[Coding], faults: Faults) -> list[Reject]:
    return [reject_at(codings[index].where, dict(codings[index].cells), fault) for index, fault in faults.items()]


def _grouped(codings: Iterable[Coding], key: Callable[[Coding], Hashable]) -> dict[Hashable, dict[int, Coding]]:
    """Return the codings of each key, by their index."""
    groups: dict[Hashable, dict[int, Coding]] = defaultdict(dict)
    for index, coding in enumerate(codings):
        groups[key(coding)][index] = coding
    return groups


def _types(codings: list[Coding]) -> tuple[list[Coding], Faults]:
    """Return the codings, each with its coder's type; those of a coder with two types are faults."""
    told: dict[str, dict[CoderType, Coding]] = defaultdict(dict)
    for coding in codings:
        if coding.coder_type:
            told[coding.coder].setdefault(coding.coder_type, coding)
    faults: Faults = {}
    filled = []
    for index, coding in enumerate(codings):
        types = told.get(coding.coder, {})
        if len(types) > 1:
            places = " and ".join(f"{kind} at {types[kind].where}" for kind in sorted(types))
            message = f"{coding.coder} is {places}; a coder has one type: name the two apart"
            faults[index] = RecordError(message, reason="two-coder-types")
        filled.append(replace(coding, coder_type=next(iter(types), None)))
    return filled, faults


def _texts(codings: list[Coding]) -> tuple[list[Coding], Faults]:
    """Return the codings; those of a statement whose offsets count in two versions of a text are faults."""
    faults: Faults = {}
    for statement_id, group in _grouped(codings, lambda coding: coding.statement_id).items():
        hashes = {found: coding for coding in group.values() if (found := coding.text("sha256"))}
        if len(hashes) > 1:
            places = " and ".join(f"{found[:8]} at {coding.where}" for found, coding in sorted(hashes.items()))
            message = f"{statement_id} was coded on two versions of its text ({places}); code one text"
            faults |= dict.fromkeys(group, RecordError(message, reason="two-texts"))
    return codings, faults


def _targets(codings: list[Coding]) -> tuple[list[Coding], Faults]:
    """Return the codings; one without a target gets its statement's only one, and is a fault where there are more."""
    told: dict[str, set[str]] = defaultdict(set)
    for coding in codings:
        if coding.target:
            told[coding.statement_id].add(coding.target)
    faults: Faults = {}
    filled = []
    for index, coding in enumerate(codings):
        targets = sorted(told[coding.statement_id])
        if coding.target is None and len(targets) > 1:
            message = f"{coding.statement_id} has the targets {' and '.join(targets)}; say which this label is for"
            faults[index] = RecordError(message, reason="which-target")
        elif coding.target is None and targets:
            coding = replace(coding, target=targets[0])
        filled.append(coding)
    return filled, faults


def _labels(codings: Sequence[Coding]) -> tuple[Faults, set[int]]:
    """Return which codings a coder contradicts or has changed later, and which only repeat another."""
    faults: Faults = {}
    repeated: set[int] = set()
    for group in _grouped(codings, lambda coding: (coding.unit, coding.coder)).values():
        latest = _latest(group)
        valid = {coding.label for coding in latest.values()}
        if len(valid) > 1:
            faults |= {index: _contradiction(coding, group.values()) for index, coding in group.items()}
            continue
        first = min(latest)
        for index, coding in group.items():
            if coding.label not in valid:
                message = f"{coding.coder} changed {coding.label} into {group[first].label} at {group[first].where}"
                faults[index] = RecordError(message, reason="superseded")
            elif index != first:
                repeated.add(index)
    return faults, repeated


def _latest(group: Mapping[int, Coding]) -> Mapping[int, Coding]:
    """Return the codings of the last time that is told; all of them where one does not tell its time."""
    times = {index: time for index, coding in group.items() if (time := _time(coding.text("time")))}
    if len(times) < len(group):
        return group
    last = max(times.values())
    return {index: coding for index, coding in group.items() if times[index] == last}


def _time(text: str | None) -> datetime | None:
    try:
        time = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _contradiction(coding: Coding, others: Iterable[Coding]) -> RecordError:
    other = next(other for other in others if other.label != coding.label)
    message = f"{coding.coder} says {coding.label} here and {other.label} at {other.where}; delete one"
    return RecordError(message, reason="two-labels")


def _versions(codings: Sequence[Coding], faults: Faults) -> list[str]:
    """Return a note for each coder whose labels differ between files: they look like versions of one file."""
    files: dict[tuple[str, Unit], set[str]] = defaultdict(set)
    for index, fault in faults.items():
        if fault.reason == "two-labels":
            files[codings[index].coder, codings[index].unit].add(codings[index].file)
    differing = Counter((coder, tuple(sorted(names))) for (coder, _), names in files.items() if len(names) > 1)
    return [
        f"{coder} has other labels in {' than in '.join(names)} for {count} statement{'s' * (count > 1)}: "
        "if they are versions of one file, give the last alone; if two people, name them apart"
        for (coder, names), count in sorted(differing.items())
    ]


def _codebooks(codings: Sequence[Coding]) -> list[str]:
    """Return a note where labels were made by different versions of the codebook."""
    coders: dict[str, set[str]] = defaultdict(set)
    for coding in codings:
        if version := coding.text("codebook"):
            coders[version].add(coding.coder)
    if len(coders) < 2:
        return []
    told = "; ".join(f"{version}: {', '.join(sorted(names))}" for version, names in sorted(coders.items()))
    return [f"labels by different codebooks are compared ({told})"]
