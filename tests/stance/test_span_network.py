"""Networks over the means of lower layers: what is averaged, what is trained, what is saved."""

import json
import shutil

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs pip install -e '.[transformers]'")
pytest.importorskip("transformers", reason="needs pip install -e '.[transformers]'")

import torch
from safetensors.torch import load_file, save_file

from pipeline.errors import ModelError
from pipeline.stance.embedder import Embedder
from pipeline.stance.encoders import find_encoder
from pipeline.stance.span_network import open_span_network
from pipeline.stance.spans import CONTEXT, FOCUS, OUTSIDE
from pipeline.stance.training import fit_network
from pipeline.stance.training_options import Examples, TrainingOptions

PAIRS = [
    ("quillon routers", "mira olsen said « the ban is reckless »"),
    ("quillon routers", "« the ban is overdue » mira olsen said"),
    ("tessaly", "« it is under review in its second reading » on tuesday agenda " * 3),
    ("", "«  »"),
]


@pytest.fixture
def network(tiny_encoder):
    return open_span_network(tiny_encoder, [1], max_tokens=60, seed=3)


def test_rows_say_which_tokens_are_the_quotation(network):
    row, *_ = network.encode(PAIRS[:1])
    words = network.tokenizer.convert_ids_to_tokens(row["input_ids"])
    assert [word for word, span in zip(words, row["spans"], strict=True) if span == FOCUS] == [
        "the",
        "ban",
        "is",
        "reckless",
    ]
    assert [word for word, span in zip(words, row["spans"], strict=True) if span == CONTEXT] == [
        "mira",
        "olsen",
        "said",
        "«",
        "»",
    ]
    assert network.encode([]) == []


def test_padding_is_of_no_span(network):
    rows = network.encode(PAIRS[:3])
    found = network.collate(rows)
    for row, spans in zip(rows, found["spans"].tolist(), strict=True):
        assert spans[: len(row["spans"])] == row["spans"]
        assert set(spans[len(row["spans"]) :]) <= {OUTSIDE}
    assert found["spans"].shape == found["input_ids"].shape


def test_layers_above_are_neither_there_nor_saved(network, tiny_encoder, tmp_path):
    assert len(network.model.encoder.encoder.layer) == 1
    network.save_encoder(tmp_path)
    assert json.loads((tmp_path / "config.json").read_text())["num_hidden_layers"] == 1
    assert not any("layer.1." in name for name in load_file(tmp_path / "model.safetensors"))
    whole, alone = (Embedder(find_encoder(str(folder)), 60, [1]) for folder in (tiny_encoder, tmp_path))
    np.testing.assert_array_equal(whole.embed(PAIRS), alone.embed(PAIRS))


def test_the_head_reads_what_an_embedding_model_of_the_layers_reads(network, tiny_encoder):
    seen = []
    network.model.head.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    network.probabilities(PAIRS[:1])
    vectors = Embedder(find_encoder(str(tiny_encoder)), 60, [1]).embed(PAIRS[:1])
    np.testing.assert_allclose(seen[0].numpy(), vectors.reshape(1, -1) * 32**0.5, atol=1e-5)


def test_what_else_is_scored_makes_no_difference(network):
    together = network.probabilities(PAIRS)
    alone = np.concatenate([network.probabilities([pair]) for pair in PAIRS])
    np.testing.assert_allclose(together, alone, atol=1e-6)
    assert len(np.unique(together[:, 0].round(6))) == len(PAIRS)


def test_the_head_hangs_on_the_seed(tiny_encoder):
    heads = [open_span_network(tiny_encoder, [2], max_tokens=60, seed=s).model.head[1].weight for s in (3, 3, 4)]
    assert torch.equal(heads[0], heads[1])
    assert not torch.equal(heads[0], heads[2])


def test_a_saved_network_answers_as_before(network, tmp_path):
    network.save(tmp_path)
    again = open_span_network(tmp_path, [1], max_tokens=60, seed=99, whole=True)
    np.testing.assert_array_equal(again.probabilities(PAIRS), network.probabilities(PAIRS))
    assert not again.fresh


@pytest.mark.parametrize("damage", ["missing", "other", "cut"])
def test_a_head_that_does_not_fit_is_one_line(network, tmp_path, damage):
    network.save(tmp_path)
    head = tmp_path / "head.safetensors"
    match damage:
        case "missing":
            head.unlink()
        case "other":
            save_file({"1.weight": torch.zeros(2, 2)}, head)
        case "cut":
            head.write_bytes(head.read_bytes()[:100])
    with pytest.raises(ModelError, match=r"its head cannot be read \([^\n]*\); train it again$"):
        open_span_network(tmp_path, [1], max_tokens=60, whole=True)


def test_layers_that_are_not_there_are_one_line(tiny_encoder):
    with pytest.raises(ModelError, match="2 layers and no layer 3"):
        open_span_network(tiny_encoder, [3], max_tokens=60)


def test_an_encoder_whose_layers_cannot_be_cut_is_one_line(tiny_encoder, tmp_path):
    from transformers import DistilBertConfig, DistilBertModel

    shutil.copytree(tiny_encoder, tmp_path / "distil")
    config = DistilBertConfig(vocab_size=200, dim=8, n_layers=1, n_heads=1, hidden_dim=8, max_position_embeddings=64)
    DistilBertModel(config).save_pretrained(tmp_path / "distil")
    with pytest.raises(ModelError, match="layers cannot be told apart"):
        open_span_network(tmp_path / "distil", [1], max_tokens=60)


def test_what_is_frozen_stays_and_the_rest_learns(tiny_encoder):
    options = TrainingOptions(max_tokens=60, epochs=30, batch=4, rate=3e-3, freeze_layers=1, layers=(2,))
    pairs = [
        (target, f"« the ban is {word} »") for target in ("tessaly", "quillon") for word in ("reckless", "overdue")
    ]
    targets = np.eye(3)[[0, 2, 0, 2]]
    before = dict(open_span_network(tiny_encoder, [2], max_tokens=60).model.encoder.named_parameters())
    network = fit_network(Examples(pairs, targets), tiny_encoder, options, seed=1)
    after = dict(network.model.encoder.named_parameters())
    same = {name for name in before if torch.equal(before[name], after[name])}
    assert all(("embeddings" in name or "layer.0." in name or "pooler" in name) == (name in same) for name in before)
    assert network.probabilities(pairs).argmax(axis=1).tolist() == [0, 2, 0, 2]


def test_adapters_need_the_encoders_own_head(tiny_encoder):
    from pipeline.stance.adapters import LoraOptions

    options = TrainingOptions(layers=(1,), lora=LoraOptions())
    with pytest.raises(ModelError, match="set one of the two to null"):
        fit_network(Examples(PAIRS, np.eye(3)[[0, 1, 2, 1]]), tiny_encoder, options)
