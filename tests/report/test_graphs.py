"""Networks as files: what another program reads is what was counted."""

import networkx as nx
import pytest
from corpus import ANTI, PRO, cells, corpus

from pipeline.findings.counting import count_units
from pipeline.findings.networks import MODES, networks
from pipeline.report.graphs import DRAWN, NODE_COLUMNS, edge_rows, graphml, node_rows, picture

NASTY = "</text><script>alert(1)</script> & \x00\x1b\ud800"


def graphs(rows):
    return networks(count_units(corpus(rows).statements)).graphs


@pytest.fixture(scope="module")
def small():
    rows = [cells(k, PRO) for k in range(3)]
    rows += [cells(3, ANTI, speaker="Oru Baptista", speaker_affiliation="Quillon")]
    return graphs([*rows, cells(4, PRO, speaker="Oru Baptista", target="drones")])


@pytest.mark.parametrize("mode", MODES)
def test_networkx_reads_graphml_back_as_it_was(small, mode):
    back = nx.parse_graphml(graphml(small[mode]))
    assert dict(back.nodes(data=True)) == dict(small[mode].nodes(data=True))
    assert {frozenset(e[:2]): e[2] for e in back.edges(data=True)} == {
        frozenset(e[:2]): e[2] for e in small[mode].edges(data=True)
    }


def test_graphml_holds_what_was_counted_by_hand(small):
    back = nx.parse_graphml(graphml(small["two-mode"]))
    assert back.edges["actor:mira-olsen", "concept:restrict Quillon masts"]["weight"] == 3
    assert back.edges["actor:oru-baptista", "concept:restrict Quillon masts"]["disagree"] == 1
    assert back.nodes["actor:oru-baptista"]["organisation"] == "Quillon"
    assert back.nodes["actor:oru-baptista"]["position"] == "mixed"
    conflict = nx.parse_graphml(graphml(small["conflict"]))
    assert [d["weight"] for *_, d in conflict.edges(data=True)] == [3 * 1]


def test_rows_have_the_columns_that_their_network_has(small):
    rows, columns = edge_rows(small["two-mode"])
    assert {"agree", "disagree", "agreement"} < set(columns)
    assert "concepts" not in columns
    assert rows[0]["source_label"] == "Mira Olsen"
    assert set(node_rows(small["two-mode"])[0]) == set(NODE_COLUMNS)


def test_texts_of_articles_stay_texts():
    odd = graphs([cells(1, PRO, speaker=NASTY, target=NASTY, speaker_affiliation=NASTY)])["two-mode"]
    back = nx.parse_graphml(graphml(odd))
    assert {"<script>" in facts["label"] for _, facts in back.nodes(data=True)} == {True}
    drawn = picture(odd, "odd")
    assert "<script" not in drawn
    assert "&lt;script&gt;" in drawn


@pytest.mark.parametrize("mode", MODES)
def test_a_picture_is_the_same_every_time(small, mode):
    drawn = picture(small[mode], "Who agrees")
    assert drawn == picture(small[mode].copy(), "Who agrees")
    assert drawn.startswith("<svg")
    assert "Who agrees" in drawn


def test_a_picture_names_the_largest_and_says_how_many_it_leaves_out():
    many = graphs([cells(k, PRO, speaker=f"Person N{k}x") for k in range(DRAWN + 9)])["two-mode"]
    drawn = picture(many, "Many")
    assert "10 nodes with fewer statements are not drawn" in drawn
    assert drawn.count("Person N") >= DRAWN - 1


def test_no_edges_make_an_empty_picture():
    assert picture(nx.Graph(), "Nobody").startswith("<svg")
