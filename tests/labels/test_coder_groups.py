"""Agreement by type of coder: who is measured with whom, intervals as by naive resampling, and what they would take."""

import math
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, confusion_matrix

from pipeline.labels.agreement import MISSING, alpha, coincidences
from pipeline.labels.coder_groups import measure
from pipeline.labels.reliability import Codes, Draws, effort
from pipeline.records import LABELS, Estimate
from pipeline.resampling import draw_clusters

QUICK = Draws(resamples=200, seed=7)


def sample(types, *, seed=1, articles=12, per_article=4, skip=0.2, right=0.75, target=lambda article: None):
    """Codes of invented coders who mostly see what there is; articles are of one mind more often than not."""
    rng = np.random.default_rng(seed)
    n = articles * per_article
    truth = np.where(rng.random(n) < 0.5, np.repeat(rng.integers(0, 3, articles), per_article), rng.integers(0, 3, n))
    shape = (n, len(types))
    codes = np.where(rng.random(shape) < right, truth[:, None], rng.integers(0, 3, shape))
    names = [f"article {i // per_article:03}" for i in range(n)]
    return Codes(
        labels=LABELS,
        coders=tuple(f"coder {i}" for i in range(len(types))),
        types=tuple(types),
        codes=np.where(rng.random(shape) < skip, MISSING, codes),
        units=tuple((f"{name}:{i}-{i + 1}", target(int(name[-3:]))) for i, name in enumerate(names)),
        clusters=tuple(names),
    )


def some(data, rows, columns=None):
    """The same codes, some of the units and coders."""
    columns = list(range(len(data.coders))) if columns is None else columns
    return replace(
        data,
        coders=tuple(data.coders[c] for c in columns),
        types=tuple(data.types[c] for c in columns),
        codes=data.codes[rows][:, columns],
        units=tuple(data.units[r] for r in rows),
        clusters=tuple(data.clusters[r] for r in rows),
    )


def same(one, other, digits=12):
    """Whether two estimates are the same but for the last digits."""
    return [one.value, one.low, one.high] == pytest.approx(
        [other.value, other.low, other.high], abs=10**-digits, nan_ok=True
    )


def test_types_are_measured_apart_and_people_come_first():
    groups = measure(sample(["model", "human", None, "human", "model", "weak"]), QUICK)
    assert [group.types for group in groups] == [
        ("human", "human"),
        ("human", "model"),
        ("model", "model"),
        ("human", "weak"),
        ("model", "weak"),
        ("human", None),
        ("model", None),
        ("weak", None),
    ]
    assert [group.coefficient for group in groups[:3]] == ["alpha", "kappa_x", "alpha"]
    assert groups[0].coders == ("coder 1", "coder 3")
    assert [(pair.first, pair.second) for pair in groups[1].pairs] == [
        ("coder 1", "coder 0"),
        ("coder 1", "coder 4"),
        ("coder 3", "coder 0"),
        ("coder 3", "coder 4"),
    ]


def test_what_models_say_does_not_touch_the_agreement_of_people():
    data = sample(["human", "model", "human", "model"])
    people = some(data, range(len(data.codes)), [0, 2])
    assert measure(data, QUICK)[0] == measure(people, QUICK)[0]


def test_one_person_and_one_model_have_cohens_kappa():
    data = sample(["human", "model"], skip=0)
    (group,) = measure(data, QUICK)
    assert group.reliability.value == pytest.approx(cohen_kappa_score(*data.codes.T), abs=1e-12)
    assert same(group.reliability, group.pairs[0].kappa)


def test_pairs_have_the_figures_of_scikit_learn():
    data = sample(["human"] * 3)
    (group,) = measure(data, QUICK)
    for pair, columns in zip(group.pairs, [(0, 1), (0, 2), (1, 2)], strict=True):
        both = data.codes[(data.codes[:, columns] != MISSING).all(axis=1)][:, columns]
        assert pair.n == pair.kappa.n == len(both)
        assert pair.kappa.value == cohen_kappa_score(*both.T)
        assert pair.kappa.low < pair.kappa.value < pair.kappa.high
        assert pair.confusion == tuple(map(tuple, confusion_matrix(*both.T).tolist()))
    assert group.kappa.value == pytest.approx(np.mean([pair.kappa.value for pair in group.pairs]), abs=1e-12)
    assert group.macro_f1.value == pytest.approx(np.mean([pair.macro_f1.value for pair in group.pairs]), abs=1e-12)


def test_coders_who_share_nothing_are_no_pair():
    data = sample(["human"] * 3, skip=0)
    data.codes[::2, 0] = MISSING
    data.codes[1::2, 1] = MISSING
    (group,) = measure(data, QUICK)
    assert [(pair.first[-1], pair.second[-1]) for pair in group.pairs] == [("0", "2"), ("1", "2")]


def test_no_group_where_no_unit_has_two_codes():
    data = sample(["human", "human"], skip=0)
    data.codes[:, 1] = MISSING
    assert measure(data, QUICK) == ()


