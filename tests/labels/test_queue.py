"""Which statements to annotate next."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.labels.queue import choose, uncertainties, word_vectors

PROBABILITIES = np.array([[1.0, 0.0, 0.0], [0.6, 0.3, 0.1], [0.5, 0.5, 0.0], [1 / 3, 1 / 3, 1 / 3]])
MEASURES = {
    # entropy / ln 3 by hand: .898 / 1.0986, .693 / 1.0986
    "entropy": [0.0, 0.8173, 0.6309, 1.0],
    "margin": [0.0, 0.7, 1.0, 1.0],
    "confidence": [0.0, 0.6, 0.75, 1.0],
}

# Five statements: the first two say the same, the last stands for itself.
VECTORS = np.array([[1, 0, 0], [1, 0, 0], [0.6, 0.8, 0], [0, 1, 0], [0, 0, 1]], dtype=float)
UNSURE = np.array([0.9, 0.8, 0.7, 0.2, 0.1])
NOTHING = np.empty((0, 3))


def chosen(count=5, *, known=NOTHING, **more):
    given = {"stories": list("abcde"), "targets": list("vvwww"), "diversity": 0.5} | more
    return [choice.index for choice in choose(count, UNSURE, VECTORS, known, **given)]


@pytest.mark.parametrize("measure", MEASURES)
def test_uncertainty_is_0_for_one_label_and_1_for_all_alike(measure):
    np.testing.assert_allclose(uncertainties(PROBABILITIES, measure), MEASURES[measure], atol=1e-4)


def test_without_diversity_the_least_sure_come_first():
    assert chosen(diversity=0) == [0, 1, 2, 3, 4]


def test_novelty_alone_passes_over_what_is_like_the_others():
    assert chosen(3, diversity=1) == [0, 3, 4]


def test_both_together():
    # .5 * .7 + .5 * .4 = .55 for the third and for the last .5 * .1 + .5 * 1; a copy of the first is worth .4.
    assert chosen(2) == [0, 3]
    assert chosen(3)[2] == 4


def test_what_was_labelled_before_is_no_news():
    assert chosen(1) == [0]
    assert chosen(1, known=VECTORS[:1]) == [3]


def test_one_story_is_asked_about_once():
    assert sorted(chosen(stories=list("aabbb"))) == [0, 3]
    assert len(chosen(stories=list("aabbb"), per_story=2)) == 4


def test_quotas_of_targets():
    assert sorted(chosen(quotas={"w": 1}, diversity=0)) == [0, 1, 2]
    assert chosen(quotas={"v": 0, "w": 0}) == []


def test_a_choice_tells_why():
    first, second = choose(2, UNSURE, VECTORS, NOTHING, stories=list("abcde"), targets=list("vvwww"), diversity=0)
    assert (first.uncertainty, first.novelty) == (0.9, 1.0)
    assert (second.uncertainty, second.novelty) == (0.8, 0.0)


def test_sparse_vectors_of_words_do_as_well():
    vectors, known = word_vectors(["ban the masts", "ban the masts", "drones are safe", "", "I"], ["drones are safe"])
    found = choose(3, np.full(5, 0.5), vectors, known, stories=list("abcde"), targets=[""] * 5, diversity=1)
    assert [choice.index for choice in found] == [0, 3, 4]
    assert word_vectors(["a"])[1].shape[0] == 0


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("vw"), st.floats(0, 1)), max_size=12),
    st.integers(0, 15), st.integers(1, 3), st.integers(0, 4), st.floats(0, 1),
)  # fmt: skip
def test_nothing_is_chosen_twice_and_no_limit_is_passed(rows, count, per_story, most, diversity):
    vectors = np.eye(max(len(rows), 1))[: len(rows)]
    found = choose(
        count, np.array([row[2] for row in rows]), vectors, vectors[:0], stories=[row[0] for row in rows],
        targets=[row[1] for row in rows], quotas={"v": most, "w": most}, per_story=per_story, diversity=diversity,
    )  # fmt: skip
    picked = [choice.index for choice in found]
    assert len(picked) == len(set(picked)) <= count
    assert all(n <= per_story for n in Counter(rows[i][0] for i in picked).values())
    assert all(n <= most for n in Counter(rows[i][1] for i in picked).values())
    left = [row for i, row in enumerate(rows) if i not in picked]
    full_stories = {s for s, n in Counter(rows[i][0] for i in picked).items() if n == per_story}
    full_targets = {t for t, n in Counter(rows[i][1] for i in picked).items() if n == most} | (
        {"v", "w"} if not most else set()
    )
    assert len(picked) == count or all(s in full_stories or t in full_targets for s, t, _ in left)
