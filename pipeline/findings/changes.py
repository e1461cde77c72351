"""Whose stance changed over time: the earlier half of what somebody said against the later half."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.findings.actors import Actor
from pipeline.findings.counting import Unit
from pipeline.findings.dates import Published
from pipeline.resampling import FloatArray

LEAST_DRAWS = 10
"""Dated articles of one actor toward one target, below which nothing is tested: with five against five, the smallest
p-value of a permutation is 2 / 252."""
LEAST_SIDE = 4
"""Articles on either side."""
FALSE_DISCOVERIES = 0.05
"""Share of the changes told that may be none."""
_QUOTES = 3


@dataclass(frozen=True, slots=True)
class Side:
    """What somebody said before, or after.

    Parameters
    ----------
    first, last
        Dates of the earliest and the latest utterance.
    mean
        Mean of the probability of pro-restriction less that of anti-restriction, over articles, in [-1, 1].
    quotes
        The units most like the mean, the likest first.
    """

    n: int
    articles: int
    first: Published
    last: Published
    mean: float
    quotes: tuple[Unit, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the side as JSON-ready values."""
        return {
            "n": self.n,
            "articles": self.articles,
            "first": str(self.first),
            "last": str(self.last),
            "mean": self.mean,
            "quotes": [_quote(unit) for unit in self.quotes],
        }


@dataclass(frozen=True, slots=True)
class Change:
    """One actor toward one target, tested.

    Parameters
    ----------
    difference
        Later less earlier mean, in [-2, 2]: above 0, more in favour of the restriction than before.
    p, p_adjusted
        Of the permutation, and after Benjamini and Hochberg over all that were tested.
    changed
        Whether the adjusted value is within ``FALSE_DISCOVERIES``.
    """

    actor: Actor
    target: str
    before: Side
    after: Side
    difference: float
    p: float
    p_adjusted: float

    @property
    def changed(self) -> bool:
        """Whether a change is told."""
        return self.p_adjusted <= FALSE_DISCOVERIES

    def as_dict(self) -> dict[str, Any]:
        """Return the change as JSON-ready values."""
        return {
            "speaker": self.actor.name,
            "target": self.target,
            "changed": self.changed,
            "difference": self.difference,
            "p": self.p,
            "p_adjusted": self.p_adjusted,
            "before": self.before.as_dict(),
            "after": self.after.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class _Article:
    """What one actor said toward one target in one article: one draw, since its remarks are alike."""

    date: Published
    score: float
    units: tuple[Unit, ...]


def find_changes(units: Sequence[Unit], *, resamples: int = 9999, seed: int = 13) -> list[Change]:
    """Return all that were tested, the surest change first.

    Tested is each known actor toward each target with ``LEAST_DRAWS`` dated articles, of which ``LEAST_SIDE`` are on
    either side of the date that halves them (articles of one day, or of one month where no day is told, stay
    together). A permutation of the articles' mean scores (``scipy.stats.permutation_test``; all of them where there
    are few) tells how often chance alone sets the halves so far apart, and Benjamini and Hochberg (1995) what is left
    when so many are asked. Scores are the classifier's: a change of the debate's words, by which it errs otherwise than
    before, looks like a change of stance, so read the quotations.

    Parameters
    ----------
    units
        Utterances, or what else counts once; of mentions, copies of a remark would be as many draws.
    """
    from scipy import stats

    said: dict[tuple[str, str], list[Unit]] = defaultdict(list)
    for unit in units:
        if unit.actor and unit.actor.known and unit.target and unit.date:
            said[unit.actor.key, unit.target].append(unit)
    halved = [(own[0], halves) for _, own in sorted(said.items()) if (halves := _halves(_articles(own)))]
    if not halved:
        return []
    p = [_permuted(*halves, resamples=resamples, seed=seed) for _, halves in halved]
    adjusted = stats.false_discovery_control(p, method="bh").tolist()
    changes = [
        _change(first, *halves, p=one, p_adjusted=both)
        for (first, halves), one, both in zip(halved, p, adjusted, strict=True)
    ]
    return sorted(changes, key=lambda change: (change.p_adjusted, change.p, change.actor.name, change.target))


def _articles(units: Sequence[Unit]) -> list[_Article]:
    """Return the articles in time."""
    gathered: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        gathered[unit.cluster].append(unit)
    found = []
    for own in gathered.values():
        dates = [unit.date for unit in own if unit.date]
        found.append(_Article(min(dates), float(np.mean([_score(unit) for unit in own])), tuple(own)))
    return sorted(found, key=lambda article: (article.date, article.units[0].unit_id))


def _score(unit: Unit) -> float:
    anti, _, pro = unit.probabilities
    return pro - anti


def _halves(articles: Sequence[_Article]) -> tuple[Sequence[_Article], Sequence[_Article]] | None:
    """Return the articles before and after the date nearest to the middle; None where there are too few."""
    if len(articles) < LEAST_DRAWS:
        return None
    # Between two that share a day, nobody knows which is the later.
    cuts = [at for at in range(1, len(articles)) if articles[at - 1].date.last < articles[at].date.first]
    cuts = [at for at in cuts if LEAST_SIDE <= at <= len(articles) - LEAST_SIDE and _apart(articles, at)]
    if not cuts:
        return None
    at = min(cuts, key=lambda at: (abs(2 * at - len(articles)), at))
    return articles[:at], articles[at:]


def _apart(articles: Sequence[_Article], at: int) -> bool:
    """Return whether all before a cut are earlier than all behind it; a month covers its days."""
    return max(a.date.last for a in articles[:at]) < min(a.date.first for a in articles[at:])


def _permuted(before: Sequence[_Article], after: Sequence[_Article], *, resamples: int, seed: int) -> float:
    """Return the p-value of the difference in means under exchange of articles, two-sided."""
    from scipy import stats

    scores = [np.array([article.score for article in side]) for side in (before, after)]

    def difference(one: FloatArray, two: FloatArray, axis: int) -> FloatArray:
        return np.asarray(two.mean(axis=axis) - one.mean(axis=axis))

    found = stats.permutation_test(
        scores, difference, n_resamples=resamples, vectorized=True, rng=np.random.default_rng(seed)
    )
    return float(found.pvalue)


def _change(
    first: Unit, before: Sequence[_Article], after: Sequence[_Article], *, p: float, p_adjusted: float
) -> Change:
    sides = _side(before), _side(after)
    if first.actor is None or first.target is None:
        raise ValueError("a change needs an actor and a target")
    return Change(first.actor, first.target, *sides, sides[1].mean - sides[0].mean, p, p_adjusted)


def _side(articles: Sequence[_Article]) -> Side:
    units = [unit for article in articles for unit in article.units]
    mean = float(np.mean([article.score for article in articles]))
    dates = [unit.date for unit in units if unit.date]
    quotes = sorted(units, key=lambda unit: (abs(_score(unit) - mean), unit.unit_id))[:_QUOTES]
    return Side(len(units), len(articles), min(dates), max(dates), mean, tuple(quotes))


def _quote(unit: Unit) -> dict[str, Any]:
    row = unit.rows[0]
    return {
        "row_id": row.row_id,
        "text": row.text,
        "stance": unit.stance,
        "confidence": max(unit.probabilities),
        "published": str(unit.date),
        "outlet": row.outlet,
        "source": row.source,
    }
