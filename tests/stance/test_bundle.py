"""Model folders: whole or not at all, and never opened after a change."""

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from pipeline import stance
from pipeline.errors import InputError, ModelError
from pipeline.stance import bundle
from pipeline.stance.linear import TfidfClassifier

OPTIONS = {"features": {"words": {"column": "text", "analyzer": "word", "ngrams": [1, 1]}}}
FILES = {"MANIFEST.sha256", "bundle.json", "terms.json", "weights.npz"}


@pytest.fixture
def model(labelled):
    return stance.fit("tfidf", OPTIONS, *labelled, training={"sha256": "ab" * 32, "train": 60}, seed=7)


class Nested(TfidfClassifier):
    """A classifier that keeps files in folders."""

    def save(self, folder):
        super().save(folder)
        (folder / "a" / "b").mkdir(parents=True)
        (folder / "a" / "b" / "deep.json").write_text("{}")
        (folder / "a" / "..odd").write_text("two points begin a name, and are none")


@pytest.fixture
def nested(labelled, tmp_path, monkeypatch):
    monkeypatch.setitem(stance.CLASSIFIERS, "nested", f"{__name__}:Nested")
    monkeypatch.setattr(Nested, "name", "nested")
    stance.save(stance.fit("nested", OPTIONS, *labelled, training={}), tmp_path / "nested")
    return tmp_path / "nested"


@pytest.fixture
def folder(model, tmp_path):
    stance.save(model, tmp_path / "model")
    return tmp_path / "model"


def reseal(folder):
    """Write a manifest that fits the folder, as someone with ill intent would."""
    names = sorted(path.name for path in folder.iterdir() if path.name != "MANIFEST.sha256")
    lines = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (folder / "MANIFEST.sha256").write_text("".join(lines))


def test_a_bundle_holds_plain_files_and_a_manifest_that_sha256sum_reads(folder):
    assert {path.name for path in folder.iterdir()} == FILES
    lines = (folder / "MANIFEST.sha256").read_text().splitlines()
    digest = hashlib.sha256((folder / "bundle.json").read_bytes()).hexdigest()
    assert lines[0] == f"{digest}  bundle.json"
    assert len(lines) == 3


def test_the_card_tells_what_the_model_was_made_with(folder):
    card = stance.read_card(folder)
    assert card["format"] == 1
    assert card["classifier"] == "tfidf"
    assert card["labels"] == ["anti-restriction", "neutral", "pro-restriction"]
    assert card["columns"] == ["text", "context", "title", "target", "speaker"]
    assert card["training"] == {"sha256": "ab" * 32, "train": 60}
    assert card["seed"] == 7
    assert card["packages"]["numpy"] == np.__version__
    assert card["calibration"]["method"] == "none"


