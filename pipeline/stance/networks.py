"""A sequence classifier over pairs of texts: opened from a folder, scored in batches of like length, saved as files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import ModelError
from pipeline.records import LABELS
from pipeline.stance.base import Probabilities
from pipeline.stance.encoders import quiet

Pair = tuple[str, str]
Row = Mapping[str, list[int]]
"""One tokenized pair: ``input_ids``, and ``token_type_ids`` where the encoder tells the two texts apart."""

_CPU_TOKENS, _GPU_TOKENS = 4096, 65536
"""Most tokens of one batch when scoring, padding included; longer batches are no faster."""


@dataclass(frozen=True, slots=True)
class Network:
    """A sequence classifier and its tokenizer.

    Parameters
    ----------
    model
        Of transformers, with one output a label; wrapped by ``peft`` where it has adapters.
    max_tokens
        Longer pairs lose the end of their longer text.
    fresh
        Weights that the folder had none for, by name: they are random until they are trained.
    """

    model: Any
    tokenizer: Any
    max_tokens: int
    fresh: frozenset[str] = field(default_factory=frozenset)

    def encode(self, pairs: Sequence[Pair]) -> list[Row]:
        """Return the pairs as tokens, cut to ``max_tokens`` and not padded."""
        if not pairs:
            return []
        encoded = self.tokenized(pairs)
        return [dict(zip(encoded, values, strict=True)) for values in zip(*encoded.values(), strict=True)]

    def tokenized(self, pairs: Sequence[Pair]) -> Any:
        """Return what the tokenizer says of one or more pairs, each cut to ``max_tokens``."""
        first, second = ([_encodable(text) for text in texts] for texts in zip(*pairs, strict=True))
        return self.tokenizer(
            first, second, truncation="longest_first", max_length=self.max_tokens, return_attention_mask=False
        )

    def collate(self, rows: Sequence[Row]) -> dict[str, Any]:
        """Return rows as int64 tensors, shape [rows, tokens of the longest], with their ``attention_mask``."""
        import torch

        width = max(len(row["input_ids"]) for row in rows)
        padding = {"input_ids": self.tokenizer.pad_token_id}
        tensors = {
            name: torch.tensor([[*row[name], *[padding.get(name, 0)] * (width - len(row[name]))] for row in rows])
            for name in ("input_ids", "token_type_ids")
            if name in rows[0]
        }
        lengths = torch.tensor([len(row["input_ids"]) for row in rows])
        return tensors | {"attention_mask": (torch.arange(width) < lengths[:, None]).long()}

    def probabilities(self, pairs: Sequence[Pair]) -> Probabilities:
        """Return probabilities, shape [n, 3], columns in the order of the labels; equal pairs are scored once.

        In single precision on any device: what else is in a batch changes a probability by 1e-6 at most.
        """
        import torch

        distinct = list(dict.fromkeys(pairs))
        rows = self.encode(distinct)
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        model = self.model.to(device).eval()
        scores = np.empty((len(distinct), len(LABELS)))
        most = _GPU_TOKENS if device.type == "cuda" else _CPU_TOKENS
        with torch.inference_mode():
            for batch in batches([len(row["input_ids"]) for row in rows], most):
                given = self.collate([rows[index] for index in batch])
                logits = model(**{name: tensor.to(device) for name, tensor in given.items()}).logits
                scores[batch] = torch.softmax(logits.cpu().double(), dim=-1).numpy()
        places = {pair: index for index, pair in enumerate(distinct)}
        return scores[[places[pair] for pair in pairs]]

    def save(self, folder: Path) -> None:
        """Write ``config.json``, ``model.safetensors`` and the tokenizer's files; no name or path of this machine."""
        with quiet():
            self.model.save_pretrained(folder)
        self.save_tokenizer(folder)

    def save_tokenizer(self, folder: Path) -> None:
        """Write the tokenizer's files."""
        with quiet():
            # The tokenizer keeps how it was opened and last called; what is saved shall not depend on that.
            self.tokenizer.backend_tokenizer.no_truncation()
            self.tokenizer.backend_tokenizer.no_padding()
            for circumstance in ("is_local", "local_files_only", "name_or_path"):
                self.tokenizer.init_kwargs.pop(circumstance, None)
            self.tokenizer.save_pretrained(folder)


