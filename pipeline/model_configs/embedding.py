"""The configuration of a head over frozen sentence embeddings."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from pipeline.config_files import Config
from pipeline.model_configs.base import ClassWeight
from pipeline.model_configs.pretrained import AugmentationConfig, PretrainedConfig

Block = Literal[
    "quote",
    "context",
    "title",
    "target",
    "quote_read",
    "context_read",
    "quote_by_target",
    "context_by_target",
    "match",
    "match_read",
]


class KernelConfig(Config):
    """A head that compares a statement with every one it learnt from.

    Parameters
    ----------
    penalty
        Smaller fits the training data closer.
    gamma
        Of exp(-gamma d²), d² being 1 on average; larger looks at nearer statements.
    dimensions
        Principal components that distances are taken in.
    weights
        How much a block's distance counts, 1 for those not named.
    """

    penalty: float = Field(gt=0)
    gamma: float = Field(gt=0)
    dimensions: int = Field(ge=1)
    weights: dict[Block, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)


class EmbeddingConfig(PretrainedConfig):
    """``configs/models/embedding.yaml``: frozen sentence embeddings and a head over them.

    Parameters
    ----------
    encoder
        A folder, a packaged encoder, or a name in the hub.
    blocks
        What the head sees: embeddings of texts alone or read together, products of two, cosines with the target.
    layers
        Of the encoder, those that are averaged: 1 is the first one, -1 the last.
    kernel
        Null is logistic regression.
    balance_targets
        How far statements are weighted to have the labels of each target equally often.
    c, class_weight, max_iterations
        As for ``tfidf``.
    augmentation
        More statements from labelled ones; null leaves them as they are.
    """

    classifier: Literal["embedding"]
    encoder: str
    blocks: tuple[Block, ...] = Field(min_length=1)
    layers: tuple[int, ...] = Field(default=(-1,), min_length=1)
    kernel: KernelConfig | None = None
    balance_targets: float = Field(default=0.0, ge=0, le=1)
    c: float = Field(gt=0)
    class_weight: ClassWeight
    max_iterations: int = Field(ge=1)
    augmentation: AugmentationConfig | None = None

    @field_validator("blocks")
    @classmethod
    def _once(cls, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        if twice := sorted({block for block in blocks if blocks.count(block) > 1}):
            raise ValueError(f"{', '.join(twice)} more than once; set kernel.weights to make a block count more")
        return blocks
