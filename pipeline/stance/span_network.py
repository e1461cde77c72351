"""A classifier over the means of an encoder's lower layers: of the quotation's tokens, and of what stands around it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import ModelError
from pipeline.records import LABELS
from pipeline.stance.embedder import cut, most_tokens, open_encoder, pooled
from pipeline.stance.encoders import quiet
from pipeline.stance.networks import Network, Pair, Row, require
from pipeline.stance.spans import OUTSIDE, spans

_HEAD = "head.safetensors"
_DROPOUT = 0.1


class SpanNetwork(Network):
    """An encoder under a head of one hidden layer; rows have ``spans``, too: what each token belongs to."""

    __slots__ = ()

    def encode(self, pairs: Sequence[Pair]) -> list[Row]:
        """Return the pairs as tokens, cut to ``max_tokens`` and not padded."""
        if not pairs:
            return []
        encoded = self.tokenized(pairs)
        # Which of the two texts a token is of is left out, as in ``embedder.Embedder``, which reads the same encoder.
        return [
            {"input_ids": ids, "spans": spans(encoding, pair)}
            for ids, encoding, pair in zip(encoded["input_ids"], encoded.encodings, pairs, strict=True)
        ]

    def collate(self, rows: Sequence[Row]) -> dict[str, Any]:
        """Return rows as int64 tensors, shape [rows, tokens of the longest], with their ``attention_mask``."""
        import torch

        found = super().collate(rows)
        width = found["attention_mask"].shape[1]
        padded = [[*row["spans"], *[OUTSIDE] * (width - len(row["spans"]))] for row in rows]
        return found | {"spans": torch.tensor(padded)}

    def save(self, folder: Path) -> None:
        """Write the encoder, cut to its lower layers, as transformers do, and the head as ``head.safetensors``."""
        from safetensors.torch import save_file

        self.save_encoder(folder)
        weights = {name: weight.detach().cpu().contiguous() for name, weight in self.model.head.state_dict().items()}
        save_file(weights, folder / _HEAD)

    def save_encoder(self, folder: Path) -> None:
        """Write the encoder without the head, for an ``embedding`` model of the same layers."""
        with quiet():
            self.model.encoder.save_pretrained(folder)
        self.save_tokenizer(folder)


def open_span_network(
    folder: Path, layers: Sequence[int], *, max_tokens: int, seed: int = 0, whole: bool = False
) -> SpanNetwork:
    """Return the encoder in a folder under a head that reads the means of its layers.

    Parameters
    ----------
    layers
        As in ``embedder.Embedder``.
    seed
        Where the weights of a new head start. A head that is there is kept.
    whole
        The head must be there.

    Raises
    ------
    ModelError
        If the folder holds no encoder of so many layers, a head that does not fit, or packages are missing.
    """
    require("torch", "transformers", "safetensors")
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    tokenizer, encoder = open_encoder(folder)
    numbers = cut(encoder, layers)
    stack = getattr(getattr(encoder, "encoder", None), "layer", None)
    if stack is None:
        raise ModelError(f"encoder {folder}: its layers cannot be told apart; set layers to null")
    encoder.config.num_hidden_layers = len(stack)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = _module(encoder, numbers)
    if found := whole or (folder / _HEAD).exists():
        try:
            model.head.load_state_dict(load_file(folder / _HEAD))
        except (OSError, RuntimeError, SafetensorError) as error:
            line = " ".join(str(error).split())
            raise ModelError(f"{folder}: its head cannot be read ({line}); train it again") from error
    limit = most_tokens(max_tokens, tokenizer, encoder)
    return SpanNetwork(model.eval(), tokenizer, limit, frozenset() if found else frozenset({"head"}))


def _module(encoder: Any, layers: Sequence[int]) -> Any:
    import torch
    from transformers.modeling_outputs import SequenceClassifierOutput

    width = encoder.config.hidden_size

    class SpanClassifier(torch.nn.Module):
        """Logits from the two means, unit vectors that are scaled to a variance of 1."""

        def __init__(self) -> None:
            super().__init__()
            self.encoder, self.config = encoder, encoder.config
            self.head = torch.nn.Sequential(
                torch.nn.Dropout(_DROPOUT), torch.nn.Linear(2 * width, width), torch.nn.GELU(),
                torch.nn.Dropout(_DROPOUT), torch.nn.Linear(width, len(LABELS)),
            )  # fmt: skip

        @property
        def base_model(self) -> Any:
            return self.encoder

        def set_attn_implementation(self, name: str) -> None:
            self.encoder.set_attn_implementation(name)

        def forward(self, spans: Any, **given: Any) -> Any:
            hidden = self.encoder(**given, output_hidden_states=True).hidden_states
            means = pooled(hidden, spans, layers)
            return SequenceClassifierOutput(logits=self.head(means.flatten(1) * width**0.5))

    return SpanClassifier()
