"""A small transformer that tags tokens, fitted with PyTorch and exported as INT8 ONNX: reported speech for ``quotes``.

The lowest layers of a sentence encoder, with three heads: the tag of each token, and for tokens of a content which one
begins its source and which its cue (a bilinear pointer, as in Dozat and Manning 2017, "Deep biaffine attention").
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

from pipeline.onnx_runtime import onnx_runtime

_IGNORED = -100
_POINTER = 64
"""Width of the space in which tokens and the beginnings of their sources and cues are compared."""
_CHUNK = 2000
"""Windows that are sorted by length at a time, so that a batch holds little padding."""


class Tokens(Protocol):
    """One window as numbers, one entry a token; ``-100`` where there is nothing to learn."""

    ids: list[int]
    types: list[int]
    tags: list[int]
    sources: list[int]
    cues: list[int]


@dataclass(frozen=True, slots=True)
class TaggerOptions:
    """How to fit.

    Parameters
    ----------
    layers, neurons
        Lowest layers of the encoder that are kept, and the strongest neurons of the inner layer of each.
    types
        Number of token types.
    epochs, batch_tokens
        Passes over the data, and tokens of one step, padding included.
    rate, head_rate
        Peak learning rates of the encoder and of the heads; linear warm-up over 8 % of the steps, then linear decay.
    pointer_weight
        Weight of each pointer's loss beside that of the tags.
    """

    layers: int = 2
    neurons: int = 768
    types: int = 3
    epochs: int = 5
    batch_tokens: int = 1200
    rate: float = 4e-4
    head_rate: float = 1e-3
    pointer_weight: float = 0.3
    dropout: float = 0.1


class TokenTagger:
    """Fits the tagger and exports it.

    Parameters
    ----------
    encoder
        Folder of a BERT-like encoder in the transformers' format.
    tags
        Number of tags.
    """

    def __init__(self, encoder: Path, tags: int, options: TaggerOptions, *, seed: int) -> None:
        self.encoder, self.tags, self.options, self.seed = encoder, tags, options, seed

    def fit(self, examples: Sequence[Tokens], progress: Callable[[int, int, float], None] | None = None) -> Self:
        """Return self, fitted; word pieces keep their vectors, so that words outside the examples keep theirs.

        Parameters
        ----------
        progress
            Called after each step with the number of steps done, of all steps, and the step's loss.
        """
        import torch

        torch.manual_seed(self.seed)
        options, rng = self.options, random.Random(self.seed)
        self.network_ = _network(self.encoder, self.tags, options)
        steps = options.epochs * sum(1 for _ in _batches(examples, options.batch_tokens, random.Random(self.seed)))
        optimizer, schedule = _optimizer(self.network_, options, steps)
        done = 0
        self.network_.train()
        for _ in range(options.epochs):
            for batch in _batches(examples, options.batch_tokens, rng):
                loss = _loss(self.network_, batch, options.pointer_weight)
                optimizer.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(self.network_.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                done += 1
                if progress:
                    progress(done, steps, float(loss.detach()))
        self.network_.eval()
        return self

    def export(self, path: Path) -> None:
        """Write the network as ONNX with 8-bit weights.

        Inputs ``ids``, ``mask``, ``types``: int64 [windows, tokens]. Outputs, logits: ``tags`` [windows, tokens, tags],
        ``sources`` and ``cues`` [windows, tokens, tokens].
        """
        import onnx
        import torch

        onnx_runtime()
        from onnxruntime.quantization import QuantType, quantize_dynamic

        # Tensors of their own: the exporter takes one tensor given three times for one input.
        examples = tuple(torch.ones((2, 16), dtype=torch.int64) for _ in range(3))
        shape = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
        with tempfile.TemporaryDirectory() as folder:
            whole = str(Path(folder) / "whole.onnx")
            torch.onnx.export(
                self.network_, examples, whole, input_names=["ids", "mask", "types"],
                output_names=["tags", "sources", "cues"], dynamo=True, dynamic_shapes=(shape,) * 3, verbose=False,
            )  # fmt: skip
            graph = onnx.load(whole)
            del graph.graph.value_info[:]  # left by the exporter, and wrong for the quantizer
            onnx.save(graph, whole)
            # 7 bits: processors without VNNI saturate sums of 8-bit products.
            quantize_dynamic(whole, str(path), weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)


def _network(encoder: Path, tags: int, options: TaggerOptions) -> Any:
    from torch import nn
    from transformers import AutoModel

    class Network(nn.Module):
        """Logits of the tags and of the two pointers."""

        def __init__(self) -> None:
            super().__init__()
            self.bert = AutoModel.from_pretrained(str(encoder), add_pooling_layer=False, local_files_only=True)
            self.bert.encoder.layer = self.bert.encoder.layer[: options.layers]
            for layer in self.bert.encoder.layer:
                _prune(layer.intermediate, layer.output, options.neurons)
            self.bert.embeddings.word_embeddings.weight.requires_grad_(False)
            width = self.bert.config.hidden_size
            known = self.bert.embeddings.token_type_embeddings.weight.data[:1]
            self.bert.embeddings.token_type_embeddings = nn.Embedding(options.types, width)
            self.bert.embeddings.token_type_embeddings.weight.data.normal_(std=0.01).add_(known)
            self.dropout = nn.Dropout(options.dropout)
            self.tag = nn.Linear(width, tags)
            self.query, self.key = nn.Linear(width, 2 * _POINTER), nn.Linear(width, 2 * _POINTER)

        def forward(self, ids: Any, mask: Any, types: Any) -> tuple[Any, Any, Any]:
            hidden = self.bert(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state
            hidden = self.dropout(hidden)
            query, key = self.query(hidden), self.key(hidden)
            away = (1 - mask)[:, None, :].float() * -1e4  # nothing points at padding
            pointers = [
                query[..., part] @ key[..., part].transpose(1, 2) / _POINTER**0.5 + away
                for part in (slice(0, _POINTER), slice(_POINTER, 2 * _POINTER))
            ]
            return self.tag(hidden), pointers[0], pointers[1]

    return Network()


def _prune(inner: Any, outer: Any, neurons: int) -> None:
    """Keep the neurons of a feed-forward layer whose weights in and out have the largest product of norms."""
    strength = inner.dense.weight.data.norm(dim=1) * outer.dense.weight.data.norm(dim=0)
    kept = strength.topk(min(neurons, len(strength))).indices.sort().values
    inner.dense.weight.data = inner.dense.weight.data[kept].contiguous()
    inner.dense.bias.data = inner.dense.bias.data[kept].contiguous()
    outer.dense.weight.data = outer.dense.weight.data[:, kept].contiguous()


def _batches(examples: Sequence[Tokens], tokens: int, rng: random.Random) -> Iterator[list[Tokens]]:
    """Yield shuffled batches of windows of like length."""
    order = list(range(len(examples)))
    rng.shuffle(order)
    batches: list[list[Tokens]] = []
    for at in range(0, len(order), _CHUNK):
        batch: list[Tokens] = []
        for index in sorted(order[at : at + _CHUNK], key=lambda index: len(examples[index].ids)):
            if batch and (len(batch) + 1) * len(examples[index].ids) > tokens:
                batches.append(batch)
                batch = []
            batch.append(examples[index])
        batches.append(batch)
    rng.shuffle(batches)
    yield from batches


def _loss(network: Any, batch: Sequence[Tokens], pointer_weight: float) -> Any:
    import torch
    from torch.nn.functional import cross_entropy

    width = max(len(tokens.ids) for tokens in batch)

    def padded(field: str, value: int) -> Any:
        rows = [getattr(tokens, field) for tokens in batch]
        return torch.tensor([row + [value] * (width - len(row)) for row in rows])

    mask = torch.tensor([[1] * len(tokens.ids) + [0] * (width - len(tokens.ids)) for tokens in batch])
    tags, sources, cues = network(padded("ids", 0), mask, padded("types", 0))
    loss = cross_entropy(tags.flatten(0, 1), padded("tags", _IGNORED).flatten(), ignore_index=_IGNORED)
    for logits, field in ((sources, "sources"), (cues, "cues")):
        wanted = padded(field, _IGNORED)
        if (wanted != _IGNORED).any():
            loss = loss + pointer_weight * cross_entropy(logits.flatten(0, 1), wanted.flatten(), ignore_index=_IGNORED)
    return loss


def _optimizer(network: Any, options: TaggerOptions, steps: int) -> tuple[Any, Any]:
    import torch
    from transformers import get_linear_schedule_with_warmup

    named = [(name, weight) for name, weight in network.named_parameters() if weight.requires_grad]
    groups: list[dict[str, Any]] = [
        {"params": [weight for name, weight in named if name.startswith("bert")], "lr": options.rate},
        {"params": [weight for name, weight in named if not name.startswith("bert")], "lr": options.head_rate},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    linear: Any = get_linear_schedule_with_warmup
    return optimizer, linear(optimizer, round(0.08 * steps), steps)
