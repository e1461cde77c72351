"""What every classifier of the table must hold to."""

import inspect
import json

import numpy as np
import pytest

from pipeline import stance
from pipeline.config import load_train_config
from pipeline.errors import ModelError
from pipeline.records import LABELS
from pipeline.stance import Fitting

NAMES = sorted(stance.CLASSIFIERS)
EXPORTED = ["onnx"]  # made from a fitted model of another kind, and without a configuration
PROMPTED = ["llm", "zero_shot"]  # told what to look for, and never fitted to statements
FITTED = [name for name in NAMES if name not in EXPORTED + PROMPTED]

every_classifier = pytest.mark.parametrize("name", NAMES)
configured = pytest.mark.parametrize("name", FITTED + PROMPTED)
learning = pytest.mark.parametrize("name", FITTED)

# What a configuration needs to be quick, and to learn sixty sentences by heart over a random encoder.
CHANGES = {
    "embedding": ["model.encoder={encoder}", "model.c=1000"],
    "ensemble": ["model.members.embedding.encoder={encoder}", "model.members.embedding.c=1000"],
    "finetuned": [
        "model.encoder={encoder}", "model.epochs=20", "model.patience=null", "model.batch=12", "model.rate=3e-3",
    ],
    "llm": ["model.batch_cache=null", "model.max_calls=100000"],
    "zero_shot": ["model.checkpoint={checkpoint}"],
}  # fmt: skip


def says(endpoint, body, *, timeout):
    """Answer in place of a language model, differently for different questions."""
    asked = body["messages"][-1]["content"]
    return json.dumps({"stance": LABELS[len(asked) % 3], "confidence": 0.6 + len(asked) % 7 / 20})


class Makers:
    """Makes classifiers for the tests; those that stay as they are only once, and are kept in ``made``."""

    def __init__(self, request, folders, labelled, made):
        self.request, self.folders, (self.table, self.y), self.made = request, folders, labelled, made

    def options(self, name):
        if name in EXPORTED:
            return self.fitted(name).options
        changes = [change.format(**self.places(change)) for change in CHANGES.get(name, [])]
        return load_train_config(changes, model=name).options()

    def places(self, change):
        """Return the folders that a change asks for, made when first asked for: making them needs transformers."""
        wanted = {"encoder": "tiny_encoder", "checkpoint": "tiny_checkpoint"}
        return {key: self.request.getfixturevalue(name) for key, name in wanted.items() if f"{{{key}}}" in change}

    @property
    def fitting(self):
        return Fitting(dev=(self.table, self.y))

    def fresh(self, name):
        if name in EXPORTED:
            pytest.importorskip("onnx", reason="needs pip install -e '.[transformers]'")
            from pipeline.stance.export import export_onnx

            folder = self.folders.mktemp("exported")
            return export_onnx(self.fresh("embedding"), folder, precision="fp32")
        training = {"sha256": "0" * 64}
        return stance.fit(name, self.options(name), self.table, self.y, training=training, seed=1, fitting=self.fitting)

    def fitted(self, name):
        if name not in self.made:
            self.made[name] = self.fresh(name)
        return self.made[name]


@pytest.fixture(scope="module")
def tiny_checkpoint(tiny_encoder, tmp_path_factory):
    """Return the folder of a random network for language inference."""
    import transformers

    folder = tmp_path_factory.mktemp("checkpoint")
    outputs = {0: "contradiction", 1: "entailment", 2: "neutral"}
    transformers.set_seed(2)
    transformers.BertForSequenceClassification(
        transformers.BertConfig.from_pretrained(
            tiny_encoder, id2label=outputs, label2id={v: k for k, v in outputs.items()}
        )
    ).save_pretrained(folder)
    transformers.AutoTokenizer.from_pretrained(tiny_encoder).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def made():
    return {}


@pytest.fixture
def makers(request, tmp_path_factory, labelled, made):
    return Makers(request, tmp_path_factory, labelled, made)


@pytest.fixture(autouse=True)
def endpoint(monkeypatch):
    """Name a language model, and answer in its place."""
    monkeypatch.setenv("QUOTESTANCE_LLM_URL", "http://localhost:9/v1")
    monkeypatch.setenv("QUOTESTANCE_LLM_MODEL", "stub")
    monkeypatch.setattr("pipeline.stance.llm.ask", says)


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@configured
def test_it_has_a_configuration_of_its_name(name):
    assert load_train_config(model=name).model.classifier == name


@configured
def test_constructor_options_are_keyword_arguments_of_the_configuration(name, makers):
    kind = type(stance.build(name, makers.options(name)))
    assert set(inspect.signature(kind).parameters) - {"seed"} == set(load_train_config(model=name).options())


@every_classifier
def test_building_only_stores(name, makers):
    classifier = stance.build(name, makers.options(name), seed=3)
    assert classifier.name == name
    assert classifier.classes_ == LABELS
    assert [attribute for attribute in vars(classifier) if attribute.endswith("_")] == []


@configured
def test_fit_returns_self(name, makers):
    changes = {"epochs": 1} if name == "finetuned" else {}
    classifier = stance.build(name, makers.options(name) | changes)
    assert classifier.fit(makers.table, makers.y, makers.fitting) is classifier


@pytest.mark.parametrize("name", EXPORTED)
def test_what_is_exported_cannot_be_fitted(name, makers):
    with pytest.raises(ModelError, match="train another kind"):
        stance.build(name, makers.options(name)).fit(makers.table, makers.y)


