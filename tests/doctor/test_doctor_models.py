"""Configurations, what their models need, encoders and models by hash: each broken in turn."""

import hashlib
import sys
from pathlib import Path

import pytest

from pipeline import config_files
from pipeline.doctor import models
from pipeline.errors import ModelError
from pipeline.stance import encoders
from pipeline.stance.encoder_packages import Package

ROOT = Path(config_files.__file__).parent.parent
TRAIN = (ROOT / "configs/train.yaml").read_text(encoding="utf-8")
TFIDF = (ROOT / "configs/models/tfidf.yaml").read_text(encoding="utf-8")
SCORE = (ROOT / "configs/score.yaml").read_text(encoding="utf-8")
WEIGHTS = b"invented weights"
FILES = {"config.json": hashlib.sha256(b"{}").hexdigest(), "model.safetensors": hashlib.sha256(WEIGHTS).hexdigest()}
WHOLE = Package("all-MiniLM-L6-v2", ("halden-encoder",), FILES, folder="halden_encoder/model")
ZIPPED = Package(
    "all-mpnet-base-v2",
    ("ostrel-one", "ostrel-two"),
    FILES,
    archives={"ostrel/1.zip": hashlib.sha256(b"one").hexdigest(), "ostrel/2.zip": hashlib.sha256(b"two").hexdigest()},
)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, ask):
    """Work in an empty folder, with two invented encoders that are not installed."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(encoders, "PACKAGES", {package.name: package for package in (WHOLE, ZIPPED)})
    return tmp_path


def write(path, text):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(text if isinstance(text, bytes) else text.encode())


def lack(monkeypatch, *names):
    real = models.installed_version
    monkeypatch.setattr(models, "installed_version", lambda name: None if name in names else real(name))


def bundle(path, card="{}"):
    write(f"{path}/bundle.json", card)
    write(f"{path}/MANIFEST.sha256", f"{hashlib.sha256(b'{}').hexdigest()}  bundle.json\n")


def find(lines, start):
    """Return the one line that begins so, and the command below it."""
    (at,) = [i for i, line in enumerate(lines) if line.startswith(start)]
    mend = lines[at + 1].removeprefix("        mend: ")
    return lines[at], mend if mend != lines[at + 1] else None


def test_what_comes_along_is_whole(ask):
    status, lines = ask("models")
    assert status == 0
    assert find(lines, "ok      configs: ")[0].endswith(f"{ROOT}/configs")
    assert find(lines, f"ok      model: {ROOT}/models/starter (")
    assert find(lines, "ok      tagger: ")[0].startswith(f"ok      tagger: {ROOT}/models/indirect (")


def test_a_package_that_only_other_models_need_is_a_note(ask, monkeypatch):
    lack(monkeypatch, "torch", "safetensors")
    status, lines = ask("models")
    line, mend = find(lines, "note    model embedding: ")
    assert line == "note    model embedding: lacks torch, safetensors (optional)"
    assert mend.startswith(f"{sys.executable} -m pip install ")
    assert "[transformers]" in mend
    assert [line for line in lines if line.startswith("note    model ensemble: ")], "its members count"
    assert find(lines, "ok      model packages: ")[0] == "ok      model packages: all that these need: tfidf, llm"
    assert status == 0


def test_a_package_that_the_configured_model_needs_is_broken(ask, monkeypatch):
    write("configs/train.yaml", TRAIN.replace("model: tfidf", "model: finetuned"))
    lack(monkeypatch, "peft")
    status, lines = ask("models")
    line, mend = find(lines, "broken  model finetuned: ")
    assert line == "broken  model finetuned: lacks peft, and configs/train.yaml names this model"
    assert "[transformers]" in mend
    assert status == 1


def test_sets_of_labels_need_an_extra(ask, monkeypatch):
    write("configs/models/tfidf.yaml", TFIDF.replace("conformal: null", "conformal: { method: lac, level: 0.9 }"))
    lack(monkeypatch, "mapie")
    status, lines = ask("models")
    line, mend = find(lines, "broken  model tfidf: ")
    assert "lacks mapie" in line
    assert "[conformal]" in mend
    assert status == 1


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("configs/train.yaml", "model: [", "broken  config train: configs/train.yaml:1: not valid YAML"),
        ("configs/train.yaml", TRAIN + "sede: 1\n", "broken  config train: configs/train.yaml: unknown key 'sede'"),
        ("configs/models/own.yaml", "classifier: nope\n", "broken  config models/own: configs/models/own.yaml: "),
        ("configs/score.yaml", SCORE + "sede: 1\n", "broken  config score: configs/score.yaml: unknown key 'sede'"),
    ],
)
def test_a_configuration_that_cannot_be_read(ask, path, text, said):
    write(path, text)
    status, lines = ask("models")
    assert find(lines, said)[1] == f'"${{EDITOR:-vi}}" {path}'
    assert status == 1


def test_no_configurations_at_all(ask, monkeypatch):
    monkeypatch.setattr(config_files, "config_folders", list)
    monkeypatch.setattr("pipeline.config.config_folders", list)
    status, lines = ask("models")
    assert find(lines, "broken  configs: none found")[1]
    assert status == 1


def test_the_default_models(ask, monkeypatch):
    monkeypatch.setattr(config_files, "model_folders", lambda name: [Path("models") / name])
    status, lines = ask("models")
    mend = find(lines, "broken  model: none at models/starter or models/default")[1]
    assert mend.endswith("models/starter") or "--force-reinstall" in mend
    assert find(lines, "note    tagger: models/indirect is not there")[1]
    assert status == 1
    bundle("models/default")
    status, lines = ask("models")
    assert find(lines, "ok      model: models/default (")
    assert find(lines, "note    model: models/starter is not there")
    assert status == 0


def test_a_model_that_has_changed(ask):
    bundle("models/default", card='{"changed": true}')
    status, lines = ask("models")
    damaged = "models/default: damaged model bundle, bundle.json has changed since it was saved; copy it again"
    assert find(lines, f"broken  model: {damaged}")[1] == "stance train"
    assert status == 1


@pytest.mark.parametrize(
    ("wheel", "mend"),
    [
        (False, f"git -C {ROOT} checkout -- models/starter"),
        (True, f"{sys.executable} -m pip install --force-reinstall --no-deps quotestance"),
    ],
)
def test_the_model_that_comes_along_is_brought_back(ask, monkeypatch, folder, wheel, mend):
    (folder / ".git").mkdir()
    monkeypatch.setattr(models, "checkout", lambda: None if wheel else folder)
    bundle("models/starter", card="")
    status, lines = ask("models")
    found = find(lines, "broken  model: models/starter: damaged model bundle")[1]
    assert found == (mend if wheel else mend.replace(str(ROOT), str(folder)))
    assert status == 1


@pytest.mark.parametrize(
    ("given", "said", "mend", "status"),
    [
        ("models:/stance@champion", "ok      model: models:/stance@champion", None, 0),
        ("own/model", "ok      model: own/model (", None, 0),
        ("gone/model", "broken  model: gone/model: no model bundle here", "stance train --set out=gone/model", 1),
    ],
)
def test_a_model_of_ones_own(ask, given, said, mend, status):
    bundle("own/model")
    write("configs/score.yaml", SCORE.replace("model: null", f"model: {given}"))
    found, lines = ask("models")
    assert find(lines, said)[1] == mend
    assert found == status


def test_a_tagger_that_has_changed(ask, folder):
    for path in (ROOT / "models/indirect").iterdir():
        write(folder / "models/indirect" / path.name, path.read_bytes())
    write("models/indirect/tokenizer.json", b"{}")
    status, lines = ask("models")
    assert find(lines, "broken  tagger: models/indirect/tokenizer.json: is not the file")[1].endswith("models/indirect")
    assert status == 1


def test_an_encoder_that_is_not_installed(ask):
    status, lines = ask("models")
    pip = f"{sys.executable} -m pip install"
    assert find(lines, "note    encoder all-MiniLM-L6-v2: ") == (
        "note    encoder all-MiniLM-L6-v2: not installed",
        f"{pip} halden-encoder",
    )
    assert find(lines, "note    encoder cross-encoder/nli-deberta-v3-base: ")[1] == (
        "stance train --model zero_shot --set model.download=true --set model.revision=COMMIT"
    )
    assert status == 0
    for model in ("embedding", "ensemble"):  # of which it is a member
        write("configs/train.yaml", TRAIN.replace("model: tfidf", f"model: {model}"))
        status, lines = ask("models")
        assert find(lines, "broken  encoder all-MiniLM-L6-v2: not installed")[1] == f"{pip} halden-encoder"
        assert status == 1


@pytest.mark.parametrize(("weights", "state"), [(WEIGHTS, "ok"), (b"other weights", "broken")])
def test_an_installed_encoder_by_hash(ask, install, weights, state):
    model = install("halden-encoder", "0.1.0") / "halden_encoder/model"
    write(model / "config.json", "{}")
    write(model / "model.safetensors", weights)
    status, lines = ask("models")
    line, mend = find(lines, f"{state:<8}encoder all-MiniLM-L6-v2: {model}")
    if state == "ok":
        assert FILES["model.safetensors"][:12] in line
    else:
        assert mend == f"{sys.executable} -m pip install --force-reinstall --no-deps halden-encoder"
    assert status == (state == "broken")


def test_an_encoder_in_archives_is_not_unpacked_by_looking(ask, install, folder):
    write(install("ostrel-one", "1") / "ostrel/1.zip", b"one")
    status, lines = ask("models")
    assert find(lines, "note    encoder all-mpnet-base-v2: parts of it are missing: ostrel-two")
    two = install("ostrel-two", "1") / "ostrel/2.zip"
    write(two, b"two")
    status, lines = ask("models")
    assert find(lines, "ok      encoder all-mpnet-base-v2: ")
    assert not (folder / "cache").exists()
    write(two, b"changed")
    status, lines = ask("models")
    assert find(lines, f"broken  encoder all-mpnet-base-v2: {two}: ")
    assert status == 1


def test_an_unpacked_encoder_that_has_changed_is_removed(ask, install, folder):
    for number, name in enumerate(("one", "two"), start=1):
        write(install(f"ostrel-{name}", "1") / f"ostrel/{number}.zip", name)
    unpacked = folder / f"cache/quotestance/encoders/all-mpnet-base-v2-{FILES['model.safetensors'][:12]}"
    write(unpacked / "config.json", "{}")
    write(unpacked / "model.safetensors", b"changed")
    status, lines = ask("models")
    assert find(lines, "broken  encoder all-mpnet-base-v2: ")[1] == f"rm -r -- {unpacked}"
    assert status == 1


def test_an_encoder_of_ones_own(ask, folder):
    write("encoder/config.json", "{}")
    write("encoder/model.safetensors", WEIGHTS)
    embedding = (ROOT / "configs/models/embedding.yaml").read_text(encoding="utf-8")
    write("configs/models/embedding.yaml", embedding.replace("encoder: all-MiniLM-L6-v2", "encoder: encoder"))
    lines = ask("models")[1]
    assert FILES["model.safetensors"][:12] in find(lines, "ok      encoder encoder: encoder (folder, ")[0]


def test_packages_with_missing_parts_are_refused(install):
    with pytest.raises(ModelError, match="pip install ostrel-one ostrel-two"):
        encoders.check_package(ZIPPED)
