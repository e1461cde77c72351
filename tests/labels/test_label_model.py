"""Majority vote and the model of Dawid and Skene, against hand-made posteriors, planted truth and other programs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from planted import CODERS, ONE_SIDED, PRIORS, by_coders, by_functions

from pipeline.labels.label_model import LABEL_MODELS, NO_VOTE, DawidSkene, MajorityVote, decided

NAN = [np.nan] * 3

# Votes, shares, and the label where it has to have half of them.
ROWS = [
    ([2, 2, 0, -1], [1 / 3, 0, 2 / 3], 2),
    ([1, -1, -1, -1], [0, 1, 0], 1),
    ([0, 2, -1, -1], [0.5, 0, 0.5], NO_VOTE),  # a tie
    ([0, 0, 2, 2], [0.5, 0, 0.5], NO_VOTE),
    ([0, 1, 2, 2], [0.25, 0.25, 0.5], 2),
    ([-1, -1, -1, -1], NAN, NO_VOTE),
]
VOTES = np.array([row for row, _, _ in ROWS], dtype=np.int8)


def right(y_prob, y_true):
    """How many of the rows with a vote are right, and the mean posterior of the true label."""
    voted = ~np.isnan(y_prob[:, 0])
    y_prob, y_true = y_prob[voted], y_true[voted]
    return int((y_prob.argmax(axis=1) == y_true).sum()), float(y_prob[np.arange(len(y_true)), y_true].mean())


def test_majority_vote_is_the_share_of_votes():
    y_prob = MajorityVote().fit(VOTES).predict_proba(VOTES)
    np.testing.assert_allclose(y_prob, [shares for _, shares, _ in ROWS])
    assert decided(y_prob, 0.5).tolist() == [label for *_, label in ROWS]


@pytest.mark.parametrize("model", sorted(LABEL_MODELS))
def test_a_row_without_a_vote_gets_no_label_from_any_model(model):
    y_prob = LABEL_MODELS[model]().fit(VOTES).predict_proba(VOTES)
    assert y_prob.shape == (6, 3)
    assert np.isnan(y_prob[-1]).all()
    np.testing.assert_allclose(y_prob[:-1].sum(axis=1), 1)
    assert decided(y_prob)[-1] == NO_VOTE
    assert decided(np.empty((0, 3))).tolist() == []


# Two functions and two labels. Confusion by hand: what is counted of the known rows, and half a count for each cell.
KNOWN_VOTES = [[0, -1], [0, 0], [1, 0], [1, -1]]
KNOWN = [0, 0, 1, 1]
BY_HAND = [
    [[2.5 / 3.5, 0.5 / 3.5, 0.5 / 3.5], [0.5 / 3.5, 2.5 / 3.5, 0.5 / 3.5]],
    [[1.5 / 3.5, 0.5 / 3.5, 1.5 / 3.5], [1.5 / 3.5, 0.5 / 3.5, 1.5 / 3.5]],
]


def test_with_known_labels_it_counts_and_applies_bayes():
    votes, known = np.array(KNOWN_VOTES, dtype=np.int8), np.array(KNOWN, dtype=np.int8)
    model = DawidSkene(k=2, smoothing=0.5).fit(votes, known)
    np.testing.assert_allclose(model.confusion_, BY_HAND)
    np.testing.assert_allclose(model.priors_, [0.5, 0.5])
    # The second function does as much for either label, so that the first decides: 2.5 to 0.5.
    asked = np.array([[0, 0], [1, -1]], dtype=np.int8)
    np.testing.assert_allclose(model.predict_proba(asked), [[5 / 6, 1 / 6], [1 / 6, 5 / 6]])


# `label_model_oracles.py crowd-kit` (crowd-kit 1.4.1) on 3,994 planted items.
CROWD_KIT = {
    "majority": 0.730129,
    "priors": [0.24807, 0.46346, 0.28847],
    "confusion_0": [[0.93091, 0.03347, 0.03562], [0.05416, 0.89188, 0.05396], [0.03304, 0.05631, 0.91065]],
    "confusion_4": [[0.40444, 0.50995, 0.08561], [0.09841, 0.79679, 0.1048], [0.10506, 0.47315, 0.42179]],
    "right": 3567,
    "posterior": 0.84392,
    "first": [[0.042615, 0.229798, 0.727588], [0.006903, 0.032197, 0.960899], [0.000511, 0.99858, 0.000909]],
}


def test_it_finds_what_crowd_kit_finds():
    planted = by_coders()
    model = DawidSkene(abstentions="missing", smoothing=0, tolerance=0).fit(planted.votes)
    y_prob = model.predict_proba(planted.votes)
    assert model.priors_ == pytest.approx(CROWD_KIT["priors"], abs=2e-5)
    for coder in (0, 4):
        np.testing.assert_allclose(model.confusion_[coder], CROWD_KIT[f"confusion_{coder}"], atol=2e-5)
    hits, posterior = right(y_prob, planted.y_true)
    assert hits == CROWD_KIT["right"]
    assert posterior == pytest.approx(CROWD_KIT["posterior"], abs=1e-5)
    np.testing.assert_allclose(y_prob[:3], CROWD_KIT["first"], atol=1e-5)
    assert right(MajorityVote().predict_proba(planted.votes), planted.y_true)[1] == pytest.approx(
        CROWD_KIT["majority"], abs=1e-6
    )


# `label_model_oracles.py snorkel` (snorkel 0.10.0; its LabelModel is another model of the same votes: 2,000 epochs, the
# true class balance given) on 4,000 planted statements, of which 2,822 have a vote.
SNORKEL = {"majority_labels": 2422, "majority_right": 2105, "right": 2354, "voted": 2822}


def test_it_is_as_good_as_snorkel_on_functions_that_know_one_label():
    planted = by_functions()
    majority = decided(MajorityVote().predict_proba(planted.votes))
    assert (majority != NO_VOTE).sum() == SNORKEL["majority_labels"]
    assert (majority == planted.y_true).sum() == SNORKEL["majority_right"]
    y_prob = DawidSkene(priors=PRIORS).fit(planted.votes).predict_proba(planted.votes)
    assert (~np.isnan(y_prob[:, 0])).sum() == SNORKEL["voted"]
    assert abs(right(y_prob, planted.y_true)[0] - SNORKEL["right"]) <= 0.005 * SNORKEL["voted"]


def test_planted_coders_are_recovered():
    planted = by_coders(n=40_000)
    model = DawidSkene(abstentions="missing").fit(planted.votes)
    np.testing.assert_allclose(model.confusion_, CODERS, atol=0.02)
    np.testing.assert_allclose(model.priors_, PRIORS, atol=0.01)


@pytest.mark.parametrize("priors", [None, PRIORS])
def test_planted_functions_are_recovered_from_when_they_vote(priors):
    planted = by_functions(n=40_000)
    model = DawidSkene(priors=priors).fit(planted.votes)
    found = [model.confusion_[j, :, label] for j, (label, _) in enumerate(ONE_SIDED)]
    np.testing.assert_allclose(found, [shares for _, shares in ONE_SIDED], atol=0.03)
    np.testing.assert_allclose(model.priors_, PRIORS, atol=0.03)
    # Posteriors are as sure as they are right.
    y_prob = model.predict_proba(planted.votes)
    voted = ~np.isnan(y_prob[:, 0])
    assert right(y_prob, planted.y_true)[0] / voted.sum() == pytest.approx(y_prob[voted].max(axis=1).mean(), abs=0.01)


def test_functions_that_know_one_label_say_nothing_if_their_silence_does_not():
    planted = by_functions()
    model = DawidSkene(abstentions="missing", smoothing=0).fit(planted.votes)
    np.testing.assert_allclose([model.confusion_[j, :, label] for j, (label, _) in enumerate(ONE_SIDED)], 1)


def test_given_priors_stay_and_learnt_ones_follow_the_labels():
    votes = np.array([[2], [2], [2], [0]], dtype=np.int8)
    assert DawidSkene(priors=[0.2, 0.3, 0.5]).fit(votes).priors_ == pytest.approx([0.2, 0.3, 0.5])
    assert DawidSkene(smoothing=0).fit(votes).priors_ == pytest.approx([0.25, 0, 0.75], abs=1e-6)


def test_nothing_to_learn_from_is_an_error():
    with pytest.raises(ValueError, match="no row has a vote"):
        DawidSkene(abstentions="missing").fit(np.full((3, 2), NO_VOTE, dtype=np.int8))
    silent = DawidSkene().fit(np.full((3, 2), NO_VOTE, dtype=np.int8))
    assert np.isnan(silent.predict_proba(np.full((2, 2), NO_VOTE, dtype=np.int8))).all()


MATRICES = arrays(np.int8, st.tuples(st.integers(1, 25), st.integers(1, 5)), elements=st.integers(-1, 2))
OPTIONS = st.fixed_dictionaries(
    {
        "priors": st.sampled_from([None, (0.2, 0.5, 0.3)]),
        "abstentions": st.sampled_from(["informative", "missing"]),
        "smoothing": st.sampled_from([0.0, 0.1, 2.0]),
    }
)


@settings(max_examples=80, deadline=None)
@given(MATRICES, OPTIONS, st.data())
def test_the_likelihood_never_falls(votes, options, data):
    if options["abstentions"] == "missing" and (votes == NO_VOTE).all():
        return
    known = np.array(data.draw(st.lists(st.integers(-1, 2), min_size=len(votes), max_size=len(votes))), dtype=np.int8)
    model = DawidSkene(**options, tolerance=0, max_iterations=40).fit(votes, known)
    assert np.isfinite(model.history_).all()
    assert (np.diff(model.history_) >= -1e-7 * np.abs(model.history_[:-1])).all()


@settings(max_examples=60, deadline=None)
@given(MATRICES, OPTIONS, st.randoms(use_true_random=False))
def test_the_order_of_functions_and_rows_changes_nothing(votes, options, random):
    if options["abstentions"] == "missing" and (votes == NO_VOTE).all():
        return
    rows = random.sample(range(len(votes)), len(votes))
    columns = random.sample(range(votes.shape[1]), votes.shape[1])
    moved = votes[rows][:, columns]
    for make in (MajorityVote, lambda: DawidSkene(**options, tolerance=0, max_iterations=15)):
        y_prob = make().fit(votes).predict_proba(votes)
        np.testing.assert_allclose(make().fit(moved).predict_proba(moved), y_prob[rows], atol=1e-6)


@given(MATRICES)
def test_what_is_decided_is_the_largest_probability_and_alone(votes):
    y_prob = MajorityVote().predict_proba(votes)
    for row, label in zip(y_prob, decided(y_prob, 0.4), strict=True):
        best = [] if np.isnan(row).any() else np.flatnonzero(row == row.max()).tolist()
        assert label == (best[0] if len(best) == 1 and row.max() >= 0.4 else NO_VOTE)
