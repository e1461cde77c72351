"""The average of calibrated members, saved as bundles within a bundle."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from pipeline import stance
from pipeline.errors import ModelError
from pipeline.stance import Fitting
from pipeline.stance.ensemble import EnsembleClassifier


def member(ngrams, calibration="temperature"):
    block = {"column": "text", "analyzer": "word", "ngrams": ngrams}
    return {"classifier": "tfidf", "options": {"features": {"words": block}}, "calibration": calibration}


MEMBERS = {"words": member([1, 1]), "pairs": member([2, 2], "none")}


@pytest.fixture
def dev(labelled):
    """Return the statements with every sixth label wrong, so that calibration has something to do."""
    table, y = labelled
    return table, [y[(i + 20) % 60] if i % 6 == 0 else label for i, label in enumerate(y)]


@pytest.fixture
def model(labelled, dev):
    training = {"sha256": "ab" * 32}
    return stance.fit("ensemble", {"members": MEMBERS, "weights": None}, *labelled, training=training, seed=4,
                      fitting=Fitting(dev=dev))  # fmt: skip


@pytest.fixture
def folder(model, tmp_path):
    stance.save(model, tmp_path / "model")
    return tmp_path / "model"


def test_the_average_is_that_of_members_fitted_and_calibrated_by_themselves(model, labelled, dev):
    table, _ = labelled
    alone = [
        stance.fit("tfidf", values["options"], *labelled, training={}, seed=4 + i)
        for i, values in enumerate(MEMBERS.values())
    ]
    alone[0] = alone[0].calibrated(*dev, method="temperature")
    assert alone[0].calibration.temperature != 1
    one, two = (each.predict_proba(table) for each in alone)
    np.testing.assert_allclose(model.predict_proba(table), (one + two) / 2)
    weighted = EnsembleClassifier(MEMBERS, weights={"words": 3, "pairs": 1}, seed=4)
    weighted.fit(*labelled, Fitting(dev=dev))
    np.testing.assert_allclose(weighted.predict_proba(table), (3 * one + two) / 4)


def test_each_member_has_its_own_seed_folder_and_figures(labelled, monkeypatch):
    seen, told = [], []

    def fit(name, options, table, y, *, training, seed, fitting):
        fitting.observe(7, {"loss": 0.5})
        seen.append((seed, fitting.checkpoints, fitting.dev))
        return "fitted"

    monkeypatch.setattr(stance, "fit", fit)
    fitting = Fitting(checkpoints=Path("place"), observe=lambda *figures: told.append(figures))
    members = {"a": member([1, 1], "none"), "b": member([1, 1], "none")}
    EnsembleClassifier(members, seed=10).fit(*labelled, fitting)
    assert seen == [(10, Path("place/a"), None), (11, Path("place/b"), None)]
    assert told == [(7, {"a.loss": 0.5}), (7, {"b.loss": 0.5})]


def test_what_is_needed_is_what_the_members_need():
    assert EnsembleClassifier(MEMBERS).requirements == ("numpy", "scipy", "scikit-learn")


def test_members_are_bundles_within_the_bundle(folder, model):
    lines = (folder / "MANIFEST.sha256").read_text().splitlines()
    inner = ["MANIFEST.sha256", "bundle.json", "terms.json", "weights.npz"]
    names = ["bundle.json", *(f"members/{name}/{file}" for name in ("pairs", "words") for file in inner)]
    assert [line.split("  ")[1] for line in lines] == names
    assert stance.read_card(folder / "members" / "words")["calibration"]["method"] == "temperature"
    assert stance.load(folder / "members" / "pairs").name == "tfidf"
    assert stance.load(folder).card() == model.card()


@pytest.mark.parametrize(
    ("options", "dev", "message"),
    [
        ({"members": MEMBERS}, False, "member words is calibrated on dev statements, and there are none; label more"),
        ({"members": {}}, True, "an ensemble needs members"),
        ({"members": MEMBERS, "weights": {"words": 1}}, True, "the weights .* members: words, pairs"),
        ({"members": {"../out": member([1, 1])}}, True, r"member '\.\./out': no name for a folder"),
        ({"members": {"a": member([1, 1], "isotonic")}}, True, "member a: isotonic calibration needs 300 dev"),
    ],
)
def test_what_cannot_be_fitted_is_told_in_one_line(labelled, options, dev, message):
    fitting = Fitting(dev=labelled if dev else None)
    with pytest.raises(ModelError, match=message) as caught:
        stance.build("ensemble", options).fit(*labelled, fitting)
    assert "\n" not in str(caught.value)


def reseal(folder, reseal_members=True):
    from pipeline.stance import bundle

    places = [*(folder / "members").iterdir(), folder] if reseal_members else [folder]
    for place in places:
        lines = [f"{bundle.sha256_file(path)}  {name}\n" for name, path in sorted(bundle._contents(place).items())]
        (place / "MANIFEST.sha256").write_text("".join(lines))


def test_a_member_that_was_exchanged_is_refused_even_under_a_new_seal(folder):
    shutil.rmtree(folder / "members" / "words")
    shutil.copytree(folder / "members" / "pairs", folder / "members" / "words")
    reseal(folder)
    with pytest.raises(ModelError, match="member words is not the model that the ensemble names"):
        stance.load(folder)
    shutil.rmtree(folder / "members" / "words")
    reseal(folder)
    with pytest.raises(ModelError, match="no model bundle here"):
        stance.load(folder)


def test_a_member_is_checked_by_its_own_manifest_too(folder):
    (folder / "members" / "words" / "terms.json").write_text("{}")
    with pytest.raises(ModelError, match=r"members/words/terms\.json has changed"):
        stance.load(folder)
    reseal(folder, reseal_members=False)
    with pytest.raises(ModelError, match=r"terms\.json has changed"):
        stance.load(folder)


def test_a_resealed_card_cannot_name_a_member_outside(folder, tmp_path):
    shutil.copytree(folder / "members" / "words", tmp_path / "outside")
    card = json.loads((folder / "bundle.json").read_text())
    card["options"]["members"] = {"../../outside": card["options"]["members"]["words"]}
    (folder / "bundle.json").write_text(json.dumps(card))
    reseal(folder)
    with pytest.raises(ModelError, match="no name for a folder"):
        stance.load(folder)