def naive_interval(data, draws):
    """Draw the same articles, put their units together, and take alpha of them as they stand."""
    names = np.unique(data.clusters)
    units = [np.flatnonzero(np.array(data.clusters) == name) for name in names]
    drawn = draw_clusters(np.random.default_rng(draws.seed), len(names), draws.resamples)
    values = [
        alpha(coincidences(data.codes[np.concatenate([units[i] for i in draw])], 3).sum(axis=0, keepdims=True))[0]
        for draw in drawn
    ]
    return np.quantile(values, [0.025, 0.975]), np.std(values, ddof=1)


def test_intervals_are_those_of_naive_resampling_of_articles():
    data = sample(["human"] * 3, skip=0)
    (group,) = measure(data, QUICK)
    (low, high), deviation = naive_interval(data, QUICK)
    assert [group.reliability.low, group.reliability.high] == pytest.approx([low, high], abs=1e-12)
    assert group.standard_error == pytest.approx(deviation, abs=1e-12)


def test_order_of_units_changes_nothing_and_the_seed_does():
    data = sample(["human", "human", "model"])
    groups = measure(data, QUICK)
    assert measure(data, QUICK) == groups
    shuffled = measure(some(data, np.random.default_rng(0).permutation(len(data.codes))), QUICK)
    for one, other in zip(groups, shuffled, strict=True):
        assert same(one.reliability, other.reliability)
        assert all(same(a.kappa, b.kappa) for a, b in zip(one.pairs, other.pairs, strict=True))
    assert measure(data, replace(QUICK, seed=8))[0].reliability.low != groups[0].reliability.low


def test_other_names_of_coders_change_nothing():
    data = sample(["human"] * 3)
    (before,), (after,) = measure(data, QUICK), measure(some(data, range(len(data.codes)), [2, 0, 1]), QUICK)
    assert same(before.reliability, after.reliability)
    assert sorted(pair.n for pair in before.pairs) == sorted(pair.n for pair in after.pairs)


def test_a_target_has_the_figures_of_its_units_alone():
    data = sample(["human"] * 2, target=lambda article: "cranes" if article % 3 else "masts")
    (group,) = measure(data, QUICK)
    assert [one.target for one in group.targets] == ["cranes", "masts"]
    assert sum(one.n for one in group.targets) == group.n
    for one in group.targets:
        (alone,) = measure(some(data, [i for i, unit in enumerate(data.units) if unit[1] == one.target]), QUICK)
        assert same(one.reliability, alone.reliability)
        assert alone.targets == ()


def test_labels_count_the_codes_that_met_another():
    data = sample(["human"] * 2)
    (group,) = measure(data, QUICK)
    both = data.codes[(data.codes != MISSING).all(axis=1)]
    assert [one.codes for one in group.labels] == np.bincount(both.ravel(), minlength=3).tolist()
    # Of two coders, specific agreement is F1 of one on the other.
    assert np.mean([one.agreement.value for one in group.labels]) == pytest.approx(group.macro_f1.value, abs=1e-12)


def test_labels_of_people_and_models_count_both_sides():
    data = sample(["human", "model"])
    (group,) = measure(data, QUICK)
    both = data.codes[(data.codes != MISSING).all(axis=1)]
    assert [one.codes for one in group.labels] == np.bincount(both.ravel(), minlength=3).tolist()


def test_one_article_has_a_value_and_no_interval():
    (group,) = measure(sample(["human"] * 2, articles=1, per_article=20), QUICK)
    assert (group.clusters, group.n) == (1, group.agreement.n)
    assert not math.isnan(group.reliability.value)
    assert math.isnan(group.reliability.low)
    assert effort(group, 0.05) is None


def test_one_label_alone_has_agreement_and_no_reliability():
    data = sample(["human"] * 2, skip=0)
    data.codes[:] = 1
    (group,) = measure(data, QUICK)
    assert group.agreement.value == 1
    assert math.isnan(group.reliability.value)
    assert math.isnan(group.pairs[0].kappa.value)
    assert effort(group, 0.05) is None


def test_effort_by_hand():
    (group,) = measure(sample(["human"] * 2, skip=0), QUICK)
    group = replace(group, n=80, clusters=20, standard_error=0.1 / 1.959964, reliability=Estimate(0.7, 0, 1, 80))
    # Half the width takes four times the articles: three times as many more.
    more = effort(group, 0.05)
    assert (round(more.half_width, 6), more.wanted, more.statements, more.clusters) == (0.1, 0.05, 240, 60)
    reached = effort(group, 0.2)
    assert (reached.statements, reached.clusters) == (0, 0)


def test_as_many_more_articles_as_told_bring_the_wanted_width():
    draws = Draws(resamples=2000)
    (few,) = measure(sample(["human"] * 2, articles=60, skip=0), draws)
    more = effort(few, 0.05)
    assert more.half_width > 0.09
    (many,) = measure(sample(["human"] * 2, articles=60 + more.clusters, skip=0), draws)
    assert effort(many, 0.05).half_width == pytest.approx(0.05, rel=0.15)
