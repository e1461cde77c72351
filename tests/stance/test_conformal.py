"""Sets of labels against MAPIE 1.6, their promise, and how they are kept."""

import json
import subprocess
import sys

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin

from pipeline import stance
from pipeline.errors import ModelError
from pipeline.records import LABELS
from pipeline.stance.conformal import Conformal, fit_conformal, named

OPTIONS = {"features": {"words": {"column": "text", "analyzer": "word", "ngrams": [1, 1]}}}
METHODS = pytest.mark.parametrize("method", ["lac", "aps"])


def sample(n, seed=0, sharpness=0.5):
    """Return probabilities and labels drawn from them."""
    rng = np.random.default_rng(seed)
    y_prob = rng.dirichlet([sharpness] * 3, n)
    return y_prob, [LABELS[rng.choice(3, p=row)] for row in y_prob]


class Given(ClassifierMixin, BaseEstimator):
    """A fitted classifier whose input is its probabilities."""

    def __init__(self):
        self.classes_ = np.arange(3)

    def __sklearn_is_fitted__(self):
        return True

    def predict(self, X):
        return X.argmax(axis=1)

    def predict_proba(self, X):
        return X


def theirs(y_prob, y, unseen, method, level, seed):
    mapie = pytest.importorskip("mapie.classification", reason="needs pip install -e '.[conformal]'")
    sets = mapie.SplitConformalClassifier(
        Given(), confidence_level=level, conformity_score=method, prefit=True, random_state=seed
    )
    return sets.conformalize(y_prob, [LABELS.index(label) for label in y]).predict_set(unseen)[1][:, :, 0]


@METHODS
@pytest.mark.parametrize("level", [0.4, 0.8, 0.9, 0.95])
@pytest.mark.parametrize("n", [119, 400])
def test_sets_equal_those_of_mapie(method, level, n):
    y_prob, y = sample(n, seed=n)
    unseen, _ = sample(300, seed=1)
    ours = fit_conformal(y_prob, y, method=method, level=level, seed=7).sets(unseen)
    expected = theirs(y_prob, y, unseen, method, level, seed=7)
    # MAPIE leaves some sets empty at low levels; ours hold the likeliest label then.
    assert (expected.sum(axis=1) == 0).any() == (method == "lac" and level < 0.5)
    expected[np.arange(300), unseen.argmax(axis=1)] = True
    np.testing.assert_array_equal(ours, expected)
    assert 0 < ours.mean() < 1


@METHODS
def test_odd_probabilities_give_the_sets_of_mapie(method):
    y_prob, y = sample(200)
    odd = np.array([[1, 0, 0], [0.5, 0.5, 0], [1 / 3, 1 / 3, 1 / 3], [0.9, 0.1, 0], [0.4, 0.4, 0.2], [0, 1e-12, 1.0]])
    ours = fit_conformal(y_prob, y, method=method, level=0.9, seed=0).sets(odd)
    expected = theirs(y_prob, y, odd, method, 0.9, seed=0)
    # Of labels that are equally likely MAPIE may count any as the first.
    np.testing.assert_array_equal(ours.sum(axis=1), expected.sum(axis=1))


@METHODS
def test_so_many_sets_hold_the_actual_label_as_promised(method):
    # Over many draws of calibration and test rows, the mean coverage is at least the level, and hardly more.
    shares, sizes = [], []
    for seed in range(40):
        y_prob, y = sample(1000, seed=seed)
        sets = fit_conformal(y_prob[:500], y[:500], method=method, level=0.8, seed=seed).sets(y_prob[500:])
        actual = [LABELS.index(label) for label in y[500:]]
        shares.append(sets[np.arange(500), actual].mean())
        sizes.append(sets.sum(axis=1).mean())
    # The label with which adaptive sets reach the quantile is always kept: they hold more than they promise.
    assert 0.79 < np.mean(shares) < {"lac": 0.82, "aps": 0.95}[method]
    assert 1 < np.mean(sizes) < 3


