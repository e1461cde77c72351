"""Encoders cut to their lower layers, their weights rounded so coarsely that they pack to a few bits each.

Weights of an output channel become multiples of one step. Input channels are rounded one after another, and what each
gets wrong on sample texts is made good by those still to come (Frantar et al. 2023, "GPTQ"). Most multiples are then 0,
1 or -1, and Huffman codes are short: ``pipeline.stance.codes`` keeps them, and the file is packed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import ModelError
from pipeline.stance.codes import MOST
from pipeline.stance.embedder import open_encoder
from pipeline.stance.encoders import Encoder, quiet
from pipeline.stance.spans import Text

_DAMPING = 0.01
_COLUMNS = 128
"""Input channels rounded before the others learn of it."""


@dataclass(frozen=True, slots=True)
class Rounding:
    """How far an encoder is made smaller.

    Parameters
    ----------
    layers
        Lower layers that stay.
    step
        Of the weights of an output channel, in their standard deviations: 0.6 gives 2.8 bits a weight when packed.
    word_step, rare_word_step
        The same of the vector of a word that occurs in the texts, and of one that does not.
    samples
        Texts on which errors are measured; their tokens should be several times the widest layer's channels.
    first, last
        Of the layers that stay, those of these numbers, from 0, are rounded, the last one aside; None goes to the end.
        Words are rounded with layer 0. So an encoder can be rounded, trained further up, and rounded there.
    """

    layers: int
    step: float = 0.62
    word_step: float = 0.5
    rare_word_step: float = 0.875
    samples: int = 320
    first: int = 0
    last: int | None = None


def round_encoder(encoder: Encoder, texts: Sequence[Text], rounding: Rounding, folder: Path) -> None:
    """Write the smaller encoder as a folder that transformers reads.

    Parameters
    ----------
    texts
        As the encoder will read them; the first ``samples`` are measured on.

    Raises
    ------
    ModelError
        If the encoder cannot be read, has no layers where BERT has them, or fewer than asked for.
    """
    tokenizer, network = open_encoder(encoder.folder)
    import torch

    layers = getattr(getattr(network, "encoder", None), "layer", ())
    if len(layers) < rounding.layers:
        raise ModelError(f"encoder {encoder.folder}: {len(layers)} layers found, {rounding.layers} asked for")
    tokens = [tokenizer(*([text] if isinstance(text, str) else text), truncation=True).input_ids for text in texts]
    samples = [torch.tensor([row]) for row in tokens[: rounding.samples]]
    with torch.inference_mode():
        if rounding.first == 0:
            counts = Counter(index for row in tokens for index in row)
            _round_words(network.get_input_embeddings().weight, counts, rounding)
        for index in range(rounding.layers)[rounding.first : rounding.last]:
            network.encoder.layer = layers[: index + 1]
            moments = _second_moments(network, layers[index], samples)
            for module, moment in moments.items():
                module.weight.copy_(compensated(module.weight, moment, rounding.step))
    network.encoder.layer, network.config.num_hidden_layers = layers[: rounding.layers], rounding.layers
    with quiet():
        network.save_pretrained(folder)
        tokenizer.save_pretrained(folder)


def compensated(weights: Any, moment: Any, step: float) -> Any:
    """Return weights as multiples of one step a row, each channel's error made good by the channels after it.

    Parameters
    ----------
    weights
        Tensor [outputs, inputs].
    moment
        Tensor [inputs, inputs]: sum of x xᵀ over the inputs x.
    step
        In standard deviations of a row.
    """
    import torch

    order = torch.argsort(moment.diagonal(), descending=True, stable=True)
    left, steps = weights[:, order].clone(), weights.std(dim=1) * step
    factor, multiples = _factor(moment[order][:, order]), torch.empty_like(left)
    for start in range(0, left.shape[1], _COLUMNS):
        end = min(start + _COLUMNS, left.shape[1])
        errors = torch.empty_like(left[:, start:end])
        for column in range(start, end):
            multiples[:, column] = (left[:, column] / steps).round().clamp(-MOST, MOST)
            error = (left[:, column] - multiples[:, column] * steps) / factor[column, column]
            left[:, column + 1 : end] -= error[:, None] * factor[column, column + 1 : end]
            errors[:, column - start] = error
        left[:, end:] -= errors @ factor[start:end, end:]
    return (multiples * steps[:, None])[:, torch.argsort(order)]


def _factor(moment: Any) -> Any:
    """Return the upper Cholesky factor of the inverse."""
    import torch

    damped = moment.double()
    damped.diagonal().add_(_DAMPING * damped.diagonal().mean())
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(damped))
    return torch.linalg.cholesky(inverse, upper=True).to(moment.dtype)


def _second_moments(network: Any, layer: Any, samples: Sequence[Any]) -> dict[Any, Any]:
    """Return the sum of x xᵀ over the inputs x of each linear map of a layer."""
    import torch

    found: dict[Any, Any] = {module: 0 for module in layer.modules() if isinstance(module, torch.nn.Linear)}

    def add(module: Any, inputs: tuple[Any, ...]) -> None:
        rows = inputs[0].reshape(-1, inputs[0].shape[-1])
        found[module] = found[module] + rows.T @ rows

    with ExitStack() as hooks:
        for module in found:
            hooks.callback(module.register_forward_pre_hook(add).remove)
        for ids in samples:
            network(input_ids=ids)
    return found


def _round_words(table: Any, counts: Counter[int], rounding: Rounding) -> None:
    """Round the vectors of words in place."""
    import torch

    used = torch.tensor([index in counts for index in range(len(table))])
    shares = torch.where(used, rounding.word_step, rounding.rare_word_step)
    steps = (table.std(dim=1) * shares).clamp(min=1e-9)[:, None]
    table.copy_((table / steps).round().clamp(-MOST, MOST) * steps)
