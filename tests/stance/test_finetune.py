"""The fine-tuned classifier: what it hands to the fit, and that a saved one answers as before."""

import shutil

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs pip install -e '.[transformers]'")
pytest.importorskip("transformers", reason="needs pip install -e '.[transformers]'")

from pipeline.config import load_train_config
from pipeline.errors import ModelError
from pipeline.records import LABELS
from pipeline.stance import ALONE, Fitting, finetune
from pipeline.stance.finetune import FinetunedClassifier

WORDS = dict(zip(LABELS, ("reckless", "scheduled", "overdue"), strict=True))
SUBJECTS = ("the ban", "this licence rule", "the Tessaly order", "that export control")


def statements(subjects=SUBJECTS):
    """Return a table of three statements a subject, one of each label, and their labels."""
    rows = [(f"“{subject} is {word},”", subject, label) for label, word in WORDS.items() for subject in subjects]
    table = {
        "text": [text for text, *_ in rows],
        "context": [f"{text} Mira Olsen said." for text, *_ in rows],
        "target": [f"{subject} on Quillon routers" for _, subject, _ in rows],
    }
    return table, [label for *_, label in rows]


def classifier(encoder, **changes):
    quick = {"reading": {}, "max_tokens": 60, "epochs": 1, "batch": 4, "rate": 3e-3}
    return FinetunedClassifier(str(encoder), **(quick | changes))


class Recorder:
    """Takes the place of the fit and notes what it is given."""

    def __init__(self, monkeypatch):
        monkeypatch.setattr(finetune, "fit_network", self)

    def __call__(self, examples, encoder, options, **given):
        self.examples, self.encoder, self.options, self.given = examples, encoder, options, given


@pytest.fixture
def recorder(monkeypatch):
    return Recorder(monkeypatch)


LAYERS = {"own head": None, "means": (1,)}


@pytest.fixture(scope="module", params=LAYERS)
def layers(request):
    return LAYERS[request.param]


@pytest.fixture(scope="module")
def fitted(tiny_encoder, layers):
    return classifier(tiny_encoder, seed=3, layers=layers).fit(*statements())


def test_the_packaged_configuration_fits(tiny_encoder):
    options = load_train_config(model="finetuned").model.options()
    built = FinetunedClassifier(**options, seed=3)
    assert built.encoder == "all-MiniLM-L6-v2"
    assert (built.options.rate, built.options.epochs, built.options.batch, built.options.max_tokens) == (
        1e-4,
        4,
        16,
        160,
    )
    assert [name for name in vars(built) if name.endswith("_")] == []


def test_the_fit_is_given_pairs_targets_and_all_that_may_help_it(tiny_encoder, recorder, tmp_path):
    table, y = statements()
    dev = statements(("the cap",))
    fitting = Fitting(dev=dev, checkpoints=tmp_path, observe=print)
    model = classifier(tiny_encoder, seed=7, lora={"rank": 2, "alpha": 4}, reading={"context": False})
    assert model.fit(table, y, fitting) is model
    assert recorder.encoder == tiny_encoder
    assert recorder.examples.pairs[0] == ("the ban on Quillon routers", "« the ban is reckless, »")
    assert recorder.examples.targets.tolist() == np.repeat(np.eye(3), 4, axis=0).tolist()
    assert recorder.given["dev"].pairs[2] == ("the cap on Quillon routers", "« the cap is overdue, »")
    assert recorder.given["dev"].targets.tolist() == np.eye(3).tolist()
    assert (recorder.given["seed"], recorder.given["folder"], recorder.given["observe"]) == (7, tmp_path, print)
    assert (recorder.options.lora.rank, recorder.options.lora.alpha, recorder.options.batch) == (2, 4, 4)


def test_names_of_a_topic_are_masked(tiny_encoder, recorder):
    topics = {"Quillon routers": {"aliases": ["Qllon"], "description": "d"}}
    table = {"text": ["Qllon is fine"] * 3, "target": ["Quillon routers"] * 3}
    classifier(tiny_encoder, reading={"mask_vendors": True}, topics=topics).fit(table, LABELS)
    assert recorder.examples.pairs[0] == ("the vendor routers", "« the vendor is fine »")


def test_held_out_statements_may_be_none(tiny_encoder, recorder):
    for fitting in (ALONE, Fitting(dev=({"text": []}, []))):
        classifier(tiny_encoder).fit(*statements(), fitting)
        assert recorder.given["dev"] is None


CLASS_WEIGHTS = [("balanced", [2.0, 1.0, 2 / 3]), (None, [1.0, 1.0, 1.0])]


