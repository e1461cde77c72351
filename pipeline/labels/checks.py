"""What is odd about a set of labels: contradictions, drift of a coder, likely errors.

Nothing here changes a label: each finding is for a person to look at.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pipeline.records import LABELS

FloatArray = npt.NDArray[np.float64]

FEWEST = 20
"""Labels that each half of a coder's work needs before drift is looked for."""

_NO_WORD = re.compile(r"\W+")


@dataclass(frozen=True, slots=True)
class Labelled:
    """One label as the checks see it.

    Parameters
    ----------
    where
        ``file:line``.
    text
        The quotation; empty where it is not known.
    time
        ISO 8601, UTC; None where nobody says it.
    """

    where: str
    statement_id: str
    text: str
    target: str
    label: str
    coder: str
    time: str | None = None


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Labels of one text toward one target that are not the same, in the order of the files."""

    text: str
    target: str
    labels: tuple[Labelled, ...]

    @property
    def within(self) -> bool:
        """Whether one coder contradicts himself or herself; otherwise coders differ."""
        by_coder = defaultdict(set)
        for row in self.labels:
            by_coder[row.coder].add(row.label)
        return any(len(labels) > 1 for labels in by_coder.values())


def contradictions(rows: Sequence[Labelled]) -> list[Contradiction]:
    """Return texts with two labels toward one target; case, marks and spaces do not tell texts apart."""
    groups: dict[tuple[str, str], list[Labelled]] = defaultdict(list)
    for row in rows:
        if words := _NO_WORD.sub(" ", row.text).strip().casefold():
            groups[words, row.target].append(row)
    return [
        Contradiction(found[0].text, target, tuple(found))
        for (_, target), found in groups.items()
        if len({row.label for row in found}) > 1
    ]


@dataclass(frozen=True, slots=True)
class Drift:
    """How a coder's labels of the first half of the work differ from those of the second.

    Parameters
    ----------
    first, second
        Counts by label, in the order of ``LABELS``.
    p_value
        Of a chi-square test that both halves have the same shares, corrected for several coders (Benjamini and
        Hochberg 1995).
    """

    coder: str
    first: tuple[int, ...]
    second: tuple[int, ...]
    p_value: float


def drifts(rows: Sequence[Labelled]) -> list[Drift]:
    """Return each coder's drift over time, the clearest first; coders without times or with few labels have none.

    Statements are rarely put in order by chance: other articles later look like drift, too. So it is a hint.
    """
    from scipy.stats import chi2_contingency, false_discovery_control

    found = []
    for coder, labels in _in_time(rows):
        half = len(labels) // 2
        if half < FEWEST:
            continue
        counts = np.array([[part.count(label) for label in LABELS] for part in (labels[:half], labels[half:])])
        used = counts[:, counts.sum(axis=0) > 0]
        p_value = float(chi2_contingency(used).pvalue) if used.shape[1] > 1 else 1.0
        found.append(Drift(coder, tuple(counts[0].tolist()), tuple(counts[1].tolist()), p_value))
    p_values = false_discovery_control([drift.p_value for drift in found]) if found else ()
    told = [replace(drift, p_value=float(p_value)) for drift, p_value in zip(found, p_values, strict=True)]
    return sorted(told, key=lambda drift: drift.p_value)


def _in_time(rows: Sequence[Labelled]) -> Iterator[tuple[str, list[str]]]:
    """Yield each coder with the labels that have a time, the earliest first."""
    by_coder: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        if row.time is not None:
            by_coder[row.coder].append((row.time, row.label))
    for coder, labels in by_coder.items():
        yield coder, [label for _, label in sorted(labels, key=lambda pair: pair[0])]


@dataclass(frozen=True, slots=True)
class Suspect:
    """A label that a model without it would not have given.

    Parameters
    ----------
    index
        Of the statement.
    label
        The one that it more likely has.
    margin
        Probability of that label less that of the given one, in (0, 1].
    """

    index: int
    label: str
    margin: float


def likely_errors(y: Sequence[str], y_prob: FloatArray) -> list[Suspect]:
    """Return labels that are likely wrong, the likeliest error first (Northcutt et al. 2021, "Confident Learning").

    A statement counts as another label's where that label's probability is at least what it has on average for the
    statements so labelled; of several such labels, the likeliest counts.

    Parameters
    ----------
    y_prob
        Shape [n, 3], columns in the order of ``LABELS``, by models that did not see the statement.

    Examples
    --------
    >>> y = ["neutral", "neutral", "pro-restriction", "neutral"]
    >>> likely_errors(y, np.array([[0, 1, 0], [0, 0.9, 0.1], [0.1, 0.1, 0.8], [0, 0.1, 0.9]]))
    [Suspect(index=3, label='pro-restriction', margin=0.8)]
    """
    codes = np.array([LABELS.index(label) for label in y], dtype=np.int64)
    usual = np.array([y_prob[codes == code, code].mean() if (codes == code).any() else np.inf for code in range(3)])
    confident = np.where(y_prob >= usual, y_prob, -np.inf)
    best = confident.argmax(axis=1)
    rows = np.flatnonzero(np.isfinite(confident.max(axis=1)) & (best != codes))
    margins = y_prob[rows, best[rows]] - y_prob[rows, codes[rows]]
    order = np.argsort(-margins, kind="stable")
    return [Suspect(int(rows[i]), LABELS[best[rows[i]]], round(float(margins[i]), 4)) for i in order if margins[i] > 0]


def balance(rows: Sequence[Labelled]) -> Mapping[str, Mapping[str, int]]:
    """Return counts of the labels by target, the most frequent target first."""
    targets = Counter(row.target for row in rows)
    counts = Counter((row.target, row.label) for row in rows)
    return {target: {label: counts[target, label] for label in LABELS} for target, _ in targets.most_common()}
