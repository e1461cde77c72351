"""Entailment as stance, with random networks made here; transformers' own pipeline and plain arithmetic as oracles."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs pip install -e '.[transformers]'")
transformers = pytest.importorskip("transformers", reason="needs pip install -e '.[transformers]'")

from pipeline import stance  # noqa: E402
from pipeline.errors import ModelError  # noqa: E402
from pipeline.records import LABELS  # noqa: E402
from pipeline.stance.zero_shot import ZeroShotClassifier, premise  # noqa: E402

GENERAL = {
    "pro-restriction": ["{target} should be banned.", "{target} is a mistake."],
    "anti-restriction": ["{target} should be kept.", "{target} is safe."],
    "neutral": ["The speaker backs nothing about {target}.", "The speaker is under review."],
}
TOPICS = {
    "Quillon routers": {
        "aliases": ["Quillon"],
        "hypotheses": {"pro-restriction": ["Ban it."], "anti-restriction": ["Allow it."], "neutral": ["Say nothing."]},
    },
    "drones": {"aliases": [], "hypotheses": {"neutral": ["Drones fly."]}},
}
ROWS = {
    "text": ["“the only safe course”", "“We say this licence rule is needless,”"],
    "context": ["Olsen called the order “the only safe course”.", "“We say this licence rule is needless,” she said."],
    "target": ["Quillon routers", ""],
}
THREE = ("contradiction", "neutral", "entailment")


def make_nli(encoder: Path, folder: Path, names: tuple[str, ...], order: tuple[int, ...] | None = None) -> Path:
    """Write a random classifier over the encoder's tokenizer, its outputs called ``names`` and put in ``order``."""
    shutil.copytree(encoder, folder)
    transformers.set_seed(2)
    config = transformers.AutoConfig.from_pretrained(encoder)
    config.id2label = dict(enumerate(names))
    config.label2id = {name: index for index, name in enumerate(names)}
    config.initializer_range = 0.3  # else all pairs are as likely
    model = transformers.BertForSequenceClassification(config)
    if order:
        with torch.no_grad():
            model.classifier.weight.copy_(model.classifier.weight[list(order)])
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def nli(tiny_encoder, tmp_path_factory) -> Path:
    return make_nli(tiny_encoder, tmp_path_factory.mktemp("nli") / "three", THREE)


def classifier(checkpoint, **changed) -> ZeroShotClassifier:
    options = {"hypotheses": GENERAL, "reading": {}, "topics": TOPICS, "max_tokens": 96}
    return ZeroShotClassifier(str(checkpoint), **{**options, **changed})


def fitted(checkpoint, **changed) -> ZeroShotClassifier:
    return classifier(checkpoint, **changed).fit({"text": []}, [])


class Given:
    """Log-odds by hypothesis, 0 where none are given; notes what it is asked."""

    def __init__(self, **odds):
        self.odds, self.asked = odds, []

    def log_odds(self, distinct):
        self.asked += distinct
        return np.array([self.odds.get(said, 0.0) for _, said in distinct])


def with_odds(odds, **changed):
    made = classifier("nowhere", **changed)
    made.entailment_ = Given(**odds)
    return made, made.entailment_


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("« a bad idea »", '"a bad idea"'),
        ("Lee called it « a bad idea » .", 'Lee called it "a bad idea".'),
        ("« We oppose it » , she said.", '"We oppose it", she said.'),
        ("« We oppose it » she said.", '"We oppose it" she said.'),
        ("« »", '""'),
        ("", ""),
    ],
)
def test_the_premise_reads_like_a_newspaper(marked, expected):
    assert premise(marked) == expected


def test_probabilities_are_a_softmax_of_the_best_log_odds():
    odds = {"Ban it.": 2.0, "Allow it.": 0.0, "Say nothing.": 1.0}
    made, _ = with_odds(odds)
    row = {name: values[:1] for name, values in ROWS.items()}
    expected = np.exp([0.0, 1.0, 2.0]) / np.exp([0.0, 1.0, 2.0]).sum()  # anti, neutral, pro
    np.testing.assert_allclose(made.predict_proba(row), [expected])


