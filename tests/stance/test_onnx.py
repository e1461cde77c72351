"""Exported models: they say what the trained ones say, each row by itself, and need no torch to say it."""

import gzip
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from pipeline import stance
from pipeline.errors import ModelError
from pipeline.files import sha256_file, write_text
from pipeline.records import LABELS
from pipeline.stance import export
from pipeline.stance.bundle import StanceModel
from pipeline.stance.calibration import Calibration
from pipeline.stance.graphs import THREADS, Graph
from pipeline.stance.onnx import OnnxClassifier

pytest.importorskip("onnx", reason="needs pip install -e '.[transformers]'")
pytest.importorskip("onnxscript", reason="needs pip install -e '.[transformers]'")
torch = pytest.importorskip("torch", reason="needs pip install -e '.[transformers]'")
transformers = pytest.importorskip("transformers", reason="needs pip install -e '.[transformers]'")

READING = {"context_words": 20}
TABLE = {
    "text": ["“We say the ban is overdue”", "“unfair”", "“We say the ban is overdue”", "", "mira " * 200],
    "context": ["“We say the ban is overdue” olsen said.", "", "“We say the ban is overdue” olsen said.", "", ""],
    "title": [""] * 5,
    "target": ["quillon routers", "that export control", "quillon routers", "", "the tessaly order"],
}
Y = ["pro-restriction", "anti-restriction", "neutral", "neutral", "anti-restriction"]


@dataclass(frozen=True)
class Exported:
    """A model, the same exported in 32 bits, and the folder of the same exported in 8 bits on ``TABLE``."""

    model: StanceModel
    whole: StanceModel
    small: Path


def finetuned(encoder: Path, **more: object) -> StanceModel:
    """Return a classifier with random weights, large enough that its answers lie apart."""
    from pipeline.stance.training import opened

    options = {"encoder": str(encoder), "reading": READING, "max_tokens": 48, **more}
    classifier = stance.build("finetuned", options, seed=1)
    classifier.network_ = opened(encoder, classifier.options, 1)
    with torch.no_grad():
        for name, weight in classifier.network_.model.named_parameters():
            if weight.dim() == 2 and "LayerNorm" not in name:
                weight.mul_(60 if name in ("classifier.weight", "classifier.out_proj.weight") else 6)
    return StanceModel(classifier, Calibration("temperature", 1.5), options, {"sha256": "ab"}, 1)


def embedding(encoder: Path, *blocks: str, **more: object) -> StanceModel:
    options = {"encoder": str(encoder), "reading": READING, "max_tokens": 48, "blocks": blocks, "c": 100.0, **more}
    return stance.fit("embedding", options, TABLE, Y, training={"sha256": "ab"})


def mpnet(folder: Path) -> Path:
    """Write a random MPNet, which has no token types, and return its folder."""
    words = ["<s>", "<pad>", "</s>", "<unk>", "[UNK]", "<mask>", *"«»,.abcdefghijklmnopqrstuvwxyz", "the", "ban", "is"]
    transformers.MPNetTokenizer(vocab={w: i for i, w in enumerate(words)}, model_max_length=90).save_pretrained(folder)
    config = transformers.MPNetConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=96,
    )  # fmt: skip
    transformers.set_seed(1)
    transformers.MPNetModel(config).save_pretrained(folder)
    return folder


class Once:
    """A function that runs once and says the same ever after."""

    def __init__(self, function):
        self.function, self.said = function, None

    def __call__(self, *arguments):
        self.said = self.said or self.function(*arguments)
        return self.said


