"""Stance without training: which hypotheses about the target a network for language inference finds entailed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from pipeline.errors import ModelError
from pipeline.files import read_json, write_json
from pipeline.records import LABELS
from pipeline.stance.base import ALONE, Fitting, Probabilities, StatementTable
from pipeline.stance.encoders import Encoder, find_encoder, quiet
from pipeline.stance.inputs import CLOSE, OPEN, Reading, pairs
from pipeline.stance.networks import Network, Pair, batches, require

_CARD = "checkpoint.json"
_NO_TARGET = "this"
_CPU_TOKENS, _GPU_TOKENS = 4096, 65536  # of one batch, padding included


@dataclass(frozen=True, slots=True)
class EntailmentNetwork:
    """A network for natural language inference, with two classes or three.

    Parameters
    ----------
    entailment
        Which of its outputs stands for entailment.
    """

    network: Network
    entailment: int

    def log_odds(self, distinct: Sequence[Pair]) -> Probabilities:
        """Return the logarithm of p / (1 - p) of each (premise, hypothesis), p being its probability of entailment.

        Not the bare output: that is defined only up to what is added to all outputs of the pair, so that bare outputs
        of two hypotheses cannot be compared. The log-odds can, and mean the same with two classes and with three.
        """
        import torch

        rows = self.network.encode(distinct)
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        model = self.network.model.to(device).eval()
        odds = np.empty(len(distinct))
        most = _GPU_TOKENS if device.type == "cuda" else _CPU_TOKENS
        with torch.inference_mode():
            for batch in batches([len(row["input_ids"]) for row in rows], most):
                given = self.network.collate([rows[index] for index in batch])
                logits = model(**{name: tensor.to(device) for name, tensor in given.items()}).logits.cpu().double()
                others = [index for index in range(logits.shape[-1]) if index != self.entailment]
                odds[batch] = (logits[:, self.entailment] - torch.logsumexp(logits[:, others], dim=-1)).numpy()
        return odds


class ZeroShotClassifier:
    """Entailment as stance (Yin, Hay and Roth 2019, "Benchmarking zero-shot text classification").

    The premise is the quotation in its context, each label has hypotheses about the target, and the label of the most
    entailed one wins. Hypotheses of a label are alternatives: a statement that calls a vendor a danger need not say
    that it should be banned, so that one entailed hypothesis is enough, and the best of them counts for the label.
    Their mean would count what a statement leaves unsaid against it. More hypotheses are more chances, which is why
    each label should have as many as the others.

    Parameters
    ----------
    checkpoint
        Any sequence classifier with an output called ``entailment``: a folder, or a name in the hub.
    topics
        What is known of each target; its ``hypotheses`` by label come before the general ones.
    hypotheses
        General hypotheses by label, with ``{target}`` where the target stands; "this" where there is none.
    reading
        Fields of ``inputs.Reading``. Where it masks vendors or leaves the target out, the general hypotheses are used,
        for those of a topic name it.
    max_tokens
        Longer pairs of premise and hypothesis lose the end of the premise.
    download, revision
        Whether the checkpoint may be fetched from the hub, and at which commit.
    """

    name: ClassVar[str] = "zero_shot"
    requirements: ClassVar[tuple[str, ...]] = ("numpy", "torch", "transformers", "tokenizers", "safetensors")
    learns: ClassVar[bool] = False
    """``fit`` looks at no statement: it needs none, and no label."""

    def __init__(
        self,
        checkpoint: str,
        *,
        hypotheses: Mapping[str, Sequence[str]],
        reading: Mapping[str, Any],
        topics: Mapping[str, Mapping[str, Any]] | None = None,
        max_tokens: int = 256,
        download: bool = False,
        revision: str | None = None,
        seed: int = 0,
    ) -> None:
        self.checkpoint = checkpoint
        self.topics = topics or {}
        self.hypotheses = hypotheses
        self.reading = Reading(**reading)
        self.max_tokens = max_tokens
        self.download = download
        self.revision = revision
        self.seed = seed

    @property
    def classes_(self) -> tuple[str, ...]:
        """The codebook's labels, in the order of the probability columns."""
        return LABELS

    def fit(self, table: StatementTable, y: Sequence[str], fitting: Fitting = ALONE) -> Self:
        """Find and open the checkpoint and return self; nothing is learnt.

        Raises
        ------
        ModelError
            If the checkpoint is not there or does not tell entailment, or a label has no hypothesis.
        """
        if missing := [label for label in LABELS if not self.hypotheses.get(label)]:
            raise ModelError(f"hypotheses: none for {', '.join(missing)}; each label needs one or more")
        self.encoder_ = find_encoder(self.checkpoint, download=self.download, revision=self.revision)
        self.entailment_ = _open(self.encoder_, self.max_tokens)
        return self

    def predict_proba(self, table: StatementTable) -> Probabilities:
        """Return probabilities, shape [n, 3]: a softmax over the labels of the log-odds of their best hypothesis."""
        rows = [(premise(marked), self._asked(target)) for target, marked in self._read(table)]
        if not rows:
            return np.empty((0, len(LABELS)))
        distinct = list(dict.fromkeys((given, said) for given, asked in rows for label in asked for said in label))
        odds = dict(zip(distinct, self.entailment_.log_odds(distinct), strict=True))
        best = np.array([[max(odds[given, said] for said in label) for label in asked] for given, asked in rows])
        values = np.exp(best - best.max(axis=1, keepdims=True))
        return np.asarray(values / values.sum(axis=1, keepdims=True), dtype=np.float64)

    def _read(self, table: StatementTable) -> list[Pair]:
        return pairs(table, self.reading, self.topics)

    def _asked(self, target: str) -> list[tuple[str, ...]]:
        """Return the hypotheses about a target as it is read (masked, say), by label in the order of ``LABELS``."""
        own = self.topics.get(target, {}).get("hypotheses") or {}
        general = {
            label: [said.replace("{target}", target or _NO_TARGET) for said in self.hypotheses[label]]
            for label in LABELS
        }
        return [tuple(own.get(label) or general[label]) for label in LABELS]

    def save(self, folder: Path) -> None:
        """Write the checkpoint's name and hash; its weights stay where they are."""
        write_json(folder / _CARD, {"checkpoint": self.checkpoint, "sha256": self.encoder_.sha256})

    def load(self, folder: Path) -> Self:
        """Find the checkpoint again and return self.

        Raises
        ------
        ModelError
            If it is not there, or its weights are not those of the saved model.
        """
        self.fit({"text": []}, [])
        expected = read_json(folder / _CARD, "note of a checkpoint").get("sha256")
        if expected != self.encoder_.sha256:
            raise ModelError(
                f"checkpoint {self.encoder_.folder}: its weights are others (sha256 {self.encoder_.sha256[:12]}…, "
                f"expected {str(expected)[:12]}…); get the same version, or train the model again"
            )
        return self


