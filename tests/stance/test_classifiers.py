"""What every classifier of the table must hold to."""

import inspect

import numpy as np
import pytest

from pipeline import stance
from pipeline.config import load_train_config
from pipeline.errors import ModelError
from pipeline.records import LABELS

every_classifier = pytest.mark.parametrize("name", sorted(stance.CLASSIFIERS))


def options(name: str) -> dict:
    return load_train_config(model=name).model.options()


def fitted(name: str, labelled, seed: int = 0):
    table, y = labelled
    return stance.fit(name, options(name), table, y, training={"sha256": "0" * 64}, seed=seed)


@every_classifier
def test_it_has_a_configuration_of_its_name(name):
    assert load_train_config(model=name).model.classifier == name


@every_classifier
def test_building_only_stores(name):
    classifier = stance.build(name, options(name), seed=3)
    assert classifier.name == name
    assert classifier.classes_ == LABELS
    assert [attribute for attribute in vars(classifier) if attribute.endswith("_")] == []


@every_classifier
def test_fit_returns_self(name, labelled):
    classifier = stance.build(name, options(name))
    assert classifier.fit(*labelled) is classifier


@every_classifier
def test_it_learns_what_can_be_learnt(name, labelled):
    table, y = labelled
    y_prob = fitted(name, labelled).predict_proba(table)
    assert y_prob.shape == (60, 3)
    assert y_prob.dtype == np.float64
    np.testing.assert_allclose(y_prob.sum(axis=1), 1)
    assert [LABELS[best] for best in y_prob.argmax(axis=1)] == y


@every_classifier
def test_outer_marks_make_no_difference(name, labelled):
    model = fitted(name, labelled)
    rows = {"context": ["c", "c", "c"], "title": ["", "", ""], "target": ["", "", ""]}
    y_prob = model.predict_proba({"text": ["“It is overdue”", '"It is overdue" ', "It is overdue"], **rows})
    np.testing.assert_array_equal(y_prob[0], y_prob[1])
    np.testing.assert_array_equal(y_prob[0], y_prob[2])


@every_classifier
def test_a_row_scores_the_same_alone_and_among_others(name, labelled):
    table, _ = labelled
    model = fitted(name, labelled)
    alone = model.predict_proba({column: values[17:18] for column, values in table.items()})
    np.testing.assert_allclose(model.predict_proba(table)[17], alone[0], atol=1e-7)


@every_classifier
def test_odd_tables_score_without_fault(name, labelled):
    model = fitted(name, labelled)
    empty = {column: [] for column in stance.COLUMNS}
    assert model.predict_proba(empty).shape == (0, 3)
    odd = ["", "“”", "\ud800", "\x00", "🙂", "zzz " * 5000, None, float("nan")]
    np.testing.assert_allclose(model.predict_proba({"text": odd}).sum(axis=1), 1)


@every_classifier
def test_the_same_seed_gives_the_same_bytes(name, labelled, tmp_path):
    for folder in ("a", "b"):
        stance.save(fitted(name, labelled, seed=5), tmp_path / folder)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name
    assert stance.fingerprint(tmp_path / "a") == stance.fingerprint(tmp_path / "b")


@every_classifier
def test_a_saved_model_answers_as_before(name, labelled, tmp_path):
    table, y = labelled
    model = fitted(name, labelled).calibrated(table, y, method="temperature")
    stance.save(model, tmp_path / "model")
    again = stance.load(tmp_path / "model")
    np.testing.assert_array_equal(again.predict_proba(table), model.predict_proba(table))
    assert again.card() == model.card()
    stance.save(again, tmp_path / "again")
    assert stance.fingerprint(tmp_path / "again") == stance.fingerprint(tmp_path / "model")


@every_classifier
def test_a_class_without_statements_is_refused(name, labelled):
    table, y = labelled
    table = {column: values[:40] for column, values in table.items()}
    with pytest.raises(ModelError, match="no training statement is labelled pro-restriction"):
        stance.build(name, options(name)).fit(table, y[:40])


@every_classifier
def test_constructor_options_are_keyword_arguments_of_the_configuration(name):
    kind = type(stance.build(name, options(name)))
    assert set(inspect.signature(kind).parameters) - {"seed"} == set(options(name))


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ModelError, match="no classifier is called 'tfdif'; there are: tfidf"):
        stance.build("tfdif", {})


def test_an_option_that_does_not_fit_is_named():
    with pytest.raises(ModelError, match="colour"):
        stance.build("tfidf", {"features": {}, "colour": 1})
