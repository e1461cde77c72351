"""The configuration of the gate that a model passes before an alias moves to it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from pipeline.config_files import Config

Share = Annotated[float, Field(ge=0, le=1)]


class SliceGate(Config):
    """No slice may be significantly worse than the champion's.

    Parameters
    ----------
    smallest
        Statements that a slice needs to be judged.
    """

    check: bool
    smallest: int = Field(ge=1)


class CalibrationGate(Config):
    """Bounds of the expected calibration error; one of them has to hold.

    Parameters
    ----------
    most
        Largest error that is well enough.
    worse_by
        How much larger than the champion's it may be, whatever that is.
    """

    most: Share
    worse_by: Share


class BehaviourGate(Config):
    """Shares of failed cases in the behavioural suite.

    Parameters
    ----------
    most
        Largest share of a capability.
    capabilities
        By name of the capability, in place of ``most``.
    """

    check: bool
    most: Share
    capabilities: dict[str, Share] = Field(default_factory=dict)


class GateConfig(Config):
    """``configs/gate.yaml``.

    Parameters
    ----------
    alias
        What moves to the model.
    margin
        How much lower than the champion's macro-F1 may be, at most: the interval of the difference lies above minus it.
    shared
        Compare on the statements that both have, where they were evaluated on different ones.
    resamples, level, seed
        Number of bootstrap resamples, coverage of the intervals, and where the draws start.
    """

    alias: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")
    margin: Share
    shared: bool
    slices: SliceGate
    calibration: CalibrationGate
    behaviour: BehaviourGate
    resamples: int = Field(ge=100)
    level: float = Field(gt=0, lt=1)
    seed: int = Field(ge=0)
