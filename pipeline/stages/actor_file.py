"""The analyst's file of actors from disk; shared by the stages that name who speaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.findings.actors import Actor, attribute
from pipeline.findings.aliases import NEEDED, parse_aliases
from pipeline.findings.register import Register
from pipeline.findings.scored import ScoredRow
from pipeline.labels.filled_tables import read_sheet


def read_actors(path: Path, rows: Sequence[ScoredRow]) -> tuple[dict[str, Actor], tuple[str, ...]]:
    """Return the actor of each row that has a speaker, by row id, and lines about what was not applied.

    Raises
    ------
    InputError
        If the file cannot be read, contradicts itself, or names lead in a circle.
    """
    aliases, waiting = parse_aliases(actor_lines(path))
    found, unsure = Register(aliases).attribute(rows)
    notes = []
    if waiting:
        notes.append(f"{path}: {waiting} lines are not approved and not applied; write yes under approved")
    if unsure:
        notes.append(f"{path}: of {unsure} rows the date is missing or too vague for lines with valid_from or valid_to")
    return found, tuple(notes)


def actors_of(path: Path | None, rows: Sequence[ScoredRow]) -> tuple[dict[str, Actor], tuple[str, ...]]:
    """Return the actor of each row that has a speaker, by the analyst's file where there is one, else by the speakers.

    Raises
    ------
    InputError
        As ``read_actors``.
    """
    return read_actors(path, rows) if path else (attribute(rows), ())


def actor_lines(path: Path) -> list[tuple[str, Mapping[str, Any]]]:
    """Return place and cells of each line of the file.

    Raises
    ------
    InputError
        If it cannot be read, or a line of it is none.
    """
    sheet = read_sheet(path, [NEEDED], "file of actors")
    if sheet.rejects:
        raise InputError(sheet.rejects[0].message)
    return [(row.where, row.cells) for row in sheet.rows]
