"""Networks as files: GraphML, rows for CSV, and a picture; the same bytes every time."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipeline.report import charts

if TYPE_CHECKING:
    import networkx as nx

Row = dict[str, Any]

NODE_COLUMNS = (
    "id", "label", "kind", "type", "organisation", "country", "statements", "agree", "disagree", "neutral", "position",
)  # fmt: skip
EDGE_COLUMNS = (
    "source", "target", "source_label", "target_label", "weight", "agree", "disagree", "neutral", "balance",
    "agreement", "concepts", "normalised",
)  # fmt: skip

DRAWN = 45
"""Nodes of a picture: more cannot be told apart, or named."""

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML file may hold (XML 1.0, section 2.2)."""


def graphml(graph: nx.Graph) -> str:
    """Return a network as GraphML, nodes and edges in order; Gephi, visone and networkx read it."""
    import networkx as nx

    legal = nx.Graph(**{key: _legal(value) for key, value in graph.graph.items()})
    for node, facts in graph.nodes(data=True):
        legal.add_node(_legal(node), **{key: _legal(value) for key, value in facts.items()})
    for one, two, facts in graph.edges(data=True):
        legal.add_edge(_legal(one), _legal(two), **{key: _legal(value) for key, value in facts.items()})
    lines = nx.generate_graphml(legal)
    return "\n".join(['<?xml version="1.0" encoding="utf-8"?>', *lines]) + "\n"


def _legal(value: Any) -> Any:
    return _ILLEGAL.sub("\ufffd", value) if isinstance(value, str) else value


def node_rows(graph: nx.Graph) -> list[Row]:
    """Return the nodes (keys: ``NODE_COLUMNS``); None where something is not known."""
    return [{"id": node} | {key: facts.get(key) for key in NODE_COLUMNS[1:]} for node, facts in graph.nodes(data=True)]


def edge_rows(graph: nx.Graph) -> tuple[list[Row], tuple[str, ...]]:
    """Return the edges and their columns: those of ``EDGE_COLUMNS`` that this kind of network has."""
    rows = [
        {"source": one, "target": two, "source_label": graph.nodes[one]["label"],
         "target_label": graph.nodes[two]["label"], **facts}
        for one, two, facts in graph.edges(data=True)
    ]  # fmt: skip
    return rows, tuple(name for name in EDGE_COLUMNS if not rows or name in rows[0])


def picture(graph: nx.Graph, title: str) -> str:
    """Return a network as SVG: concepts and the actors with the most statements, at most ``DRAWN`` nodes with edges."""
    drawn = _largest(graph)
    at = _places(drawn)
    nodes = [_node(drawn.nodes[node], at[node]) for node in drawn]
    edges = [_edge(facts, at[one], at[two]) for one, two, facts in drawn.edges(data=True)]
    left = len(graph) - len(drawn)
    more = f"; {left} nodes with fewer statements are not drawn" if left else ""
    return charts.svg(charts.network(nodes, edges, title=f"{title}{more}"))


def _largest(graph: nx.Graph) -> nx.Graph:
    """Return what is drawn, in the same order each time: views of a graph keep their nodes in sets."""
    import networkx as nx

    def rank(node: str) -> tuple[bool, int, str]:
        return graph.nodes[node]["kind"] != "concept", -graph.nodes[node]["statements"], node

    kept = set(sorted(graph, key=rank)[:DRAWN])
    drawn = nx.Graph()
    linked = {node for edge in graph.edges if kept.issuperset(edge) for node in edge}
    drawn.add_nodes_from((node, graph.nodes[node]) for node in sorted(linked, key=rank))
    drawn.add_edges_from(sorted((*sorted(edge), graph.edges[edge]) for edge in graph.edges if kept.issuperset(edge)))
    return drawn


def _places(graph: nx.Graph) -> dict[str, tuple[float, float]]:
    """Return where nodes stand: each connected part by the distances in it, the largest left, the others beside it."""
    import networkx as nx

    order = {node: index for index, node in enumerate(graph)}
    parts = sorted(
        (sorted(part, key=order.__getitem__) for part in nx.connected_components(graph)),
        key=lambda part: (-len(part), order[part[0]]),
    )
    at: dict[str, tuple[float, float]] = {}
    right, top = 0.0, 0.0
    for index, part in enumerate(parts):
        own = nx.Graph()
        own.add_nodes_from(part)
        own.add_edges_from(edge for edge in graph.edges if edge[0] in own)
        radius = math.sqrt(len(part))
        x0, y0 = (0.0, 0.0) if index == 0 else (right + 2.0, top - radius)
        # Kamada and Kawai (1989) start from a circle: no chance is in it.
        for node, (x, y) in nx.kamada_kawai_layout(own, weight=None, scale=radius).items():
            at[node] = (round(x0 + float(x), 3), round(y0 + float(y), 3))
        right, top = (radius, radius) if index == 0 else (right, top - 2 * radius - 1.0)
    return at


def _node(facts: Mapping[str, Any], place: tuple[float, float]) -> Row:
    position = facts["position"] if facts["kind"] == "actor" else "concept"
    told = {key: _legal(facts[key]) for key in ("label", "kind", "statements")}
    return {"x": place[0], "y": place[1], "position": position, **told}


def _edge(facts: Mapping[str, Any], one: tuple[float, float], two: tuple[float, float]) -> Row:
    position = facts.get("agreement", "alike")
    return {"x": one[0], "y": one[1], "x2": two[0], "y2": two[1], "weight": facts["weight"], "position": position}
