"""Networks: what is read of a pair, how batches are made, and what is not opened."""

import json
import shutil

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs pip install -e '.[transformers]'")
pytest.importorskip("transformers", reason="needs pip install -e '.[transformers]'")

import torch
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ModelError
from pipeline.stance import networks
from pipeline.stance.networks import batches, freeze, open_network

PAIRS = [
    ("quillon routers", "« the ban is reckless »"),
    ("quillon routers", "« the ban is overdue » mira olsen said"),
    ("tessaly", "« it is under review in its second reading » on tuesday agenda " * 3),
    ("", "«  »"),
    ("quillon routers", "« the ban is reckless »"),
]


@pytest.fixture(scope="module")
def network(tiny_encoder):
    """Return a network whose weights are large enough that statements differ."""
    network = open_network(tiny_encoder, max_tokens=60, seed=3)
    with torch.no_grad():
        for weight in network.model.parameters():
            if weight.ndim == 2:
                weight.mul_(0.16 / weight.std())
    return network


@pytest.fixture
def copied(tiny_encoder, tmp_path):
    return shutil.copytree(tiny_encoder, tmp_path / "encoder")


def test_a_pair_is_read_as_target_then_statement(network):
    ids = network.encode([("the ban", "it is safe")])[0]
    assert network.tokenizer.decode(ids["input_ids"]) == "[CLS] the ban [SEP] it is safe [SEP]"
    assert ids["token_type_ids"] == [0, 0, 0, 0, 1, 1, 1, 1]


def test_long_pairs_are_cut_and_empty_lists_are_fine(network):
    assert [len(row["input_ids"]) for row in network.encode([("a", "b " * 500), ("a " * 500, "b")])] == [60, 60]
    assert network.encode([]) == []
    assert network.probabilities([]).shape == (0, 3)


def test_no_pair_is_longer_than_the_encoder_has_positions(tiny_encoder):
    wide = open_network(tiny_encoder, max_tokens=4000)
    assert wide.max_tokens == 96
    assert wide.probabilities([("a", "b " * 500)]).shape == (1, 3)


def test_positions_counted_from_behind_the_padding_are_fewer(tmp_path, tiny_encoder):
    from transformers import RobertaConfig, RobertaModel

    shutil.copytree(tiny_encoder, tmp_path / "roberta")
    options = json.loads((tmp_path / "roberta" / "tokenizer_config.json").read_text()) | {"model_max_length": 10**30}
    (tmp_path / "roberta" / "tokenizer_config.json").write_text(json.dumps(options))
    config = RobertaConfig(
        vocab_size=200, hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8,
        max_position_embeddings=34, pad_token_id=1, type_vocab_size=2,
    )  # fmt: skip
    RobertaModel(config).save_pretrained(tmp_path / "roberta")
    assert open_network(tmp_path / "roberta", max_tokens=160).max_tokens == 32


def test_what_else_is_scored_makes_no_difference(network):
    together = network.probabilities(PAIRS)
    alone = np.concatenate([network.probabilities([pair]) for pair in PAIRS])
    np.testing.assert_allclose(together, alone, atol=1e-6)
    np.testing.assert_allclose(together.sum(axis=1), 1, atol=1e-12)
    assert together.dtype == np.float64
    # Different statements get different probabilities, or the test above would show nothing.
    assert np.ptp(together[:3], axis=0).max() > 1e-4


def test_equal_pairs_are_scored_once_and_hardly_padded(network, monkeypatch):
    seen = []
    forward = network.model.forward
    monkeypatch.setattr(
        network.model, "forward", lambda **given: seen.append(given["attention_mask"]) or forward(**given)
    )
    y_prob = network.probabilities(PAIRS)
    assert sum(len(mask) for mask in seen) == 4
    assert min(float(mask.float().mean()) for mask in seen) > 8 / 9
    np.testing.assert_array_equal(y_prob[0], y_prob[4])


def test_probabilities_are_those_of_the_plain_network(network):
    ids = torch.tensor([network.encode([PAIRS[1]])[0]["input_ids"]])
    types = torch.tensor([network.encode([PAIRS[1]])[0]["token_type_ids"]])
    with torch.no_grad():
        expected = network.model(input_ids=ids, token_type_ids=types).logits.softmax(-1)
    np.testing.assert_allclose(network.probabilities(PAIRS)[1], expected[0], atol=1e-6)


@given(st.lists(st.integers(1, 200), max_size=60), st.integers(200, 900))
def test_batches_hold_every_row_once_within_bounds(lengths, most):
    made = list(batches(lengths, most))
    assert sorted(index for batch in made for index in batch) == list(range(len(lengths)))
    for batch in made:
        widths = [lengths[index] for index in batch]
        assert len(batch) * max(widths) <= most
        assert 8 * max(widths) <= 9 * min(widths)


