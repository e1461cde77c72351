"""The analyst's file of actors: which names are one actor, of what organisation, and from when to when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import Any

from pipeline.errors import InputError
from pipeline.findings.actors import Actor, attribute
from pipeline.findings.dates import Published, parse_published
from pipeline.findings.scored import ScoredRow
from pipeline.spelling import plain_words

NEEDED = ("alias", "actor")
COLUMNS = ("alias", "affiliation", "actor", "type", "organisation", "country", "valid_from", "valid_to")
"""What the file says of actors."""

_TOLD = ("type", "organisation", "country")
_YES = ("yes", "y", "true", "1", "x", "approved")
_NO = ("no", "n", "false", "0", "rejected")


@dataclass(frozen=True, slots=True)
class Alias:
    """One line of the file.

    Parameters
    ----------
    alias
        A speaker as the table has it; case, accents, punctuation and a leading "the" do not count.
    affiliation
        Only rows whose speaker has this affiliation; None takes all.
    actor
        Who that is; it may be the alias of another line.
    valid_from, valid_to
        First and last day on which this holds, by the published date; None sets no bound.
    where
        File and line.
    """

    alias: str
    actor: str
    where: str
    affiliation: str | None = None
    type: str | None = None
    organisation: str | None = None
    country: str | None = None
    valid_from: date = date.min
    valid_to: date = date.max

    def overlaps(self, other: Alias) -> bool:
        """Return whether both hold on some day."""
        return self.valid_from <= other.valid_to and other.valid_from <= self.valid_to

    def holds(self, published: Published | None) -> bool | None:
        """Return whether this holds when something was published; None where the date does not tell."""
        if (self.valid_from, self.valid_to) == (date.min, date.max):
            return True
        if published is None:
            return None
        if self.valid_from <= published.first and published.last <= self.valid_to:
            return True
        return False if published.last < self.valid_from or self.valid_to < published.first else None


def spelt(name: str) -> str:
    """Return a name as it is compared.

    Examples
    --------
    >>> spelt("The Hálden  Board"), spelt("halden board")
    ('halden board', 'halden board')
    """
    words = plain_words(name)
    return " ".join(words[1:] if words[:1] == ["the"] and len(words) > 1 else words)


def parse_aliases(lines: Iterable[tuple[str, Mapping[str, Any]]]) -> tuple[list[Alias], int]:
    """Return the lines of the file that hold, checked against each other, and how many are not approved.

    A line holds unless the file has a column ``approved`` that does not say yes.

    Parameters
    ----------
    lines
        Place and cells of each.

    Raises
    ------
    InputError
        If a line cannot be read, two say different things of one name on one day, or names lead in a circle.
    """
    aliases, waiting = [], 0
    for where, cells in lines:
        if not any(str(cells.get(name) or "").strip() for name in NEEDED):
            continue
        if _approved(cells, where):
            aliases.append(_alias(cells, where))
        else:
            waiting += 1
    _check_apart(aliases)
    _check_circles(aliases)
    return aliases, waiting


def _approved(cells: Mapping[str, Any], where: str) -> bool:
    if "approved" not in cells:
        return True
    said = str(cells["approved"] or "").strip().casefold()
    if said and said not in (*_YES, *_NO):
        raise InputError(f"{where}: approved is {cells['approved']!r}; write yes or no, or leave it empty")
    return said in _YES


def _alias(cells: Mapping[str, Any], where: str) -> Alias:
    told = {name: _cell(cells, name) for name in (*NEEDED, "affiliation", *_TOLD)}
    for name in NEEDED:
        if not spelt(told[name] or ""):
            raise InputError(f"{where}: {name} {told[name] or ''!r} is no name; fill it in or delete the line")
    first, last = _day(cells, "valid_from", where), _day(cells, "valid_to", where)
    if first and last and first.first > last.last:
        raise InputError(f"{where}: valid_from {first} is after valid_to {last}; exchange or mend them")
    bounds = {"valid_from": first.first if first else date.min, "valid_to": last.last if last else date.max}
    return Alias(**told, **bounds, where=where)  # type: ignore[arg-type]


def _cell(cells: Mapping[str, Any], name: str) -> str | None:
    value = cells.get(name)
    return " ".join(str(value).split()) or None if value is not None else None


def _day(cells: Mapping[str, Any], name: str, where: str) -> Published | None:
    told = _cell(cells, name)
    found = parse_published(told) if told else None
    if told and found is None:
        raise InputError(f"{where}: {name} {told!r} is no date; write it like 2032-03-01, or 2032-03")
    return found


def _check_apart(aliases: Sequence[Alias]) -> None:
    """Raise ``InputError`` where two lines say different things of one name on one day."""
    by_alias: dict[tuple[str, str], list[Alias]] = defaultdict(list)
    by_actor: dict[str, list[Alias]] = defaultdict(list)
    for line in aliases:
        by_alias[spelt(line.alias), spelt(line.affiliation or "")].append(line)
        by_actor[spelt(line.actor)].append(line)
    for own in by_alias.values():
        for one, two in combinations(own, 2):
            if one.overlaps(two) and spelt(one.actor) != spelt(two.actor):
                raise InputError(
                    f"{two.where}: {two.alias!r} is {two.actor!r}, and {one.actor!r} at {one.where} on the same days; "
                    "bound one by valid_from and valid_to, or delete it"
                )
    for own in by_actor.values():
        for one, two in combinations(own, 2):
            for name in _TOLD:
                values = getattr(one, name), getattr(two, name)
                if all(values) and spelt(values[0]) != spelt(values[1]) and one.overlaps(two):
                    raise InputError(
                        f"{two.where}: {name} of {two.actor!r} is {values[1]!r}, and {values[0]!r} at {one.where} on "
                        "the same days; bound one by valid_from and valid_to, or mend it"
                    )


def _check_circles(aliases: Sequence[Alias]) -> None:
    """Raise ``InputError`` where an alias leads back to itself on some day."""
    by_alias: dict[str, list[Alias]] = defaultdict(list)
    for line in aliases:
        if spelt(line.alias) != spelt(line.actor):
            by_alias[spelt(line.alias)].append(line)

    def follow(line: Alias, first: date, last: date, path: tuple[Alias, ...]) -> None:
        first, last = max(first, line.valid_from), min(last, line.valid_to)
        if first > last:
            return
        if spelt(line.actor) == spelt(path[0].alias):
            names = " → ".join([*(step.alias for step in path), line.actor])
            raise InputError(f"{line.where}: leads in a circle, {names}; delete one of these lines")
        if len(path) <= len(aliases):
            for further in by_alias[spelt(line.actor)]:
                if further not in path:
                    follow(further, first, last, (*path, further))

    for line in aliases:
        if spelt(line.alias) != spelt(line.actor):
            follow(line, date.min, date.max, (line,))


class Register:
    """Actors by the names that they go by.

    Parameters
    ----------
    aliases
        Lines of the file, as ``parse_aliases`` returns them.
    """

    def __init__(self, aliases: Sequence[Alias]) -> None:
        self._by_alias: dict[str, list[Alias]] = defaultdict(list)
        self._by_actor: dict[str, list[Alias]] = defaultdict(list)
        for line in aliases:
            self._by_alias[spelt(line.alias)].append(line)
            self._by_actor[spelt(line.actor)].append(line)

    def attribute(self, rows: Sequence[ScoredRow]) -> tuple[dict[str, Actor], int]:
        """Return the actor of each row that has a speaker, by row id, and of how many rows the date left it open.

        A row whose date does not tell which line holds keeps what is sure: at least its own speaker.
        """
        found, unsure = attribute(rows), 0
        for row in rows:
            if row.row_id in found:
                actor, sure = self._actor(row, found[row.row_id])
                found[row.row_id] = actor
                unsure += not sure
        return found, unsure

    def _actor(self, row: ScoredRow, actor: Actor) -> tuple[Actor, bool]:
        sure = True
        names = [name for name in self._names(row, actor) if name in self._by_alias or name in self._by_actor]
        if not names:
            return actor, True
        name, shown = names[0], actor.name
        seen = set()
        while name not in seen:
            seen.add(name)
            line, told = _holding(self._by_alias[name], row)
            sure &= told
            if line is not None:
                name, shown = spelt(line.actor), line.actor
        if name not in self._by_actor:
            return actor, sure  # an alias, but not when this was published
        listed = self._by_actor[name]
        values: dict[str, str | None] = {}
        for column in _TOLD:
            line, told = _holding([line for line in listed if getattr(line, column)], row, affiliated=False)
            sure &= told
            values[column] = getattr(line, column) if line else None
        shown = listed[0].actor if name == spelt(listed[0].actor) else shown
        kind = values["type"] or actor.type
        return replace(
            actor,
            key=f"actor {name}",
            name=shown,
            type=kind,
            organisation=values["organisation"] or (shown if kind == "organisation" else actor.organisation),
            country=values["country"],
            known=True,
        ), sure

    def _names(self, row: ScoredRow, actor: Actor) -> Iterator[str]:
        """Yield what the file may know a speaker by: as written, without titles, and as written elsewhere."""
        yield spelt(row.speaker or "")
        if row.speaker_id:
            yield spelt(row.speaker_id)
            yield spelt(actor.name)


def _holding(lines: Sequence[Alias], row: ScoredRow, *, affiliated: bool = True) -> tuple[Alias | None, bool]:
    """Return the line that holds for a row, one for its affiliation first, and whether the date tells so."""
    affiliation = spelt(row.speaker_affiliation or "")
    fitting = [
        line for line in lines if not affiliated or not line.affiliation or spelt(line.affiliation) == affiliation
    ]
    fitting.sort(key=lambda line: line.affiliation is None)
    for line in fitting:
        holds = line.holds(row.date)
        if holds is None:
            return None, False
        if holds:
            return line, True
    return None, True
