"""Shares by group: every figure with its number, and a reason where there is none."""

import json
import math

import numpy as np
import pytest
from said import row

from pipeline.errors import InputError
from pipeline.findings.counting import count_units
from pipeline.findings.estimates import Asked, check_method, find_shares
from pipeline.findings.labelled import Labelled
from pipeline.records import LABELS

STANCES = ("neutral", "neutral", "pro-restriction", "anti-restriction")


def corpus(n=80, **values):
    return [row(k, STANCES[k % 4], article_id=f"a{k // 2}", **values) for k in range(n)]


def labelled(rows, labels, strata=None):
    chance = len(labels) / len(rows)
    return Labelled(labels, dict.fromkeys(labels, chance), strata or ["all"] * len(rows), len(labels), ())


def shares(rows, labels=None, count="mention", **asked):
    sample = labelled(rows, labels) if labels is not None else None
    return find_shares(rows, count_units(rows, count), Asked(**asked), sample)


def numbers(value):
    if isinstance(value, dict):
        return [x for v in value.values() for x in numbers(v)]
    return [value] if isinstance(value, float) else []


def test_naive_shares_have_counts_and_no_correction_without_a_sample():
    found = shares(corpus())
    assert found.whole.counts == {"anti-restriction": 20, "neutral": 40, "pro-restriction": 20}
    assert found.whole.naive["neutral"].value == 0.5
    assert (found.whole.corrected, found.power, found.whole.labelled, found.groups) == (None, None, 0, ())


def test_a_model_that_is_always_wrong_is_put_right():
    rows = corpus(400)
    drawn = np.random.default_rng(1).choice(400, 120, replace=False)
    labels = {rows[k].row_id: "anti-restriction" if rows[k].stance == "pro-restriction" else "neutral" for k in drawn}
    for method in ("ppi", "confusion"):
        whole = shares(rows, labels, method=method).whole
        assert sum(one.value for one in whole.naive.values()) == pytest.approx(1)
        if method == "confusion":
            assert whole.corrected is None
            assert whole.note == "too few labelled: 0 pro-restriction; 5 of each needed"
            continue
        assert whole.corrected["anti-restriction"].value == pytest.approx(0.25, abs=0.06)
        assert whole.corrected["pro-restriction"].value == pytest.approx(0, abs=0.02)
        assert whole.corrected["pro-restriction"].high > 0.005  # not seen is not impossible
        assert sum(one.value for one in whole.corrected.values()) == pytest.approx(1)


def test_the_confusion_matrix_gives_groups_without_labels_a_share():
    rows = [
        *corpus(300, outlet="A"),
        *(row(k, STANCES[k % 4], article_id=f"b{k}", outlet="B") for k in range(300, 340)),
    ]
    labels = {said.row_id: said.stance for said in rows[:120]}
    groups = {group.key: group for group in shares(rows, labels, method="confusion", by=("outlet",)).groups}
    assert groups["B",].labelled == 0
    assert groups["B",].corrected["neutral"].value == pytest.approx(0.5)
    by_ppi = {group.key: group for group in shares(rows, labels, by=("outlet",)).groups}
    assert by_ppi["B",].note == "too few labelled: 0, 20 needed"
    assert by_ppi["B",].naive is not None


@pytest.mark.parametrize(
    ("rows", "labels", "note", "naive"),
    [
        pytest.param(corpus(19), None, "too few: 20 needed", False, id="19 rows"),
        pytest.param(
            [row(k, article_id="a") for k in range(50)], None, "too few articles: 1, 5 needed", False, id="one"
        ),
        pytest.param(corpus(80), 19, "too few labelled: 19, 20 needed", True, id="19 labels"),
        pytest.param(
            [row(k, article_id=f"a{k // 8}") for k in range(80)],
            30,
            "labelled in too few articles: 4, 10 needed",
            True,
            id="labels of four articles",
        ),
    ],
)
def test_too_little_says_so_and_keeps_its_counts(rows, labels, note, naive):
    chosen = None if labels is None else {said.row_id: said.stance for said in rows[:labels]}
    whole = shares(rows, chosen).whole
    assert (whole.note, whole.naive is not None, whole.corrected) == (note, naive, None)
    assert sum(whole.counts.values()) == whole.n == len(rows)


@pytest.mark.parametrize("count", ["mention", "utterance", "actor-month"])
@pytest.mark.parametrize("stance", LABELS)
def test_one_stance_alone_is_a_share_of_1_with_an_interval(count, stance):
    speakers = [f"Mira{k} Olsen{k}" for k in range(40)]
    rows = [row(k, stance, speaker=speakers[k % 40]) for k in range(80)]
    found = shares(rows, {said.row_id: stance for said in rows[:40]}, count=count, by=("speaker", "month"))
    assert found.whole.naive[stance].value == 1.0
    assert found.whole.naive[stance].low < 0.99
    assert found.whole.corrected[stance].value == pytest.approx(1.0)
    assert found.whole.corrected[stance].low < 0.99
    assert all(map(math.isfinite, numbers(found.whole.as_dict(()))))
    json.dumps([group.as_dict(("speaker", "month")) for group in found.groups], allow_nan=False)


def test_nothing_but_terms_in_the_sample_is_told():
    rows = corpus()
    assert (
        shares(rows, dict.fromkeys([said.row_id for said in rows[:40]])).whole.note == "no labelled row is a statement"
    )


def test_a_month_without_quotes_has_no_share():
    rows = [row(k, published="2032-01" if k % 2 else "2032-03") for k in range(60)]
    january, february, march = shares(rows, by=("month",)).groups
    assert (february.key, february.n, february.note, february.naive) == (("2032-02",), 0, "no data", None)
    assert january.naive["neutral"].value == march.naive["neutral"].value == 1.0


def test_equal_seeds_give_equal_intervals():
    rows = corpus(200)
    labels = {said.row_id: said.stance if k % 5 else "neutral" for k, said in enumerate(rows[:90])}
    one, two = (shares(rows, labels, method="confusion", seed=seed) for seed in (4, 4))
    assert one.whole == two.whole
    assert shares(rows, labels, method="confusion", seed=5).whole != one.whole


def test_another_method_is_one_line():
    with pytest.raises(InputError, match="--method magic: is none; give ppi or confusion"):
        check_method("magic")
