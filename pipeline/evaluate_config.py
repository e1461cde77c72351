"""The configuration of an evaluation."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from pipeline.config_files import Config


class NearCopyConfig(Config):
    """What counts as the same quotation in two stories.

    Parameters
    ----------
    threshold
        Share of the shorter quotation from which two are near-duplicates.
    min_words
        Shorter quotations are too generic to leak anything.
    """

    threshold: float = Field(gt=0, le=1)
    min_words: int = Field(ge=1)


class LearningCurveConfig(Config):
    """How a learning curve is drawn.

    Parameters
    ----------
    shares
        Of the statements of train that a model is trained on, growing; the last doubling tells what more would bring.
    draws
        How often stories are drawn for each share but that of all.
    seed
        Where the draws start.
    """

    shares: tuple[float, ...] = Field(default=(0.125, 0.25, 0.5, 1.0), min_length=2)
    draws: int = Field(default=5, ge=1)
    seed: int = Field(default=13, ge=0)

    @model_validator(mode="after")
    def _grow(self) -> Self:
        if not all(0 < a < b <= 1 for a, b in pairwise(self.shares)):
            raise ValueError(f"shares must grow, from above 0 to at most 1, not {list(self.shares)}")
        return self


class EvaluateConfig(Config):
    """``configs/evaluate.yaml``.

    Parameters
    ----------
    statements, model
        Labelled statements of ``label``, and the model folder of ``train``.
    out
        Folder of the metrics, predictions, pictures and report.
    resamples, level, seed
        Number of bootstrap resamples, coverage of the intervals, and where the draws start.
    leakage
        What the leakage certificate counts as a near-copy.
    behaviour
        Ask the model the behavioural suite, too.
    learning_curve
        How the learning curve is drawn, where it is asked for.
    track
        Log the figures to the MLflow run of ``train``.
    """

    statements: Path
    model: Path
    out: Path
    resamples: int = Field(ge=100)
    level: float = Field(gt=0, lt=1)
    seed: int = Field(ge=0)
    leakage: NearCopyConfig = NearCopyConfig(threshold=0.6, min_words=8)
    behaviour: bool = True
    learning_curve: LearningCurveConfig = LearningCurveConfig()
    track: bool