def test_arrays_are_no_pickles(folder):
    with zipfile.ZipFile(folder / "weights.npz") as archive:
        for name in archive.namelist():
            assert b"'|O'" not in archive.read(name)[:128]


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_changed_byte_anywhere_is_found(folder, name):
    whole = (folder / name).read_bytes()
    # Every byte of the small files, and a sample of the weights.
    for place in range(0, len(whole), max(1, len(whole) // 150)):
        changed = bytearray(whole)
        changed[place] ^= 1
        (folder / name).write_bytes(bytes(changed))
        with pytest.raises(ModelError) as caught:
            stance.load(folder)
        assert "\n" not in str(caught.value), place
    (folder / name).write_bytes(whole)
    stance.load(folder)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_missing_byte_or_file_is_found(folder, name):
    whole = (folder / name).read_bytes()
    for damaged in (whole[:-1], whole + b"\n", b""):
        (folder / name).write_bytes(damaged)
        with pytest.raises(ModelError, match=name):
            stance.load(folder)
    (folder / name).unlink()
    with pytest.raises(ModelError, match=rf"{name}.* is missing"):
        stance.load(folder)


def test_an_extra_file_folder_or_link_is_found(folder):
    (folder / "extra.bin").write_bytes(b"")
    with pytest.raises(ModelError, match=r"extra\.bin does not belong"):
        stance.load(folder)
    (folder / "extra.bin").unlink()
    (folder / "sub").mkdir()
    with pytest.raises(ModelError, match="sub does not belong"):
        stance.load(folder)
    (folder / "sub").rmdir()
    (folder / "weights.npz").rename(folder.parent / "elsewhere.npz")
    (folder / "weights.npz").symlink_to(folder.parent / "elsewhere.npz")
    with pytest.raises(ModelError, match=r"weights\.npz has changed"):
        stance.load(folder)


def test_files_in_folders_are_listed_by_their_relative_paths(nested):
    lines = (nested / "MANIFEST.sha256").read_text().splitlines()
    names = ["a/..odd", "a/b/deep.json", "bundle.json", "terms.json", "weights.npz"]
    assert [line.split("  ")[1] for line in lines] == names
    done = subprocess.run(["sha256sum", "--check", "--strict", "MANIFEST.sha256"], cwd=nested, capture_output=True)
    assert done.returncode == 0
    stance.load(nested)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / "a/b/deep.json").write_text("[]"), r"a/b/deep\.json has changed"),
        (lambda folder: (folder / "a/b/deep.json").unlink(), r"a/b does not belong|a/b/deep\.json is missing"),
        (lambda folder: (folder / "a/b/more.json").write_text("{}"), r"a/b/more\.json does not belong"),
        (lambda folder: (folder / "a/b/MANIFEST.sha256").write_text(""), r"a/b/MANIFEST\.sha256 does not belong"),
        (lambda folder: (folder / "a/empty/inner").mkdir(parents=True), "a/empty/inner does not belong"),
        (lambda folder: (folder / "a/link").symlink_to(folder / "bundle.json"), "a/link does not belong"),
        (lambda folder: (folder / "a/up").symlink_to(folder.parent), "a/up does not belong"),
    ],
)
def test_whatever_changes_in_a_folder_is_found(nested, damage, message):
    damage(nested)
    with pytest.raises(ModelError, match=message):
        stance.load(nested)


def test_a_folder_that_became_a_link_is_found_though_its_files_are_the_same(nested):
    (nested / "a").rename(nested.parent / "elsewhere")
    (nested / "a").symlink_to(nested.parent / "elsewhere")
    with pytest.raises(ModelError, match=r"model bundle, a(/\S+)? (is missing|does not belong)"):
        stance.load(nested)


@pytest.mark.parametrize(
    "name",
    ["../out.json", "a/../../out.json", "a/../bundle.json", "/etc/hostname", "a//b", "./b", "a/.", "..", "a\\b", "a/"],
)
def test_a_manifest_cannot_name_what_lies_outside(nested, name):
    (nested.parent / "out.json").write_text("{}")
    digest = hashlib.sha256(b"{}").hexdigest()
    with (nested / "MANIFEST.sha256").open("a") as handle:
        handle.write(f"{digest}  {name}\n")
    with pytest.raises(ModelError, match=r"MANIFEST\.sha256 has changed"):
        stance.load(nested)


def test_a_manifest_cannot_list_a_link(nested):
    (nested / "a" / "link").symlink_to(nested.parent / "out.json")
    (nested.parent / "out.json").write_text("{}")
    with (nested / "MANIFEST.sha256").open("a") as handle:
        handle.write(f"{hashlib.sha256(b'{}').hexdigest()}  a/link\n")
    with pytest.raises(ModelError, match="a/link has changed"):
        stance.load(nested)


def test_topics_are_one_parameter_of_a_run(model):
    topics = {"Loopi": {"aliases": ["Loopi"], "description": "", "hypotheses": {}}}
    told = bundle.StanceModel(model.classifier, model.calibration, {"topics": topics, "c": 2.0}, {}, 7).params()
    assert len(told["model"]["topics"]) == 64
    assert told["model"]["c"] == 2.0
    other = bundle.StanceModel(model.classifier, model.calibration, {"topics": topics | {"b": {}}}, {}, 7).params()
    assert other["model"]["topics"] != told["model"]["topics"]


