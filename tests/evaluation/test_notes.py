"""What is told of a test split that says little."""

import numpy as np
import pytest

from pipeline.evaluation.notes import notes
from pipeline.evaluation.summary import Scored

LABELS_OF = "macro-F1 is of the labels that occur or are predicted"
ONE = "all test statements are from one article: there are no intervals, for they draw articles"
FEW = "the test statements are from 9 articles: intervals from so few are too narrow"


def scored(labels, articles):
    names = [f"a{i % articles}" for i in range(len(labels))]
    return Scored(names, [False] * len(labels), np.array(labels), np.eye(3)[labels])


TOLD = [
    (scored([0, 1, 2] * 20, 30), []),
    (scored([0, 1, 0] * 20, 30), [f"no test statement is pro-restriction; {LABELS_OF}"]),
    (scored([0, 1, 2] * 20, 1), [ONE]),
    (
        scored([1], 1),
        [
            f"no test statement is anti-restriction or pro-restriction; {LABELS_OF}",
            "1 test statement: the figures say little",
            ONE,
        ],
    ),
    (scored([0, 1, 2] * 3, 9), ["9 test statements: the figures say little", FEW]),
]


@pytest.mark.parametrize(("test", "told"), TOLD)
def test_what_makes_figures_say_less_is_told(test, told):
    assert notes(test) == told
