"""Shares corrected by a labelled sample: against published code, against known populations, and at the edges."""

import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.findings.confusion import adjusted_shares, confusion_matrix
from pipeline.findings.correction import Frame, corrected_shares, tuned_power
from pipeline.findings.intervals import share

_POPULATIONS = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "_populations.py"))
Population, draw = _POPULATIONS["Population"], _POPULATIONS["draw"]

# Of ppi_mean_pointestimate and ppi_mean_ci in ppi-python 0.2.3 (code of Angelopoulos et al.), with the numbers made
# below: power, share, and ends of the 95 % interval; None: the power that it tunes itself.
PUBLISHED = [
    (0.0, 0.455, 0.38598602492749656, 0.5240139750725035),
    (0.5, 0.46030532, 0.3970174010256639, 0.5235932401101725),
    (1.0, 0.46561064, 0.40156994261845463, 0.5296513396532181),
    (None, 0.46285974, 0.4000506672697762, 0.5256688204070777),
]


def published_frame():
    """Return 20,000 rows without clusters, the first 200 labelled; no generator of any version makes them."""
    i = np.arange(20_000)
    guess, draws = (np.sin(i * 12.9898) * 43758.5453) % 1, (np.sin(i * 78.233) * 12345.678) % 1
    labelled = i < 200
    actual = (draws < 0.15 + 0.6 * guess) & labelled
    said = np.stack([actual, labelled & ~actual, 0 * i, 0 * i], axis=1).astype(float)
    predicted = np.stack([guess, 1 - guess, 0 * guess], axis=1)
    return Frame(predicted, np.ones(20_000), i, np.zeros(20_000, int), labelled, said, np.where(labelled, 0.01, 1.0))


def small_frame(labels, *, rows=40, per_article=2, stratum=None, inclusion=None, weight=None):
    """Return rows of which the first are labelled so: 0 to 2, or 3 for no statement."""
    said = np.zeros((rows, 4))
    said[np.arange(len(labels)), labels] = 1
    return Frame(
        predicted=np.tile([0.2, 0.5, 0.3], (rows, 1)),
        weight=np.ones(rows) if weight is None else np.array(weight, float),
        cluster=np.arange(rows) // per_article,
        stratum=np.zeros(rows, int) if stratum is None else np.array(stratum),
        labelled=said.any(axis=1),
        actual=said,
        inclusion=np.ones(rows) if inclusion is None else np.array(inclusion, float),
    )


@pytest.mark.parametrize(("power", "value", "low", "high"), PUBLISHED)
def test_shares_are_those_of_the_published_code(power, value, low, high):
    frame = published_frame()
    tuned = tuned_power(frame)
    # The published code has 0.741; it takes the variance of the predictions over all rows, not over the labelled ones.
    assert tuned == pytest.approx(0.741, abs=0.05)
    found = corrected_shares(frame, tuned if power is None else power)
    assert found.share[0] == pytest.approx(value, abs=1e-7 if power is not None else 5e-4)
    # Ours knows that the labelled rows are among all, has t in place of z, and adds a row's worth of unseen errors.
    assert found.low[0] == pytest.approx(low, abs=0.004)
    assert found.high[0] == pytest.approx(high, abs=0.004)
    assert found.high[0] - found.low[0] >= 0.99 * (high - low)


@pytest.mark.parametrize(
    "population",
    [
        pytest.param(Population("blind to one side", articles=150), id="blind to one side"),
        pytest.param(Population("leans to one side", articles=80, size=8), id="leans, large articles"),
        pytest.param(Population("leans to one side", articles=150, strata="two"), id="leans, two strata"),
    ],
)
def test_corrected_intervals_hold_the_truth_where_naive_ones_do_not(population):
    # 250 draws take half a second each; benchmarks/estimate.py makes 2,000 of sixteen populations.
    rng = np.random.default_rng(5)
    held, naive = [], []
    for _ in range(250):
        frame, predicted = draw(population, rng)
        found = corrected_shares(frame, tuned_power(frame))
        held.append((found.low <= population.truth) & (population.truth <= found.high))
        sizes = np.bincount(frame.cluster)
        hits = np.bincount(frame.cluster, predicted == 1).astype(int)
        told = share(list(zip(hits.tolist(), sizes.tolist(), strict=True)))
        naive.append(told.low <= population.truth[1] <= told.high)
    assert 0.93 <= np.mean(held) <= 0.97
    assert np.mean(naive) < 0.2


