"""What counts as a failure, and how failures are counted and told."""

import json

import numpy as np
import pytest
from readers import FAULTS, guesses, model

from pipeline.errors import InputError, LabelError, ModelError
from pipeline.evaluation import behaviour
from pipeline.evaluation.behaviour import Case, Outcome, Probe
from pipeline.evaluation.behaviour.outcomes import tally
from pipeline.records import LABELS

ANTI, NEUTRAL, PRO = LABELS


def probe(text, label, target="drones"):
    return Probe(text, f"Ann Lee said: {text}", "", target, "Ann Lee", label)


BANNED, NOT_BANNED = probe('"Ban them."', PRO), probe('"Do not ban them."', ANTI)
ALONE = Case("a.01", "plain", BANNED)
SAME = Case("b.01.curly", "marks", probe("“Ban them.”", PRO), BANNED)
TURNED = Case("c.01", "negation", NOT_BANNED, BANNED)

# Case, probabilities before and after (anti, neutral, pro), and whether it fails with a margin of 0.1.
ANSWERS = [
    (ALONE, None, (0.2, 0.2, 0.6), False),
    (ALONE, None, (0.2, 0.6, 0.2), True),
    (ALONE, None, (0.4, 0.2, 0.4), True),  # a tie goes to the first label
    (SAME, (0.0, 0.1, 0.9), (0.0, 0.45, 0.55), False),  # less sure, but the same label
    (SAME, (0.6, 0.2, 0.2), (0.5, 0.3, 0.2), False),  # wrong, and the same label
    (SAME, (0.1, 0.43, 0.47), (0.1, 0.47, 0.43), False),  # another label by less than the margin
    (SAME, (0.1, 0.3, 0.6), (0.1, 0.6, 0.3), True),
    (TURNED, (0.1, 0.2, 0.7), (0.7, 0.2, 0.1), False),
    (TURNED, (0.1, 0.2, 0.7), (0.3, 0.2, 0.5), False),  # toward anti, if not there yet
    (TURNED, (0.1, 0.2, 0.7), (0.15, 0.15, 0.7), True),
    (TURNED, (0.7, 0.2, 0.1), (0.7, 0.2, 0.1), True),  # anti before and after: the negation was not seen
]


@pytest.mark.parametrize(("case", "before", "after", "failed"), ANSWERS)
def test_what_fails(case, before, after, failed):
    assert Outcome(case, after, before, margin=0.1).failed is failed


def test_kinds_follow_from_the_labels():
    assert [case.kind for case in (ALONE, SAME, TURNED)] == ["MFT", "INV", "DIR"]


def test_a_label_outside_the_codebook_is_an_error():
    with pytest.raises(LabelError, match="'pro' is not one of anti-restriction, neutral, pro-restriction"):
        probe('"Ban them."', "pro")


# Failures, cases, and the Wilson interval: Newcombe (1998), Statistics in Medicine 17, table I, method 3.
INTERVALS = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]


