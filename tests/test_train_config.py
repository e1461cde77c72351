"""The training configuration, put together from two files and overrides."""

import pytest

from pipeline.config import load_train_config
from pipeline.errors import ConfigError


def test_the_values_of_the_named_model_are_filled_in():
    settings = load_train_config()
    assert settings.model.classifier == "tfidf"
    assert settings.model.features["quote_words"].column == "text"
    assert settings.model.features["quote_words"].ngrams == (1, 2)


def test_overrides_reach_both_files():
    settings = load_train_config(["seed=7", "model.c=4", "model.features.context_words.weight=0.5"])
    assert (settings.seed, settings.model.c) == (7, 4.0)
    assert settings.model.features["context_words"].weight == 0.5


def test_a_model_is_chosen_by_name_or_path(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(
        "{classifier: tfidf, calibration: none, c: 2, class_weight: null, max_iterations: 5,\n"
        " features: {words: {column: text, analyzer: word, ngrams: [1, 1], min_df: 1}}}\n"
    )
    for settings in (
        load_train_config(model=str(path)),
        load_train_config([f"model={path}"]),
        load_train_config(["model=nonesuch"], model=str(path)),
    ):
        assert settings.model.max_iterations == 5
        assert settings.model.class_weight is None
    assert load_train_config(model="tfidf") == load_train_config()


def test_the_hash_follows_the_values():
    assert load_train_config().digest() == load_train_config(["model.c=1"]).digest()
    assert load_train_config().digest() != load_train_config(["model.c=1.5"]).digest()


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["sed=7"], r"train\.yaml with --set sed=7: unknown key 'sed'; known keys: .*seed"),
        (["seed=1", "model.q=1"], r"tfidf\.yaml with --set model\.q=1: unknown key 'q'; known keys: c, calibration"),
        (["model=tfdif"], "'models/tfdif'; there are: .*tfidf"),
        (["model.c=0"], r"tfidf\.yaml with --set model\.c=0: c: .*greater than 0"),
        (["model.calibration=platt"], r"platt: calibration: Input should be"),
        (["model.features={}"], r"features={}: features: "),
        (
            ["model.features.quote_words.ngrams=[2, 1]"],
            r"features.quote_words: ngrams of word must rise from 1 .* \(found .{,60}\)$",
        ),
        (["model.features.quote_words.ngrams=[1, 4]"], "to 3 or less"),
        (["model.features.quote_words.colum=text"], "quote_words.colum.; known keys: analyzer, column"),
        (["model.c"], "expected key=value"),
    ],
)
def test_what_does_not_fit_is_told_in_one_line(overrides, message):
    with pytest.raises(ConfigError, match=message) as caught:
        load_train_config(overrides)
    assert "\n" not in str(caught.value)
