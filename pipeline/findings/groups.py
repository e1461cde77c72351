"""Groups of units: by speaker, outlet, target, time and what else an analyst asks for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.errors import InputError
from pipeline.findings.counting import Unit
from pipeline.findings.dates import every_month
from pipeline.findings.scored import ScoredRow

Key = tuple[str, ...]
"""A value for each name that units are grouped by."""

GROUPS: dict[str, Callable[[ScoredRow, Unit], str | None]] = {
    "speaker": lambda row, unit: unit.actor.name if unit.actor and unit.actor.known else None,
    "organisation": lambda row, unit: unit.actor.organisation if unit.actor else None,
    "type": lambda row, unit: unit.actor.type if unit.actor else None,
    "country": lambda row, unit: unit.actor.country if unit.actor else None,
    "target": lambda row, unit: unit.target,
    "outlet": lambda row, unit: row.outlet,
    "month": lambda row, unit: unit.date.month if unit.date else None,
    "year": lambda row, unit: unit.date.year if unit.date else None,
    "model": lambda row, unit: row.model,
}
"""What units may be grouped by; None where it is not known."""

UNKNOWN = {
    "speaker": "no full name",
    "month": "no month",
    "year": "no date",
}
"""What the group of unknown values is called; of others, ``no outlet`` and so on."""

_PERIODS = ("month", "year")


@dataclass(frozen=True, slots=True)
class Member:
    """One unit in a group, with its rows there: a remark in two outlets counts once in each.

    Parameters
    ----------
    rows
        Numbers of the rows in the corpus.
    """

    unit: Unit = field(repr=False)
    rows: tuple[int, ...]


def check_groups(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of what units are to be grouped by.

    Raises
    ------
    InputError
        If one is none, or is given twice.
    """
    for name in names:
        if name not in GROUPS:
            raise InputError(f"--by {name}: is none; give some of {', '.join(GROUPS)}, with commas between")
    if len(set(names)) < len(names):
        raise InputError(f"--by {','.join(names)}: names one twice; name each once")
    return tuple(names)


def group_units(units: Iterable[Unit], by: Sequence[str], places: Mapping[str, int]) -> dict[Key, list[Member]]:
    """Return the members of each group, by its values; groups without any are those of months and years between.

    The order: the largest first, unknown values last; periods in time. A month or year between the first and the last
    of its group in which nobody says anything is there, too, with no members: it is no data, and not a share of 0.

    Parameters
    ----------
    places
        Number of each row in the corpus, by row id.
    """
    found: dict[Key, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    known = {}
    for unit in units:
        known[unit.unit_id] = unit
        for row in unit.rows:
            key = tuple(GROUPS[name](row, unit) or UNKNOWN.get(name, f"no {name}") for name in by)
            found[key][unit.unit_id].append(places[row.row_id])
    grouped = {
        key: [Member(known[unit_id], tuple(rows)) for unit_id, rows in members.items()]
        for key, members in found.items()
    }
    if len(periods := [name for name in by if name in _PERIODS]) == 1:
        grouped |= {key: [] for key in _between(list(grouped), by, periods[0]) if key not in grouped}
    return {key: grouped[key] for key in sorted(grouped, key=_order(grouped, by))}


def _order(grouped: Mapping[Key, Sequence[Member]], by: Sequence[str]) -> Callable[[Key], tuple[object, ...]]:
    """Return what groups are sorted by: of each value in turn, whether it is unknown, the time or its units, itself."""
    units = [Counter[str]() for _ in by]
    for key, members in grouped.items():
        for counter, value in zip(units, key, strict=True):
            counter[value] += len(members)

    def order(key: Key) -> tuple[object, ...]:
        return tuple(
            (_is_unknown(value, name), 0 if name in _PERIODS else -counter[value], value)
            for value, name, counter in zip(key, by, units, strict=True)
        )

    return order


def _is_unknown(value: str, name: str) -> bool:
    return value == UNKNOWN.get(name, f"no {name}")


def _between(keys: Sequence[Key], by: Sequence[str], period: str) -> Iterable[Key]:
    """Yield the keys of all periods from the first to the last of each group."""
    at = list(by).index(period)
    told: dict[Key, list[str]] = defaultdict(list)
    for key in keys:
        if not _is_unknown(key[at], period):
            told[key[:at] + key[at + 1 :]].append(key[at])
    for rest, values in told.items():
        for value in _periods(min(values), max(values)):
            yield (*rest[:at], value, *rest[at:])


def _periods(first: str, last: str) -> Iterable[str]:
    """Return all months, or years, from the first to the last."""
    return every_month(first, last) if "-" in first else map(str, range(int(first), int(last) + 1))
