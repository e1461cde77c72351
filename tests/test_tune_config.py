"""The configuration of a search: ranges that fit, and one line about those that do not."""

import pytest

from pipeline.errors import ConfigError
from pipeline.files import write_text
from pipeline.tune_config import is_whole, load_tune_config

TFIDF = """\
classifier: tfidf
calibration: none
c: 2
class_weight: null
max_iterations: 50
features: {words: {column: text, analyzer: word, ngrams: [1, 1], min_df: 1, max_features: null}}
tune: TUNE
"""


@pytest.fixture
def load(tmp_path):
    """Return a function that loads the search of a small model with these ranges."""

    def loaded(tune, *overrides):
        write_text(tmp_path / "small.yaml", TFIDF.replace("TUNE", tune))
        return load_tune_config(overrides, model=str(tmp_path / "small.yaml"))

    return loaded


def test_every_model_that_declares_ranges_can_be_tuned():
    for name in ("tfidf", "embedding", "finetuned"):
        settings = load_tune_config(model=name)
        assert settings.name == name
        assert settings.configured().keys() == settings.model.tune.keys()


def test_values_are_put_where_their_keys_lead(load):
    settings = load("{c: {low: 0.5, high: 9}, features.words.ngrams: {choices: [[1, 1], [1, 2]]}}")
    assert settings.configured() == {"c": 2.0, "features.words.ngrams": [1, 1]}
    changed = settings.with_values({"c": 3.5, "features.words.ngrams": [1, 2]})
    assert (changed.model.c, changed.model.features["words"].ngrams, changed.model.tune) == (3.5, (1, 2), {})
    assert settings.model.c == 2.0
    assert changed.options()["c"] == 3.5


def test_ranges_can_be_given_on_the_command_line(load):
    settings = load("{}", "model.tune={features.words.weight: {low: 1, high: 2}}", "trials=3")
    assert list(settings.model.tune) == ["features.words.weight"]
    assert settings.trials == 3


def test_numbers_are_whole_where_the_value_is(load):
    tune = (
        "{c: {low: 1, high: 9}, max_iterations: {low: 10, high: 90}, features.words.max_features: {low: 5, high: 90}}"
    )
    settings = load(tune)
    found = {key: is_whole(value, settings.model.tune[key]) for key, value in settings.configured().items()}
    assert found == {"c": False, "max_iterations": True, "features.words.max_features": True}


def test_the_study_is_another_where_trials_cannot_be_compared(load, tmp_path):
    tune = "{c: {low: 0.5, high: 9}}"
    (tmp_path / "a.parquet").write_bytes(b"rows")
    (tmp_path / "b.parquet").write_bytes(b"rows")
    (tmp_path / "c.parquet").write_bytes(b"other rows")

    def study(*overrides, tune=tune, statements="a"):
        return load(tune, f"statements={tmp_path / statements}.parquet", *overrides).study()

    assert study().startswith("small-")
    same = [study("trials=99"), study("seconds=5"), study("track=false"), study(statements="b"), study("out=x")]
    same += [study("model.calibration=temperature"), study("model.conformal={method: lac, level: 0.9}")]
    assert set(same) == {study()}
    others = [study("seed=7"), study("model.c=3"), study(statements="c"), study("metric=log_loss"), study("folds=3")]
    others += [study(tune="{c: {low: 0.5, high: 8}}"), study("held_out=dev"), study("keep_ambiguous=false")]
    assert len({study(), *others}) == 9


@pytest.mark.parametrize(
    ("tune", "message"),
    [
        ("{}", r"small\.yaml: declares no ranges to look in; add some, for instance tune: "),
        ("{cc: {low: 1, high: 2}}", r"tune: the model has no value cc; there are: c, class_weight, features, max_it"),
        ("{features.word.weight: {low: 1, high: 2}}", "no value features.word.weight; there are: words"),
        ("{c.d: {low: 1, high: 2}}", r"tune: the model has no value c\.d$"),
        ("{classifier: {choices: [tfidf]}}", "the model has no value classifier"),
        ("{calibration: {choices: [none]}}", "the model has no value calibration"),
        ("{c: {low: 1, hihg: 2}}", r"unknown key 'tune\.c\.hihg'; known keys: choices, high, log, low"),
        ("{c: {low: 2, high: 1}}", r"tune\.c: low has to be less than high, not 2 and 1"),
        ("{c: {low: 1, high: 1}}", r"tune\.c: low has to be less than high"),
        ("{c: {low: 1}}", r"tune\.c: give both low and high"),
        ("{c: {}}", r"tune\.c: give either choices, or low and high"),
        ("{c: {low: 1, high: 2, choices: [1]}}", r"tune\.c: give either choices, or low and high"),
        ("{c: {choices: []}}", r"tune\.c\.choices: .* at least 1 item"),
        ("{c: {choices: [1, 2, 1]}}", r"tune\.c: a choice stands there twice"),
        ("{c: {choices: [1, 2], log: true}}", r"tune\.c: log is for ranges of numbers"),
        ("{c: {low: 0, high: 2, log: true}}", r"tune\.c: log needs a low above 0"),
        ("{c: {low: 0, high: 2}}", r"tune\.c: c: .*greater than 0"),
        ("{class_weight: {low: 0, high: 2}}", r"tune\.class_weight: class_weight: "),
        ("{class_weight: {choices: [balanced, even]}}", r"tune\.class_weight: class_weight: "),
        ("{max_iterations: {low: 1.5, high: 2}}", r"tune\.max_iterations: max_iterations: .*integer"),
        ("{features.words.column: {low: 1, high: 2}}", "column: 'text' is no number; give choices"),
        ("{features: {choices: [{}]}, features.words.weight: {low: 1, high: 2}}", "words.weight is a part of features"),
    ],
)
def test_ranges_that_do_not_fit_are_told_in_one_line(load, tune, message):
    with pytest.raises(ConfigError, match=message) as caught:
        load(tune)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["a/b", ""])
def test_a_name_that_is_no_file_is_refused(load, name):
    with pytest.raises(ConfigError, match="name: "):
        load("{c: {low: 1, high: 2}}", f"name='{name}'")
