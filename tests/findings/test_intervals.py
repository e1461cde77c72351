"""Shares with intervals for quotations of the same articles."""

import math

import numpy as np
import pytest
from corpus import ANTI, NEUTRAL, PRO, cells, corpus
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from pipeline.findings.counting import count_units
from pipeline.findings.intervals import clusters_of, effective_number, figures, share, stance_counts, stance_shares
from pipeline.resampling import bootstrap_sums, ratio

CLUSTERS = st.lists(st.integers(1, 9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1)


def test_one_quotation_an_article_gives_wilsons_interval_but_for_the_small_sample_factor():
    clusters = [(1, 1)] * 30 + [(0, 1)] * 70
    found = share(clusters)
    assert (found.value, found.n) == (0.3, 100)
    assert effective_number(clusters) == pytest.approx(99)  # Wilson for 99: variance is over n - 1
    assert (found.low, found.high) == pytest.approx(proportion_confint(29.7, 99, method="wilson"))


def test_articles_of_one_stance_each_count_once():
    assert effective_number([(10, 10)] * 5 + [(0, 10)] * 5) == pytest.approx(9)


# Of one article, or of one stance in all of them, nothing tells how alike quotations are.
@pytest.mark.parametrize(
    ("clusters", "articles"), [([(3, 7)], 1), ([(5, 5), (5, 5)], 2), ([(0, 4), (0, 1), (0, 9)], 3)]
)
def test_where_articles_tell_nothing_each_counts_once(clusters, articles):
    assert effective_number(clusters) == articles


def test_the_interval_agrees_with_a_bootstrap_of_articles():
    rng = np.random.default_rng(5)
    clusters = [(int(rng.binomial(6, p)), 6) for p in rng.beta(1, 3, size=200)]
    items = np.array([(k, n) for k, n in clusters], dtype=float)
    names = [f"a{index}" for index in range(len(clusters))]
    drawn = bootstrap_sums(items, {"share": lambda sums: ratio(sums[:, 0], sums[:, 1])}, names, rng=rng)["share"]
    found = share(clusters)
    assert found.value == pytest.approx(drawn.value)
    assert (found.low, found.high) == pytest.approx((drawn.low, drawn.high), abs=0.01)


@given(CLUSTERS)
def test_an_interval_holds_its_share_and_lies_in_zero_to_one(clusters):
    found = share(clusters)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.low < found.high
    assert 0 < effective_number(clusters) <= sum(n for _, n in clusters)


def test_nothing_has_no_share_and_json_says_null():
    found = stance_shares([])
    assert all(math.isnan(estimate.value) for estimate in found.values())
    assert figures(found)[PRO] == {"value": None, "low": None, "high": None}


def test_units_are_counted_by_stance_and_article():
    rows = [cells(1, PRO, article_id="x"), cells(2, ANTI, article_id="x"), cells(3, PRO, article_id="y")]
    units = count_units(corpus(rows).statements)
    assert stance_counts(units) == {ANTI: 1, NEUTRAL: 0, PRO: 2}
    assert clusters_of(units, PRO) == [(1, 2), (1, 1)]
    assert stance_shares(units)[PRO].value == pytest.approx(2 / 3)