def test_the_confusion_matrix_finds_the_shares_of_a_classifier_that_leans():
    population = Population("leans to one side", articles=3000, n=3000)
    frame, predicted = draw(population, np.random.default_rng(3))
    found = adjusted_shares(frame, frame, rng=np.random.default_rng(4), resamples=100)
    assert abs(np.bincount(predicted) / len(predicted) - population.truth).max() > 0.1
    assert found.share == pytest.approx(population.truth, abs=0.05)
    assert ((found.low <= population.truth) & (population.truth <= found.high)).all()
    assert found.share.sum() == pytest.approx(1)
    assert confusion_matrix(frame).sum(axis=1) == pytest.approx([1, 1, 1])


def test_rows_drawn_with_less_probability_weigh_more():
    # Strata too small to stand alone: 1 of 4 labelled is anti, but it stands for 10 times as many rows.
    frame = small_frame([0, 1, 1, 1], inclusion=[0.1, 1, 1, 1, *[1] * 36])
    assert corrected_shares(frame, 0.0).share[0] == pytest.approx(10 / 13)


def test_each_stratum_counts_by_its_rows_in_the_corpus():
    # Half of the sample is of a stratum that is a tenth of the corpus.
    frame = small_frame([0, 0, 1, 1], stratum=[0, 0, *[1] * 36, 0, 0], inclusion=[0.5, 0.5, *[1 / 18] * 2, *[1] * 36])
    assert corrected_shares(frame, 0.0).share[0] == pytest.approx(0.1)


def test_what_is_no_statement_leaves_the_shares():
    assert corrected_shares(small_frame([0, 1, 1, 3, 3, 3]), 0.0).share == pytest.approx([1 / 3, 2 / 3, 0])


def test_units_count_once_however_many_rows_they_have():
    # Rows 0 and 1 are one unit, and so are the predictions of the others.
    frame = small_frame([0, 0, 1], rows=3, per_article=1, weight=[0.5, 0.5, 1])
    assert corrected_shares(frame, 0.0).share[0] == pytest.approx(0.5)


def test_a_sample_of_one_label_has_an_interval_all_the_same():
    found = corrected_shares(small_frame([1] * 30), 0.0)
    assert found.share.tolist() == [0.0, 1.0, 0.0]
    assert found.high[0] == pytest.approx(2.16 / 30, abs=0.01)  # the rule of three would be 3 / 30
    assert found.low[1] == pytest.approx(1 - found.high[0])


@pytest.mark.parametrize("labels", [[], [1], [1, 1], [3, 3, 3, 3]])
def test_too_little_is_an_error_and_no_nan(labels):
    with pytest.raises(ValueError, match=r"two articles or more|holds no statement"):
        corrected_shares(small_frame(labels), 0.5)


def test_the_power_is_none_where_nothing_varies():
    assert tuned_power(small_frame([0, 1, 2, 1])) == 0.0


@given(
    st.lists(st.integers(0, 3), min_size=3, max_size=12).filter(lambda labels: set(labels) - {3}),
    st.floats(0, 1),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=60, deadline=None)
def test_shares_sum_to_1_and_never_leave_their_intervals_nor_0_to_1(labels, power, seed):
    rng = np.random.default_rng(seed)
    frame = small_frame(labels)
    frame = replace(
        frame,
        predicted=rng.dirichlet(np.ones(3) / 3, 40),
        weight=rng.uniform(0.1, 1, 40),
        stratum=rng.integers(0, 3, 40),
        inclusion=np.where(frame.labelled, rng.uniform(0.05, 1, 40), 1.0),
    )
    found = corrected_shares(frame, power)
    assert found.share.sum() == pytest.approx(1)
    assert (found.low >= 0).all()
    assert (found.high <= 1).all()
    assert (found.low <= found.share + 1e-12).all()
    assert (found.share <= found.high + 1e-12).all()
