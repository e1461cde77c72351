"""Sentence embeddings of texts by an encoder that stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.errors import ModelError
from pipeline.stance.encoders import Encoder, quiet
from pipeline.stance.networks import batches, require

_BATCH_TOKENS = 4096

Vectors = npt.NDArray[np.float32]


class Embedder:
    """Mean-pooled embeddings of texts; the network is read when the first text comes.

    Parameters
    ----------
    max_tokens
        Longer texts are cut; fewer where the encoder has fewer positions.
    inner_depth
        Where, from the embeddings (0) to the last layer (1), the inner layer lies whose mean follows the outer one's;
        None takes the outer one's alone.
    """

    def __init__(self, encoder: Encoder, max_tokens: int, inner_depth: float | None = None) -> None:
        self.encoder, self.max_tokens, self.inner_depth = encoder, max_tokens, inner_depth
        self._tokenizer: Any = None
        self._network: Any = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return vectors, shape [n, width], or [n, 2 width] with those of the inner layer behind.

        Those of the last layer have length 1. Each distinct text is embedded once, texts of like length together.

        Raises
        ------
        ModelError
            If PyTorch or transformers are missing, or they cannot read the encoder.
        """
        self._open()
        import torch

        distinct = list(dict.fromkeys(texts))
        clean = [text.encode("utf-8", "replace").decode("utf-8") for text in distinct]  # no tokenizer takes lone halves
        tokens = self._tokenizer(clean, truncation=True, max_length=self._most(), return_attention_mask=False).input_ids
        width = self._network.config.hidden_size * (1 if self.inner_depth is None else 2)
        vectors = np.empty((len(distinct), width), dtype=np.float32)
        with torch.inference_mode():
            for batch in batches([len(row) for row in tokens], _BATCH_TOKENS):
                vectors[batch] = self._pooled([tokens[index] for index in batch])
        places = {text: index for index, text in enumerate(distinct)}
        return vectors[[places[text] for text in texts]]

    def _most(self) -> int:
        # Two positions fewer: RoBERTa and MPNet count from behind the padding's number.
        positions = self._network.config.max_position_embeddings - 2
        return int(min(self.max_tokens, self._tokenizer.model_max_length, positions))

    def _pooled(self, rows: Sequence[Sequence[int]]) -> Vectors:
        """Return the means over the tokens of each row, padding aside."""
        import torch

        width, padding = max(map(len, rows)), self._tokenizer.pad_token_id
        ids = torch.tensor([[*row, *[padding] * (width - len(row))] for row in rows], device=self._network.device)
        lengths = torch.tensor([len(row) for row in rows], device=self._network.device)
        mask = (torch.arange(width, device=self._network.device) < lengths[:, None]).long()
        found = self._network(input_ids=ids, attention_mask=mask, output_hidden_states=self.inner_depth is not None)
        return np.asarray(pooled(found, mask, self.inner_depth).cpu().numpy(), dtype=np.float32)

    def _open(self) -> None:
        if self._network is not None:
            return
        require("torch", "transformers", "safetensors")
        import torch
        from safetensors import SafetensorError
        from transformers import AutoModel, AutoTokenizer

        folder, given = str(self.encoder.folder), {"local_files_only": True, "trust_remote_code": False}
        try:
            with quiet():
                self._tokenizer = AutoTokenizer.from_pretrained(folder, **given)
                network = AutoModel.from_pretrained(folder, use_safetensors=True, dtype=torch.float32, **given)
        except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
            raise ModelError(f"encoder {folder}: cannot be read ({' '.join(str(error).split())})") from error
        self._network = network.to("cuda" if torch.cuda.is_available() else "cpu").eval()


def pooled(found: Any, mask: Any, inner_depth: float | None) -> Any:
    """Return a network's last hidden state as unit vectors, tensor [rows, width], and behind it the inner layer's mean.

    Parameters
    ----------
    found
        What a network of transformers says, with all hidden states if there is an inner depth.
    mask
        Tensor [rows, tokens] of int64: 1 for a token, 0 for padding.
    """
    import torch

    weights = mask[..., None].to(found.last_hidden_state.dtype)

    def mean(hidden: Any) -> Any:
        return (hidden * weights).sum(dim=1) / weights.sum(dim=1)

    outer = torch.nn.functional.normalize(mean(found.last_hidden_state), dim=1)
    if inner_depth is None:
        return outer
    inner = round(inner_depth * (len(found.hidden_states) - 1))
    return torch.cat([outer, mean(found.hidden_states[inner])], dim=1)
