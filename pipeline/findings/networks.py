"""Who agrees with whom: discourse networks of actors and concepts, as Discourse Network Analyzer makes them.

An actor who is for a restriction agrees with the concept "restrict TARGET", one who is against it disagrees (Leifeld
2017, "Discourse Network Analysis", in the Oxford Handbook of Political Networks). Two actors are congruent where they
agree, or disagree, with the same concept, and in conflict where one agrees and one disagrees.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Literal, get_args

from pipeline.errors import InputError
from pipeline.findings.actors import Actor
from pipeline.findings.counting import Unit

if TYPE_CHECKING:
    import networkx as nx

Mode = Literal["two-mode", "congruence", "conflict"]
MODES: tuple[Mode, ...] = get_args(Mode)

Agreement = Literal["agree", "disagree", "neutral"]
AGREEMENT: dict[str, Agreement] = {
    "pro-restriction": "agree", "anti-restriction": "disagree", "neutral": "neutral",
}  # fmt: skip
_SIDES: tuple[Agreement, ...] = ("agree", "disagree")


@dataclass(frozen=True, slots=True)
class Statement:
    """What one actor has said of one concept, by agreement: how many units."""

    actor: Actor
    concept: str
    counts: Counter[Agreement]


@dataclass(frozen=True, slots=True)
class Networks:
    """The three networks of one corpus, and what they leave out.

    Parameters
    ----------
    units
        What the networks are made of, in order.
    left_out
        Units by why they are in no network.
    """

    graphs: dict[Mode, nx.Graph]
    units: tuple[Unit, ...]
    left_out: dict[str, int]


def check_mode(name: str) -> Mode:
    """Return a network's name.

    Raises
    ------
    InputError
        If there is no such network.
    """
    found = next((mode for mode in MODES if mode == name), None)
    if found is None:
        raise InputError(f"--mode {name}: is none; give one of {', '.join(MODES)}")
    return found


def concept(target: str) -> str:
    """Return the concept that stands for a target."""
    return f"restrict {target}"


def networks(units: Sequence[Unit], *, min_weight: int = 1, neutral: bool = False) -> Networks:
    """Return the networks of what counts once.

    Parameters
    ----------
    min_weight
        Edges below it are left out, and so are actors and concepts without an edge.
    neutral
        Keep neutral units in the two-mode network, under an agreement of their own. To be neutral alike is no
        congruence in either case.
    """
    left_out = Counter(
        "no speaker named" if unit.actor is None else "no target" if unit.target is None else "neutral"
        for unit in units
        if not _belongs(unit, neutral)
    )
    kept = tuple(unit for unit in units if _belongs(unit, neutral))
    said = _statements(kept)
    graphs: dict[Mode, nx.Graph] = {
        "two-mode": _two_mode(said, min_weight),
        "congruence": _one_mode(said, _congruence, min_weight),
        "conflict": _one_mode(said, _conflict, min_weight),
    }
    return Networks(graphs, kept, dict(left_out))


def _belongs(unit: Unit, neutral: bool) -> bool:
    return unit.actor is not None and unit.target is not None and (neutral or unit.stance != "neutral")


def _statements(units: Sequence[Unit]) -> list[Statement]:
    """Return what each actor has said of each concept, in the order of actors' keys and concepts."""
    actors = {unit.actor.key: unit.actor for unit in units if unit.actor}
    counts: defaultdict[tuple[str, str], Counter[Agreement]] = defaultdict(Counter)
    for unit in units:
        if unit.actor and unit.target:
            counts[unit.actor.key, concept(unit.target)][AGREEMENT[unit.stance]] += 1
    return [Statement(actors[key], name, counts[key, name]) for key, name in sorted(counts)]


