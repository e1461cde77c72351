"""Parts of the page that say what figures rest on."""

import pytest

from pipeline.report.evidence import behaviour, grounds, learning_curve

SHARED = {"shared": 2, "statements": 7}
NONE = {"shared": 0, "statements": 0}
LEAK = {"stories": SHARED, "near_duplicates": NONE, "speakers": NONE}
LEAKAGE = {"test_train": LEAK, "dev_train": LEAK, "test_dev": LEAK}
FIGURE = {"value": 0.5, "low": 0.4, "high": 0.61}
NASTY = "<script>alert(1)</script>"


def test_the_human_ceiling_stands_beside_the_model():
    found = {"human": {"macro_f1": {**FIGURE, "value": 0.8}}, "model": {"macro_f1": FIGURE}, "n": 40}
    told = grounds({"human_ceiling": found})
    assert "one person against another has macro-F1 0.800 (0.400 to 0.610)" in told
    assert "the model against one person 0.500 (0.400 to 0.610), on 40 statements" in told


def test_why_there_is_no_ceiling_what_is_shared_and_what_to_mind():
    told = grounds({"human_ceiling": {"left_out": NASTY}, "leakage": LEAKAGE, "notes": [NASTY]})
    assert told.count("&lt;script&gt;") == 2
    assert "<script>" not in told
    assert '<tr><th scope="row">Stories, test and train</th><td>2</td><td>7</td></tr>' in told
    assert grounds({}) == ""


def test_the_learning_curve_has_its_verdict_and_points():
    points = [
        {"trained_on": 125.5, "parts": 5, "macro_f1": FIGURE},
        {"trained_on": 1000, "parts": 1, "macro_f1": FIGURE},
    ]
    told = learning_curve({"verdict": "more would help", "points": points})
    assert "<p>more would help</p>" in told
    assert '<th scope="row">1,000</th><td>1</td><td>0.500 (0.400 to 0.610)</td>' in told
    assert learning_curve(None) == ""


CASE = {"text": NASTY, "context": NASTY, "speaker": "Ana Ruiz", "target": "drones"}
CASE |= {"predicted": "neutral", "expected": "pro-restriction"}


@pytest.mark.parametrize("case", [CASE, {**CASE, "original": CASE}])
def test_failing_cases_are_shown_and_escaped(case):
    found = {"n": 4, "failures": 1, "failure_rate": FIGURE, "failing": [case] * 5}
    told = behaviour({"capabilities": {"negation": found}})
    assert "negation: 1 of 4 fail" in told
    assert told.count("expected pro-restriction") == 3
    assert "<script>alert" not in told
    assert ("Beside it" in told) == ("original" in case)
    assert behaviour(None) == ""
