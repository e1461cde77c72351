"""Sets of labels that hold the actual one with a wanted probability: split-conformal prediction.

One number, a quantile of scores on held-out statements, turns probabilities into sets. MAPIE finds it; kept and applied
it is a plain number, so that scoring needs no MAPIE. Two scores are offered:

- ``lac``, least ambiguous sets (Sadinle, Lei and Wasserman 2019, "Least ambiguous set-valued classifiers with bounded
  error levels"): one less the probability of the actual label. The smallest sets on average.
- ``aps``, adaptive sets (Romano, Sesia and Candès 2020, "Classification with valid and adaptive coverage"): the
  probability of all labels up to the actual one, likeliest first, a random part of its own left out. Larger sets, which
  hold what they promise more evenly over easy and hard statements.

The promise is over statements exchangeable with the held-out ones, on which nothing else was fitted: it holds on
average over them, not in each label, topic or outlet, and not on a debate or a time unlike theirs. Statements of one
article are alike, so that the held-out ones count for fewer than they are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

import numpy as np
import numpy.typing as npt

from pipeline.errors import ModelError
from pipeline.records import LABELS
from pipeline.stance.base import Probabilities

Score = Literal["lac", "aps"]
Sets = npt.NDArray[np.bool_]

# MAPIE's allowance for rounding; the same here, so that the sets are the same.
_EPSILON = 1e-8
_FEWEST = 30


@dataclass(frozen=True, slots=True)
class Conformal:
    """How probabilities become sets of labels.

    Parameters
    ----------
    method
        ``lac`` or ``aps``.
    level
        Wanted share of sets that hold the actual label, in (0, 1).
    quantile
        Of the scores on held-out statements; a label whose score is no higher belongs to the set.
    n
        Number of those statements.
    """

    method: Score
    level: float
    quantile: float
    n: int

    def sets(self, y_prob: Probabilities) -> Sets:
        """Return which labels belong to each row's set, [n, 3], in the order of ``LABELS``.

        The likeliest label always does, where MAPIE would now and then leave a set of ``lac`` empty.

        Parameters
        ----------
        y_prob
            Calibrated probabilities, [n, 3].
        """
        if not len(y_prob):
            return np.zeros((0, len(LABELS)), dtype=bool)
        members = 1 - y_prob - self.quantile <= _EPSILON if self.method == "lac" else self._adaptive(y_prob)
        members[np.arange(len(y_prob)), y_prob.argmax(axis=1)] = True
        return np.asarray(members, dtype=bool)

    def _adaptive(self, y_prob: Probabilities) -> Sets:
        """Return the labels down to the one with which the sum of probabilities reaches the quantile."""
        falling = -np.sort(-y_prob, axis=1)
        last = np.argmax(np.cumsum(falling, axis=1) - self.quantile >= -_EPSILON, axis=1)
        smallest = np.take_along_axis(falling, last[:, None], axis=1)
        # A label of no probability never belongs, even where rounding leaves the sum short of the quantile.
        positive = np.where(y_prob < _EPSILON, np.inf, y_prob).min(axis=1, keepdims=True)
        smallest = np.where(smallest <= _EPSILON, positive, smallest)
        return np.asarray(y_prob - smallest >= -_EPSILON, dtype=bool)

    def as_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {"method": self.method, "level": self.level, "quantile": self.quantile, "n": self.n}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Return what ``as_dict`` was made from.

        Raises
        ------
        ValueError
            If the values describe no conformal sets.
        """
        level, quantile = float(values["level"]), float(values["quantile"])
        if values["method"] not in get_args(Score) or not 0 < level < 1 or not math.isfinite(quantile):
            raise ValueError(f"no conformal sets: {values['method']}, level {level}, quantile {quantile}")
        return cls(values["method"], level, quantile, int(values["n"]))


def named(sets: Sets) -> list[str]:
    """Return each set as text, its labels in the order of ``LABELS`` with bars between.

    Examples
    --------
    >>> named(np.array([[False, True, True]]))
    ['neutral|pro-restriction']
    """
    return ["|".join(label for label, member in zip(LABELS, row, strict=True) if member) for row in sets.tolist()]


def fit_conformal(y_prob: Probabilities, y: Sequence[str], *, method: Score, level: float, seed: int = 0) -> Conformal:
    """Return the conformal sets calibrated on held-out statements.

    Parameters
    ----------
    y_prob
        Calibrated probabilities, [n, 3], in the order of ``LABELS``, of statements on which neither the classifier nor
        its calibration was fitted.
    y
        Their labels.
    level
        Wanted share of sets that hold the actual label, in (0, 1).
    seed
        Of the part of the actual label that ``aps`` leaves out.

    Raises
    ------
    ModelError
        If MAPIE is not installed, or there are too few statements for the level.
    """
    # The quantile is the k-th smallest score, and there are only so many.
    fewest = max(_FEWEST, math.ceil(level / (1 - level)) + 1)
    if len(y) < fewest:
        remedy = "label more, or set conformal: null"
        raise ModelError(f"conformal sets of level {level:g} need {fewest} statements, found {len(y)}; {remedy}")
    quantile = _quantile(y_prob, np.asarray([LABELS.index(label) for label in y]), method, level, seed)
    return Conformal(method, level, quantile, len(y))


def _quantile(y_prob: Probabilities, y: npt.NDArray[np.int_], method: Score, level: float, seed: int) -> float:
    try:
        from mapie.conformity_scores import APSConformityScore, LACConformityScore
    except ImportError as error:
        raise ModelError("conformal sets need MAPIE; pip install 'quotestance[conformal]'") from error
    score = LACConformityScore() if method == "lac" else APSConformityScore()
    score.set_external_attributes(classes=np.arange(len(LABELS)), random_state=seed)
    scores = score.get_conformity_scores(y, y_prob, y_enc=y)
    # Rounded, since 1 - 0.9 is a little less than 0.1, and the quantile would be one score too high now and then.
    alpha = np.asarray([round(1 - level, 12)])
    return float(score.get_conformity_score_quantiles(scores, alpha, cv="prefit")[0])
