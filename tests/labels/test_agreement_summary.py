"""What is told of agreement: the ceiling that people set, or why there is none."""

import json

import numpy as np
import pytest

from pipeline.errors import InputError
from pipeline.labels.agreement import MISSING
from pipeline.labels.reliability import Codes, Draws
from pipeline.labels.summary import plain, summarise
from pipeline.records import LABELS, Estimate

SOME = [[0, 0, 0], [1, 1, 2], [2, 2, 2], [1, 0, 1], [2, 2, 1], [0, 0, 0]]


def coded(types, codes=SOME, targets=None):
    codes = np.array(codes)[:, : len(types)]
    names = ("ana", "ben", "cleo")[: len(types)]
    units = tuple((f"a{i}:0-5", targets[i] if targets else None) for i in range(len(codes)))
    return Codes(LABELS, names, tuple(types), codes, units, tuple(f"a{i}" for i in range(len(codes))))


def told(data):
    return summarise(data, Draws(resamples=100), 0.05)


def test_two_people_set_a_ceiling():
    summary = told(coded(["human", "human", "model"]))
    top = summary.human_ceiling
    people = summary.groups[0]
    assert (top.coders, top.n, summary.no_human_ceiling) == (("ana", "ben"), 6, None)
    assert (top.alpha, top.kappa, top.macro_f1) == (people.reliability, people.kappa, people.macro_f1)


APART = [[0, MISSING, 0], [1, MISSING, 2], [MISSING, 2, 2], [MISSING, 0, 1]]
WHY = [
    (["model"] * 3, SOME, "no coder is of type human"),
    (["model", None, "model"], SOME, "no coder is of type human; coder_type is not told for ben"),
    (["model", "human", "weak"], SOME, "ben is the only human coder; it takes two who label the same statements"),
    (["human", "human", "model"], APART, "ana, ben labelled no statement in common"),
]


@pytest.mark.parametrize(("types", "codes", "why"), WHY)
def test_without_two_people_one_line_says_why(types, codes, why):
    summary = told(coded(types, codes))
    assert (summary.human_ceiling, summary.no_human_ceiling) == (None, why)


def test_coders_are_counted_and_those_alone_named():
    codes = [[0, 0, MISSING], [1, 1, MISSING], [MISSING, MISSING, 2]]
    summary = told(coded(["human", "human", "model"], codes))
    assert [(coder.coder, coder.statements, list(coder.labels.values())) for coder in summary.coders] == [
        ("ana", 2, [1, 1, 0]),
        ("ben", 2, [1, 1, 0]),
        ("cleo", 1, [0, 0, 1]),
    ]
    assert summary.alone == ("cleo",)


# What the coders have in common, and the line.
NOTHING = [
    (["human"], SOME, None, "ana is the only coder here; agreement takes two"),
    (["human"] * 2, [[0, MISSING], [MISSING, 1]], None, "(ana has 'a0:0-5', ben has 'a1:0-5')"),
    (["human"] * 2, [[0, MISSING], [MISSING, 1]], ["masts", "cranes"], "ana has 'a0:0-5' for 'masts'"),
]


@pytest.mark.parametrize(("types", "codes", "targets", "line"), NOTHING)
def test_where_nothing_can_be_compared_the_line_shows_what_there_is(types, codes, targets, line):
    with pytest.raises(InputError) as raised:
        told(coded(types, codes, targets))
    assert line in str(raised.value)


def test_json_has_null_where_a_figure_is_not_defined():
    summary = told(coded(["human", "human"], [[1, 1], [1, 1], [1, 1]]))
    document = json.loads(json.dumps(summary.as_dict(), allow_nan=False))
    (group,) = document["groups"]
    assert (group["agreement"]["value"], group["reliability"]["value"], group["effort"]) == (1.0, None, None)
    assert set(document) == {
        "coders", "human_ceiling", "no_human_ceiling", "groups", "draws", "drawn", "alone",
    }  # fmt: skip


def test_plain_rounds_to_six_digits():
    assert plain({"a": (Estimate(1 / 3, 0, float("nan"), 2), 7)}) == {
        "a": [{"value": 0.333333, "low": 0, "high": None, "n": 2}, 7]
    }