@pytest.fixture(scope="module", params=["bert", "mpnet", "spans", "embedding", "kernel"])
def exported(request, tiny_encoder, tmp_path_factory) -> Exported:
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "embedding":
        model = embedding(tiny_encoder, "quote", "target", "context_by_target")
    elif request.param == "kernel":
        kernel = {"penalty": 0.1, "gamma": 1.0, "dimensions": 8}
        model = embedding(tiny_encoder, "quote", "context_read", "quote_read", "match", layers=[1, 2], kernel=kernel)
    elif request.param == "spans":
        model = finetuned(tiny_encoder, layers=[1])
    else:
        model = finetuned(tiny_encoder if request.param == "bert" else mpnet(folder / "encoder"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "_exported", Once(export._exported))  # it takes seconds
        # A loss of any size is fine with random weights, where the labels mean nothing.
        export.export_onnx(model, folder / "small", dev=(TABLE, Y), most_lost=1.1)
        return Exported(model, export.export_onnx(model, folder / "whole", precision="fp32"), folder / "small")


def test_32_bits_say_what_the_model_says(exported):
    y_prob = exported.model.predict_proba(TABLE)
    assert np.ptp(y_prob, axis=0).max() > 0.05  # statements differ
    np.testing.assert_allclose(exported.whole.predict_proba(TABLE), y_prob, atol=1e-5)


def test_8_bits_say_nearly_that_and_take_less_room(exported):
    small = stance.load(exported.small)
    np.testing.assert_allclose(small.predict_proba(TABLE), exported.model.predict_proba(TABLE), atol=0.05)
    sizes = [(folder / "model.onnx.gz").stat().st_size for folder in (exported.small, exported.small.parent / "whole")]
    assert sizes[0] < 0.8 * sizes[1]  # tiny weights, and no tiny graph


def test_the_card_tells_where_it_is_from_and_what_8_bits_cost(exported):
    card = stance.read_card(exported.small)
    told = card["training"]["export"]
    assert card["classifier"] == "onnx"
    assert (told["from"], told["precision"]) == (exported.model.name, "int8")
    assert told["dev_macro_f1"] == {
        "n": 5,
        "fp32": export.macro_f1(exported.model, (TABLE, Y)),
        "int8": export.macro_f1(stance.load(exported.small), (TABLE, Y)),
    }
    assert card["training"]["sha256"] == "ab"
    assert card["calibration"]["temperature"] == exported.model.calibration.temperature
    whole = stance.read_card(exported.small.parent / "whole")["training"]["export"]
    assert (whole["precision"], whole["dev_macro_f1"]) == ("fp32", None)


def test_a_row_scores_the_same_alone_and_among_others(exported):
    model = stance.load(exported.small)
    together = model.predict_proba(TABLE)
    for row in range(5):
        alone = model.predict_proba({name: values[row : row + 1] for name, values in TABLE.items()})
        np.testing.assert_allclose(alone[0], together[row], rtol=0, atol=1e-7 if model.options.get("blocks") else 0)


def test_the_contract_of_classifiers_holds(exported, tmp_path):
    model = stance.load(exported.small)
    y_prob = model.predict_proba(TABLE)
    assert (y_prob.shape, y_prob.dtype, model.classes_) == ((5, 3), np.float64, LABELS)
    np.testing.assert_allclose(y_prob.sum(axis=1), 1, atol=1e-12)
    assert model.predict_proba({name: [] for name in stance.COLUMNS}).shape == (0, 3)
    odd = ["", "“”", "\ud800", "\x00", "🙂", "zzz " * 5000, None, float("nan")]
    np.testing.assert_allclose(model.predict_proba({"text": odd}).sum(axis=1), 1)
    bare = model.predict_proba({"text": ["It is overdue"]})
    np.testing.assert_array_equal(model.predict_proba({"text": ["“It is overdue” "]}), bare)
    stance.save(model, tmp_path / "again")
    assert stance.fingerprint(tmp_path / "again") == stance.fingerprint(exported.small)
    assert set(model.requirements()) >= {f"{name}=={version(name)}" for name in ("onnxruntime", "tokenizers", "numpy")}


def version(name):
    from importlib.metadata import version

    return version(name)


def test_each_distinct_statement_is_read_once(exported, monkeypatch):
    model, read = stance.load(exported.small), []
    original = Graph._read
    monkeypatch.setattr(Graph, "_read", lambda self, text: read.append(text) or original(self, text))
    model.predict_proba(TABLE)
    assert len(read) == len(set(read)) > 0
    if not model.options.get("blocks"):
        assert len(read) == 4


def test_threads_change_nothing_but_the_time(exported, monkeypatch):
    model = stance.load(exported.small)
    y_prob = model.predict_proba(TABLE)
    monkeypatch.setenv(THREADS, "3")
    np.testing.assert_array_equal(model.predict_proba(TABLE), y_prob)
    monkeypatch.setenv(THREADS, "some")
    with pytest.raises(ModelError, match="QUOTESTANCE_THREADS=some: is no number of threads"):
        model.predict_proba(TABLE)


def test_scoring_loads_no_torch(exported):
    code = (
        "import sys; from pipeline import stance; m = stance.load(sys.argv[1]); m.predict_proba({'text': ['a']});"
        "print(sorted({'mlflow', 'torch', 'transformers', 'onnx', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(exported.small)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_files_hold_no_path_of_the_machine_that_made_them(exported):
    graph = gzip.decompress((exported.small / "model.onnx.gz").read_bytes())
    for trace in (b"site-packages", b".py", os.fsencode(Path.home()), b"stack_trace"):
        assert trace not in graph


@pytest.mark.parametrize("exported", ["bert"], indirect=True)
def test_the_same_model_gives_the_same_bytes_also_in_another_process(exported, tiny_encoder, tmp_path):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; import test_onnx as t;"
        "t.export.export_onnx(t.finetuned(Path(sys.argv[2])), Path(sys.argv[3]), dev=(t.TABLE, t.Y), most_lost=1.1)"
    )
    arguments = [str(Path(__file__).parent), str(tiny_encoder), str(tmp_path / "other")]
    environment = os.environ | {"PYTHONHASHSEED": "7"}
    subprocess.run([sys.executable, "-c", code, *arguments], check=True, env=environment, capture_output=True)
    for name in ("model.onnx.gz", "tokenizer.json"):
        assert sha256_file(tmp_path / "other" / name) == sha256_file(exported.small / name)


@pytest.mark.parametrize("exported", ["bert"], indirect=True)
def test_8_bits_that_cost_too_much_are_not_taken(exported, tmp_path, monkeypatch):
    costs = iter([0.5, 0.495])  # of the model, and with 8 bits
    monkeypatch.setattr(export, "macro_f1", lambda model, dev: next(costs))
    graph = gzip.decompress((exported.small.parent / "whole/model.onnx.gz").read_bytes())
    monkeypatch.setattr(export, "_exported", lambda source: graph)  # it takes seconds
    kept = export.export_onnx(exported.model, tmp_path / "kept", dev=(TABLE, Y))
    told = {"n": 5, "fp32": 0.5, "int8": 0.495}
    assert kept.training["export"] == {"from": "finetuned", "precision": "fp32", "dev_macro_f1": told}
    assert gzip.decompress((tmp_path / "kept/model.onnx.gz").read_bytes()) == graph


def reseal(folder):
    """Write a manifest that fits the folder, as someone with ill intent would."""
    names = sorted(path.name for path in folder.iterdir() if path.name != "MANIFEST.sha256")
    write_text(folder / "MANIFEST.sha256", "".join(f"{sha256_file(folder / name)}  {name}\n" for name in names))


# A file, what it holds instead, and the message.
DAMAGES = [
    ("model.onnx.gz", gzip.compress(b""), "no network that onnxruntime can read"),
    ("model.onnx.gz", gzip.compress(b"\x80\x04K\x01."), "no network that onnxruntime can read"),
    ("model.onnx.gz", b"\x80\x04K\x01.", "cannot be read"),
    ("model.onnx.gz", gzip.compress(b"cut off")[:-6], "cannot be read"),
    ("tokenizer.json", b"{}", "no tokenizer"),
    ("tokenizer.json", b"\xff", "cannot be read"),
    ("tokenizer.json", b"[", "no tokenizer"),
]


@pytest.mark.parametrize(("name", "content", "message"), DAMAGES)
@pytest.mark.parametrize("exported", ["bert"], indirect=True)
def test_resealed_files_that_do_not_fit_are_refused(exported, tmp_path, name, content, message):
    stance.save(stance.load(exported.small), tmp_path / "model")
    (tmp_path / "model" / name).write_bytes(content)
    reseal(tmp_path / "model")
    with pytest.raises(ModelError, match=message) as caught:
        stance.load(tmp_path / "model")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("exported", ["embedding"], indirect=True)
def test_an_encoder_alone_is_no_classifier(exported, tmp_path):
    stance.save(stance.load(exported.small), tmp_path / "model")
    card = json.loads((tmp_path / "model/bundle.json").read_text())
    del card["options"]["blocks"]
    (tmp_path / "model/bundle.json").write_text(json.dumps(card))
    reseal(tmp_path / "model")
    with pytest.raises(ModelError, match="has no output for each of the labels"):
        stance.load(tmp_path / "model")


def test_it_is_exported_and_not_trained():
    classifier = OnnxClassifier(reading={}, max_tokens=8)
    assert [attribute for attribute in vars(classifier) if attribute.endswith("_")] == []
    with pytest.raises(ModelError, match="run `stance export` on its folder"):
        classifier.fit(TABLE, Y)


def test_other_kinds_cannot_be_exported(labelled, tmp_path):
    options = {"features": {"words": {"column": "text", "analyzer": "word", "ngrams": [1, 1], "min_df": 1}}}
    model = stance.fit("tfidf", options, *labelled, training={})
    with pytest.raises(ModelError, match="a model of kind tfidf cannot be exported"):
        export.export_onnx(model, tmp_path / "out")
    assert not (tmp_path / "out").exists()
