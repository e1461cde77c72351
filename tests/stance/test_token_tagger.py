"""The token tagger is fitted, exported and read back: a small encoder made here learns a rule that can be checked."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnx", reason="needs pip install -e '.[transformers]'")
torch = pytest.importorskip("torch", reason="needs pip install -e '.[transformers]'")
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


def fitted(encoder: Path, losses: list[float] | None = None) -> TokenTagger:
    options = TaggerOptions(layers=2, neurons=48, epochs=4, batch_tokens=150, rate=3e-3, head_rate=3e-3, dropout=0.0)
    show = None if losses is None else lambda done, steps, loss: losses.append(loss)
    return TokenTagger(encoder, 3, options, seed=3).fit(examples(60, 0), show)


def test_the_loss_falls_and_word_vectors_stay(encoder: Path) -> None:
    losses: list[float] = []
    network = fitted(encoder, losses).network_
    assert np.mean(losses[-4:]) < 0.8 * np.mean(losses[:4])
    before = transformers.BertModel.from_pretrained(encoder).embeddings.word_embeddings.weight.detach()
    assert torch.equal(network.bert.embeddings.word_embeddings.weight, before)
    assert [layer.intermediate.dense.out_features for layer in network.bert.encoder.layer] == [64, 64]
    assert [tuple(layer.intermediate.dense.weight.shape) for layer in network.bert.encoder.layer] == [(48, 32)] * 2


@pytest.mark.filterwarnings("ignore")  # the exporter's own
def test_the_exported_tagger_says_what_the_network_says(encoder: Path, tmp_path: Path) -> None:
    tagger = fitted(encoder)
    tagger.export(tmp_path / "tagger.onnx")
    session = onnxruntime.InferenceSession((tmp_path / "tagger.onnx").read_bytes(), providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(1)
    mask = np.array([[1] * 12, [1] * 9 + [0] * 3])
    given = {"ids": rng.integers(5, WORDS, (2, 12)), "mask": mask, "types": rng.integers(0, 3, (2, 12))}
    wanted = tagger.network_(*(torch.tensor(given[name]) for name in ("ids", "mask", "types")))
    for out, reference in zip(session.run(None, given), wanted, strict=True):
        reference = reference.detach().numpy()
        assert out.shape == reference.shape
        seen = reference > -1e3  # nothing points at padding
        assert np.array_equal(out > -1e3, seen)
        assert np.corrcoef(out[seen], reference[seen])[0, 1] > 0.98  # 8-bit weights
    # Each input counts.
    for name in given:
        changed = given | {name: given[name][:, ::-1].copy()}
        assert not np.allclose(session.run(None, changed)[0], session.run(None, given)[0], atol=1e-3)


def test_the_same_seed_gives_the_same_weights(encoder: Path) -> None:
    one, two = (fitted(encoder).network_.tag.weight.detach().numpy() for _ in range(2))
    assert np.array_equal(one, two)