@pytest.mark.parametrize(("class_weight", "expected"), CLASS_WEIGHTS)
def test_balanced_classes_count_alike(tiny_encoder, recorder, class_weight, expected):
    y = [LABELS[0]] * 2 + [LABELS[1]] * 4 + [LABELS[2]] * 6
    classifier(tiny_encoder, class_weight=class_weight).fit({"text": ["a"] * 12}, y)
    assert recorder.examples.weights.tolist() == pytest.approx(np.repeat(expected, [2, 4, 6]).tolist())


def test_the_labels_of_a_target_are_balanced_and_only_among_each_other(tiny_encoder, recorder):
    y = [LABELS[0], *[LABELS[2]] * 9, LABELS[1]]
    table = {"text": ["a"] * 11, "target": ["drones"] * 10 + ["chips"]}
    classifier(tiny_encoder, class_weight=None, balance_targets=1.0).fit(table, y)
    weights = recorder.examples.weights
    assert weights.mean() == pytest.approx(1)
    assert weights[0] > 1.5 * weights[1]
    assert len(set(weights[1:10])) == 1
    classifier(tiny_encoder, class_weight=None).fit(table, y)
    assert set(recorder.examples.weights) == {1.0}


def test_targets_may_be_soft_and_weighted(tiny_encoder, recorder):
    targets = np.array([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]])
    classifier(tiny_encoder).fit_targets({"text": ["a", "b"]}, targets, np.array([2.0, 1.0]))
    assert recorder.examples.targets is targets
    # Masses 2, 1 and 0 of 3: weights of the classes 1/2, 1 and none.
    assert recorder.examples.weights.tolist() == pytest.approx([2 * 0.75, 0.5])


def test_a_class_without_statements_is_refused(tiny_encoder):
    with pytest.raises(ModelError, match="no training statement is labelled neutral, pro-restriction; each class"):
        classifier(tiny_encoder).fit({"text": ["a"]}, [LABELS[0]])


def test_an_encoder_that_is_nowhere_is_told(tmp_path):
    with pytest.raises(ModelError, match="no-such-encoder"):
        classifier("no-such-encoder").fit(*statements())


def test_options_that_exclude_each_other_are_told(tiny_encoder):
    with pytest.raises(ModelError, match="set freeze_layers to 0"):
        classifier(tiny_encoder, lora={}, freeze_layers=1).fit(*statements())


def test_a_saved_model_answers_as_before(fitted, layers, tmp_path):
    fitted.save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "config.json", *["head.safetensors"] * bool(layers), "model.safetensors", "tokenizer.json",
        "tokenizer_config.json",
    ]  # fmt: skip
    table, _ = statements()
    # The encoder is not needed any more.
    again = classifier("gone", layers=layers).load(tmp_path)
    np.testing.assert_array_equal(again.predict_proba(table), fitted.predict_proba(table))
    (tmp_path / "again").mkdir()
    again.save(tmp_path / "again")
    for path in (tmp_path / "again").iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_a_model_of_other_labels_or_without_a_head_is_refused(tiny_encoder, tmp_path):
    with pytest.raises(ModelError, match=r"weights are missing or do not fit"):
        classifier("gone").load(tiny_encoder)
    shutil.copytree(tiny_encoder, tmp_path / "model")
    (tmp_path / "model" / "model.safetensors").write_bytes(b"")
    with pytest.raises(ModelError, match="no encoder that can be opened"):
        classifier("gone").load(tmp_path / "model")


def test_the_same_seed_gives_the_same_bytes(fitted, layers, tiny_encoder, tmp_path):
    again = classifier(tiny_encoder, seed=3, layers=layers).fit(*statements())
    for name, model in (("a", fitted), ("b", again)):
        (tmp_path / name).mkdir()
        model.save(tmp_path / name)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_odd_statements_are_scored(fitted):
    assert fitted.predict_proba({"text": []}).shape == (0, 3)
    odd = ["", "“”", "\ud800", "\x00", "🙂", "zzz " * 5000, None, float("nan")]
    y_prob = fitted.predict_proba({"text": odd})
    np.testing.assert_allclose(y_prob.sum(axis=1), 1)
    assert y_prob.dtype == np.float64


def test_a_model_fitted_before_is_gone_on_from_with_its_head(fitted, layers, tmp_path):
    fitted.save(tmp_path)
    table, y = statements()
    further = classifier(tmp_path, rate=1e-12, layers=layers).fit(table, y)
    np.testing.assert_allclose(further.predict_proba(table), fitted.predict_proba(table), atol=1e-5)
