"""Actors of rows, by the analyst's file: each speaker as the lines have it that hold on the day of publication."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.findings.actors import Actor, attribute
from pipeline.findings.aliases import TOLD, Alias, spelt
from pipeline.findings.scored import ScoredRow


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
        for column in TOLD:
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
