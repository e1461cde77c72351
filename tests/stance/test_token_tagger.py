"""The token tagger is fitted, exported and read back: a small encoder made here learns a rule that can be checked."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnx", reason="needs pip install -e '.[transformers]'")
transformers = pytest.importorskip("transformers", reason="needs pip install -e '.[transformers]'")

from pipeline.stance.token_tagger import TaggerOptions, TokenTagger  # noqa: E402

WORDS = 30


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("encoder")
    transformers.set_seed(1)
    config = transformers.BertConfig(
        vocab_size=WORDS, hidden_size=32, num_hidden_layers=3, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=40,
    )  # fmt: skip
    transformers.BertModel(config).save_pretrained(folder)
    return folder


def examples(n: int, seed: int) -> list[SimpleNamespace]:
    """Return windows in which word 5 begins a content of three tokens, whose source is the first token."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(n):
        length = int(rng.integers(8, 14))
        ids = rng.integers(6, WORDS, length)
        at = int(rng.integers(2, length - 4))
        ids[at] = 5
        tags = [-100, *[0] * (length - 1)]
        tags[at : at + 3] = [1, 2, 2]
        inside = [at <= k < at + 3 for k in range(length)]
        made.append(
            SimpleNamespace(
                ids=ids.tolist(), types=[0] * length, tags=tags,
                sources=[1 if k else -100 for k in inside], cues=[at - 1 if k else -100 for k in inside],
            )
        )  # fmt: skip
    return made


def fitted(encoder: Path, seed: int = 3) -> TokenTagger:
    options = TaggerOptions(layers=2, neurons=48, epochs=10, batch_tokens=300, rate=3e-3, head_rate=3e-3, dropout=0.0)
    return TokenTagger(encoder, 3, options, seed=seed).fit(examples(100, 0))


@pytest.fixture(scope="module")
def exported(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("exported") / "tagger.onnx"
    fitted(encoder).export(path)
    return path


@pytest.mark.filterwarnings("ignore")  # the exporter's own
def test_an_exported_tagger_has_learnt_tags_and_pointers(exported: Path) -> None:
    session = onnxruntime.InferenceSession(exported.read_bytes(), providers=["CPUExecutionProvider"])
    right = pointed = total = 0
    for window in examples(40, 1):
        ids = np.array([window.ids])
        tags, sources, cues = session.run(None, {"ids": ids, "mask": np.ones_like(ids), "types": np.zeros_like(ids)})
        inside = [k for k, tag in enumerate(window.tags) if tag > 0]
        total += len(inside)
        right += sum(int(tags[0, k].argmax()) == window.tags[k] for k in inside)
        pointed += sum(int(sources[0, k].argmax()) == 1 for k in inside)
        assert sources.shape == cues.shape == (1, len(window.ids), len(window.ids))
    assert right >= 0.9 * total
    assert pointed >= 0.9 * total


@pytest.mark.filterwarnings("ignore")
def test_padding_changes_nothing(exported: Path) -> None:
    session = onnxruntime.InferenceSession(exported.read_bytes(), providers=["CPUExecutionProvider"])
    (window,) = examples(1, 2)
    n = len(window.ids)
    short = {"ids": np.array([window.ids]), "mask": np.ones((1, n), int), "types": np.zeros((1, n), int)}
    long = {name: np.pad(values, ((0, 0), (0, 5))) for name, values in short.items()}
    a, b = session.run(None, short), session.run(None, long)
    assert np.array_equal(a[0].argmax(-1), b[0][:, :n].argmax(-1))
    assert (b[1][:, :n, n:] < -1e3).all()


@pytest.mark.filterwarnings("ignore")
def test_the_same_seed_gives_the_same_weights(encoder: Path) -> None:
    one, two = (fitted(encoder).network_.tag.weight.detach().numpy() for _ in range(2))
    assert np.array_equal(one, two)