def test_nothing_is_opened_before_it_is_checked(folder, monkeypatch):
    monkeypatch.setattr(np, "load", lambda *_, **__: pytest.fail("opened"))
    (folder / "terms.json").write_text("{}")
    with pytest.raises(ModelError, match="has changed"):
        stance.load(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2}, "bundle format 2, this version reads 1"),
        ({"labels": ["pro", "con"]}, "are not the codebook's"),
        ({"classifier": "os:system"}, "^/.*/model: no classifier is called 'os:system'"),
        ({"options": {"features": {}, "code": "import os"}}, "code"),
        ({"calibration": {"method": "magic"}}, "does not describe a model"),
        ({"options": {"features": {"others": OPTIONS["features"]["words"]}}}, "weights that do not fit"),
    ],
)
def test_a_resealed_card_that_does_not_fit_is_refused(folder, change, message):
    card = json.loads((folder / "bundle.json").read_text()) | change
    (folder / "bundle.json").write_text(json.dumps(card))
    reseal(folder)
    with pytest.raises(ModelError, match=message) as caught:
        stance.load(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("weights", [b"", b"PK\x03\x04 no zip", b"\x80\x04K\x01."])
def test_resealed_weights_that_are_no_arrays_are_refused(folder, weights):
    (folder / "weights.npz").write_bytes(weights)
    reseal(folder)
    with pytest.raises(ModelError, match="weights that do not fit"):
        stance.load(folder)


def test_pickled_objects_in_the_weights_are_refused(folder):
    with np.load(folder / "weights.npz") as arrays:
        values = dict(arrays)
    np.savez(folder / "weights.npz", **{**values, "coef": np.array([{"a": 1}], dtype=object)})
    reseal(folder)
    with pytest.raises(ModelError, match="weights that do not fit"):
        stance.load(folder)


def test_a_folder_that_is_no_bundle_is_told(tmp_path):
    with pytest.raises(ModelError, match=r"no model bundle here \(there is no such folder\)"):
        stance.load(tmp_path / "nowhere")
    with pytest.raises(ModelError, match=r"no model bundle here \(MANIFEST.sha256 is missing\)"):
        stance.fingerprint(tmp_path)


def test_a_save_that_fails_leaves_the_older_bundle(folder, model, monkeypatch):
    before = stance.fingerprint(folder)

    def fail(self, path):
        (path / "half").write_text("half")
        raise OSError("disk full")

    monkeypatch.setattr(TfidfClassifier, "save", fail)
    with pytest.raises(InputError, match=r"model: cannot write here \(disk full\)"):
        stance.save(model, folder)
    assert stance.fingerprint(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == ["model"]


def test_a_swap_that_fails_puts_the_older_bundle_back(folder, model, monkeypatch):
    before = stance.fingerprint(folder)
    original = bundle.Path.replace

    def fail(self, target):
        if self.name == "new":
            raise OSError("no")
        return original(self, target)

    monkeypatch.setattr(bundle.Path, "replace", fail)
    with pytest.raises(InputError, match="cannot write here"):
        stance.save(model, folder)
    assert stance.fingerprint(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == ["model"]


def test_a_card_that_was_there_first_is_no_obstacle_and_is_kept(folder, model):
    card = folder.parent / "new" / "README.md"
    card.parent.mkdir()
    card.write_text("# Card")
    stance.save(model, card.parent)
    assert {path.name for path in card.parent.iterdir()} == FILES | {"README.md"}
    assert card.read_text() == "# Card"
    stance.load(card.parent)


def test_saving_replaces_an_older_bundle_and_nothing_else(folder, model):
    stance.save(model, folder)
    assert {path.name for path in folder.iterdir()} == FILES
    thesis = folder.parent / "thesis"
    thesis.mkdir()
    (thesis / "chapter.txt").write_text("years of work")
    with pytest.raises(ModelError, match="is no model bundle"):
        stance.save(model, thesis)
    assert (thesis / "chapter.txt").read_text() == "years of work"


def test_documents_for_people_are_no_part_of_it_and_stay(folder, model):
    fingerprint = stance.fingerprint(folder)
    (folder / "README.md").write_text("# Card\n")
    stance.check(folder)
    stance.save(model, folder)
    assert (folder / "README.md").read_text() == "# Card\n"
    assert stance.fingerprint(folder) == fingerprint


def test_a_place_that_cannot_be_written_is_told(model, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write here"):
        stance.save(model, tmp_path / "file" / "model")


def test_a_copied_bundle_is_the_same_bundle(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "copy")
    assert stance.fingerprint(tmp_path / "copy") == stance.fingerprint(folder)
    stance.load(tmp_path / "copy")


def test_loading_and_scoring_need_no_mlflow(folder):
    code = (
        "import sys; from pipeline import stance; m = stance.load(sys.argv[1]); m.predict_proba({'text': ['a']});"
        "print(sorted({'mlflow', 'torch', 'transformers', 'typer', 'dvc'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_importing_stance_loads_nothing_heavy():
    code = "import sys, pipeline.stance; print(sorted({'sklearn', 'scipy', 'mlflow', 'pandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
