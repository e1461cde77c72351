"""Network: scored tables -> networks of actors and concepts as GraphML, CSV and pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import InputError
from pipeline.files import write_text
from pipeline.findings.counting import Count, Unit, count_units
from pipeline.findings.networks import AGREEMENT, MODES, Mode, Networks, concept, networks
from pipeline.parts import is_folder
from pipeline.report.graphs import NODE_COLUMNS, edge_rows, graphml, node_rows, picture
from pipeline.stages.actor_file import actors_of
from pipeline.stages.extraction import check_apart
from pipeline.stages.guarded import write_guarded
from pipeline.stages.scored import counted, read_scored

if TYPE_CHECKING:
    import networkx as nx

STATEMENT_COLUMNS = (
    "statement_id", "document", "time", "outlet", "person", "organization", "type", "concept", "agreement", "stance",
    "confidence", "text",
)  # fmt: skip
"""Statements as Discourse Network Analyzer has them: agreement is 1 or 0, empty for neutral."""

_TITLES: Mapping[Mode, str] = {
    "two-mode": "Actors and concepts; blue agrees, orange disagrees",
    "congruence": "Actors who agree, or disagree, with the same; blue for restricting, orange against",
    "conflict": "Actors of whom one agrees and one disagrees; blue for restricting, orange against",
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was written: the size of each network, what was left out, and the files."""

    sizes: Mapping[str, Mapping[str, int]]
    left_out: Mapping[str, int]
    outputs: tuple[Path, ...]
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready values."""
        return {
            "networks": self.sizes, "left_out": self.left_out, "outputs": [str(path) for path in self.outputs],
            "notes": [*self.notes],
        }  # fmt: skip


def run(
    paths: Sequence[Path],
    out: Path,
    *,
    mode: Mode = "two-mode",
    count: Count = "mention",
    people: Path | None = None,
    min_weight: int = 1,
    neutral: bool = False,
) -> Drawn:
    """Return what was written.

    Parameters
    ----------
    paths
        Scored tables, or folders of parts.
    out
        A folder for all three networks and their statements, or one file (``.graphml``, ``.csv``, ``.svg``) for
        ``mode``.
    count
        What counts once.
    people
        The analyst's file of actors.
    min_weight, neutral
        As in ``findings.networks.networks``.

    Raises
    ------
    InputError
        If a table cannot be read, is of another version or damaged, or the output cannot be written.
    """
    if not is_folder(out) and out.suffix not in _WRITERS:
        raise InputError(f"{out}: cannot tell the format; name a folder, or end the name in {', '.join(_WRITERS)}")
    corpus = read_scored(paths)
    rows, left_out = counted(corpus, paths)
    actors, unsure = actors_of(people, rows)
    found = networks(count_units(rows, count, actors=actors), min_weight=min_weight, neutral=neutral)
    wanted = {out: mode} if not is_folder(out) else {}
    wanted |= {out / f"{name}{ending}": name for name in MODES for ending in _WRITERS if is_folder(out)}
    tables = [out / "nodes.csv", out / "statements.csv"] if is_folder(out) else []
    check_apart(list(map(str, [*paths, *filter(None, [people])])), [*wanted, *tables])
    for path, name in wanted.items():
        _WRITERS[path.suffix](path, found.graphs[name], name)
    if tables:
        nodes = {row["id"]: row for graph in found.graphs.values() for row in node_rows(graph)}
        write_guarded(tables[0], NODE_COLUMNS, nodes.values())
        write_guarded(tables[1], STATEMENT_COLUMNS, [_statement(unit) for unit in found.units])
    sizes: dict[str, dict[str, int]] = {
        name: {"nodes": len(graph), "edges": graph.number_of_edges()} for name, graph in found.graphs.items()
    }
    return Drawn(
        sizes, found.left_out, (*wanted, *tables), (*corpus.warnings, *left_out, *unsure, *_empty(found, min_weight))
    )


def _graphml(path: Path, graph: nx.Graph, mode: Mode) -> None:
    write_text(path, graphml(graph))


def _csv(path: Path, graph: nx.Graph, mode: Mode) -> None:
    rows, columns = edge_rows(graph)
    write_guarded(path, columns, rows)


def _svg(path: Path, graph: nx.Graph, mode: Mode) -> None:
    write_text(path, picture(graph, _TITLES[mode]))


_WRITERS: Mapping[str, Callable[[Path, nx.Graph, Mode], None]] = {".graphml": _graphml, ".csv": _csv, ".svg": _svg}


def _empty(found: Networks, min_weight: int) -> list[str]:
    return [
        f"the {name} network has no edge of weight {min_weight} or more"
        for name, graph in found.graphs.items()
        if not graph.number_of_edges()
    ]


def _statement(unit: Unit) -> dict[str, Any]:
    first, actor = unit.rows[0], unit.actor
    agreement = {"agree": 1, "disagree": 0}.get(AGREEMENT[unit.stance])
    return {
        "statement_id": unit.unit_id,
        "document": first.title or first.source,
        "time": str(unit.date) if unit.date else None,
        "outlet": first.outlet,
        "person": actor.name if actor and actor.type != "organisation" else None,
        "organization": actor.organisation if actor else None,
        "type": actor.type if actor else None,
        "concept": concept(unit.target or ""),
        "agreement": agreement,
        "stance": unit.stance,
        "confidence": round(max(unit.probabilities), 4),
        "text": first.text,
    }
