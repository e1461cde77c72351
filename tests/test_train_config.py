"""The training configuration, put together from two files and overrides."""

from pathlib import Path

import pytest

from pipeline import stance
from pipeline.config import load_topics, load_train_config
from pipeline.errors import ConfigError
from pipeline.model_configs import MODELS
from pipeline.records import LABELS
from pipeline.tune_config import load_tune_config

CONFIGS = Path(__file__).parent.parent / "configs"


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


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_model_has_a_file_that_tells_its_class(name):
    settings = load_train_config(model=name)
    assert type(settings.model) is MODELS[name]
    assert settings.model.classifier == name
    assert name in stance.CLASSIFIERS
    options = settings.options()
    assert stance.build(name, options, seed=1).name == name
    assert options.keys() & {"classifier", "calibration"} == set()


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("models/*.yaml")), ids=lambda path: path.stem)
def test_every_file_names_a_model_that_can_be_built_and_ranges_that_fit(path):
    settings = load_train_config(model=path.stem)
    assert stance.build(settings.model.classifier, settings.options()).classes_ == LABELS
    if settings.model.tune:
        load_tune_config(model=path.stem)


def test_a_block_counts_more_by_its_weight_and_not_by_being_named_twice():
    settings = load_train_config(["model.kernel.weights.title=3"], model="embedding")
    assert settings.model.kernel.weights == {"quote": 2.0, "context": 2.0, "title": 3.0}
    with pytest.raises(ConfigError, match="title more than once; set kernel"):
        load_train_config(["model.blocks=[title, quote, title]"], model="embedding")
    with pytest.raises(ConfigError, match="greater than 0"):
        load_train_config(["model.kernel.weights={title: 0}"], model="embedding")


def test_topics_are_part_of_a_model_that_reads_them_and_of_no_other():
    plain, masked = (load_train_config([f"model.reading.mask_vendors={m}"], model="embedding") for m in (False, True))
    assert plain.topics == load_train_config().topics == ()
    assert plain.options()["topics"] == {}
    assert masked.topics == load_topics()
    told = masked.options()["topics"]["TikTok"]
    assert told.keys() == {"aliases", "description", "hypotheses"}
    assert "ByteDance" in told["aliases"]
    assert load_train_config(model="zero_shot").topics == load_train_config(model="llm").topics == load_topics()