def premise(marked: str) -> str:
    """Return a quotation marked in its context as newspapers print it.

    Networks for inference are trained on plain English: the marks of ``inputs.pairs`` would be strange to them, plain
    quotation marks are not, and still tell the speaker's words from the reporter's.

    Examples
    --------
    >>> premise("Lee called it « a bad idea » .")
    'Lee called it "a bad idea".'
    """
    closed = re.sub(rf"\s*{CLOSE}(?:\s+(?=[.,;:!?]))?", '"', marked)
    return re.sub(rf"{OPEN}\s*", '"', closed)


def _open(encoder: Encoder, max_tokens: int) -> EntailmentNetwork:
    """Return the network of a checkpoint.

    Raises
    ------
    ModelError
        If it cannot be opened, lacks weights, or none of its outputs is called entailment.
    """
    require("torch", "transformers", "safetensors")
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    given: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        with quiet():
            tokenizer = AutoTokenizer.from_pretrained(str(encoder.folder), **given)
            # A head that is missing would be drawn at random; it is refused below, and the state put back.
            with torch.random.fork_rng(devices=[]):
                model, found = AutoModelForSequenceClassification.from_pretrained(
                    str(encoder.folder), **given, use_safetensors=True, dtype=torch.float32, output_loading_info=True
                )
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, ImportError, SafetensorError) as error:
        line = " ".join(str(error).split())
        raise ModelError(f"checkpoint {encoder.folder}: cannot be opened ({line}); choose another") from error
    entailment = _entailment(model.config.label2id, model.config.num_labels, encoder.folder)
    if found["missing_keys"]:
        raise ModelError(f"checkpoint {encoder.folder}: {min(found['missing_keys'])} is missing; choose another")
    if tokenizer.pad_token_id is None or not tokenizer.is_fast:
        raise ModelError(f"checkpoint {encoder.folder}: its tokenizer cannot pad or is none of tokenizers; use another")
    # Two positions fewer: RoBERTa counts from behind the padding's number.
    positions = getattr(model.config, "max_position_embeddings", max_tokens + 2) - 2
    limit = min(max_tokens, tokenizer.model_max_length, positions)
    return EntailmentNetwork(Network(model.eval(), tokenizer, limit), entailment)


def _entailment(numbers: Mapping[str, int], outputs: int, folder: Path) -> int:
    """Return the number of the output for entailment: called so, or ``entail``, in capitals or not."""
    found = [index for label, index in numbers.items() if label.strip().lower() in {"entailment", "entail"}]
    if len(found) != 1 or not 0 <= found[0] < outputs or outputs < 2:
        raise ModelError(
            f"checkpoint {folder}: none of its outputs ({', '.join(map(str, numbers))}) is entailment; "
            f"choose one trained for natural language inference, with label2id in its config.json"
        )
    return found[0]
