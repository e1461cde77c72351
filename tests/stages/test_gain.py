"""What weak labels add on dev: macro-F1 without and with them, by hand and by the project's own bootstrap."""

import numpy as np
import pytest

from pipeline.evaluation.metrics import encode
from pipeline.evaluation.resampling import bootstrap
from pipeline.records import LABELS, Statement
from pipeline.stages import gain as stage

ANTI, NEUTRAL, PRO = LABELS
SEED = 3

# Article, label, and what two models say of a dev statement.
DEV = [
    ("d1", ANTI, NEUTRAL, ANTI), ("d1", NEUTRAL, NEUTRAL, NEUTRAL), ("d2", PRO, NEUTRAL, PRO),
    ("d2", NEUTRAL, NEUTRAL, PRO), ("d3", PRO, PRO, PRO), ("d3", ANTI, ANTI, NEUTRAL),
]  # fmt: skip
# F1 of anti, neutral, pro: without 2/3, 2/3, 2/3; with 2/3, 1/2, 4/5.
WITHOUT, WITH = 2 / 3, (2 / 3 + 1 / 2 + 4 / 5) / 3


def statement(number, article, label, split, **more):
    return Statement(f"q{number}", article, article, f"“{number}”", "", "", "drones", label=label, split=split, **more)


def coded(articles=None):
    rows = [statement(n, articles or article, label, "dev") for n, (article, label, *_) in enumerate(DEV)]
    return [*rows, *(statement(9 + n, "t", label, "train") for n, label in enumerate(LABELS))]


WEAK = [statement(20, "w", PRO, "train", coder_type="weak", posterior=0.75)]


@pytest.fixture
def fitted(monkeypatch):
    """Stand in for training; return what each fit was given: labels and weights."""
    seen = []

    class Model:
        def __init__(self, said):
            self.said = said

        def predict_proba(self, table):
            return np.eye(3)[encode(list(self.said))]

    def fit(name, options, table, y, *, training, seed, fitting):
        seen.append((y, fitting.weights))
        return Model([row[1 + len(seen)] for row in DEV])

    monkeypatch.setattr(stage.stance, "fit", fit)
    return seen


def test_both_figures_and_their_difference(fitted):
    found = stage.gain("tfidf", coded(), WEAK, seed=SEED)
    assert fitted == [([*LABELS], None), ([*LABELS, PRO], [1.0, 1.0, 1.0, 0.75])]
    assert (found["model"], found["n"]) == ("tfidf", 6)
    values = {"without": WITHOUT, "with": WITH, "difference": WITH - WITHOUT}
    assert {name: found[name]["value"] for name in values} == pytest.approx(values)


def test_the_intervals_are_those_of_the_evaluation(fitted):
    found = stage.gain("tfidf", coded(), WEAK, seed=SEED)
    y_true, articles = encode([label for _, label, *_ in DEV]), [article for article, *_ in DEV]
    for name, column in (("without", 2), ("with", 3)):
        y_prob = np.eye(3)[encode([row[column] for row in DEV])]
        rng = np.random.default_rng(SEED)
        wanted = bootstrap(y_true, y_prob, articles, rng=rng, metrics=["macro_f1"])["macro_f1"]
        assert (found[name]["low"], found[name]["high"]) == pytest.approx((wanted.low, wanted.high))


def test_one_article_has_no_interval(fitted):
    found = stage.gain("tfidf", coded("d1"), WEAK, seed=SEED)
    assert found["difference"]["value"] == pytest.approx(WITH - WITHOUT)
    assert {found[name][end] for name in ("without", "with", "difference") for end in ("low", "high")} == {None}
