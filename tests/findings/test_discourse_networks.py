"""Networks of actors and concepts, with every number counted by hand."""

import pytest
from corpus import ANTI, NEUTRAL, PRO, cells, corpus

from pipeline.errors import InputError
from pipeline.findings.counting import count_units
from pipeline.findings.networks import check_mode, networks

# Who, toward what, and how often: pro, neutral, anti.
SAID = [
    ("Mira Olsen", "masts", (3, 0, 0)),
    ("Mira Olsen", "drones", (0, 0, 1)),
    ("Oru Baptista", "masts", (0, 1, 2)),
    ("Oru Baptista", "drones", (0, 0, 2)),
    ("Ines Okafor", "masts", (1, 0, 1)),
    ("Tove Lindqvist", "masts", (0, 4, 0)),
    (None, "masts", (5, 0, 0)),
]


def units(said=SAID):
    rows = []
    for speaker, target, counts in said:
        for stance, count in zip((PRO, NEUTRAL, ANTI), counts, strict=True):
            rows += [cells(len(rows) + k, stance, speaker=speaker, target=target) for k in range(count)]
    return count_units(corpus(rows).statements)


def edges(graph, *names):
    return {
        (graph.nodes[a]["label"], graph.nodes[b]["label"]): tuple(d[n] for n in names)
        for a, b, d in graph.edges(data=True)
    }


def test_two_modes_count_agreement_and_disagreement_of_each_actor_with_each_concept():
    graph = networks(units()).graphs["two-mode"]
    assert edges(graph, "agree", "disagree", "weight", "balance", "agreement") == {
        ("Mira Olsen", "restrict masts"): (3, 0, 3, 3, "agree"),
        ("Mira Olsen", "restrict drones"): (0, 1, 1, -1, "disagree"),
        ("Oru Baptista", "restrict masts"): (0, 2, 2, -2, "disagree"),
        ("Oru Baptista", "restrict drones"): (0, 2, 2, -2, "disagree"),
        ("Ines Okafor", "restrict masts"): (1, 1, 2, 0, "mixed"),
    }
    mira = graph.nodes["actor:mira-olsen"]
    assert (mira["kind"], mira["type"], mira["statements"], mira["position"]) == ("actor", "person", 4, "agree")
    assert graph.nodes["concept:restrict masts"]["statements"] == 7


def test_congruence_multiplies_what_two_actors_say_alike():
    assert edges(networks(units()).graphs["congruence"], "weight", "concepts", "normalised") == {
        ("Mira Olsen", "Oru Baptista"): (1 * 2, 1, 0.5),  # drones alone, of two concepts each
        ("Ines Okafor", "Mira Olsen"): (1 * 3, 1, pytest.approx(2 / 3, abs=1e-6)),
        ("Ines Okafor", "Oru Baptista"): (1 * 2, 1, pytest.approx(2 / 3, abs=1e-6)),
    }


def test_conflict_multiplies_what_one_says_for_and_the_other_against():
    assert edges(networks(units()).graphs["conflict"], "weight", "concepts") == {
        ("Mira Olsen", "Oru Baptista"): (3 * 2, 1),
        ("Ines Okafor", "Mira Olsen"): (1 * 3, 1),
        ("Ines Okafor", "Oru Baptista"): (1 * 2, 1),
    }


def test_what_is_left_out_is_counted():
    assert networks(units()).left_out == {"neutral": 5, "no speaker named": 5}
    kept = networks(units(), neutral=True)
    assert kept.left_out == {"no speaker named": 5}
    assert edges(kept.graphs["two-mode"], "neutral", "agreement")["Tove Lindqvist", "restrict masts"] == (4, "neutral")
    assert "actor:tove-lindqvist" not in kept.graphs["congruence"]
    assert edges(kept.graphs["congruence"], "weight") == edges(networks(units()).graphs["congruence"], "weight")


def test_a_threshold_leaves_out_light_edges_and_who_has_no_other():
    graphs = networks(units(), min_weight=3).graphs
    assert set(edges(graphs["two-mode"])) == {("Mira Olsen", "restrict masts")}
    assert set(graphs["two-mode"]) == {"actor:mira-olsen", "concept:restrict masts"}
    assert set(edges(graphs["congruence"])) == {("Ines Okafor", "Mira Olsen")}
    assert graphs["two-mode"].nodes["actor:mira-olsen"]["statements"] == 4  # of all that she said


def test_one_speaker_makes_no_network_of_actors():
    graphs = networks(units(SAID[:1])).graphs
    assert {name: len(graph) for name, graph in graphs.items()} == {"two-mode": 2, "congruence": 0, "conflict": 0}


def test_another_mode_is_an_error_that_names_those_there_are():
    with pytest.raises(InputError, match="two-mode, congruence, conflict"):
        check_mode("bimodal")
