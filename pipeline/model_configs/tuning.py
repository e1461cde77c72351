"""The ranges of a model's values in which ``stance tune`` looks for better ones."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field, model_validator

from pipeline.config_files import Config


class TuneRange(Config):
    """Where one value may lie: ``{low: 0.01, high: 100, log: true}``, or ``{choices: [balanced, null]}``.

    Parameters
    ----------
    low, high
        Smallest and largest number, both included. Whole numbers alone are tried where the value is one.
    log
        Look at the orders of magnitude alike; both ends have to be above zero.
    choices
        Values to choose from, of any kind.
    """

    low: int | float | None = None
    high: int | float | None = None
    log: bool = False
    choices: tuple[Any, ...] | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if (self.choices is None) == (self.low is None and self.high is None):
            raise ValueError("give either choices, or low and high")
        if self.choices is not None:
            if self.log:
                raise ValueError("log is for ranges of numbers, not for choices")
            if any(choice in self.choices[:i] for i, choice in enumerate(self.choices)):
                raise ValueError("a choice stands there twice")
            return self
        if self.low is None or self.high is None:
            raise ValueError("give both low and high")
        if not self.low < self.high:
            raise ValueError(f"low has to be less than high, not {self.low} and {self.high}")
        if self.log and self.low <= 0:
            raise ValueError("log needs a low above 0")
        return self

    @property
    def ends(self) -> tuple[Any, ...]:
        """What has to fit the model if all in between is to fit it, too."""
        return (self.low, self.high) if self.choices is None else self.choices
