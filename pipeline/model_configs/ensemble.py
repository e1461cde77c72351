"""The configuration of an average of models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from pipeline.model_configs.base import ClassifierConfig, Topics
from pipeline.model_configs.embedding import EmbeddingConfig
from pipeline.model_configs.pretrained import FinetunedConfig, LlmConfig, ZeroShotConfig
from pipeline.model_configs.tfidf import TfidfConfig

Member = Annotated[
    TfidfConfig | EmbeddingConfig | FinetunedConfig | ZeroShotConfig | LlmConfig, Field(discriminator="classifier")
]


class EnsembleConfig(ClassifierConfig):
    """``configs/models/ensemble.yaml``, with the members' values in place of their names.

    Parameters
    ----------
    members
        Configurations by name, each fitted and calibrated by itself.
    weights
        How much each counts, by name; None counts all alike.
    """

    classifier: Literal["ensemble"]
    members: dict[str, Member] = Field(min_length=1)
    weights: dict[str, Annotated[float, Field(gt=0)]] | None

    @field_validator("weights")
    @classmethod
    def _of_the_members(cls, weights: dict[str, float] | None, known: ValidationInfo) -> dict[str, float] | None:
        members = known.data.get("members")  # not there if they have a fault of their own
        if weights is not None and members is not None and weights.keys() != members.keys():
            raise ValueError(f"give one weight each of {', '.join(members)}")
        return weights

    @property
    def reads_topics(self) -> bool:
        """Whether a member does."""
        return any(member.reads_topics for member in self.members.values())

    @property
    def uses_held_out(self) -> bool:
        """Whether a member does, or is calibrated on them."""
        return any(member.uses_held_out or member.calibration != "none" for member in self.members.values())

    def options(self, topics: Topics | None = None) -> dict[str, Any]:
        """Return the keyword arguments of the constructor: each member's name, options and calibration."""
        return {"members": dict(self._members(topics)), "weights": self.weights}

    def _members(self, topics: Topics | None) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, member in self.members.items():
            options = member.options(topics)
            yield name, {"classifier": member.classifier, "options": options, "calibration": member.calibration}
