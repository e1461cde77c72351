"""What is odd about a set of labels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from pipeline.labels.checks import FEWEST, Labelled, balance, contradictions, drifts, likely_errors
from pipeline.records import LABELS

PRO, ANTI, NEUTRAL = "pro-restriction", "anti-restriction", "neutral"


def row(label, *, text="It is safe", target="masts", coder="dana", time=None, line=1):
    return Labelled(f"gold.jsonl:{line}", f"a:{line}-{line + 9}", text, target, label, coder, time)


def test_one_text_with_two_labels():
    rows = [
        row(PRO, text="“It is safe,”", line=1),
        row(ANTI, text="it  is safe", line=2),
        row(PRO, text="It is not", line=3),
        row(NEUTRAL, target="drones", line=4),
        row(ANTI, text="", line=5),
        row(PRO, text="", line=6),
    ]
    (found,) = contradictions(rows)
    assert (found.text, found.target) == ("“It is safe,”", "masts")
    assert [one.where for one in found.labels] == ["gold.jsonl:1", "gold.jsonl:2"]


@pytest.mark.parametrize(
    ("labels", "within"),
    [([("dana", PRO), ("dana", ANTI)], True), ([("dana", PRO), ("tom", ANTI), ("tom", ANTI)], False)],
)
def test_coders_who_differ_are_told_from_one_who_contradicts_himself(labels, within):
    (found,) = contradictions([row(label, coder=coder) for coder, label in labels])
    assert found.within == within


def over_time(labels, coder="dana"):
    return [row(label, coder=coder, time=f"2026-03-01T10:{i:02}:00Z") for i, label in enumerate(labels)]


def test_drift_of_one_coder_and_steadiness_of_another():
    drifting, steady = [PRO] * 20 + [NEUTRAL] * 20, [PRO, NEUTRAL] * 20
    first, second = drifts([*over_time(steady, "tom"), *reversed(over_time(drifting)), row(ANTI)])
    assert (first.coder, first.first, first.second) == ("dana", (0, 0, 20), (0, 20, 0))
    # Two tests: the smaller p value counts twice.
    assert first.p_value == pytest.approx(2 * chi2_contingency([[0, 20], [20, 0]]).pvalue)
    assert (second.coder, second.p_value) == ("tom", 1.0)


def test_no_drift_is_told_of_few_labels_or_without_times():
    assert drifts(over_time([PRO] * (2 * FEWEST - 1))) == []
    assert drifts([row(PRO)] * 100) == []


def test_one_label_throughout_is_no_drift():
    assert [drift.p_value for drift in drifts(over_time([PRO] * 50))] == [1.0]


def test_planted_errors_are_found():
    rng = np.random.default_rng(1)
    truth = rng.integers(3, size=600)
    y_prob = rng.dirichlet([1, 1, 1], size=600) * 0.4
    y_prob[np.arange(600), truth] += 0.6
    wrong = rng.choice(600, 30, replace=False)
    given_labels = truth.copy()
    given_labels[wrong] = (truth[wrong] + 1) % 3
    found = likely_errors([LABELS[code] for code in given_labels], y_prob)
    # Half of them: those whose true label is likelier than it is on average.
    assert 12 <= len(found) <= 18
    assert {suspect.index for suspect in found} <= set(wrong.tolist())
    assert all(suspect.label == LABELS[truth[suspect.index]] for suspect in found)
    margins = [suspect.margin for suspect in found]
    assert margins == sorted(margins, reverse=True)


# By cleanlab 2.9.0, of the labels and probabilities below:
#   find_label_issues(y, y_prob, filter_by="confident_learning", return_indices_ranked_by="normalized_margin")
BY_CLEANLAB = [2, 36, 17, 12, 5, 1, 20, 25, 7, 8, 24, 6, 9, 18, 10, 4, 23, 38, 0, 3, 39, 19, 21, 33, 34, 28]


def test_the_same_labels_are_suspected_as_by_cleanlab_in_the_same_order():
    rng = np.random.default_rng(7)
    y_prob = rng.dirichlet([1, 1, 1], 40).round(2)
    y_prob[:, 2] = (1 - y_prob[:, 0] - y_prob[:, 1]).round(2)
    y = [LABELS[code] for code in rng.integers(0, 3, 40)]
    assert [suspect.index for suspect in likely_errors(y, y_prob)] == BY_CLEANLAB


@given(st.lists(st.tuples(st.sampled_from(LABELS), st.integers(0, 10), st.integers(0, 10), st.integers(1, 10))))
def test_the_label_that_is_the_likeliest_is_never_suspected(rows):
    shares = np.array([numbers for _, *numbers in rows], dtype=float).reshape(len(rows), 3)
    y_prob = shares / shares.sum(axis=1, keepdims=True)
    for suspect in likely_errors([label for label, *_ in rows], y_prob):
        given_label = LABELS.index(rows[suspect.index][0])
        assert y_prob[suspect.index, LABELS.index(suspect.label)] > y_prob[suspect.index, given_label]
        assert suspect.label != rows[suspect.index][0]


def test_counts_by_target():
    rows = [row(PRO), row(PRO), row(ANTI), row(NEUTRAL, target="drones")]
    assert balance(rows) == {
        "masts": {ANTI: 1, NEUTRAL: 0, PRO: 2},
        "drones": {ANTI: 0, NEUTRAL: 1, PRO: 0},
    }
