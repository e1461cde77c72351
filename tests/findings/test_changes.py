"""Whose stance changed over time."""

import numpy as np
import pytest
from said import SHARES, row

from pipeline.findings.changes import find_changes
from pipeline.findings.counting import count_units

PRO, ANTI = "pro-restriction", "anti-restriction"


def said(stances, start=0, *, speaker="Mira Olsen", days=3, **values):
    """Return a row each, some days apart."""
    rows = []
    for k, stance in enumerate(stances):
        day = np.datetime64("2032-01-01") + np.timedelta64(days * k, "D")
        rows.append(row(start + k, stance, speaker=speaker, **{"published": str(day), **values}))
    return rows


def changes(rows):
    return find_changes(count_units(rows, "utterance"))


def test_who_turned_is_told_with_quotes_of_both_sides():
    (found,) = changes(said([ANTI] * 6 + [PRO] * 6))
    assert found.changed
    assert found.p == pytest.approx(2 / 924)  # two of all 924 ways to halve twelve
    assert found.difference == pytest.approx(1.5)
    assert (found.before.n, found.after.n, str(found.after.first)) == (6, 6, "2032-01-19")
    assert {unit.stance for unit in found.before.quotes} == {ANTI}
    told = found.as_dict()
    assert told["after"]["quotes"][0]["text"].startswith("“Words of remark number")
    assert told["speaker"] == "Mira Olsen"


def test_who_says_the_same_or_changes_all_the_time_is_not_told():
    for stances in ([PRO] * 12, [PRO, ANTI] * 6):
        (found,) = changes(said(stances))
        assert not found.changed
        assert found.p > 0.5


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(said([ANTI] * 4 + [PRO] * 5), id="too few"),
        pytest.param(said([ANTI] * 6 + [PRO] * 6, published="2032-01-01"), id="one day"),
        pytest.param(said([ANTI] * 6 + [PRO] * 6, published=None), id="no dates"),
        pytest.param(said([ANTI] * 6 + [PRO] * 6, article_id="a"), id="one article"),
        pytest.param(said([ANTI] * 6 + [PRO] * 6, speaker="Olsen"), id="no full name"),
        pytest.param(said([ANTI] * 2, days=1) + said([PRO] * 9, 20, published="2032-06-01"), id="a side too small"),
    ],
)
def test_too_little_is_not_tested(rows):
    assert changes(rows) == []


def test_articles_of_one_day_stay_on_one_side():
    rows = said([ANTI] * 5, days=0) + said([PRO] * 7, 20, published="2032-06-01")
    (found,) = changes(rows)
    assert (found.before.n, found.after.n) == (5, 7)


def test_many_who_are_asked_make_one_small_p_value_less_telling():
    rng = np.random.default_rng(1)
    rows = []
    for k in range(20):
        stances = rng.choice(sorted(SHARES), 12).tolist()
        rows += said(stances, 100 * k, speaker=f"Ann{k} Lee{k}")
    found = changes(rows)
    assert len(found) == 20
    assert min(change.p for change in found) < 0.1
    assert all(change.p_adjusted >= change.p for change in found)
    assert not any(change.changed for change in found)
