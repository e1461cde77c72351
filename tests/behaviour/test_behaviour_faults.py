"""The suite is sensitive: each planted fault fails the capability that it is about, and the table says which others."""

import pytest
from readers import FAULTS, guesses, model, oracle

from pipeline.evaluation.behaviour import CAPABILITIES, run

LANGUAGE = (
    "vocabulary", "negation", "double negation", "reported opposing view", "rebuttal", "rhetorical question",
    "condition", "sentiment against stance", "target swap",
)  # fmt: skip
INVARIANT = ("speaker swap", "vendor swap", "spelling", "typos", "quotation marks")

# Fault, the capability that it is about with its least rate of failures, and all others that it touches.
CAUGHT = [
    ("ignores negation", "negation", 0.7,
     {"double negation", "reported opposing view", "rebuttal", "condition", "target swap"}),
    ("hears one negation alone", "double negation", 0.4, {"negation", "rebuttal"}),
    ("ignores the target", "target swap", 0.5, set()),
    ("sentiment for stance", "sentiment against stance", 1.0, {"vocabulary", "target swap"}),
    ("distrusts some speakers", "speaker swap", 0.1, set()),
    ("distrusts some vendors", "vendor swap", 0.1, set()),
    ("breaks on curly marks", "quotation marks", 0.2, set()),
    ("breaks on guillemets", "quotation marks", 0.2, set()),
    ("does not see n’t", "quotation marks", 0.4, set()),
    ("breaks on unknown words", "typos", 0.6, set()),
    ("breaks on British spelling", "spelling", 0.5, set()),
    ("reads the first clause", "rebuttal", 0.7, {*LANGUAGE, "typos"} - {"rebuttal"}),
    ("answers the reported view", "reported opposing view", 1.0, {"rebuttal"}),
    ("takes questions for statements", "rhetorical question", 0.7, {"rebuttal"}),
    ("takes conditions for facts", "condition", 0.6, {"rhetorical question"}),
    ("always neutral", "vocabulary", 0.6, set(LANGUAGE) - {"vocabulary"}),
    ("always pro", "vocabulary", 0.6, set(LANGUAGE) - {"vocabulary"}),
]  # fmt: skip


def test_a_reader_without_fault_passes_every_case():
    report = run(model(oracle))
    assert report.capabilities == CAPABILITIES == (*LANGUAGE, *INVARIANT)
    assert report.tally().failures == 0


@pytest.mark.parametrize(("fault", "meant", "least", "others"), CAUGHT, ids=[row[0] for row in CAUGHT])
def test_a_planted_fault_is_caught_where_it_is_meant_to_be(fault, meant, least, others):
    report = run(model(FAULTS[fault]))
    rates = {name: report.tally(name).rate.value for name in report.capabilities}
    assert rates[meant] >= least
    assert {name for name, rate in rates.items() if rate} == {meant, *others}


def test_the_table_has_every_fault_and_every_capability():
    assert {row[0] for row in CAUGHT} == set(FAULTS)
    assert {row[1] for row in CAUGHT} == set(CAPABILITIES)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_guessing_fails_everywhere(seed):
    report = run(guesses(seed))
    assert all(report.tally(name).rate.value > 0.4 for name in report.capabilities)
