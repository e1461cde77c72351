"""The configuration of weak labels: which functions vote, and what becomes of their votes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.config_files import Config

Share = Annotated[float, Field(gt=0, lt=1)]


class ModelVoter(Config):
    """A stance model that votes.

    Parameters
    ----------
    model
        A model folder, or the name of a configuration that needs no training (``zero_shot``, ``llm``).
    min_probability
        It abstains below.
    """

    model: str
    min_probability: float = Field(default=0.8, ge=0, le=1)


class WeakConfig(Config):
    """The section ``weak`` of ``configs/label.yaml``.

    Parameters
    ----------
    enabled
        Whether quotations without gold are labelled at all.
    builtin
        Whether the functions that come along vote.
    functions
        Python files with functions of the user's.
    models
        Stance models that vote, by the name that they have among the functions.
    without
        Functions that shall not vote, by name.
    label_model
        What makes labels of votes.
    priors
        Shares of the labels among the statements, for ``dawid-skene``; None learns them.
    min_posterior
        Statements of which it is less sure get no label.
    max_faults
        Share of the statements on which a function may fail.
    compare
        Configuration of the model that is trained with and without weak labels and measured on dev.
    """

    enabled: bool = False
    builtin: bool = True
    functions: tuple[Path, ...] = ()
    models: dict[str, ModelVoter] = Field(default_factory=dict)
    without: tuple[str, ...] = ()
    label_model: Literal["dawid-skene", "majority-vote"] = "dawid-skene"
    priors: tuple[Share, Share, Share] | None = None
    min_posterior: float = Field(default=0.5, ge=0, le=1)
    max_faults: float = Field(default=0.1, ge=0, le=1)
    compare: str = "tfidf"

    @model_validator(mode="after")
    def _priors_sum_to_one(self) -> Self:
        if self.priors is not None and abs(sum(self.priors) - 1) > 1e-6:
            raise ValueError(f"priors must sum to 1, not {sum(self.priors):g}")
        return self
