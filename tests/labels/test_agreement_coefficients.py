"""Coefficients of agreement against published worked examples, other implementations, and what must hold of any."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import cohen_kappa_score, f1_score

from pipeline.labels.agreement import (
    MISSING,
    agreement,
    alpha,
    coincidences,
    crossings,
    kappa,
    macro_f1,
    one_against_rest,
    specific_agreement,
)

# Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability": a string a coder, a character a unit.
BINARY = ("0100000010", "1110010000")  # section A
NOMINAL = ("aabbdcccedda", "babbbccceddd")  # section B
SEVERAL = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")  # section C
PUBLISHED = [(BINARY, 0.095), (NOMINAL, 0.692), (SEVERAL, 0.743)]

# Cohen (1968), Table 1: 200 patients, three diagnoses; kappa .492.
COHEN = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
# Fleiss (1981), *Statistical Methods for Rates and Proportions*, Table 13.1: 100 subjects; kappa .68 (.23 / .34).
FLEISS = [[75, 1, 4], [5, 4, 1], [0, 0, 10]]

# Fleiss' kappa, the worked example of the encyclopaedias: 10 subjects, 14 raters, 5 categories; kappa .210.
RATINGS = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip

# The test of the authors' own code (google-research/cross-replication-reliability, CrossReplicationReliabilityTest):
# codes of each unit in two replications, units 6 and 7 in the first alone; kappa_x .1818182.
REPLICATIONS = (["bb", "bbb", "aa", "aaa", "ab", "aaa", "aab"], ["bb", "ab", "ab", "ab", "aa", "", ""])

# 40 invented units, four coders, a full stop where a coder skipped one. The figures under them are those of
# nltk 3.10.4, AnnotationTask([(coder, unit, label), ...]) over the units that the coders share: .alpha(), .kappa();
# and of krippendorff 0.9.0, alpha(reliability_data, level_of_measurement="nominal"), one label against the rest.
UNITS = [
    "pp.p", "anaa", "nana", "a.p.", "pnpp", "paa.", "nnpn", "ppp.", "a.a.", "nnan",
    ".pnp", "aa.a", "aapa", "aaaa", "a.aa", "aann", "nnnn", "n.pp", "aaa.", "pp.a",
    "pp.p", "nnpn", "nppp", "n.ap", "aaaa", "nn.n", "pn..", "nnnn", "a.aa", "paa.",
    "an.n", ".ann", "nnnn", "n.nn", "..pp", "nn.n", "pppp", "npn.", "aaaa", "ppap",
]  # fmt: skip
ALPHA = 0.5019574468085106
KAPPAS = {
    (0, 1): 0.5484949832775919,
    (0, 2): 0.3785714285714285,
    (0, 3): 0.6309090909090909,
    (1, 2): 0.2421052631578947,
    (1, 3): 0.7058823529411765,
    (2, 3): 0.5203836930455636,
}
AGAINST_REST = {"a": 0.553686293913904, "n": 0.4883720930232559, "p": 0.4599018003273323}


def coded(units, letters):
    """Codes of units written as strings of equal length, a letter a coder."""
    return np.array([[letters.find(letter) for letter in unit] for unit in units], dtype=np.int64)


def by_coder(coders):
    letters = "".join(sorted(set("".join(coders)) - {"."}))
    return coded(["".join(unit) for unit in zip(*coders, strict=True)], letters), len(letters)


def from_table(table):
    """Codes of two coders with this table of confusion."""
    cells = [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    return np.array(cells, dtype=np.int64)


def value(figure, tallies):
    return figure(tallies.sum(axis=0, keepdims=True))[0]


def pair_kappa(codes, first, second, k):
    return value(kappa, crossings(codes[:, [first]], codes[:, [second]], k))


@pytest.mark.parametrize(("coders", "published"), PUBLISHED, ids=["binary", "nominal", "missing"])
def test_alpha_of_krippendorffs_examples(coders, published):
    codes, k = by_coder(coders)
    assert value(alpha, coincidences(codes, k)) == pytest.approx(published, abs=5e-4)


@pytest.mark.parametrize(("table", "published"), [(COHEN, 0.492), (FLEISS, 0.23 / 0.34)], ids=["cohen", "fleiss"])
def test_kappa_of_published_tables(table, published):
    assert pair_kappa(from_table(table), 0, 1, 3) == pytest.approx(published, abs=5e-4)


def test_alpha_is_fleiss_kappa_but_for_the_small_sample():
    codes = np.array([[label for label, count in enumerate(row) for _ in range(count)] for row in RATINGS])
    n = codes.size
    # Expected disagreement without replacement: alpha = 1 - (1 - kappa) (n - 1) / n.
    assert value(alpha, coincidences(codes, 5)) == pytest.approx(1 - (1 - 0.2099) * (n - 1) / n, abs=5e-5)


def test_kappa_of_two_replications_is_the_authors():
    first, second = (coded([unit.ljust(3, ".") for unit in units], "ab") for units in REPLICATIONS)
    assert value(kappa, crossings(first, second, 2)) == pytest.approx(0.1818182, abs=1e-7)


def test_alpha_is_that_of_nltk():
    assert value(alpha, coincidences(coded(UNITS, "anp"), 3)) == pytest.approx(ALPHA, abs=1e-12)


@pytest.mark.parametrize("pair", KAPPAS)
def test_kappa_is_that_of_nltk(pair):
    assert pair_kappa(coded(UNITS, "anp"), *pair, 3) == pytest.approx(KAPPAS[pair], abs=1e-12)


@pytest.mark.parametrize("letter", AGAINST_REST)
def test_alpha_of_one_label_is_that_of_the_data_with_two_labels(letter):
    figure = one_against_rest(alpha, "anp".index(letter))
    assert value(figure, coincidences(coded(UNITS, "anp"), 3)) == pytest.approx(AGAINST_REST[letter], abs=1e-12)


def test_specific_agreement_by_hand():
    # Unit 1: a, a, p; unit 2: n, p; unit 3: n alone, which meets nobody. Pairs of codes, each over the others: a meets
    # a once and p once; p meets a once and n once; n meets p once.
    tallies = coincidences(coded(["aap", "np.", "n.."], "anp"), 3)
    assert specific_agreement(tallies.sum(axis=0, keepdims=True))[0] == pytest.approx([1 / 2, 0, 0])
    assert value(agreement, tallies) == pytest.approx(1 / 5)
    assert value(macro_f1, tallies) == pytest.approx(1 / 6)


def test_a_unit_with_one_code_adds_nothing():
    assert not coincidences(coded(["a..", "..."], "anp"), 3).any()
    assert not crossings(coded(["a", "."], "anp"), coded([".", "n"], "anp"), 3).any()


# Units of one label throughout; no units. Chance would make all agree, or there is nothing to agree on.
@pytest.mark.parametrize("units", [["aa", "aa"], []])
def test_without_two_labels_reliability_is_not_defined(units):
    codes = coded(units, "anp").reshape(-1, 2)
    assert np.isnan(value(alpha, coincidences(codes, 3)))
    assert np.isnan(pair_kappa(codes, 0, 1, 3))


CODES = arrays(
    np.int64, st.tuples(st.integers(2, 15), st.integers(2, 4)), elements=st.integers(MISSING, 2)
)  # three labels, some missing


@given(CODES)
def test_kappa_and_macro_f1_are_those_of_scikit_learn(codes):
    both = codes[(codes[:, :2] != MISSING).all(axis=1), :2]
    tallies = crossings(codes[:, :1], codes[:, 1:2], 3)
    if len(np.unique(both)) > 1:
        expected = cohen_kappa_score(both[:, 0], both[:, 1], labels=[0, 1, 2])
        assert value(kappa, tallies) == pytest.approx(expected, abs=1e-12)
    if len(both):
        expected = f1_score(both[:, 0], both[:, 1], labels=[0, 1, 2], average="macro", zero_division=np.nan)
        assert value(macro_f1, tallies) == pytest.approx(expected, abs=1e-12)
        assert value(agreement, tallies) == pytest.approx((both[:, 0] == both[:, 1]).mean(), abs=1e-12)


def figures(codes):
    """Every figure of a group and of its first coder against the others."""
    within, across = coincidences(codes, 3), crossings(codes[:, :1], codes[:, 1:], 3)
    found = [value(figure, within) for figure in (alpha, agreement, macro_f1)]
    found += [value(one_against_rest(alpha, label), within) for label in range(3)]
    found += [value(figure, across) for figure in (kappa, agreement, macro_f1)]
    return np.array(found)


@given(CODES, st.randoms(use_true_random=False))
def test_order_of_units_and_of_coders_changes_nothing(codes, random):
    units, coders = list(range(len(codes))), list(range(1, codes.shape[1]))
    random.shuffle(units)
    random.shuffle(coders)
    assert figures(codes[units][:, [0, *coders]]) == pytest.approx(figures(codes), abs=1e-9, nan_ok=True)


@given(CODES, st.permutations(range(3)))
def test_other_names_for_the_labels_change_nothing(codes, names):
    renamed = np.where(codes == MISSING, MISSING, np.array(names)[codes])
    same = [0, 1, 2, 6, 7, 8]  # the figures that are not of one label
    assert figures(renamed)[same] == pytest.approx(figures(codes)[same], abs=1e-9, nan_ok=True)


@given(CODES)
def test_a_reversed_pair_is_the_same_pair(codes):
    one, other = codes[:, :1], codes[:, 1:]
    for figure in (kappa, agreement, macro_f1):
        there, back = value(figure, crossings(one, other, 3)), value(figure, crossings(other, one, 3))
        assert back == pytest.approx(there, abs=1e-12, nan_ok=True)


@given(
    st.lists(st.integers(0, 2), min_size=2, max_size=12).filter(lambda labels: len(set(labels)) > 1), st.integers(2, 5)
)
def test_perfect_agreement_is_exactly_one(labels, coders):
    codes = np.repeat(np.array(labels)[:, None], coders, axis=1)
    for figure in (alpha, agreement, macro_f1):
        assert value(figure, coincidences(codes, 3)) == 1
    for figure in (kappa, agreement, macro_f1):
        assert value(figure, crossings(codes[:, :1], codes[:, 1:], 3)) == 1


@given(CODES)
def test_figures_keep_within_their_bounds(codes):
    within = coincidences(codes, 3)
    shares = specific_agreement(within.sum(axis=0, keepdims=True))
    assert np.nanmin(np.append(shares, 0)) >= 0
    assert np.nanmax(np.append(shares, 0)) <= 1 + 1e-12
    assert not value(alpha, within) > 1
