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
    """Mean-pooled, normalised embeddings of texts; the network is read when the first text comes.

    Parameters
    ----------
    max_tokens
        Longer texts are cut; fewer where the encoder has fewer positions.
    """

    def __init__(self, encoder: Encoder, max_tokens: int) -> None:
        self.encoder, self.max_tokens = encoder, max_tokens
        self._tokenizer: Any = None
        self._network: Any = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors, shape [n, width]; each distinct text is embedded once, texts of like length together.

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
        vectors = np.empty((len(distinct), self._network.config.hidden_size), dtype=np.float32)
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
        """Return the normalised mean over the tokens of each row, padding aside."""
        import torch

        width, padding = max(map(len, rows)), self._tokenizer.pad_token_id
        ids = torch.tensor([[*row, *[padding] * (width - len(row))] for row in rows], device=self._network.device)
        lengths = torch.tensor([len(row) for row in rows], device=self._network.device)
        mask = (torch.arange(width, device=self._network.device) < lengths[:, None]).long()
        hidden = self._network(input_ids=ids, attention_mask=mask).last_hidden_state
        mean = (hidden * mask[..., None]).sum(dim=1) / lengths[:, None]
        return np.asarray(torch.nn.functional.normalize(mean, dim=1).cpu().numpy(), dtype=np.float32)

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