def test_the_hash_follows_the_topics_of_models_that_read_them(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs" / "topics").mkdir(parents=True)
    tfidf, zero_shot = (load_train_config(model=name).digest() for name in ("tfidf", "zero_shot"))
    topic = "{target: TikTok, aliases: [Tok], description: d, hypotheses: {neutral: [TikTok is an app.]}}"
    (tmp_path / "configs" / "topics" / "tiktok.yaml").write_text(topic)
    assert load_train_config(model="tfidf").digest() == tfidf
    settings = load_train_config(model="zero_shot")
    assert settings.digest() != zero_shot
    assert settings.options()["topics"]["TikTok"]["hypotheses"] == {"neutral": ["TikTok is an app."]}


def test_a_topic_has_hypotheses_for_known_labels_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs" / "topics").mkdir(parents=True)
    topic = "{target: t, aliases: [], description: d, hypotheses: {pro: [T is bad.]}}"
    (tmp_path / "configs" / "topics" / "mine.yaml").write_text(topic)
    with pytest.raises(
        ConfigError, match=r"mine\.yaml: hypotheses\.pro: Input should be 'anti-restriction', 'neutral'"
    ):
        load_topics()


def test_an_ensemble_holds_the_values_of_its_members():
    settings = load_train_config(["model.members.tfidf.c=4"], model="ensemble")
    assert settings.model.members["tfidf"].c == 4.0
    options = settings.options()
    assert options["weights"] is None
    assert list(options["members"]) == ["tfidf", "embedding"]
    tfidf = load_train_config(["model.c=4"], model="tfidf")
    expected = {"classifier": "tfidf", "options": tfidf.options(), "calibration": "temperature"}
    assert options["members"]["tfidf"] == expected


def test_members_are_chosen_by_name_or_path_and_may_have_names_of_their_own(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(
        "{classifier: tfidf, calibration: none, c: 2, class_weight: null, max_iterations: 5,\n"
        " features: {words: {column: text, analyzer: word, ngrams: [1, 1], min_df: 1}}}\n"
    )
    settings = load_train_config([f"model.members=[zero_shot, {path}]"], model="ensemble")
    assert {name: member.classifier for name, member in settings.model.members.items()} == {
        "zero_shot": "zero_shot", "small": "tfidf",
    }  # fmt: skip
    assert settings.topics == load_topics()
    twice = "model.members={one: tfidf, two: tfidf}"
    settings = load_train_config([twice, "model.members.two.c=9", "model.weights={one: 1, two: 2}"], model="ensemble")
    assert [member.c for member in settings.model.members.values()] == [1.0, 9.0]
    assert settings.options()["weights"] == {"one": 1.0, "two": 2.0}


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
        (
            ["model.classifier=tfdif"],
            r"tfidf\.yaml with --set .*=tfdif: classifier: .*'embedding', .* or 'zero_shot' \(found 'tfdif'",
        ),
        (
            ["model=embedding", "model.q=1"],
            r"embedding\.yaml with --set model\.q=1: .*known keys: augmentation, balance_targets, blocks",
        ),
        (["model=embedding", "model.blocks=[quotes]"], r"embedding\.yaml with .*: blocks\.0: Input should be 'quote'"),
        (
            ["model=embedding", "model.reading.titel=true"],
            r"'reading\.titel'; known keys: context, context_words, mask",
        ),
        (["model=finetuned", "model.lora={rnk: 8}"], r"finetuned\.yaml .*lora\.rank' is missing|'lora\.rnk'"),
        (
            ["model=finetuned", "model.lora={rank: 8, alpha: 1, dropout: 0, x: 1}"],
            r"'lora\.x'; known keys: alpha, drop",
        ),
        (["model=finetuned", "model.epochs=0"], r"finetuned\.yaml with --set model\.epochs=0: epochs: .*or equal to 1"),
        (["model=ensemble", "model.members=tfidf"], r"ensemble\.yaml: members: expected names of model configurations"),
        (["model=ensemble", "model.members=[]"], r"ensemble\.yaml: members: expected names"),
        (["model=ensemble", "model.members=[tfdif]"], r"'models/tfdif'; there are: .*tfidf"),
        (
            ["model=ensemble", "model.members=[ensemble]"],
            r"ensemble\.yaml: an ensemble cannot be the member 'ensemble'",
        ),
        (
            ["model=ensemble", "model.members.tfidf.q=1"],
            r"tfidf\.yaml with --set model\.members\.tfidf\.q=1: unknown key 'q'; known keys: c, calibration",
        ),
        (
            ["model=ensemble", "model.weights={tfidf: 1}"],
            r"ensemble\.yaml .*: weights: give one weight each of tfidf, emb",
        ),
        (["model=ensemble", "model.weights={tfidf: 0, embedding: 1}"], r"weights\.tfidf: .*greater than 0"),
        (["model={classifier: tfidf}"], "no configuration is called|is missing"),
    ],
)
def test_what_does_not_fit_is_told_in_one_line(overrides, message):
    with pytest.raises(ConfigError, match=message) as caught:
        load_train_config(overrides)
    assert "\n" not in str(caught.value)


def test_the_members_of_an_ensemble_may_stand_in_its_file(tmp_path):
    member = "{classifier: tfidf, calibration: none, c: 2, class_weight: null, max_iterations: 5, features: FEATURES}"
    features = "{words: {column: text, analyzer: word, ngrams: [1, 1], min_df: 1}}"
    path = tmp_path / "two.yaml"
    text = "{classifier: ensemble, calibration: none, weights: null, members: {own: MEMBER, other: tfidf}}"
    path.write_text(text.replace("MEMBER", member).replace("FEATURES", features))
    settings = load_train_config(["model.members.own.c=3"], model=str(path))
    assert settings.model.members["own"].c == 3
    assert settings.model.members["other"] == load_train_config(model="tfidf").model
    with pytest.raises(ConfigError, match=r"two\.yaml with --set model\.members\.own\.c=0: c: .*greater than 0"):
        load_train_config(["model.members.own.c=0"], model=str(path))
