"""The configuration of TF-IDF and logistic regression."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from pipeline.config_files import Config
from pipeline.model_configs.base import ClassifierConfig, ClassWeight


class FeatureConfig(Config):
    """One block of TF-IDF features.

    Parameters
    ----------
    column
        The column of the statement table that it reads.
    analyzer
        ``word``, or ``char_wb`` for character n-grams within words.
    ngrams
        Shortest and longest n-gram.
    min_df
        An n-gram in fewer training statements is left out.
    max_features
        Keep only so many n-grams, the most frequent ones.
    weight
        How much the block counts beside the others.
    """

    column: Literal["text", "context", "title", "target"]
    analyzer: Literal["word", "char_wb"]
    ngrams: tuple[int, int]
    min_df: int = Field(ge=1)
    max_features: int | None = Field(default=None, ge=1)
    weight: float = Field(default=1.0, gt=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        longest = {"word": 3, "char_wb": 8}[self.analyzer]
        if not 1 <= self.ngrams[0] <= self.ngrams[1] <= longest:
            raise ValueError(f"ngrams of {self.analyzer} must rise from 1 or more to {longest} or less")
        return self


class TfidfConfig(ClassifierConfig):
    """``configs/models/tfidf.yaml``: TF-IDF and logistic regression.

    Parameters
    ----------
    features
        Blocks of features, by name.
    c
        Inverse strength of the penalty; larger fits the training data closer.
    class_weight
        ``balanced`` makes each class count alike.
    """

    classifier: Literal["tfidf"]
    features: dict[str, FeatureConfig] = Field(min_length=1)
    c: float = Field(gt=0)
    class_weight: ClassWeight
    max_iterations: int = Field(ge=1)
