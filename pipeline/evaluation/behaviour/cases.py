"""One case of the suite: an input with its label, alone or beside the input that it was made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Literal

from pipeline.errors import LabelError
from pipeline.records import LABELS

INPUTS = ("text", "context", "title", "target", "speaker")
"""Columns of a model's input, in the order of a probe's fields."""

Kind = Literal["MFT", "INV", "DIR"]

KINDS: tuple[Kind, ...] = ("MFT", "INV", "DIR")
"""Minimum functionality, invariance, direction: the kinds of test of Ribeiro et al. (2020), section 2.2."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One input of a model, with the label that the codebook gives it.

    Raises
    ------
    LabelError
        If the label is not in the codebook.
    """

    text: str
    context: str
    title: str
    target: str
    speaker: str
    label: str

    def __post_init__(self) -> None:
        if self.label not in LABELS:
            raise LabelError(f"label {self.label!r} is not one of {', '.join(LABELS)}")

    @property
    def inputs(self) -> tuple[str, ...]:
        """What a model is given, in the order of ``INPUTS``."""
        return astuple(self)[: len(INPUTS)]


@dataclass(frozen=True, slots=True)
class Case:
    """One tested input or pair.

    Parameters
    ----------
    case_id
        Unique in the suite; ends in the name of the change where one was made.
    capability
        What is tested, in words.
    probe
        The tested input.
    original
        What it was made from; None where it stands alone.
    """

    case_id: str
    capability: str
    probe: Probe
    original: Probe | None = None

    @property
    def kind(self) -> Kind:
        """``MFT`` alone; of a pair ``INV`` where both have one label, and ``DIR`` where the label has to turn."""
        if self.original is None:
            return "MFT"
        return "INV" if self.original.label == self.probe.label else "DIR"

    @property
    def probes(self) -> Sequence[Probe]:
        """The tested input, and behind it the original where there is one."""
        return (self.probe,) if self.original is None else (self.probe, self.original)
