"""Splits keep stories whole, come close to their shares, and repeat; leaks are named."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import LabelError, LeakageError
from pipeline.labels.splits import SPLITS, assign, check_leakage, folds, groups, near_duplicate_pairs
from pipeline.records import LABELS, Statement

FRACTIONS = {"train": 0.6, "dev": 0.15, "test": 0.25}


def statement(number, story, *, article=None, label="neutral", target="Norvane", text=None, split=None):
    return Statement(
        statement_id=f"q{number}",
        article_id=article or f"article of {story}",
        story_id=story,
        text=text or f"“quotation {number}”",
        context="",
        title="",
        target=target,
        label=label,
        split=split,
    )


def corpus(stories=60, seed=0):
    """Stories of 4 to 14 statements, one target each, mixed labels."""
    rng = np.random.default_rng(seed)
    return [
        statement(f"{story}-{i}", f"s{story}", label=LABELS[rng.integers(3)], target=f"target {story % 6}")
        for story in range(stories)
        for i in range(rng.integers(4, 15))
    ]


def test_groups_join_what_shares_a_story_or_an_article_or_a_pair():
    rows = [
        statement(0, "s1", article="a1"),
        statement(1, "s2", article="a2"),
        statement(2, "s1", article="a3"),
        statement(3, "s3", article="a3"),
        statement(4, "s4", article="a4"),
    ]
    assert groups(rows) == [[0, 2, 3], [1], [4]]
    assert groups(rows, [(1, 4)]) == [[0, 2, 3], [1, 4]]
    assert groups(rows, [(4, 3), (1, 4)]) == [[0, 1, 2, 3, 4]]


def test_splits_come_close_to_their_shares_overall_by_label_and_by_target():
    rows = assign(corpus(), FRACTIONS, seed=13)
    for name, tolerance in (("all", 0.02), ("label", 0.04), ("target", 0.06)):
        totals, parts = Counter(), Counter()
        for row in rows:
            key = "" if name == "all" else getattr(row, name)
            totals[key] += 1
            parts[key, row.split] += 1
        for key, total in totals.items():
            for split, fraction in FRACTIONS.items():
                assert parts[key, split] / total == pytest.approx(fraction, abs=tolerance), (key, split)


def test_stratified_splits_are_closer_than_chance():
    rows = corpus(stories=40, seed=2)

    def distance(split_of):
        counts = Counter((row.target, row.label, split_of(row)) for row in rows)
        total = Counter((row.target, row.label) for row in rows)
        return sum(abs(counts[(*key, s)] - FRACTIONS[s] * n) for key, n in total.items() for s in SPLITS)

    rng = np.random.default_rng(0)
    chance = []
    for _ in range(50):
        drawn = {f"s{i}": rng.choice(SPLITS, p=list(FRACTIONS.values())) for i in range(40)}
        chance.append(distance(lambda row, drawn=drawn: drawn[row.story_id]))
    ours = {row.statement_id: row.split for row in assign(rows, FRACTIONS, seed=13)}
    assert distance(lambda row: ours[row.statement_id]) < min(chance)


def test_same_seed_gives_the_same_splits_and_another_seed_others():
    rows = corpus()
    assert assign(rows, FRACTIONS, seed=1) == assign(rows, FRACTIONS, seed=1)
    assert assign(rows, FRACTIONS, seed=1) != assign(rows, FRACTIONS, seed=2)


def test_only_the_split_of_a_statement_changes():
    rows = corpus(stories=6)
    assert [replace(row, split=None) for row in assign(rows, FRACTIONS, seed=1)] == rows


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 14), st.integers(0, 2)), min_size=1, max_size=60))
def test_no_story_or_article_is_ever_cut(cells):
    rows = [statement(i, f"s{s}", article=f"a{a}", label=LABELS[k]) for i, (s, a, k) in enumerate(cells)]
    try:
        split = assign(rows, FRACTIONS, seed=0)
    except LabelError:
        assert len(groups(rows)) < 12
        return
    for name in ("story_id", "article_id"):
        assert len({(getattr(row, name), row.split) for row in split}) == len({getattr(row, name) for row in split})
    check_leakage(split, [])


def test_three_equal_stories_fill_three_splits():
    rows = [statement(i, f"s{i}") for i in range(3)]
    assert {row.split for row in assign(rows, {"train": 0.34, "dev": 0.33, "test": 0.33}, seed=0)} == set(SPLITS)


def test_too_few_stories_are_refused():
    with pytest.raises(LabelError, match="no statements left for dev and test: 1 stories are too few"):
        assign([statement(0, "s1"), statement(1, "s1")], FRACTIONS, seed=0)


@pytest.mark.parametrize(
    ("a", "b", "named"),
    [
        (
            statement(0, "s1", article="a1", split="train"),
            statement(1, "s1", article="a2", split="test"),
            "story_id s1",
        ),
        (
            statement(0, "s1", article="a1", split="dev"),
            statement(1, "s2", article="a1", split="test"),
            "article_id a1",
        ),
    ],
)
def test_story_or_article_on_two_sides_is_named(a, b, named):
    with pytest.raises(LeakageError) as caught:
        check_leakage([a, b], [])
    assert str(caught.value).startswith(f"{named} stands in {a.split} (q0) and in test (q1), one of 1 leaks;")


LONG = "“We opened every line of code that anybody asked to see, and nobody has come back with a finding.”"
NEAR = "“We opened every line of code that anybody asked to see and nobody has come back with a finding”"
OTHER = "“Take the masts down and the whole of the north goes quiet for three long winters, believe me.”"


def test_near_duplicate_quotation_on_two_sides_is_named():
    rows = [
        statement(0, "s1", text=OTHER, split="train"),
        statement(1, "s2", text=LONG, split="train"),
        statement(2, "s3", text=NEAR, split="test"),
    ]
    pairs = near_duplicate_pairs(rows, threshold=0.8, min_words=6)
    assert pairs == [(1, 2)]
    with pytest.raises(LeakageError, match=r"the quotation '“We opened every line.* \(q1\) and in test \(q2\)"):
        check_leakage(rows, pairs)


def test_near_duplicates_on_one_side_are_no_leak():
    rows = [statement(0, "s1", text=LONG, split="test"), statement(1, "s2", text=NEAR, split="test")]
    check_leakage(rows, near_duplicate_pairs(rows, threshold=0.8, min_words=6))


def test_short_generic_fragments_are_left_aside():
    rows = [statement(0, "s1", text="“not worth the risk”"), statement(1, "s2", text="“not worth the risk,”")]
    assert near_duplicate_pairs(rows, threshold=0.8, min_words=5) == []
    assert near_duplicate_pairs(rows, threshold=0.8, min_words=4) == [(0, 1)]


def test_joined_near_duplicates_land_on_one_side():
    rows = [*corpus(), statement("x", "s0", text=LONG), statement("y", "s1", text=NEAR)]
    pairs = near_duplicate_pairs(rows, threshold=0.8, min_words=6)
    for seed in range(5):
        split = assign(rows, FRACTIONS, seed=seed, pairs=pairs)
        assert split[-2].split == split[-1].split
        check_leakage(split, pairs)


def test_folds_are_even_keep_stories_whole_and_repeat():
    statements = corpus()
    found = folds(statements, 5, seed=3)
    assert sorted(index for fold in found for index in fold) == list(range(len(statements)))
    stories = [{statements[index].story_id for index in fold} for fold in found]
    assert sum(map(len, stories)) == len(set.union(*stories)) == 60
    for label in LABELS:
        counts = [sum(statements[index].label == label for index in fold) for fold in found]
        assert max(counts) - min(counts) <= 8
    assert folds(statements, 5, seed=3) == found != folds(statements, 5, seed=4)


def test_copies_stay_in_one_fold():
    statements = [statement(i, f"s{i}") for i in range(12)]
    for fold in folds(statements, 4, seed=0, pairs=[(0, 7), (7, 11)]):
        assert len({0, 7, 11} & set(fold)) in (0, 3)


def test_stories_that_do_not_fill_the_folds_are_told():
    with pytest.raises(LabelError, match="2 stories do not fill 3 folds; label more stories, or take fewer folds"):
        folds([statement(i, f"s{i % 2}") for i in range(9)], 3, seed=0)