@every_classifier
def test_it_gives_probabilities(name, makers):
    y_prob = makers.fitted(name).predict_proba(makers.table)
    assert y_prob.shape == (60, 3)
    assert y_prob.dtype == np.float64
    assert y_prob.min() >= 0
    np.testing.assert_allclose(y_prob.sum(axis=1), 1)
    assert len(np.unique(y_prob.round(6), axis=0)) > 2  # what is asked makes a difference


@pytest.mark.parametrize("name", FITTED + EXPORTED)
def test_it_learns_what_can_be_learnt(name, makers):
    y_prob = makers.fitted(name).predict_proba(makers.table)
    assert [LABELS[best] for best in y_prob.argmax(axis=1)] == makers.y


@learning
def test_heavy_statements_outweigh_light_ones_that_say_otherwise(name, makers):
    twice = {column: [*values, *values] for column, values in makers.table.items()}
    others = [LABELS[(LABELS.index(label) + 1) % 3] for label in makers.y]
    weights = [1.0] * len(others) + [0.01] * len(others)
    fitting = Fitting(dev=(makers.table, others), weights=weights)
    training = {"sha256": "0" * 64}
    model = stance.fit(
        name, makers.options(name), twice, [*others, *makers.y], training=training, seed=1, fitting=fitting
    )
    y_prob = model.predict_proba(makers.table)
    assert np.mean([LABELS[best] == label for best, label in zip(y_prob.argmax(axis=1), others, strict=True)]) > 0.9


@every_classifier
def test_outer_marks_make_no_difference(name, makers):
    rows = {"context": ["c", "c", "c"], "title": ["", "", ""], "target": ["", "", ""]}
    texts = ["“It is overdue”", '"It is overdue" ', "It is overdue"]
    y_prob = makers.fitted(name).predict_proba({"text": texts, **rows})
    np.testing.assert_array_equal(y_prob[0], y_prob[1])
    np.testing.assert_array_equal(y_prob[0], y_prob[2])


@every_classifier
def test_the_name_of_who_speaks_makes_no_difference(name, makers):
    rows = [
        {
            "text": f"{speaker.split()[-1]} says it is overdue", "context": f"“It is overdue,” {speaker} said.",
            "title": f"{speaker} on masts", "target": "masts", "speaker": speaker,
        }
        for speaker in ("Dana Lee", "Ömer van Quill")
    ]  # fmt: skip
    y_prob = makers.fitted(name).predict_proba({key: [row[key] for row in rows] for key in rows[0]})
    np.testing.assert_array_equal(y_prob[0], y_prob[1])


@every_classifier
def test_a_row_scores_the_same_alone_and_among_others(name, makers):
    model = makers.fitted(name)
    alone = model.predict_proba({column: values[17:18] for column, values in makers.table.items()})
    # Networks in single precision: what else is in a batch shows in the last digits.
    among = model.predict_proba(makers.table)[17]
    np.testing.assert_allclose(among, alone[0], atol=1e-7 if name == "tfidf" else 1e-5)


@every_classifier
def test_odd_tables_score_without_fault(name, makers):
    model = makers.fitted(name)
    empty = {column: [] for column in stance.COLUMNS}
    assert model.predict_proba(empty).shape == (0, 3)
    odd = ["", "“”", "\ud800", "\x00", "🙂", "zzz " * 5000, None, float("nan")]
    np.testing.assert_allclose(model.predict_proba({"text": odd}).sum(axis=1), 1)


@every_classifier
def test_the_same_seed_gives_the_same_bytes(name, makers, tmp_path):
    for folder, model in (("a", makers.fitted(name)), ("b", makers.fresh(name))):
        stance.save(model, tmp_path / folder)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert stance.fingerprint(tmp_path / "a") == stance.fingerprint(tmp_path / "b")


@every_classifier
def test_a_saved_model_answers_as_before(name, makers, tmp_path):
    model = makers.fitted(name).calibrated(makers.table, makers.y, method="temperature")
    stance.save(model, tmp_path / "model")
    again = stance.load(tmp_path / "model")
    np.testing.assert_array_equal(again.predict_proba(makers.table), model.predict_proba(makers.table))
    assert again.card() == model.card()
    stance.save(again, tmp_path / "again")
    assert stance.fingerprint(tmp_path / "again") == stance.fingerprint(tmp_path / "model")


@every_classifier
def test_no_file_is_a_pickle(name, makers, tmp_path):
    stance.save(makers.fitted(name), tmp_path / "model")
    for file in contents(tmp_path / "model"):
        assert file.endswith((".json", ".npz", ".safetensors", ".onnx.gz", "MANIFEST.sha256")), file
        if file.endswith(".npz"):
            with np.load(tmp_path / "model" / file, allow_pickle=False) as arrays:
                assert all(arrays[key].dtype.kind in "fiu" for key in arrays)


@every_classifier
def test_what_scoring_needs_is_installed_and_recorded(name, makers):
    model = makers.fitted(name)
    assert "numpy" in model.card()["packages"]
    assert len(model.requirements()) == len(model.card()["packages"])


@learning
def test_a_class_without_statements_is_refused(name, makers):
    table = {column: values[:40] for column, values in makers.table.items()}
    with pytest.raises(ModelError, match="no training statement is labelled pro-restriction"):
        stance.build(name, makers.options(name)).fit(table, makers.y[:40], makers.fitting)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ModelError, match=r"no classifier is called 'tfdif'; there are: embedding, ensemble, .*tfidf"):
        stance.build("tfdif", {})


def test_an_option_that_does_not_fit_is_named():
    with pytest.raises(ModelError, match="colour"):
        stance.build("tfidf", {"features": {}, "colour": 1})
