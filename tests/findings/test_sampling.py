"""A random sample of a corpus: who is drawn, and with what probability."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from said import row

from pipeline.errors import InputError
from pipeline.findings.sampling import (
    check_allocation,
    check_strata,
    corpus_hash,
    design_of,
    draw,
    strata_names,
    strata_of,
)


def drawn(strata, n, seed=1, allocation="proportional"):
    return draw(strata, n, rng=np.random.default_rng(seed), allocation=allocation)


def test_every_row_is_as_likely_as_its_inclusion_probability_says():
    strata = ["a"] * 12 + ["b"] * 4
    counts = np.zeros(16)
    for seed in range(400):
        for one in drawn(strata, 8, seed):
            counts[one.index] += 1
    expected = [one.inclusion for one in sorted(drawn(strata, 16), key=lambda one: one.index)]
    assert expected == [1.0] * 16
    assert design_of(drawn(strata, 8)) == {
        "a": {"rows": 12, "drawn": 6, "inclusion_probability": 0.5},
        "b": {"rows": 4, "drawn": 2, "inclusion_probability": 0.5},
    }
    assert counts / 400 == pytest.approx(np.full(16, 0.5), abs=0.09)


def test_equal_allocation_draws_as_many_of_each_as_there_are():
    design = design_of(drawn(["a"] * 90 + ["b"] * 5 + ["c"] * 30, 45, allocation="equal"))
    assert {name: one["drawn"] for name, one in design.items()} == {"a": 20, "b": 5, "c": 20}


def test_rare_strata_give_two_rows():
    assert design_of(drawn(["a"] * 97 + ["b"] * 3, 10))["b"]["drawn"] == 2


def test_the_order_is_random_over_strata_and_the_same_for_a_seed():
    strata = ["a"] * 50 + ["b"] * 50
    first = drawn(strata, 40)
    assert first == drawn(strata, 40)
    assert first != drawn(strata, 40, seed=2)
    half = [one.stratum for one in first[:20]]
    assert 4 < half.count("a") < 16


def test_too_few_for_the_strata_is_one_line():
    with pytest.raises(InputError, match="--n 3: 2 strata need 4 rows or more"):
        drawn(["a"] * 5 + ["b"] * 5, 3)


@given(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=40),
    st.integers(6, 60),
    st.sampled_from(["proportional", "equal"]),
)
def test_a_sample_has_no_row_twice_and_as_many_as_asked(strata, n, allocation):
    found = drawn(strata, n, allocation=allocation)
    assert len({one.index for one in found}) == len(found) == min(n, len(strata))
    assert all(0 < one.inclusion <= 1 and strata[one.index] == one.stratum for one in found)


def test_strata_are_named_by_what_they_are_made_of():
    rows = [row(1, target="masts, antennas"), row(2, "pro-restriction", published=None)]
    strata = strata_of(rows, ["stance", "year", "target"])
    assert strata == [
        "stance=neutral, year=2032, target=masts, antennas",
        "stance=pro-restriction, year=none, target=Quillon masts",
    ]
    assert strata_names(strata[0]) == ("stance", "year", "target")
    assert strata_of(rows, []) == ["all", "all"]
    assert strata_names("all") == ()


def test_the_hash_tells_rows_and_strata_and_not_their_order():
    rows = [row(1), row(2)]
    assert corpus_hash(rows, ["a", "b"]) == corpus_hash(rows[::-1], ["b", "a"])
    assert corpus_hash(rows, ["a", "b"]) != corpus_hash(rows, ["a", "a"])
    assert corpus_hash(rows, ["a", "b"]) != corpus_hash(rows[:1], ["a"])


def test_what_is_no_stratum_or_allocation_is_one_line():
    with pytest.raises(InputError, match="--strata colour: is none; give some of stance, target"):
        check_strata(["colour"])
    with pytest.raises(InputError, match="--strata stance,stance: names one twice"):
        check_strata(["stance", "stance"])
    with pytest.raises(InputError, match="--allocation fair: is none"):
        check_allocation("fair")
