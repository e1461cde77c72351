"""Smaller encoders: multiples of a step, errors made good by other channels."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs pip install -e '.[transformers]'")
transformers = pytest.importorskip("transformers", reason="needs pip install -e '.[transformers]'")

from pipeline.errors import ModelError  # noqa: E402
from pipeline.stance.codes import as_multiples  # noqa: E402
from pipeline.stance.encoders import find_encoder  # noqa: E402
from pipeline.stance.rounding import Rounding, compensated, round_encoder  # noqa: E402

TEXTS = ["we say the ban is reckless", ("the ban", "the order is under review in its second reading"), "vital"]


def inputs(n: int) -> "torch.Tensor":
    """Return inputs [n, 160] whose channels tell of each other."""
    generator = torch.Generator().manual_seed(3)
    return torch.randn(n, 20, generator=generator) @ torch.randn(20, 160, generator=generator) + 0.3 * torch.randn(
        n, 160, generator=generator
    )


def test_what_a_channel_gets_wrong_is_made_good_by_others():
    weights = torch.randn(64, 160, generator=torch.Generator().manual_seed(1))
    seen, others = inputs(4000).split(2000)
    found = compensated(weights, seen.T @ seen, 0.6)
    steps = weights.std(dim=1, keepdim=True) * 0.6
    plain = (weights / steps).round() * steps

    def error(rounded):
        return float(((others @ (rounded - weights).T) ** 2).sum() / ((others @ weights.T) ** 2).sum())

    assert error(found) < error(plain) / 3
    torch.testing.assert_close((found / steps).round() * steps, found)
    assert len(np.unique((found / steps).round())) < 20


def test_channels_that_never_vary_do_no_harm():
    seen = inputs(500)
    seen[:, 7] = 0
    weights = torch.randn(8, 160, generator=torch.Generator().manual_seed(1))
    assert torch.isfinite(compensated(weights, seen.T @ seen, 0.6)).all()


def test_a_smaller_encoder_reads_as_any_other(tiny_encoder, tmp_path):
    round_encoder(find_encoder(str(tiny_encoder)), TEXTS, Rounding(1, rare_word_step=3.0), tmp_path)
    network = transformers.AutoModel.from_pretrained(find_encoder(str(tmp_path)).folder, local_files_only=True)
    assert len(network.encoder.layer) == network.config.num_hidden_layers == 1
    linear = [module for module in network.encoder.modules() if isinstance(module, torch.nn.Linear)]
    for module in linear:
        codes, _ = as_multiples(module.weight.detach().numpy().T)
        assert 2 < len(np.unique(codes)) < 30
    words = network.get_input_embeddings().weight.detach().numpy()
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path, local_files_only=True)
    codes, _ = as_multiples(words.T)
    used = tokenizer("vital").input_ids[1]
    rare = next(index for index in range(50, len(words)) if index not in {i for t in TEXTS for i in ids(tokenizer, t)})
    assert np.abs(codes[:, used]).mean() > 2 * np.abs(codes[:, rare]).mean()


def ids(tokenizer, text):
    return tokenizer(*([text] if isinstance(text, str) else text)).input_ids


def test_the_same_texts_give_the_same_weights(tiny_encoder, tmp_path):
    for name in ("a", "b"):
        round_encoder(find_encoder(str(tiny_encoder)), TEXTS, Rounding(2), tmp_path / name)
    assert len({(tmp_path / name / "model.safetensors").read_bytes() for name in ("a", "b")}) == 1


def test_layers_are_rounded_apart(tiny_encoder, tmp_path):
    whole, lower, both = tiny_encoder, tmp_path / "lower", tmp_path / "both"
    round_encoder(find_encoder(str(whole)), TEXTS, Rounding(2, last=1), lower)
    round_encoder(find_encoder(str(lower)), TEXTS, Rounding(2, first=1), both)
    weights = {
        folder: transformers.AutoModel.from_pretrained(folder, local_files_only=True).state_dict()
        for folder in (whole, lower, both)
    }

    def same(a, b):
        return {name for name in weights[a] if torch.equal(weights[a][name], weights[b][name])}

    def linear(layer):
        parts = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense")
        return {f"encoder.layer.{layer}.{part}.weight" for part in (*parts, "intermediate.dense", "output.dense")}

    names = set(weights[whole])
    assert names - same(whole, lower) == linear(0) | {"embeddings.word_embeddings.weight"}
    assert names - same(lower, both) == linear(1)


def test_more_layers_than_there_are_is_told(tiny_encoder, tmp_path):
    with pytest.raises(ModelError, match="2 layers found, 3 asked for"):
        round_encoder(find_encoder(str(tiny_encoder)), TEXTS, Rounding(3), tmp_path)
