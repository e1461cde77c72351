"""Tables of a scored corpus: what is largest, what is no data, what to look at."""

import math

import pytest
from corpus import ANTI, NEUTRAL, PRO, cells, corpus

from pipeline.findings.countable import countable
from pipeline.findings.counting import count_units
from pipeline.findings.summary import margin, summarise

ROWS = [
    cells(1, PRO, published="2032-01-05"),
    cells(2, PRO, published="2032-01-09", target="drones"),
    cells(3, ANTI, published="2032-04", speaker="Oru Baptista", outlet=None),
    cells(4, NEUTRAL, published="2032", speaker=None, probabilities=(0.33, 0.34, 0.33)),
]


@pytest.fixture(scope="module")
def summary():
    return summarise(count_units(corpus(ROWS).statements))


def test_groups_come_by_size_and_say_what_is_not_known(summary):
    assert [(group.name, group.units) for group in summary.speakers] == [
        ("Mira Olsen", 2), ("Oru Baptista", 1), ("no speaker named", 1),
    ]  # fmt: skip
    assert [group.name for group in summary.outlets] == ["Halden Post", "no outlet"]
    assert [group.name for group in summary.targets] == ["Quillon masts", "drones"]
    assert summary.overall.counts == {ANTI: 1, NEUTRAL: 1, PRO: 2}


def test_months_between_without_data_are_no_zeros(summary):
    assert [(group.name, group.units) for group in summary.months] == [
        ("2032-01", 2), ("2032-02", None), ("2032-03", None), ("2032-04", 1), ("no date", 1),
    ]  # fmt: skip
    assert all(math.isnan(share.value) for share in summary.months[1].shares.values())


def test_the_surest_take_a_side_and_the_closest_are_nearly_undecided(summary):
    assert [row.row_id for row in summary.confident] == ["r00001", "r00002", "r00003"]
    assert summary.close[0].row_id == "r00004"
    assert margin(summary.close[0]) == pytest.approx(0.01)


def test_the_same_remark_scored_differently_is_found():
    text = "“Nobody here has asked for another ban on masts, and nobody will,”"
    rows = [cells(1, ANTI, text=text), cells(2, NEUTRAL, text=text), cells(3, ANTI)]
    (found,) = summarise(count_units(corpus(rows).statements)).differing
    assert [row.row_id for row in found.rows] == ["r00001", "r00002"]


def test_terms_and_statements_without_a_target_are_left_out_and_told():
    rows, told = countable(corpus([*ROWS, cells(8, is_statement=False), cells(9, target=None)]))
    assert len(rows) == 4
    assert [line.partition(" ")[0] for line in told] == ["1", "1"]
    assert countable(corpus(ROWS))[1] == ()


def test_a_remark_in_two_outlets_counts_once_in_each():
    said = "“The ban is overdue, and every harbour along this coast has asked us for it”"
    rows = [cells(1, PRO, text=said), cells(2, PRO, text=said, outlet="Coast Wire")]
    found = summarise(count_units(corpus(rows).statements, "utterance"))
    assert found.overall.units == 1
    assert [(group.name, group.units, group.articles) for group in found.outlets] == [
        ("Coast Wire", 1, 1), ("Halden Post", 1, 1),
    ]  # fmt: skip


def test_rows_that_the_model_abstained_from_are_told():
    assert any(
        "1 of 2 rows are marked as abstained" in line for line in corpus([cells(1, abstained=True), cells(2)]).warnings
    )
