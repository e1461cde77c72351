"""What the configurations of all models have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from pipeline.config_files import Config
from pipeline.model_configs.tuning import TuneRange

Topics = Mapping[str, Mapping[str, Any]]
"""Target -> what its topic says: ``aliases``, ``description``, ``hypotheses``."""

Label = Literal["anti-restriction", "neutral", "pro-restriction"]
Calibration = Literal["temperature", "isotonic", "none"]
ClassWeight = Literal["balanced"] | None

NOT_OPTIONS = {"classifier", "calibration", "conformal", "tune"}
"""What a model has beside its classifier's options."""


class ConformalConfig(Config):
    """Sets of labels that hold the actual one with a wanted probability.

    Parameters
    ----------
    method
        ``lac``: the smallest sets; ``aps``: larger ones, fairer to hard statements.
    level
        Wanted share of sets that hold the actual label.
    """

    method: Literal["lac", "aps"]
    level: float = Field(gt=0, lt=1)


class ClassifierConfig(Config):
    """What every model has beside its classifier's options.

    Parameters
    ----------
    classifier
        Its name in the table of classifiers.
    calibration
        ``temperature``, ``isotonic`` or ``none``; fitted on the dev split.
    conformal
        Sets of labels, calibrated on one half of dev, which then serves for nothing else; None makes none.
    tune
        Where ``stance tune`` looks for better values, by dotted key.
    """

    takes_topics: ClassVar[bool] = False
    """Whether the constructor has a parameter ``topics``."""

    stops_early: ClassVar[bool] = False
    """Whether a fit makes use of held-out statements."""

    classifier: str
    calibration: Calibration
    conformal: ConformalConfig | None = None
    tune: dict[str, TuneRange] = Field(default_factory=dict)

    @property
    def uses_held_out(self) -> bool:
        """Whether a fit makes use of held-out statements beside those it learns from."""
        return self.stops_early

    @property
    def reads_topics(self) -> bool:
        """Whether what the topics say makes a difference to the model."""
        return self.takes_topics

    def options(self, topics: Topics | None = None) -> dict[str, Any]:
        """Return the keyword arguments of the classifier's constructor."""
        values = self.model_dump(mode="json", exclude=NOT_OPTIONS)
        if not self.takes_topics:
            return values
        told = topics if topics is not None and self.reads_topics else {}
        return {**values, "topics": {target: dict(topic) for target, topic in told.items()}}
