"""Verdicts, word for word."""

import math

import pytest

from pipeline.evaluation.paired import Difference
from pipeline.evaluation.verdicts import about, verdict

NAN = math.nan


def of(a, b, low, high, n=258, articles=24):
    return Difference(a, b, low, high, NAN, n, articles)


# Macro-F1 of owl and of ant with the interval, p, and the sentence.
TOLD = [
    (of(0.5, 0.521, 0.004, 0.039), 0.01, "ant is better than owl by 2.1 points of macro-F1 (0.4 to 3.9)"),
    (of(0.521, 0.5, -0.039, -0.004), 0.01, "ant is worse than owl by 2.1 points of macro-F1 (0.4 to 3.9)"),
    (of(NAN, 0.6, NAN, NAN), NAN, "owl and ant cannot be compared: macro-F1 is not defined on these quotes"),
]
HOPELESS = "more than 100 times as many quotes would be needed"
# The same, with what is said of the difference and of what would be needed.
NOT_TOLD = [
    # The interval alone, or p alone, does not tell. Half-width 0.02, wanted 0.7 * 0.02: 2.04 times the 258 quotes.
    (of(0.5, 0.52, -0.0001, 0.0399), 0.04, "2.0 points", " (0.0 to 4.0)", "about 270 more quotes would be needed"),
    (of(0.5, 0.52, 0.0001, 0.0401), 0.06, "2.0 points", " (0.0 to 4.0, but p = 0.06)",
     "about 270 more quotes would be needed"),
    (of(0.5, 0.49, -0.04, 0.02), 0.5, "−1.0 points", " (−4.0 to 2.0)", "about 4,500 more quotes would be needed"),
    (of(0.5, 0.501, -0.04, 0.042), 0.9, "0.1 points", " (−4.0 to 4.2)", HOPELESS),
    (of(0.5, 0.5, -0.04, 0.04), 1.0, "0.0 points", " (−4.0 to 4.0)", HOPELESS),
    (of(0.5, 0.6, NAN, NAN, 9, 1), NAN, "10.0 points", "", "one article cannot tell models apart, it takes 6 or more"),
    (
        of(0.5, 0.9, 0.1, 0.6, 10, 5), 0.06, "40.0 points", " (10.0 to 60.0, but p = 0.06)",
        "5 articles cannot tell models apart, it takes 6 or more",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("found", "p", "sentence"), TOLD)
def test_a_difference_is_told_with_its_interval(found, p, sentence):
    assert verdict("owl", "ant", found, p, 0.95) == sentence


@pytest.mark.parametrize(("found", "p", "by", "interval", "needed"), NOT_TOLD)
def test_what_is_not_distinguishable_is_told_with_what_would_be_needed(found, p, by, interval, needed):
    sentence = verdict("owl", "ant", found, p, 0.95)
    assert sentence == f"ant and owl are not distinguishable: a difference of {by} of macro-F1{interval}; {needed}"


def test_equal_answers_are_said_to_be_so():
    sentence = verdict("owl", "ant", of(0.5, 0.5, 0.0, 0.0), 1.0, 0.95, same=True)
    assert sentence == "owl and ant give every quote the same probabilities"


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1"), (99, "99"), (101, "110"), (388, "390"), (391, "400"), (9950, "10,000")]
)
def test_counts_are_said_to_two_digits_and_never_too_few(count, said):
    assert about(count) == said
