"""A stance model that was loaded and checked, and quote rows scored with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import stance, tracking
from pipeline.config import ScoreConfig
from pipeline.config_files import model_folders
from pipeline.errors import ModelError
from pipeline.records import LABELS, text_hash
from pipeline.stance.conformal import named

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scorer:
    """A model that was loaded and checked, with what scored rows and the manifest call it."""

    model: stance.StanceModel
    address: str
    fingerprint: str

    @property
    def name(self) -> str:
        """The bundle's id: kind of model, and the beginning of its hash."""
        return model_name(self.model.name, self.fingerprint)

    def score(self, rows: Sequence[Row], abstain_below: float | None = None) -> list[Row]:
        """Return quote rows with their scores (keys: ``SCORE_COLUMNS``)."""
        table = {column: [row[column] for row in rows] for column in stance.COLUMNS}
        y_prob, conformal = self.model.predict_proba(table), self.model.conformal
        sets: Sequence[str | None] = named(conformal.sets(y_prob)) if conformal else [None] * len(rows)
        scored = []
        for row, probabilities, stance_set in zip(rows, y_prob.tolist(), sets, strict=True):
            confidence = max(probabilities)
            scored.append(
                row
                | dict(zip(("p_anti", "p_neutral", "p_pro"), probabilities, strict=True))
                | {
                    "row_id": text_hash(row["quote_id"], row["target"] or ""),
                    "stance": LABELS[probabilities.index(confidence)],
                    "confidence": confidence,
                    "abstained": abstain_below is not None and confidence < abstain_below,
                    "model": self.name,
                    "stance_set": stance_set,
                }
            )
        return scored


def model_name(kind: str, fingerprint: str) -> str:
    """Return what the column ``model`` calls a bundle."""
    return f"{kind}-{fingerprint[:12]}"


def find_model(config: ScoreConfig) -> str:
    """Return the folder or address of the configured model, or of the first default one that is there.

    Raises
    ------
    ModelError
        If there is none.
    """
    if config.model is not None:
        return config.model
    for name in config.models:
        for folder in model_folders(name):
            if folder.is_dir():
                return str(folder)
    tried = " or ".join(f"models/{name}" for name in config.models)
    raise ModelError(f"no model at {tried}; run `stance train` (in the project: `make run`) or name one with --model")


def find_folder(address: str) -> Path:
    """Return the folder of a model, fetched if it is in the registry.

    Raises
    ------
    TrackingError
        If the registry cannot be reached or knows no such model.
    """
    return tracking.resolve_model(address) if address.startswith("models:/") else Path(address)


def load_scorer(config: ScoreConfig) -> Scorer:
    """Return the configured or default model, checked and loaded.

    Raises
    ------
    ModelError
        If there is none, or its folder is damaged.
    TrackingError
        If the registry cannot be reached or knows no such model.
    """
    address = find_model(config)
    folder = find_folder(address)
    return Scorer(stance.load(folder), address, stance.fingerprint(folder))
