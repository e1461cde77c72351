"""Groups of units, and what is no data."""

import pytest
from said import row

from pipeline.errors import InputError
from pipeline.findings.counting import count_units
from pipeline.findings.groups import check_groups, group_units

LONG = "“The ban is overdue, and every harbour along this coast has asked us for it,”"


def grouped(rows, *by, count="mention"):
    places = {said.row_id: place for place, said in enumerate(rows)}
    found = group_units(count_units(rows, count), by, places)
    return {key: [member.rows for member in members] for key, members in found.items()}


def test_months_between_are_no_data_and_vague_dates_come_last():
    rows = [
        row(n, published=told) for n, told in enumerate(["2031-11-30", "2032-02", "2032-02-03", "2032", None, "soon"])
    ]
    assert grouped(rows, "month") == {
        ("2031-11",): [(0,)],
        ("2031-12",): [],
        ("2032-01",): [],
        ("2032-02",): [(1,), (2,)],
        ("no month",): [(3,), (4,), (5,)],
    }
    assert list(grouped(rows, "year")) == [("2031",), ("2032",), ("no date",)]


def test_months_between_are_those_of_the_group_itself():
    rows = [row(1, outlet="A", published="2032-01"), row(2, outlet="A", published="2032-03"), row(3, outlet="B")]
    assert list(grouped(rows, "outlet", "month")) == [
        ("A", "2032-01"),
        ("A", "2032-02"),
        ("A", "2032-03"),
        ("B", "2032-03"),
    ]


def test_large_groups_come_first_and_unknown_values_last():
    outlets = ["B", "A", "A", None, None, None]
    assert list(grouped([row(n, outlet=name) for n, name in enumerate(outlets)], "outlet")) == [
        ("A",),
        ("B",),
        ("no outlet",),
    ]


def test_a_remark_counts_once_in_each_outlet_that_carries_it_and_once_in_all():
    rows = [row(n, text=LONG, outlet=name) for n, name in enumerate(["A", "A", "B"])]
    assert grouped(rows, "outlet", count="utterance") == {("A",): [(0, 1)], ("B",): [(2,)]}
    assert grouped(rows, count="utterance") == {(): [(0, 1, 2)]}


def test_who_has_no_full_name_is_nobody_to_compare():
    rows = [row(1), row(2, speaker="Olsen"), row(3, speaker=None)]
    assert list(grouped(rows, "speaker")) == [("Mira Olsen",), ("no full name",)]


def test_what_is_no_group_is_one_line():
    with pytest.raises(InputError, match="--by mood: is none; give some of speaker, organisation"):
        check_groups(["mood"])
    with pytest.raises(InputError, match="--by month,month: names one twice"):
        check_groups(["month", "month"])
