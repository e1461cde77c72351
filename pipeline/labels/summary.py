"""What is told of agreement: coders, groups with what their intervals would need, and the ceiling that people set."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from pipeline.errors import InputError
from pipeline.labels.agreement import MISSING
from pipeline.labels.coder_groups import measure
from pipeline.labels.gold import CoderType
from pipeline.labels.reliability import Codes, Draws, Effort, GroupAgreement, effort
from pipeline.records import Estimate

DIGITS = 6
"""Digits of a figure, wherever it is told."""


@dataclass(frozen=True, slots=True)
class Coder:
    """One coder, and how often each label was given."""

    coder: str
    coder_type: CoderType | None
    statements: int
    labels: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class HumanCeiling:
    """How well people agree with each other, the most that a model can be asked for.

    Parameters
    ----------
    n
        Statements that two of them labelled.
    kappa, macro_f1
        Of one against another, the mean over their pairs.
    """

    coders: tuple[str, ...]
    n: int
    alpha: Estimate
    kappa: Estimate
    macro_f1: Estimate


@dataclass(frozen=True, slots=True)
class Summary:
    """Agreement as it is told.

    Parameters
    ----------
    efforts
        One for each group; None where the resamples do not vary.
    no_human_ceiling
        Why there is none; None where there is one.
    drawn
        What was resampled: ``articles`` or ``statements``.
    alone
        Coders who share no statement with another.
    """

    coders: tuple[Coder, ...]
    human_ceiling: HumanCeiling | None
    no_human_ceiling: str | None
    groups: tuple[GroupAgreement, ...]
    efforts: tuple[Effort | None, ...]
    draws: Draws
    drawn: str
    alone: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return JSON-ready values; a figure that is not defined is None."""
        told = {f.name: plain(getattr(self, f.name)) for f in fields(self) if f.name != "efforts"}
        groups = zip(told["groups"], plain(self.efforts), strict=True)
        return {**told, "groups": [{**group, "effort": more} for group, more in groups]}


def plain(value: Any) -> Any:
    """Return records, estimates and numbers as JSON has them: NaN as None, fractions to six digits."""
    if isinstance(value, Estimate):
        return {name: plain(getattr(value, name)) for name in ("value", "low", "high", "n")}
    if is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, DIGITS)
    return value


def summarise(data: Codes, draws: Draws, half_width: float) -> Summary:
    """Return how well the coders agree.

    Parameters
    ----------
    half_width
        Of the interval of a group's reliability, for which ``Effort`` is told.

    Raises
    ------
    InputError
        If no statement has labels of two coders.
    """
    groups = measure(data, draws)
    if not groups:
        raise InputError(_incomparable(data))
    people = next((group for group in groups if group.types == ("human", "human")), None)
    return Summary(
        coders=tuple(_coders(data)),
        human_ceiling=_ceiling(people) if people else None,
        no_human_ceiling=None if people else _no_ceiling(data),
        groups=groups,
        efforts=tuple(effort(group, half_width) for group in groups),
        draws=draws,
        drawn="articles" if data.clustered else "statements",
        alone=tuple(_alone(data)),
    )


def _coders(data: Codes) -> Iterator[Coder]:
    for name, kind, codes in zip(data.coders, data.types, data.codes.T, strict=True):
        given = codes[codes != MISSING]
        counts = np.bincount(given, minlength=len(data.labels)).tolist()
        yield Coder(name, kind, len(given), dict(zip(data.labels, counts, strict=True)))


def _ceiling(people: GroupAgreement) -> HumanCeiling:
    return HumanCeiling(people.coders, people.n, people.reliability, people.kappa, people.macro_f1)


def _no_ceiling(data: Codes) -> str:
    people = [data.coders[column] for column in data.of_type("human")]
    if len(people) > 1:
        return f"{', '.join(people)} labelled no statement in common"
    if people:
        return f"{people[0]} is the only human coder; it takes two who label the same statements"
    untold = [data.coders[column] for column in data.of_type(None)]
    told = f"; coder_type is not told for {', '.join(untold)}" if untold else ""
    return f"no coder is of type human{told}"


def _alone(data: Codes) -> Iterator[str]:
    labelled = data.codes != MISSING
    shared = labelled.sum(axis=1) > 1
    return (name for name, own in zip(data.coders, labelled.T, strict=True) if not (own & shared).any())


def _incomparable(data: Codes) -> str:
    if len(data.coders) == 1:
        return f"{data.coders[0]} is the only coder here; agreement takes two who label the same statements"
    first = [data.units[int(np.argmax(own != MISSING))] for own in data.codes.T[:2]]
    shown = ", ".join(
        f"{name} has {statement!r}" + (f" for {target!r}" if target else "")
        for name, (statement, target) in zip(data.coders, first, strict=False)
    )
    return f"no statement has labels of two coders ({shown}); statement_id and target have to be the same"
