"""What a scored corpus holds: stances by speaker, target, outlet and month, and the quotations to look at first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.findings.actors import Actor
from pipeline.findings.counting import Unit, count_units
from pipeline.findings.dates import every_month
from pipeline.findings.intervals import stance_counts, stance_shares
from pipeline.findings.scored import ScoredRow
from pipeline.records import Estimate

SHOWN = 10
"""Quotations listed of each kind."""

_NO_DATE = "no date"


@dataclass(frozen=True, slots=True)
class Group:
    """The stances of one speaker, target, outlet or month.

    Parameters
    ----------
    units
        How many count; None of a month in which nothing was said in the whole corpus: that is no data, and no 0.
    articles
        In how many they stand.
    counts, shares
        By label; shares are NaN where there are no units.
    """

    name: str
    units: int | None
    articles: int
    counts: Mapping[str, int]
    shares: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class Summary:
    """Tables of a scored corpus.

    Parameters
    ----------
    overall
        All units as one group.
    speakers, targets, outlets
        The largest first, equal ones by name. A remark in two outlets counts once in each.
    months
        Every month from the first to the last, then what has no month.
    confident
        Quotations that take a side, the surest first.
    close
        Quotations whose two likeliest labels are closest to each other.
    differing
        Remarks that several articles carry and that were not scored alike, each with its rows.
    """

    overall: Group
    speakers: tuple[Group, ...]
    targets: tuple[Group, ...]
    outlets: tuple[Group, ...]
    months: tuple[Group, ...]
    confident: tuple[ScoredRow, ...]
    close: tuple[ScoredRow, ...]
    differing: tuple[Unit, ...]

    @property
    def groups(self) -> dict[str, tuple[Group, ...]]:
        """The tables of groups by name."""
        return {
            "speakers": self.speakers, "targets": self.targets, "outlets": self.outlets, "months": self.months,
        }  # fmt: skip


def summarise(units: Sequence[Unit], *, actors: Mapping[str, Actor] | None = None, shown: int = SHOWN) -> Summary:
    """Return the tables of what counts once.

    Parameters
    ----------
    actors
        By row id, as the units were counted with.
    shown
        Quotations of each kind at most.
    """
    rows = [row for unit in units for row in unit.rows]
    sides = [row for row in rows if row.stance != "neutral"]
    return Summary(
        overall=_group("all", units),
        speakers=_largest(units, lambda unit: unit.actor.key if unit.actor else None, _speaker),
        targets=_largest(units, lambda unit: unit.target, lambda unit: unit.target or "no target"),
        outlets=tuple(_outlets(units)),
        months=tuple(_months(units)),
        confident=tuple(sorted(sides, key=lambda row: (-row.confidence, row.row_id))[:shown]),
        close=tuple(sorted(rows, key=lambda row: (margin(row), row.row_id))[:shown]),
        differing=tuple(_differing(rows, actors)[:shown]),
    )


def margin(row: ScoredRow) -> float:
    """Return how much likelier the likeliest label is than the next, in [0, 1]."""
    _, second, first = sorted(row.probabilities)
    return first - second


def _group(name: str, units: Sequence[Unit], *, no_data: bool = False, articles: int | None = None) -> Group:
    if articles is None:
        articles = len({row.article_id for unit in units for row in unit.rows})
    return Group(name, None if no_data else len(units), articles, stance_counts(units), stance_shares(units))


def _speaker(unit: Unit) -> str:
    return unit.actor.name if unit.actor else "no speaker named"


def _largest(
    units: Iterable[Unit], key: Callable[[Unit], str | None], name: Callable[[Unit], str]
) -> tuple[Group, ...]:
    found: defaultdict[str | None, list[Unit]] = defaultdict(list)
    for unit in units:
        found[key(unit)].append(unit)
    ordered = sorted(found.values(), key=lambda own: (-len(own), name(own[0])))
    return tuple(_group(name(own[0]), own) for own in ordered)


def _outlets(units: Sequence[Unit]) -> Iterable[Group]:
    """Return the outlets, the largest first; a unit counts once in each that has a row of it."""
    found: defaultdict[str | None, list[Unit]] = defaultdict(list)
    for unit in units:
        for outlet in dict.fromkeys(row.outlet for row in unit.rows):
            found[outlet].append(unit)
    named = [
        _group(
            outlet or "no outlet", own, articles=len({r.article_id for u in own for r in u.rows if r.outlet == outlet})
        )
        for outlet, own in found.items()
    ]
    return sorted(named, key=lambda group: (-(group.units or 0), group.name))


def _months(units: Sequence[Unit]) -> Iterable[Group]:
    found: defaultdict[str | None, list[Unit]] = defaultdict(list)
    for unit in units:
        found[unit.date.month if unit.date else None].append(unit)
    known = sorted(month for month in found if month)
    for month in every_month(known[0], known[-1]) if known else ():
        yield _group(month, found.get(month, ()), no_data=month not in found)
    if None in found:
        yield _group(_NO_DATE, found[None])


def _differing(rows: Sequence[ScoredRow], actors: Mapping[str, Actor] | None) -> list[Unit]:
    """Return remarks with rows of different stance, those with sides against each other and with many rows first."""
    remarks = [unit for unit in count_units(rows, "utterance", actors=actors) if len({r.stance for r in unit.rows}) > 1]
    return sorted(remarks, key=lambda unit: (-_opposed(unit), -len(unit.rows), unit.unit_id))


def _opposed(unit: Unit) -> int:
    return len({row.stance for row in unit.rows} - {"neutral"})
