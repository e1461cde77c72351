"""Actors: scored tables -> proposals of which names are one actor, for an analyst to approve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.findings.proposals import PROPOSED_COLUMNS, Proposal, new_proposals, propose
from pipeline.labels.spreadsheets import check_sheet_path, write_sheet
from pipeline.quotes.lexicon import TITLES
from pipeline.stages.actor_file import actor_lines
from pipeline.stages.extraction import check_apart
from pipeline.stages.scored import read_scored


@dataclass(frozen=True, slots=True)
class Proposed:
    """What was proposed.

    Parameters
    ----------
    new
        Proposals that were added to the file.
    kept
        Lines that it had before.
    """

    new: tuple[Proposal, ...]
    kept: int
    warnings: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready values."""
        return {"kept": self.kept, "new": [one.as_row() for one in self.new], "notes": [*self.warnings]}


def run(tables: Sequence[Path], out: Path) -> Proposed:
    """Return what is proposed of the speakers of scored tables.

    ``out`` gets a line for each; lines that it has already stay as they are, decisions with them, and are not proposed
    again.

    Raises
    ------
    InputError
        If a table or the file cannot be read.
    """
    check_sheet_path(out)
    check_apart(list(map(str, tables)), [out])
    corpus = read_scored(tables)
    before = [dict(cells) for _, cells in actor_lines(out)] if out.is_file() else []
    known = [(str(line["alias"]), line.get("affiliation"), str(line["actor"])) for line in before]
    new = new_proposals(known, propose(corpus.statements, TITLES))
    columns = [*PROPOSED_COLUMNS, *(name for name in (before[0] if before else ()) if name not in PROPOSED_COLUMNS)]
    # A file without the column holds as a whole; with the new lines, each has to say so.
    held = [line if "approved" in line else line | {"approved": "yes"} for line in before]
    write_sheet(out, [*held, *(one.as_row() for one in new)], columns)
    return Proposed(tuple(new), len(before), corpus.warnings)