def test_sets_by_hand():
    y_prob = np.array([[0.7, 0.2, 0.1], [0.45, 0.35, 0.2], [0.34, 0.33, 0.33]])
    lac = Conformal("lac", 0.9, 0.66, 50).sets(y_prob)
    assert named(lac) == ["anti-restriction", "anti-restriction|neutral", "anti-restriction"]
    aps = Conformal("aps", 0.9, 0.7, 50).sets(y_prob)
    assert named(aps) == ["anti-restriction", "anti-restriction|neutral", "anti-restriction|neutral|pro-restriction"]
    assert named(Conformal("lac", 0.9, 0.0, 50).sets(y_prob)) == ["anti-restriction"] * 3
    assert Conformal("aps", 0.9, 0.7, 50).sets(np.empty((0, 3))).shape == (0, 3)


@METHODS
def test_the_same_seed_gives_the_same_quantile(method):
    y_prob, y = sample(200)
    quantiles = [fit_conformal(y_prob, y, method=method, level=0.9, seed=seed).quantile for seed in (1, 1, 2)]
    assert quantiles[0] == quantiles[1]
    assert (quantiles[0] == quantiles[2]) == (method == "lac")  # only aps draws


@pytest.mark.parametrize(("level", "n", "needed"), [(0.9, 29, 30), (0.99, 99, 100)])
def test_too_few_statements_are_told(level, n, needed):
    y_prob, y = sample(n)
    with pytest.raises(ModelError, match=rf"level {level:g} need {needed}\d* statements, found {n}; label more"):
        fit_conformal(y_prob, y, method="lac", level=level)


def test_without_mapie_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "mapie.conformity_scores", None)
    with pytest.raises(ModelError, match=r"need MAPIE; pip install 'quotestance\[conformal\]'"):
        fit_conformal(*sample(50), method="lac", level=0.9)


@pytest.fixture
def model(labelled):
    table, y = labelled
    fitted = stance.fit("tfidf", OPTIONS, table, y, training={"sha256": "0" * 64}, seed=3)
    return fitted.calibrated(table, y, method="temperature")


def test_a_bundle_keeps_sets_and_thresholds_as_plain_numbers(model, labelled, tmp_path):
    from dataclasses import replace

    table, y = labelled
    made = replace(model.conformalized(table, y, method="lac", level=0.9), thresholds={"coverage_0.8": 0.625})
    stance.save(made, tmp_path / "model")
    card = stance.read_card(tmp_path / "model")
    assert card["conformal"] == {"method": "lac", "level": 0.9, "quantile": made.conformal.quantile, "n": 60}
    assert card["thresholds"] == {"coverage_0.8": 0.625}
    again = stance.load(tmp_path / "model")
    assert (again.conformal, again.thresholds) == (made.conformal, made.thresholds)
    assert again.card() == made.card()


def test_another_calibration_drops_what_rested_on_the_first(model, labelled):
    from dataclasses import replace

    table, y = labelled
    made = replace(model.conformalized(table, y, method="lac", level=0.9), thresholds={"coverage_0.8": 0.6})
    again = made.calibrated(table, y, method="none")
    assert (again.conformal, again.thresholds) == (None, {})


def test_a_bundle_from_before_there_were_sets_is_read(model, tmp_path):
    from pipeline.files import sha256_file

    stance.save(model, tmp_path / "model")
    path = tmp_path / "model" / "bundle.json"
    card = json.loads(path.read_text())
    path.write_text(json.dumps({k: v for k, v in card.items() if k not in {"conformal", "thresholds"}}))
    manifest = tmp_path / "model" / "MANIFEST.sha256"
    others = [line for line in manifest.read_text().splitlines() if not line.endswith("  bundle.json")]
    manifest.write_text("\n".join([f"{sha256_file(path)}  bundle.json", *others, ""]))
    assert stance.load(tmp_path / "model").conformal is None


@pytest.mark.parametrize("change", [{"method": "raps"}, {"level": 1.5}, {"quantile": float("nan")}, {"n": None}])
def test_values_that_describe_no_sets_are_refused(change):
    values = Conformal("lac", 0.9, 0.7, 50).as_dict() | change
    with pytest.raises((ValueError, TypeError)):
        Conformal.from_dict(values)


def test_sets_are_made_without_mapie_or_sklearn():
    code = (
        "import sys, numpy as np; from pipeline.stance.conformal import Conformal;"
        "Conformal('aps', 0.9, 0.7, 50).sets(np.full((2, 3), 1 / 3)); print({'mapie', 'sklearn'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