def _two_mode(said: Sequence[Statement], min_weight: int) -> nx.Graph:
    """Return actors and concepts; an edge counts agreement and disagreement, its weight is their sum."""
    import networkx as nx

    graph = nx.Graph(name="actors and concepts")
    kept = [statement for statement in said if statement.counts.total() >= min_weight]
    totals = _totals(said)
    for key in dict.fromkeys(statement.actor.key for statement in kept):
        graph.add_node(f"actor:{key}", **totals[key])
    for name in sorted({statement.concept for statement in kept}):
        own = sum((s.counts for s in said if s.concept == name), Counter())
        graph.add_node(f"concept:{name}", label=name, kind="concept", **_counted(own))
    for statement in kept:
        counts = statement.counts
        graph.add_edge(
            f"actor:{statement.actor.key}",
            f"concept:{statement.concept}",
            weight=counts.total(),
            **{name: counts[name] for name in ("agree", "disagree", "neutral")},
            balance=counts["agree"] - counts["disagree"],
            agreement=_told(counts),
        )
    return graph


def _one_mode(
    said: Sequence[Statement], alike: Callable[[Statement, Statement], tuple[int, int]], min_weight: int
) -> nx.Graph:
    """Return actors; an edge sums over the concepts of both.

    ``weight`` multiplies the units of one with those of the other, as DNA does where duplicates count; ``concepts``
    counts each concept and agreement once; ``normalised`` divides that by the mean number of concepts of the two
    ("average activity" in DNA).
    """
    import networkx as nx

    graph = nx.Graph(name=alike.__name__.strip("_"))
    by_concept: defaultdict[str, list[Statement]] = defaultdict(list)
    activity: Counter[str] = Counter()
    for statement in said:
        if any(statement.counts[side] for side in _SIDES):
            by_concept[statement.concept].append(statement)
            activity[statement.actor.key] += 1
    weights: Counter[tuple[str, str]] = Counter()
    concepts: Counter[tuple[str, str]] = Counter()
    for statements in by_concept.values():
        for one, two in combinations(statements, 2):
            weight, shared = alike(one, two)
            if shared:
                weights[one.actor.key, two.actor.key] += weight
                concepts[one.actor.key, two.actor.key] += shared
    kept = sorted(pair for pair, weight in weights.items() if weight >= min_weight)
    totals = _totals(said)
    for key in sorted({key for pair in kept for key in pair}):
        graph.add_node(f"actor:{key}", **totals[key])
    for pair in kept:
        normalised = 2 * concepts[pair] / (activity[pair[0]] + activity[pair[1]])
        graph.add_edge(
            f"actor:{pair[0]}", f"actor:{pair[1]}", weight=weights[pair], concepts=concepts[pair],
            normalised=round(normalised, 6),
        )  # fmt: skip
    return graph


def _congruence(one: Statement, two: Statement) -> tuple[int, int]:
    products = [one.counts[side] * two.counts[side] for side in _SIDES]
    return sum(products), sum(product > 0 for product in products)


def _conflict(one: Statement, two: Statement) -> tuple[int, int]:
    products = [one.counts[a] * two.counts[b] for a, b in (_SIDES, _SIDES[::-1])]
    return sum(products), sum(product > 0 for product in products)


def _totals(said: Sequence[Statement]) -> dict[str, dict[str, str | int]]:
    """Return the attributes of each actor's node by key; what is not known has no attribute, as GraphML wants it."""
    counts: defaultdict[str, Counter[Agreement]] = defaultdict(Counter)
    for statement in said:
        counts[statement.actor.key].update(statement.counts)
    return {
        statement.actor.key: _described(statement.actor) | _counted(counts[statement.actor.key]) for statement in said
    }


def _described(actor: Actor) -> dict[str, str | int]:
    facts = {"type": actor.type, "organisation": actor.organisation, "country": actor.country}
    return {"label": actor.name, "kind": "actor", **{name: fact for name, fact in facts.items() if fact}}


def _counted(counts: Counter[Agreement]) -> dict[str, str | int]:
    return {
        "statements": counts.total(), **{name: counts[name] for name in ("agree", "disagree", "neutral")},
        "position": _told(counts),
    }  # fmt: skip


def _told(counts: Counter[Agreement]) -> str:
    """Return the commoner of agreement and disagreement, or ``mixed``, or ``neutral``."""
    agree, disagree = counts["agree"], counts["disagree"]
    if not agree and not disagree:
        return "neutral"
    return "mixed" if agree == disagree else "agree" if agree > disagree else "disagree"