def open_network(folder: Path, *, max_tokens: int, seed: int = 0, whole: bool = False) -> Network:
    """Return the encoder in a folder as a classifier of stances.

    Parameters
    ----------
    max_tokens
        Most tokens of a pair; fewer where the encoder has fewer positions.
    seed
        Where the weights of a new head start. A head of three outputs that is there is kept.
    whole
        Every weight must be there: a finished model, not an encoder.

    Raises
    ------
    ModelError
        If the folder holds no such encoder, or transformers are not installed.
    """
    require("torch", "transformers", "safetensors")
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    numbered = dict(enumerate(LABELS))
    # Safetensors only, and no code from the folder: opening an encoder runs nothing of its maker's.
    given: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        with quiet(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            tokenizer = AutoTokenizer.from_pretrained(str(folder), **given)
            model, found = AutoModelForSequenceClassification.from_pretrained(
                str(folder), **given, use_safetensors=True, dtype=torch.float32, ignore_mismatched_sizes=True,
                num_labels=len(LABELS), id2label=numbered, label2id={label: i for i, label in numbered.items()},
                output_loading_info=True,
            )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, ImportError, SafetensorError) as error:
        raise ModelError(
            f"{folder}: no encoder that can be opened ({' '.join(str(error).split())}); choose another"
        ) from error
    if tokenizer.pad_token_id is None or not tokenizer.is_fast:
        raise ModelError(f"{folder}: its tokenizer cannot pad, or has no tokenizer.json; choose another encoder")
    fresh = {*found["missing_keys"], *(name for name, *_ in found["mismatched_keys"])}
    if whole and fresh:
        raise ModelError(f"{folder}: weights are missing or do not fit ({min(fresh)}); train it again")
    limit = min([max_tokens, tokenizer.model_max_length, *_positions(model)])
    return Network(model.eval(), tokenizer, limit, frozenset(fresh))


def require(*packages: str) -> None:
    """Raise ``ModelError`` that says what to install unless all the packages are there."""
    from importlib.util import find_spec

    if missing := [name for name in packages if find_spec(name) is None]:
        raise ModelError(f"this model needs {', '.join(missing)}; run pip install 'quotestance[transformers]'")


def freeze(model: Any, layers: int) -> None:
    """Keep the embeddings and the lowest layers of an encoder as they are, without dropout; 0 keeps nothing.

    Raises
    ------
    ModelError
        If the encoder has fewer layers.
    """
    if layers == 0:
        return
    from torch.nn import ModuleList

    count = getattr(model.config, "num_hidden_layers", 0)
    stacks = [m for m in model.base_model.modules() if isinstance(m, ModuleList) and len(m) == count]
    if not stacks or layers > count:
        raise ModelError(
            f"freeze_layers {layers}: the encoder has {count if stacks else 'no known'} layers; take fewer"
        )
    frozen = [module for name, module in model.base_model.named_children() if "embedding" in name]
    for module in [*frozen, *stacks[0][:layers]]:
        module.requires_grad_(False)
        _set_dropout(module, 0.0)


def set_dropout(model: Any, share: float) -> None:
    """Set the dropout inside the encoder; that of the head stays."""
    _set_dropout(model.base_model, share)


def _set_dropout(network: Any, share: float) -> None:
    from torch.nn import Dropout

    for module in network.modules():
        if isinstance(module, Dropout):
            module.p = share


def batches(lengths: Sequence[int], most: int) -> Iterator[list[int]]:
    """Yield indices of rows of like length: at most ``most`` tokens a batch, and no row padded by over an eighth.

    Examples
    --------
    >>> list(batches([8, 90, 9, 92, 40], 100))
    [[0, 2], [4], [1], [3]]
    """
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__):
        width = lengths[index]
        if batch and ((len(batch) + 1) * width > most or 8 * width > 9 * lengths[batch[0]]):
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def _positions(model: Any) -> Iterable[int]:
    """Return how many tokens the position embeddings are for, if there are some."""
    for name, module in model.named_modules():
        if name.endswith("position_embeddings") and hasattr(module, "num_embeddings"):
            # RoBERTa and MPNet count positions from behind the padding's number.
            offset = 0 if module.padding_idx is None else module.padding_idx + 1
            return [module.num_embeddings - offset]
    return []


def _encodable(text: str) -> str:
    """Return the text without lone surrogates, which no tokenizer takes."""
    return text.encode("utf-8", "replace").decode("utf-8")
