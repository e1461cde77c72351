"""Train, dev and test splits by story, and the check that nothing leaks across them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Literal, TypeVar

import numpy as np

from pipeline import similarity
from pipeline.errors import LabelError, LeakageError
from pipeline.records import Statement

Split = Literal["train", "dev", "test"]
SPLITS: tuple[Split, ...] = ("train", "dev", "test")

Side = TypeVar("Side", bound=Hashable)
StratumKey = tuple[str, str | None]
Strata = Counter[StratumKey]


def near_duplicate_pairs(statements: Sequence[Statement], *, threshold: float, min_words: int) -> list[tuple[int, int]]:
    """Return the pairs (i, j), i < j, of statements whose whole quotations are near-duplicates.

    One copies the other where they share at least ``threshold`` of the shorter one's three-word runs; case, marks and
    punctuation do not count. Quotations under ``min_words`` words are left aside: two people may well say "not worth
    the risk" in two stories, and no model learns a test item by that.

    Parameters
    ----------
    statements
        Any order.
    threshold
        Share in (0, 1] from which two quotations count as the same.
    min_words
        Words from which a quotation is long enough to tell its origin.
    """
    return similarity.near_duplicates([statement.text for statement in statements], threshold, min_words=min_words)


def groups(statements: Sequence[Statement], pairs: Iterable[tuple[int, int]] = ()) -> list[list[int]]:
    """Return the smallest sets of statements, as sorted indices, that share no story and no article.

    Parameters
    ----------
    statements
        Any order; groups follow their first member.
    pairs
        Further indices that must stay together, as from ``near_duplicate_pairs``.
    """
    parent = list(range(len(statements)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    first: dict[tuple[str, str], int] = {}
    shared = (
        (index, first.setdefault(key, index))
        for index, statement in enumerate(statements)
        for key in (("story", statement.story_id), ("article", statement.article_id))
    )
    for a, b in chain(shared, pairs):
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    members: dict[int, list[int]] = {}
    for index in range(len(statements)):
        members.setdefault(root(index), []).append(index)
    return list(members.values())


def _strata(statements: Sequence[Statement], group: Sequence[int]) -> Strata:
    counts: Strata = Counter()
    for index in group:
        statement = statements[index]
        counts.update([("all", ""), ("label", statement.label), ("target", statement.target)])
    return counts


def _fit(counts: Strata, total: Strata, room: Mapping[StratumKey, float]) -> float:
    """Return how well a group fits a side: the fall of the squared distance, less a term alike for all sides."""
    return sum(n * room[key] / total[key] for key, n in counts.items())


def _allotted(
    statements: Sequence[Statement], parts: Sequence[Sequence[int]], shares: Mapping[Side, float], seed: int
) -> dict[int, Side]:
    """Return the side of each statement, by its index; whole groups go to one side.

    Greedy: the groups in random order, the largest first; each goes to the side where it brings the counts of
    statements, labels and targets closest to their shares, in squared distance over the stratum's size (after the
    iterative stratification of Sechidis et al. 2011, with groups in place of items).
    """
    order = sorted(np.random.default_rng(seed).permutation(len(parts)).tolist(), key=lambda part: -len(parts[part]))
    total = _strata(statements, range(len(statements)))
    room = {side: {key: share * size for key, size in total.items()} for side, share in shares.items()}
    chosen: dict[int, Side] = {}
    for part in order:
        counts = _strata(statements, parts[part])
        side = max(shares, key=lambda side: _fit(counts, total, room[side]))
        for key, n in counts.items():
            room[side][key] -= n
        chosen.update(dict.fromkeys(parts[part], side))
    return chosen


def assign(
    statements: Sequence[Statement],
    fractions: Mapping[str, float],
    *,
    seed: int,
    pairs: Iterable[tuple[int, int]] = (),
) -> list[Statement]:
    """Return the statements with their splits; whole groups go to one side, and the same seed gives the same splits.

    Counts of statements, labels and targets come as close to their shares as a greedy choice brings them.

    Parameters
    ----------
    statements
        Labelled statements, any order.
    fractions
        The share of each of ``SPLITS``, in (0, 1).
    seed
        Orders groups of one size.
    pairs
        Indices that must stay together, beside stories and articles.

    Raises
    ------
    LabelError
        If a split would be empty.
    """
    parts = groups(statements, pairs)
    chosen = _allotted(statements, parts, {split: fractions[split] for split in SPLITS}, seed)
    empty = [split for split in SPLITS if split not in chosen.values()]
    if empty:
        raise LabelError(f"no statements left for {' and '.join(empty)}: {len(parts)} stories are too few; label more")
    return [replace(statement, split=chosen[index]) for index, statement in enumerate(statements)]


def folds(
    statements: Sequence[Statement], k: int, *, seed: int, pairs: Iterable[tuple[int, int]] = ()
) -> list[list[int]]:
    """Return k folds of about equal size, as sorted indices; whole groups go to one, as in ``assign``.

    Parameters
    ----------
    statements
        Labelled statements, any order.
    k
        Number of folds.
    seed
        Orders groups of one size.
    pairs
        Indices that must stay together, beside stories and articles.

    Raises
    ------
    LabelError
        If a fold would be empty.
    """
    parts = groups(statements, pairs)
    chosen = _allotted(statements, parts, dict.fromkeys(range(k), 1 / k), seed)
    found = [[index for index in range(len(statements)) if chosen[index] == fold] for fold in range(k)]
    if not all(found):
        raise LabelError(f"{len(parts)} stories do not fill {k} folds; label more stories, or take fewer folds")
    return found


def check_leakage(statements: Sequence[Statement], pairs: Iterable[tuple[int, int]]) -> None:
    """Raise unless every story, article and near-duplicate quotation stands on one side.

    Parameters
    ----------
    statements
        Split statements.
    pairs
        Indices of near-duplicates, from ``near_duplicate_pairs``.

    Raises
    ------
    LeakageError
        Names the first leak and its two statements, and says how many there are.
    """
    leaks = []
    for name in ("story_id", "article_id"):
        first: dict[str, Statement] = {}
        for statement in statements:
            other = first.setdefault(getattr(statement, name), statement)
            if other.split != statement.split:
                leaks.append((f"{name} {getattr(statement, name)}", other, statement))
    for i, j in pairs:
        if statements[i].split != statements[j].split:
            leaks.append((f"the quotation {statements[i].text[:60]!r}", statements[i], statements[j]))
    if leaks:
        what, a, b = leaks[0]
        raise LeakageError(
            f"{what} stands in {a.split} ({a.statement_id}) and in {b.split} ({b.statement_id}), one of {len(leaks)} "
            "leaks; lower the story threshold of ingest, or set leakage.join_duplicates=true to keep copies together"
        )