def test_a_new_head_hangs_on_the_seed_and_leaves_random_numbers_alone(tiny_encoder):
    torch.manual_seed(11)
    before = torch.random.get_rng_state()
    heads = [open_network(tiny_encoder, max_tokens=60, seed=seed).model.classifier.weight for seed in (3, 3, 4)]
    assert torch.equal(heads[0], heads[1])
    assert not torch.equal(heads[0], heads[2])
    assert torch.equal(torch.random.get_rng_state(), before)


def test_a_head_of_three_is_kept_and_another_made_new(network, tmp_path):
    assert network.fresh == {"classifier.weight", "classifier.bias"}
    (tmp_path / "three").mkdir()
    network.save(tmp_path / "three")
    again = open_network(tmp_path / "three", max_tokens=60, seed=99)
    assert again.fresh == set()
    assert torch.equal(again.model.classifier.weight, network.model.classifier.weight)
    from transformers import BertForSequenceClassification

    five = BertForSequenceClassification.from_pretrained(tmp_path / "three", num_labels=5, ignore_mismatched_sizes=True)
    five.save_pretrained(tmp_path / "three")
    assert open_network(tmp_path / "three", max_tokens=60).fresh == network.fresh
    with pytest.raises(ModelError, match=r"weights are missing or do not fit \(classifier.bias\)"):
        open_network(tmp_path / "three", max_tokens=60, whole=True)


def test_files_tell_nothing_of_this_machine_and_are_the_same_each_time(network, tiny_encoder, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    network.save(tmp_path / "a")
    open_network(tmp_path / "a", max_tokens=50, whole=True).save(tmp_path / "b")
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"]
    for name in names:
        whole = (tmp_path / "a" / name).read_bytes()
        assert whole == (tmp_path / "b" / name).read_bytes(), name
        assert str(tiny_encoder).encode() not in whole
        assert b"local" not in whole


def test_weights_are_read_from_safetensors_alone(copied, monkeypatch):
    torch.save({"bert.pooler.dense.bias": torch.zeros(32)}, copied / "pytorch_model.bin")
    (copied / "model.safetensors").unlink()
    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("a pickle was opened"))
    with pytest.raises(ModelError, match="no encoder that can be opened") as caught:
        open_network(copied, max_tokens=60)
    assert "\n" not in str(caught.value)


def test_code_beside_the_weights_is_not_run(copied):
    config = json.loads((copied / "config.json").read_text())
    config |= {
        "model_type": "own",
        "auto_map": {"AutoModelForSequenceClassification": "own.Model", "AutoConfig": "own.C"},
    }
    (copied / "config.json").write_text(json.dumps(config))
    (copied / "own.py").write_text("raise SystemExit('run')")
    with pytest.raises(ModelError, match="no encoder that can be opened"):
        open_network(copied, max_tokens=60)


@pytest.mark.parametrize("damage", [b"", b"\x80\x04K\x01.", b"\xff" * 100])
def test_damaged_weights_are_told_in_one_line(copied, damage):
    (copied / "model.safetensors").write_bytes(damage)
    with pytest.raises(ModelError, match="no encoder that can be opened") as caught:
        open_network(copied, max_tokens=60)
    assert "\n" not in str(caught.value)


def test_missing_packages_are_named(monkeypatch):
    with pytest.raises(ModelError, match=r"needs no_such_package; run pip install 'quotestance\[transformers\]'"):
        networks.require("numpy", "no_such_package")


@pytest.mark.parametrize("layers", [0, 1, 2])
def test_frozen_layers_are_the_lowest(tiny_encoder, layers):
    model = open_network(tiny_encoder, max_tokens=60).model
    freeze(model, layers)
    open_parts = {".".join(name.split(".")[1:4]) for name, weight in model.named_parameters() if weight.requires_grad}
    assert {f"encoder.layer.{k}" for k in range(2)} & open_parts == {f"encoder.layer.{k}" for k in range(layers, 2)}
    assert ("embeddings.word_embeddings.weight" in open_parts) == (layers == 0)
    assert model.classifier.weight.requires_grad


def test_frozen_layers_say_the_same_each_time(tiny_encoder):
    from torch.nn import Dropout

    model = open_network(tiny_encoder, max_tokens=60).model
    freeze(model, 1)
    shares = {name: module.p for name, module in model.named_modules() if isinstance(module, Dropout)}
    still = {name for name in shares if "embeddings" in name or "layer.0." in name}
    assert still
    assert {shares[name] for name in still} == {0.0}
    assert {shares[name] for name in shares if "layer.1." in name} == {0.1}


def test_more_frozen_layers_than_there_are_is_told(tiny_encoder):
    with pytest.raises(ModelError, match="freeze_layers 3: the encoder has 2 layers; take fewer"):
        freeze(open_network(tiny_encoder, max_tokens=60).model, 3)
