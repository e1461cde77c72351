"""Sentence embeddings of texts by an encoder that stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.errors import ModelError
from pipeline.stance.encoders import Encoder, quiet
from pipeline.stance.networks import batches, require
from pipeline.stance.spans import CONTEXT, FOCUS, OUTSIDE, Text, spans

_BATCH_TOKENS = 4096

Vectors = npt.NDArray[np.float32]


class Embedder:
    """Mean-pooled embeddings of texts; the network is read when the first text comes.

    Parameters
    ----------
    max_tokens
        Longer texts are cut, the longer one of a pair; fewer where the encoder has fewer positions.
    layers
        Layers that are averaged: 0 is the embeddings, 1 the first layer, -1 the last. Those above are not computed.
    """

    def __init__(self, encoder: Encoder, max_tokens: int, layers: Sequence[int] = (-1,)) -> None:
        self.encoder, self.max_tokens, self.layers = encoder, max_tokens, tuple(layers)
        self._tokenizer: Any = None
        self._network: Any = None
        self._layers: list[int] = []

    def embed(self, texts: Sequence[Text]) -> Vectors:
        """Return vectors, shape [n, 2, width]: of the focus of each text, and of the focus with its context.

        Each layer's vector has length 1 before they are averaged. Each distinct text is embedded once, texts of like
        length together.

        Parameters
        ----------
        texts
            All of them texts for themselves, or all of them pairs.

        Raises
        ------
        ModelError
            If PyTorch or transformers are missing, they cannot read the encoder, or it has no such layer.
        """
        self._open()
        import torch

        distinct = list(dict.fromkeys(texts))
        encodings = self._encoded(distinct)
        rows = [(encoding.ids, spans(encoding, text)) for encoding, text in zip(encodings, distinct, strict=True)]
        vectors = np.empty((len(distinct), 2, self._network.config.hidden_size), dtype=np.float32)
        with torch.inference_mode():
            for batch in batches([len(ids) for ids, _ in rows], _BATCH_TOKENS):
                vectors[batch] = self._pooled([rows[index] for index in batch])
        places = {text: index for index, text in enumerate(distinct)}
        return vectors[[places[text] for text in texts]]

    def _encoded(self, texts: Sequence[Text]) -> list[Any]:
        """Return what the tokenizers library says of each text."""
        if not texts:
            return []
        parts = zip(*([text] if isinstance(text, str) else text for text in texts), strict=True)
        clean = [[text.encode("utf-8", "replace").decode("utf-8") for text in part] for part in parts]  # lone halves
        most = most_tokens(self.max_tokens, self._tokenizer, self._network)
        return list(self._tokenizer(*clean, truncation=True, max_length=most).encodings)

    def _pooled(self, rows: Sequence[tuple[Sequence[int], Sequence[int]]]) -> Vectors:
        """Return the means over the tokens of each row of ids and spans, padding aside."""
        import torch

        width, padding = max(len(ids) for ids, _ in rows), self._tokenizer.pad_token_id

        def padded(values: Sequence[Sequence[int]], filler: int) -> Any:
            filled = [[*row, *[filler] * (width - len(row))] for row in values]
            return torch.tensor(filled, device=self._network.device)

        mask = padded([[1] * len(ids) for ids, _ in rows], 0)
        ids, parts = padded([ids for ids, _ in rows], padding), padded([parts for _, parts in rows], OUTSIDE)
        found = self._network(input_ids=ids, attention_mask=mask, output_hidden_states=True)
        return np.asarray(pooled(found.hidden_states, parts, self._layers).cpu().numpy(), dtype=np.float32)

    def _open(self) -> None:
        if self._network is not None:
            return
        import torch

        self._tokenizer, network = open_encoder(self.encoder.folder)
        self._layers = cut(network, self.layers)
        self._network = network.to("cuda" if torch.cuda.is_available() else "cpu").eval()


def open_encoder(folder: Path) -> tuple[Any, Any]:
    """Return the tokenizer and the network in a folder, as transformers read them.

    Raises
    ------
    ModelError
        If PyTorch or transformers are missing, or they cannot read the encoder.
    """
    require("torch", "transformers", "safetensors")
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModel, AutoTokenizer

    # Safetensors only, and no code from the folder: opening an encoder runs nothing of its maker's.
    name, given = str(folder), {"local_files_only": True, "trust_remote_code": False}
    try:
        with quiet():
            tokenizer = AutoTokenizer.from_pretrained(name, **given)
            network = AutoModel.from_pretrained(name, use_safetensors=True, dtype=torch.float32, **given)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise ModelError(f"encoder {folder}: cannot be read ({' '.join(str(error).split())})") from error
    return tokenizer, network


def most_tokens(max_tokens: int, tokenizer: Any, network: Any) -> int:
    """Return how many tokens of a text are read."""
    # Two positions fewer: RoBERTa and MPNet count from behind the padding's number.
    return int(min(max_tokens, tokenizer.model_max_length, network.config.max_position_embeddings - 2))


def cut(network: Any, layers: Sequence[int]) -> list[int]:
    """Drop the layers above those wanted, where the network keeps them as BERT does, and return those by number.

    Raises
    ------
    ModelError
        If there are not so many layers.
    """
    most = network.config.num_hidden_layers
    if wrong := [layer for layer in layers if not -most - 1 <= layer <= most]:
        raise ModelError(f"the encoder has {most} layers and no layer {wrong[0]}; set model.layers")
    numbers = [layer % (most + 1) for layer in layers]
    stack = getattr(getattr(network, "encoder", None), "layer", None)
    if stack is not None:
        network.encoder.layer = stack[: max(*numbers, 1)]  # hidden states are noted by layers
    return numbers


def pooled(hidden: Sequence[Any], parts: Any, layers: Sequence[int]) -> Any:
    """Return the means of hidden states over tokens, of length 1, averaged over layers: tensor [rows, 2, width].

    Parameters
    ----------
    hidden
        Tensors [rows, tokens, width]: of the embeddings, and of each layer.
    parts
        Tensor [rows, tokens] of int64: ``spans`` of each token.
    """
    import torch

    def mean(layer: int, weights: Any) -> Any:
        total = (hidden[layer].float() * weights).sum(dim=1) / weights.sum(dim=1)
        return torch.nn.functional.normalize(total, dim=1)

    both = [(parts >= least)[..., None].float() for least in (FOCUS, CONTEXT)]
    return torch.stack([sum(mean(layer, weights) for layer in layers) / len(layers) for weights in both], dim=1)