def test_one_entailed_hypothesis_is_enough():
    odds = {
        "this should be banned.": 3.0,
        "this is a mistake.": -9.0,
        "this is safe.": 1.0,
        "this should be kept.": 1.0,
    }
    made, _ = with_odds(odds)
    y_prob = made.predict_proba({"text": ["x"]})
    assert LABELS[y_prob.argmax()] == "pro-restriction"  # by their mean it would be the opposite
    np.testing.assert_allclose(np.log(y_prob[0, 2] / y_prob[0, 0]), 2.0)


def test_hypotheses_are_the_topics_and_general_ones_elsewhere():
    made, given = with_odds({})
    made.predict_proba({"text": ["a"] * 4, "target": ["Quillon routers", "drones", "TikTok", None]})
    said = [hypothesis for _, hypothesis in given.asked]
    assert {"Ban it.", "Allow it.", "Say nothing."} <= set(said)
    assert {"Drones fly.", "drones should be banned.", "drones is safe."} <= set(said)
    assert "The speaker backs nothing about drones." not in said
    assert {"TikTok should be banned.", "The speaker backs nothing about TikTok."} <= set(said)
    assert {"this should be banned.", "The speaker backs nothing about this."} <= set(said)


@pytest.mark.parametrize(
    ("reading", "expected"),
    [({"mask_vendors": True}, "the vendor routers should be banned."), ({"target": False}, "this should be banned.")],
)
def test_hypotheses_of_a_topic_are_left_where_the_target_is_not_read(reading, expected):
    made, given = with_odds({}, reading=reading)
    made.predict_proba({"text": ["Quillon says no"], "target": ["Quillon routers"]})
    assert expected in [said for _, said in given.asked]
    assert not any("Quillon" in said for _, said in given.asked)
    assert ("Quillon" in given.asked[0][0]) == (not reading.get("mask_vendors"))


def test_equal_pairs_are_scored_once():
    made, given = with_odds({})
    y_prob = made.predict_proba({name: values * 3 for name, values in ROWS.items()})
    assert y_prob.shape == (6, 3)
    assert len(given.asked) == len(set(given.asked)) == 3 + 6


def test_log_odds_equal_plain_arithmetic_with_three_classes(nli):
    made = fitted(nli)
    asked = [("olsen said this is safe", "Ban it."), ("the order is a mistake " * 9, "The vendor is safe.")]
    network = made.entailment_.network
    expected = []
    for pair in asked:
        inputs = network.tokenizer(*pair, return_tensors="pt")
        p = torch.softmax(network.model(**inputs).logits.double(), -1)[0, THREE.index("entailment")].item()
        expected.append(np.log(p / (1 - p)))
    assert abs(expected[0] - expected[1]) > 0.01
    np.testing.assert_allclose(made.entailment_.log_odds(asked), expected, atol=1e-5)


def test_log_odds_equal_those_of_transformers_with_two_classes(tiny_encoder, tmp_path):
    made = fitted(make_nli(tiny_encoder, tmp_path / "two", ("entailment", "not_entailment")))
    network = made.entailment_.network
    oracle = transformers.pipeline(
        "zero-shot-classification", model=network.model, tokenizer=network.tokenizer, device="cpu"
    )
    said = ["the vendor is safe", "the order is overdue", "we oppose this rule"]
    found = oracle("olsen said this is needless", said, hypothesis_template="{}", multi_label=True)
    p = np.array([dict(zip(found["labels"], found["scores"], strict=True))[hypothesis] for hypothesis in said])
    ours = made.entailment_.log_odds([("olsen said this is needless", hypothesis) for hypothesis in said])
    np.testing.assert_allclose(ours, np.log(p / (1 - p)), atol=1e-4)


