"""Configurations of the stance models, ``configs/models/*.yaml``: one class a classifier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from pipeline.config_files import Config
from pipeline.model_configs.base import ClassifierConfig, Topics
from pipeline.model_configs.embedding import EmbeddingConfig
from pipeline.model_configs.ensemble import EnsembleConfig
from pipeline.model_configs.pretrained import (
    FinetunedConfig,
    LlmConfig,
    LoraConfig,
    StatementReading,
    ZeroShotConfig,
)
from pipeline.model_configs.tfidf import FeatureConfig, TfidfConfig

__all__ = [
    "MODELS", "ClassifierConfig", "EmbeddingConfig", "EnsembleConfig", "FeatureConfig", "FinetunedConfig", "LlmConfig",
    "LoraConfig", "ModelConfig", "NamedClassifier", "StatementReading", "TfidfConfig", "Topics", "ZeroShotConfig",
]  # fmt: skip

ModelConfig = Annotated[
    TfidfConfig | EmbeddingConfig | FinetunedConfig | ZeroShotConfig | LlmConfig | EnsembleConfig,
    Field(discriminator="classifier"),
]
"""Any of them; ``classifier`` tells which."""

MODELS: Mapping[str, type[ClassifierConfig]] = {
    "embedding": EmbeddingConfig,
    "ensemble": EnsembleConfig,
    "finetuned": FinetunedConfig,
    "llm": LlmConfig,
    "tfidf": TfidfConfig,
    "zero_shot": ZeroShotConfig,
}
"""Class by the name of its classifier."""


class NamedClassifier(Config):
    """The one key that tells which class a model's other keys belong to."""

    model_config = ConfigDict(extra="ignore")

    classifier: Literal["embedding", "ensemble", "finetuned", "llm", "tfidf", "zero_shot"]
