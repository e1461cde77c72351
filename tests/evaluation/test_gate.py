"""The gate, check by check, each at its bound."""

import json
import math

import pytest

from pipeline.evaluation.gate import (
    Check,
    Decision,
    Standing,
    above_baseline,
    behaves,
    calibrated,
    no_slice_worse,
    not_worse,
)
from pipeline.evaluation.paired import Difference
from pipeline.evaluation.slice_differences import SliceDifference

NAN = math.nan


def of(low, high, a=0.5, b=0.51):
    return Difference(a, b, low, high, 0.2, 258, 24)


@pytest.mark.parametrize(
    ("low", "margin", "passed"), [(-0.019, 0.02, True), (-0.02, 0.02, False), (0.001, 0.0, True), (NAN, 0.02, False)]
)
def test_the_interval_has_to_lie_above_the_margin(low, margin, passed):
    assert not_worse(of(low, 0.04), margin).passed is passed


def test_the_line_tells_figures_interval_and_bound():
    assert not_worse(of(-0.019, 0.039), 0.02).told == (
        "macro-F1 0.510 against the champion's 0.500: 1.0 points (−1.9 to 3.9), above −2.0"
    )
    assert not_worse(of(-0.03, 0.039), 0.02).told.endswith("not wholly above −2.0")
    assert not_worse(of(NAN, NAN), 0.02).told == "macro-F1 against the champion's: no interval from 24 articles"


@pytest.mark.parametrize(("value", "passed"), [(0.31, True), (0.3, False)])
def test_the_first_champion_has_to_lie_above_the_baselines_interval(value, passed):
    metrics = {"test": {"macro_f1": {"value": value}}, "baseline": {"macro_f1": {"value": 0.2, "high": 0.3}}}
    check = above_baseline(metrics)
    assert (check.passed, check.figures) == (passed, {"value": value, "baseline_high": 0.3})


@pytest.mark.parametrize("metrics", [None, {}, {"test": {}}, {"test": {"macro_f1": {"value": 0.9}}}])
def test_without_a_baseline_nobody_is_above_it(metrics):
    check = above_baseline(metrics)
    assert not check.passed
    assert "run `stance evaluate` again" in check.told


def part(value, *, worse, judged=True):
    return SliceDifference("outlet", value, of(-0.2, -0.1, 0.6, 0.45), judged, 0.01, worse)


def test_one_slice_that_got_worse_is_enough():
    good = [part("Halden Post", worse=False), part("Quill", worse=False, judged=False)]
    assert no_slice_worse(good) == Check(
        "slices", True, "slices significantly worse than the champion's: none of 1 judged", {"judged": 1, "worse": []}
    )
    check = no_slice_worse([*good, part("Tessaly Times", worse=True)])
    assert not check.passed
    assert check.told == (
        "slices significantly worse than the champion's: outlet Tessaly Times (−15.0 points on 258 quotes) of 2 judged"
    )
    assert check.figures["worse"][0]["value"] == "Tessaly Times"


# Error, the champion's, and whether it passes at most 0.1 or 0.02 worse; the line.
ERRORS = [
    (0.1, None, True, "at most 0.1"),
    (0.101, None, False, "not at most 0.1"),
    (0.149, 0.13, True, "within 0.02 of the champion's 0.130"),
    (0.151, 0.13, False, "not at most 0.1, nor within 0.02 of the champion's 0.130"),
    (0.1, 0.01, True, "at most 0.1"),
]


@pytest.mark.parametrize(("error", "champion", "passed", "told"), ERRORS)
def test_calibration_keeps_one_of_two_bounds(error, champion, passed, told):
    check = calibrated(error, champion, most=0.1, worse_by=0.02)
    assert (check.passed, check.told) == (passed, f"expected calibration error {error:.3f}: {told}")


REPORT = {
    "n": 30,
    "capabilities": {"negation": {"n": 20, "failures": 6, "kinds": {}}, "typos": {"n": 10, "failures": 1}},
}
LIMITS = [
    (0.3, {}, True, "capabilities that fail too often: none of 2"),
    (0.29, {}, False, "capabilities that fail too often: negation (6 of 20 cases, at most 0.29) of 2"),
    (0.3, {"typos": 0.05}, False, "capabilities that fail too often: typos (1 of 10 cases, at most 0.05) of 2"),
    (0.2, {"negation": 0.5}, True, "capabilities that fail too often: none of 2"),
    (0.3, {"irony": 0.5}, False, "behavioural suite: no capability is called irony; there are: negation, typos"),
]


@pytest.mark.parametrize(("most", "capabilities", "passed", "told"), LIMITS)
def test_no_capability_may_fail_too_often(most, capabilities, passed, told):
    check = behaves(REPORT, most=most, capabilities=capabilities)
    assert (check.passed, check.told) == (passed, told)


@pytest.mark.parametrize("report", [None, [], {}, {"capabilities": []}, {"capabilities": {"typos": {"n": "many"}}}])
def test_a_run_without_results_of_the_suite_does_not_pass(report):
    check = behaves(report, most=1.0, capabilities={})
    assert not check.passed
    assert check.told == "no results of the behavioural suite; run `stance evaluate` again on the model"


def decision(*passed, **changes):
    checks = tuple(Check(f"check {i}", ok, f"found {i}") for i, ok in enumerate(passed))
    standings = {"model": Standing("2", "b" * 32, "ant"), "before": Standing("1", "a" * 32, "owl")}
    values = {"alias": "champion", **standings, "checks": checks, "dry_run": False, "gate": {"margin": 0.02}}
    values["time"] = "2026-11-22T06:30:00+00:00"
    return Decision(**values | changes)


def test_all_checks_have_to_pass():
    assert (decision(True, True).passed, decision(True, True).promoted) == (True, True)
    assert (decision(True, False).passed, decision(True, False).promoted) == (False, False)
    assert decision(False, True, False).reasons == ["found 0", "found 2"]


def test_a_dry_run_and_the_champion_itself_promote_nothing():
    assert not decision(True, dry_run=True).promoted
    again = decision(before=Standing("2", "b" * 32, "ant"))
    assert (again.already, again.passed, again.promoted) == (True, True, False)


def test_the_decision_is_plain_data():
    told = json.loads(json.dumps(decision(True, False).as_dict(), allow_nan=False))
    assert told["before"] == {"version": "1", "run_id": "a" * 32, "name": "owl"}
    assert told["checks"][1] == {"name": "check 1", "passed": False, "told": "found 1", "figures": {}}
    assert (told["passed"], told["promoted"], told["gate"]) == (False, False, {"margin": 0.02})
