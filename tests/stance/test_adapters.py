"""Adapters: a small file over an encoder that is found again, and no other."""

import shutil

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs pip install -e '.[transformers]'")
pytest.importorskip("transformers", reason="needs pip install -e '.[transformers]'")
pytest.importorskip("peft", reason="needs pip install -e '.[transformers]'")

from pipeline.errors import ModelError  # noqa: E402
from pipeline.stance.adapters import LoraOptions, adapt, merged  # noqa: E402
from pipeline.stance.finetune import FinetunedClassifier  # noqa: E402
from pipeline.stance.networks import open_network  # noqa: E402

TABLE = {
    "text": ["the ban is reckless", "the ban is scheduled", "the ban is overdue"] * 2,
    "target": ["quillon routers", "the tessaly order"] * 3,
}
Y = ["anti-restriction", "neutral", "pro-restriction"] * 2
LORA = {"rank": 2, "alpha": 4, "dropout": 0.1}


def classifier(encoder, lora=LORA, **changes):
    return FinetunedClassifier(
        str(encoder), reading={}, max_tokens=60, epochs=2, batch=2, rate=2e-2, lora=lora, seed=3, **changes
    )


@pytest.fixture(scope="module")
def fitted(tiny_encoder):
    return classifier(tiny_encoder).fit(TABLE, Y)


@pytest.fixture
def saved(fitted, tmp_path):
    (tmp_path / "model").mkdir()
    fitted.save(tmp_path / "model")
    return tmp_path / "model"


def test_only_adapters_and_head_are_saved(saved, tiny_encoder):
    from safetensors.numpy import load_file

    assert sorted(path.name for path in saved.iterdir()) == ["adapter_model.safetensors", "encoder.json"]
    weights = load_file(saved / "adapter_model.safetensors")
    assert {name.rpartition(".")[0].rpartition(".")[2] for name in weights} == {"lora_A", "lora_B", "classifier"}
    # Six linear layers in each of two layers, and the pooler: width 32, 64 within.
    assert sum(value.size for value in weights.values()) == 2 * (4 * 2 * 64 + 2 * 2 * 96) + 2 * 64 + 3 * 33
    assert str(tiny_encoder) not in (saved / "encoder.json").read_text()


def test_the_encoder_itself_is_not_changed(fitted, tiny_encoder):
    before = dict(open_network(tiny_encoder, max_tokens=60).model.bert.named_parameters())
    after = {
        name.replace("base_layer.", ""): weight
        for name, weight in fitted.network_.model.base_model.model.bert.named_parameters()
        if "lora_" not in name
    }
    assert before.keys() == after.keys()
    for name, weight in before.items():
        assert torch.equal(weight, after[name]), name
    moved = [weight for name, weight in fitted.network_.model.named_parameters() if "lora_B" in name]
    assert all(weight.abs().max() > 0 for weight in moved)  # they start at zero


def test_a_saved_adapter_answers_as_before(fitted, saved, tiny_encoder):
    again = classifier(tiny_encoder).load(saved)
    np.testing.assert_array_equal(again.predict_proba(TABLE), fitted.predict_proba(TABLE))
    (saved / "again").mkdir()
    again.save(saved / "again")
    for path in (saved / "again").iterdir():
        assert path.read_bytes() == (saved / path.name).read_bytes()


def test_the_same_seed_gives_the_same_bytes(saved, tiny_encoder, tmp_path):
    (tmp_path / "b").mkdir()
    classifier(tiny_encoder).fit(TABLE, Y).save(tmp_path / "b")
    for path in saved.iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_another_encoder_of_that_name_is_refused(saved, tiny_encoder, tmp_path):
    shutil.copytree(tiny_encoder, tmp_path / "other")
    weights = bytearray((tmp_path / "other" / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (tmp_path / "other" / "model.safetensors").write_bytes(bytes(weights))
    with pytest.raises(ModelError, match="other weights than those trained over; get the same version of it"):
        classifier(tmp_path / "other").load(saved)
    with pytest.raises(ModelError, match="nowhere"):
        classifier(tmp_path / "nowhere").load(saved)


@pytest.mark.parametrize("lora", [LORA | {"rank": 4}, LORA | {"targets": ["query"]}])
def test_options_that_do_not_fit_the_file_are_refused(saved, tiny_encoder, lora):
    with pytest.raises(ModelError, match="adapters that do not fit"):
        classifier(tiny_encoder, lora=lora).load(saved)


def test_damaged_adapters_are_refused(saved, tiny_encoder):
    (saved / "adapter_model.safetensors").write_bytes(b"\x80\x04K\x01.")
    with pytest.raises(ModelError, match="adapters that cannot be read"):
        classifier(tiny_encoder).load(saved)


def test_adapters_sit_where_they_are_asked_for(tiny_encoder):
    network = adapt(open_network(tiny_encoder, max_tokens=60), LoraOptions(targets=["query"]), seed=0)
    trained = {name for name, weight in network.model.named_parameters() if weight.requires_grad}
    assert {name for name in trained if "classifier" not in name} == {
        f"base_model.model.bert.encoder.layer.{layer}.attention.self.query.lora_{part}.default.weight"
        for layer in range(2)
        for part in "AB"
    }
    assert sum("classifier" in name for name in trained) == 2
    with pytest.raises(ModelError, match=r"lora.targets \['no_such'\]: the encoder has no such layers"):
        adapt(open_network(tiny_encoder, max_tokens=60), LoraOptions(targets=["no_such"]), seed=0)


def test_weights_that_the_encoder_lacks_are_trained_and_saved_whole(tiny_encoder, tmp_path):
    from transformers import BertModel

    shutil.copytree(tiny_encoder, tmp_path / "bare")
    BertModel.from_pretrained(tiny_encoder, add_pooling_layer=False).save_pretrained(tmp_path / "bare")
    network = open_network(tmp_path / "bare", max_tokens=60)
    assert "bert.pooler.dense.weight" in network.fresh
    trained = {name for name, w in adapt(network, LoraOptions(), seed=0).model.named_parameters() if w.requires_grad}
    assert "base_model.model.bert.pooler.dense.modules_to_save.default.weight" in trained


def test_merged_adapters_make_a_plain_network_of_the_same_answers(fitted):
    plain = merged(fitted.network_)
    assert type(plain.model).__name__ == "BertForSequenceClassification"
    pairs = list(zip(TABLE["target"], TABLE["text"], strict=True))
    np.testing.assert_allclose(plain.probabilities(pairs), fitted.network_.probabilities(pairs), atol=1e-6)
    assert merged(plain) is plain
    # The one that was merged is still whole.
    assert any("lora_A" in name for name, _ in fitted.network_.model.named_parameters())