@pytest.mark.parametrize(("failures", "n", "low", "high"), INTERVALS)
def test_rates_have_the_published_intervals(failures, n, low, high):
    right, wrong = (Outcome(ALONE, row, None, 0.1) for row in ((0.0, 0.0, 1.0), (1.0, 0.0, 0.0)))
    found = tally([wrong] * failures + [right] * (n - failures), 0.95)
    assert (found.n, found.failures, found.rate.value) == (n, failures, failures / n)
    assert (found.rate.low, found.rate.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_each_input_is_scored_once_in_one_call():
    calls = []

    def predict_proba(table):
        calls.append(table)
        return np.tile([0.2, 0.2, 0.6], (len(table["text"]), 1))

    report = behaviour.run(predict_proba, [ALONE, SAME, TURNED])
    (table,) = calls
    assert list(table) == list(behaviour.INPUTS)
    assert table["text"] == ['"Ban them."', "“Ban them.”", '"Do not ban them."']
    assert [outcome.failed for outcome in report.outcomes] == [False, False, True]


TOLD = {
    "n": 3, "failures": 1, "failure_rate": {"value": 0.333333, "low": 0.061492, "high": 0.79234},
    "margin": 0.1, "level": 0.95,
    "cases_sha256": "",
    "capabilities": {
        "plain": {
            "n": 2, "failures": 0, "failure_rate": {"value": 0.0, "low": 0.0, "high": 0.65762},
            "kinds": {
                "MFT": {"n": 1, "failures": 0, "failure_rate": {"value": 0.0, "low": 0.0, "high": 0.793451}},
                "DIR": {"n": 1, "failures": 0, "failure_rate": {"value": 0.0, "low": 0.0, "high": 0.793451}},
            },
            "failing": [],
        },
        "marks": {
            "n": 1, "failures": 1, "failure_rate": {"value": 1.0, "low": 0.206549, "high": 1.0},
            "kinds": {"INV": {"n": 1, "failures": 1, "failure_rate": {"value": 1.0, "low": 0.206549, "high": 1.0}}},
            "failing": [{
                "case_id": "b.01.curly", "kind": "INV",
                "text": "“Ban them.”", "context": "Ann Lee said: “Ban them.”", "title": "", "target": "drones",
                "speaker": "Ann Lee", "expected": PRO, "predicted": ANTI,
                "probabilities": {"anti": 0.8, "neutral": 0.1, "pro": 0.1},
                "original": {
                    "text": '"Ban them."', "context": 'Ann Lee said: "Ban them."', "title": "", "target": "drones",
                    "speaker": "Ann Lee", "expected": PRO, "predicted": PRO,
                    "probabilities": {"anti": 0.1, "neutral": 0.1, "pro": 0.8},
                },
            }],
        },
    },
}  # fmt: skip


def test_the_report_as_plain_data():
    answers = {'"Ban them."': [0.1, 0.1, 0.8], "“Ban them.”": [0.8, 0.1, 0.1], '"Do not ban them."': [0.8, 0.1, 0.1]}
    cases = [ALONE, Case("a.02", "plain", NOT_BANNED, BANNED), SAME]
    told = behaviour.run(lambda table: [answers[text] for text in table["text"]], cases).as_dict()
    assert len(told["cases_sha256"]) == 64
    assert told | {"cases_sha256": ""} == TOLD
    assert list(told["capabilities"]) == list(TOLD["capabilities"])


def test_the_report_is_strict_json_with_the_same_bytes_each_time():
    one, two = (behaviour.run(guesses(7)).as_dict() for _ in range(2))
    assert json.loads(json.dumps(one, allow_nan=False)) == one
    assert json.dumps(one) == json.dumps(two)


def test_other_cases_have_another_hash():
    def hashed(*cases):
        return behaviour.run(lambda table: np.eye(3)[[0] * len(table["text"])], cases).as_dict()["cases_sha256"]

    relabelled = Case("a.01", "plain", probe('"Ban them."', NEUTRAL))
    assert hashed(ALONE) == hashed(Case("z.99", "plain", BANNED))
    assert len({hashed(ALONE), hashed(relabelled), hashed(ALONE, TURNED), hashed(TURNED, ALONE)}) == 4


def test_failures_add_up():
    report = behaviour.run(model(FAULTS["always neutral"]))
    told = report.as_dict()
    parts = told["capabilities"].values()
    for count in ("n", "failures"):
        assert told[count] == sum(part[count] for part in parts)
        assert all(part[count] == sum(kind[count] for kind in part["kinds"].values()) for part in parts)
    assert all(len(part["failing"]) == part["failures"] for part in parts)


# What a model gives for one statement, and what is said of it.
ODD = [
    (np.ones((2, 3)) / 3, "1 statements were asked, and the answer has the shape \\(2, 3\\)"),
    (np.ones((1, 2)) / 2, "has the shape \\(1, 2\\)"),
    (np.array([[np.nan, 0.5, 0.5]]), "NaN or infinite"),
]


@pytest.mark.parametrize(("answer", "message"), ODD)
def test_what_is_no_probability_is_an_error(answer, message):
    with pytest.raises(ModelError, match=message):
        behaviour.run(lambda table: answer, [ALONE])


def test_no_cases_and_no_margin_are_errors():
    with pytest.raises(InputError, match="no cases to ask"):
        behaviour.run(guesses(1), [])
    with pytest.raises(InputError, match="margin 1: "):
        behaviour.run(guesses(1), [ALONE], margin=1)
    with pytest.raises(ValueError, match="no outcomes"):
        tally([], 0.95)
