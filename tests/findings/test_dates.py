"""Published dates, however they are told."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.findings.dates import parse_published


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("2032-03-01", "2032-03-01"),
        ("2032-03-01T23:59:00-05:00", "2032-03-01"),
        ("2032-03-01 08:00", "2032-03-01"),
        ("20320301T080000Z", "2032-03-01"),
        ("2032/3/1", "2032-03-01"),
        (" 2032-03 ", "2032-03"),
        ("2032", "2032"),
        ("Mon, 01 Mar 2032 08:00:00 GMT", "2032-03-01"),
        ("March 1, 2032", "2032-03-01"),
        ("Sept. 5, 2032", "2032-09-05"),
        ("1 mar 2032", "2032-03-01"),
        ("March 2032", "2032-03"),
        ("03/04/2032", None),
        ("2032-02-30", None),
        ("2032-13", None),
        ("0001-01-01", None),
        ("9999-12-31", None),
        ("20321", None),
        ("2032 in review", None),
        ("yesterday", None),
        ("Marzipan 5, 2032", None),
        ("", None),
    ],
)
def test_a_date_is_read_as_far_as_it_is_told(told, expected):
    assert (str(found) if (found := parse_published(told)) else None) == expected


@pytest.mark.parametrize(
    ("one", "other", "days"),
    [
        ("2032-03-01", "2032-03-04", 3),
        ("2032-03", "2032-03-04", 0),
        ("2032-04-02", "2032-03", 2),
        ("2032", "2032-12", 0),
    ],
)
def test_days_apart_are_the_fewest_that_may_be(one, other, days):
    assert parse_published(one).apart(parse_published(other)) == parse_published(other).apart(parse_published(one))
    assert parse_published(one).apart(parse_published(other)) == days


@given(st.text(max_size=30))
def test_no_text_is_an_error(told):
    parse_published(told)


@given(st.dates(min_value=date(1700, 1, 1), max_value=date(2199, 12, 31)))
def test_iso_dates_come_back(day):
    assert parse_published(day.isoformat()).day == day.isoformat()