@pytest.mark.parametrize(
    ("names", "order"),
    [
        (("ENTAILMENT", "NEUTRAL", "CONTRADICTION"), (2, 1, 0)),
        (("neutral", "Entailment", "contradiction"), (1, 2, 0)),
    ],
)
def test_entailment_is_found_wherever_it_stands(nli, tiny_encoder, tmp_path, names, order):
    turned = fitted(make_nli(tiny_encoder, tmp_path / "turned", names, order))
    y_prob = fitted(nli).predict_proba(ROWS)
    assert np.ptp(y_prob) > 0.01
    np.testing.assert_allclose(turned.predict_proba(ROWS), y_prob, atol=1e-6)


@pytest.mark.parametrize("names", [("LABEL_0", "LABEL_1", "LABEL_2"), ("not_entailment", "contradiction")])
def test_a_checkpoint_that_tells_no_entailment_is_refused(tiny_encoder, tmp_path, names):
    with pytest.raises(ModelError, match=r"none of its outputs .* is entailment; choose one trained") as caught:
        fitted(make_nli(tiny_encoder, tmp_path / "other", names))
    assert "\n" not in str(caught.value)


def test_an_encoder_without_a_head_is_refused(tiny_encoder, tmp_path):
    with pytest.raises(ModelError, match="none of its outputs"):
        fitted(tiny_encoder)
    headless = shutil.copytree(tiny_encoder, tmp_path / "headless")
    config = json.loads((headless / "config.json").read_text())
    config |= {"id2label": dict(enumerate(THREE)), "label2id": {name: i for i, name in enumerate(THREE)}}
    (headless / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match=r"classifier\.bias is missing"):
        fitted(headless)


def test_a_checkpoint_that_is_nowhere_is_told():
    with pytest.raises(ModelError, match="no-such/nli"):
        fitted("no-such/nli")


def test_a_label_without_hypotheses_is_refused(nli):
    with pytest.raises(ModelError, match="none for neutral"):
        fitted(nli, hypotheses={**GENERAL, "neutral": []})


def test_odd_statements_score_alone_as_among_others(nli):
    made = fitted(nli)
    table = {"text": ["", "\ud800", "zzz " * 5000, None, "this order is vital"], "target": ["a"] * 5}
    y_prob = made.predict_proba(table)
    np.testing.assert_allclose(y_prob.sum(axis=1), 1)
    alone = made.predict_proba({name: values[4:] for name, values in table.items()})
    np.testing.assert_allclose(alone[0], y_prob[4], atol=1e-6)
    assert made.predict_proba({"text": []}).shape == (0, 3)


def test_a_bundle_names_the_weights_and_refuses_others(nli, tiny_encoder, tmp_path):
    checkpoint = shutil.copytree(nli, tmp_path / "nli")
    options = {"checkpoint": str(checkpoint), "hypotheses": GENERAL, "reading": {}, "topics": TOPICS, "max_tokens": 96}
    model = stance.fit("zero_shot", options, {"text": []}, [], training={})
    stance.save(model, tmp_path / "model")
    card = json.loads((tmp_path / "model" / "checkpoint.json").read_text())
    assert card == {"checkpoint": str(checkpoint), "sha256": model.classifier.encoder_.sha256}
    assert {path.name for path in (tmp_path / "model").iterdir()} == {
        "bundle.json", "checkpoint.json", "MANIFEST.sha256",
    }  # fmt: skip
    again = stance.load(tmp_path / "model")
    np.testing.assert_array_equal(again.predict_proba(ROWS), model.predict_proba(ROWS))
    shutil.rmtree(checkpoint)
    make_nli(tiny_encoder, checkpoint, THREE, (1, 0, 2))
    with pytest.raises(ModelError, match="its weights are others"):
        stance.load(tmp_path / "model")
