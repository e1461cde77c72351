"""The average of several models, each fitted by itself and calibrated on held-out statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from pipeline import stance
from pipeline.errors import ModelError
from pipeline.records import LABELS
from pipeline.stance import bundle
from pipeline.stance.base import ALONE, Fitting, Probabilities, StatementTable
from pipeline.stance.bundle import StanceModel
from pipeline.stance.calibration import Method

_MEMBERS = "members"
"""Folder of the members' own bundles within a bundle."""

Observe = Callable[[int, Mapping[str, float]], None]


@dataclass(frozen=True, slots=True)
class Member:
    """One model of an ensemble: a key of the table of classifiers, its options, and how it is calibrated."""

    classifier: str
    options: Mapping[str, Any]
    calibration: Method


class EnsembleClassifier:
    """Averages the calibrated probabilities of its members.

    Parameters
    ----------
    members
        Fields of ``Member`` by name. The n-th member's seed is the ensemble's plus n, so that one configuration under
        several names is an average over seeds.
    weights
        How much each counts, by name; None counts all alike.
    """

    name: ClassVar[str] = "ensemble"

    def __init__(
        self,
        members: Mapping[str, Mapping[str, Any]],
        *,
        weights: Mapping[str, float] | None = None,
        seed: int = 0,
    ) -> None:
        self.members = {name: Member(**values) for name, values in members.items()}
        self.weights = weights
        self.seed = seed

    @property
    def requirements(self) -> tuple[str, ...]:
        """Distributions that any of the members needs."""
        built = (stance.build(member.classifier, member.options) for member in self.members.values())
        return tuple(dict.fromkeys(["numpy", *(needed for member in built for needed in member.requirements)]))

    @property
    def classes_(self) -> tuple[str, ...]:
        """The codebook's labels, in the order of the probability columns."""
        return LABELS

    def fit(self, table: StatementTable, y: Sequence[str], fitting: Fitting = ALONE) -> Self:
        """Fit each member, calibrate it on ``fitting.dev``, and return self.

        Raises
        ------
        ModelError
            If there are no members, or no held-out statements though a member is to be calibrated.
        """
        self._check()
        self._check_dev(fitting)
        self.models_: dict[str, StanceModel] = {}
        for number, (name, member) in enumerate(self.members.items()):
            with _named(name):
                model = stance.fit(
                    member.classifier, member.options, table, y,
                    training={}, seed=self.seed + number, fitting=_own(fitting, name),
                )  # fmt: skip
                if member.calibration != "none" and fitting.dev is not None:
                    model = model.calibrated(*fitting.dev, method=member.calibration)
            self.models_[name] = model
        return self

    def _check(self) -> None:
        if not self.members:
            raise ModelError("an ensemble needs members; name some model configurations")
        if self.weights is not None and self.weights.keys() != self.members.keys():
            raise ModelError(f"the weights of an ensemble are those of its members: {', '.join(self.members)}")
        # A member's name becomes a folder's, and may come from a bundle that somebody else made.
        if odd := [name for name in self.members if not bundle.is_name(name)]:
            raise ModelError(f"member {odd[0]!r}: no name for a folder; use letters, digits and hyphens")

    def _check_dev(self, fitting: Fitting) -> None:
        calibrated = [name for name, member in self.members.items() if member.calibration != "none"]
        if calibrated and fitting.dev is None:
            needed = f"member {calibrated[0]} is calibrated on dev statements"
            raise ModelError(f"{needed}, and there are none; label more, or set its calibration: none")

    def predict_proba(self, table: StatementTable) -> Probabilities:
        """Return the weighted mean of the members, shape [n, 3], columns in the order of ``classes_``."""
        weights = [1.0 if self.weights is None else float(self.weights[name]) for name in self.models_]
        y_probs = [model.predict_proba(table) for model in self.models_.values()]
        return np.asarray(np.average(y_probs, axis=0, weights=weights), dtype=np.float64)

    def save(self, folder: Path) -> None:
        """Write each member as a bundle of its own into a folder of its name."""
        for name, model in self.models_.items():
            bundle.save(model, folder / _MEMBERS / name)

    def load(self, folder: Path) -> Self:
        """Read what ``save`` wrote.

        Raises
        ------
        ModelError
            If a member is missing, or is another than the options say.
        """
        self._check()
        self.models_ = {}
        for name, member in self.members.items():
            model = stance.load(folder / _MEMBERS / name)
            if (model.name, dict(model.options)) != (member.classifier, dict(member.options)):
                raise ModelError(f"{folder}: member {name} is not the model that the ensemble names; train it again")
            self.models_[name] = model
        return self


def _own(fitting: Fitting, name: str) -> Fitting:
    """Return what one member's fit may use: a folder of its own, and its name before its figures."""
    checkpoints = fitting.checkpoints / name if fitting.checkpoints else None
    return replace(fitting, checkpoints=checkpoints, observe=_prefixed(fitting.observe, name))


def _prefixed(observe: Observe | None, name: str) -> Observe | None:
    if observe is None:
        return None
    return lambda step, figures: observe(step, {f"{name}.{figure}": value for figure, value in figures.items()})


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Put the member's name before what goes wrong within the block."""
    try:
        yield
    except ModelError as error:
        raise ModelError(f"member {name}: {error}") from error
