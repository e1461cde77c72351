"""Near-duplicate texts and quotes: datasketch finds the candidates, an exact containment check decides.

Two texts are compared as sets of word shingles (runs of ``size`` words, case and punctuation aside) by containment:
the shared shingles over those of the smaller text. So a clipped copy counts as a copy, which Jaccard similarity misses.
MinHash signatures and LSH (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, section 3.4) name the candidate
pairs in about linear time.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from pipeline.shingles import Containment, NumberLists, count_words, shingles

ARTICLE_SHINGLE = 4
ARTICLE_THRESHOLD = 0.3
"""In a pool of 836 news articles, pairs of one story start at 0.46; what lies below 0.29 shares background alone."""

QUOTE_SHINGLE = 3
QUOTE_THRESHOLD = 0.7
QUOTE_MIN_WORDS = 6
"""Among 3,820 quotes of those articles, pairs above 0.7 are clippings of one utterance, pairs below 0.65 share a turn
of phrase ("there will be plenty of time to ..."); under six words no share tells the two apart."""

# Articles, 2 rows a band: a pair of Jaccard similarity 0.12 (a copy clipped to a fifth, and edited) is a candidate with
# probability 0.84, one of 0.2 with 0.99; unrelated articles (below 0.003) with less than 0.002. Quotes, 1 row: a clause
# inside a long quotation has a Jaccard similarity of 0.05 or less with it.
_BANDS = 128
_ARTICLE_ROWS = 2
_QUOTE_ROWS = 1
# Only this many bands are held at once.
_BANDS_AT_ONCE = 8
# Keeps the time linear: of a story with more copies than this, later ones meet these only.
_RELATIVES = 50
# So few sets are compared with each other sooner than they are sketched.
_FEW = 50
_SEEN = 200_000
"""Pairs that are remembered as compared."""


class NearDuplicates:
    """Collects texts one by one, keeping their shingle hashes (3 kB for a news article) on disk, not the texts.

    In memory a text takes some hundred bytes: what grows with their number stands in arrays, and of the signatures a
    few bands at a time.

    Parameters
    ----------
    threshold
        Least containment of a pair, in (0, 1].
    size
        Words in a shingle.
    min_words
        Texts with fewer words match nothing: everybody says "we agree".
    rows
        Rows in an LSH band: 2 for whole articles; 1 finds the faint pairs too, at a price for short texts only.
    discount
        Weigh a shingle found in ``n`` >= 3 distinct texts by 1 / (n - 1), so that an outlet's standing text (appeals,
        page furniture) does not make copies of articles that have nothing else in common. Pairs that have two thirds
        in common are copies whatever the weights, so that a story in many outlets stays one.
    """

    def __init__(
        self,
        threshold: float = ARTICLE_THRESHOLD,
        *,
        size: int = ARTICLE_SHINGLE,
        min_words: int = 1,
        rows: int = _ARTICLE_ROWS,
        discount: bool = False,
    ) -> None:
        if not 0 < threshold <= 1:
            raise ValueError(f"threshold {threshold} is not in (0, 1]")
        self.threshold, self.size, self.min_words = threshold, size, min_words
        self.rows, self.discount = rows, discount
        self._found = NumberLists()
        self._digests = array("Q")

    def add(self, text: str) -> int:
        """Take in one text and return its index."""
        found = shingles(text, self.size)
        if self.min_words > 1 and count_words(text) < self.min_words:
            found = found[:0]
        digest = hashlib.blake2b(found.tobytes(), digest_size=8).digest()
        self._digests.append(int.from_bytes(digest, "little"))
        self._found.append(found)
        return len(self._digests) - 1

    def _owners(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return for each text the first one with the same shingles, and these first ones; texts without any own none.

        A text without shingles is its own owner.
        """
        every = np.arange(len(self._digests))
        _, first, inverse = np.unique(np.array(self._digests), return_index=True, return_inverse=True)
        blank = self._found.lengths() == 0
        owners = np.where(blank, every, first[inverse])
        return owners, np.flatnonzero((owners == every) & ~blank)

    def pairs(self) -> list[tuple[int, int]]:
        """Return every pair of near-duplicates ``(i, j)``, i < j, sorted."""
        owners, distinct = self._owners()
        members: list[list[int]] = [[] for _ in distinct]
        for index in np.flatnonzero(self._found.lengths()).tolist():
            members[int(np.searchsorted(distinct, owners[index]))].append(index)
        found = {pair for indices in members for pair in combinations(indices, 2)}
        alike = Containment(self._found.only(distinct), self.threshold, discount=self.discount)
        seen: set[tuple[int, int]] = set()
        for b, candidates in self._candidates(alike, lambda b, candidates: True):
            for a in candidates:
                if (a, b) not in seen and alike(a, b):
                    found.update((min(p), max(p)) for p in product(members[a], members[b]))
                seen.add((a, b))
        return sorted(found)

    def clusters(self) -> list[int]:
        """Return for each text the smallest index that a chain of near-duplicates joins it to."""
        owners, distinct = self._owners()
        parent = array("q", range(len(distinct)))

        def root(node: int) -> int:
            while parent[node] != node:
                parent[node] = node = parent[parent[node]]
            return node

        def needed(b: int, candidates: list[int]) -> bool:
            return sum(root(a) == root(b) for a in candidates) < _RELATIVES

        alike = Containment(self._found.only(distinct), self.threshold, discount=self.discount)
        seen: set[tuple[int, int]] = set()
        for b, candidates in self._candidates(alike, needed):
            if len(seen) > _SEEN:
                seen.clear()  # some are compared again: cheaper than to remember them all
            for a in candidates:
                if root(a) != root(b) and (a, b) not in seen:
                    seen.add((a, b))
                    if alike(a, b):
                        low, high = sorted((root(a), root(b)))
                        parent[high] = low
        # Sets are numbered by their first text, so a root's first text is the smallest index of its cluster.
        roots = distinct[[root(node) for node in range(len(distinct))]]
        worded = self._found.lengths() > 0
        owners[worded] = roots[np.searchsorted(distinct, owners[worded])]
        result: list[int] = owners.tolist()
        return result

    def _candidates(
        self, alike: Containment, needed: Callable[[int, list[int]], bool]
    ) -> Iterator[tuple[int, list[int]]]:
        """Yield each set with the earlier sets that share a bucket with it, once for every few bands.

        When the caller is done with them it is asked whether later sets need to meet this one. Of few sets, each has
        all earlier ones.
        """
        if len(alike.sets) <= _FEW:
            yield from ((b, list(range(b))) for b in range(1, len(alike.sets)))
            return
        from datasketch import MinHash

        blank = MinHash(num_perm=_BANDS * self.rows, seed=1, hashfunc=int)
        signatures = NumberLists()
        for found in alike.sets:
            sketch = blank.copy()
            sketch.update_batch(alike.without_standing_text(found).tolist())
            signatures.append(np.asarray(sketch.hashvalues, dtype=np.uint32))
        width = _BANDS_AT_ONCE * self.rows
        for start in range(0, _BANDS * self.rows, width):
            yield from _sharing(_buckets(signatures, start, width, self.rows), needed)


def _buckets(signatures: NumberLists, start: int, width: int, rows: int) -> NDArray[np.int32]:
    """Return [n, bands] the number of each signature's bucket in some bands; -1 where it is in that bucket alone."""
    part = np.empty((len(signatures), width), dtype=np.uint32)
    for number, signature in enumerate(signatures):
        part[number] = signature[start : start + width]
    keys = part.view(np.uint64 if rows == 2 else np.uint32)
    buckets = np.empty(keys.shape, dtype=np.int32)
    used = 0
    for band in range(keys.shape[1]):
        _, inverse, counts = np.unique(keys[:, band], return_inverse=True, return_counts=True)
        buckets[:, band] = np.where(counts[inverse] > 1, inverse + used, -1)
        used += len(counts)
    return buckets


def _sharing(buckets: NDArray[np.int32], needed: Callable[[int, list[int]], bool]) -> Iterator[tuple[int, list[int]]]:
    """Yield each set that shares a bucket with the earlier sets there."""
    held: dict[int, list[int]] = {}
    for b in np.flatnonzero((buckets >= 0).any(axis=1)).tolist():
        own = [bucket for bucket in buckets[b].tolist() if bucket >= 0]
        candidates = sorted(set().union(*(held.get(bucket, ()) for bucket in own)))
        yield b, candidates
        if needed(b, candidates):
            for bucket in own:
                held.setdefault(bucket, []).append(b)


def near_duplicates(
    texts: Iterable[str],
    threshold: float = QUOTE_THRESHOLD,
    *,
    size: int = QUOTE_SHINGLE,
    min_words: int = QUOTE_MIN_WORDS,
) -> list[tuple[int, int]]:
    """Return every pair ``(i, j)``, i < j, of quotes of which one holds at least ``threshold`` of the other.

    For whole articles, and for clusters, see ``NearDuplicates``, which also describes the parameters.

    Examples
    --------
    >>> near_duplicates(["“We will not pay a penny for it,”", "Trade is up.", "'we will not pay a penny'"])
    [(0, 2)]
    """
    index = NearDuplicates(threshold, size=size, min_words=min_words, rows=_QUOTE_ROWS)
    for text in texts:
        index.add(text)
    return index.pairs()


def clusters(
    texts: Iterable[str],
    threshold: float = QUOTE_THRESHOLD,
    *,
    size: int = QUOTE_SHINGLE,
    min_words: int = QUOTE_MIN_WORDS,
) -> list[int]:
    """Return for each quote the smallest index of its cluster: near-duplicates of near-duplicates belong together."""
    index = NearDuplicates(threshold, size=size, min_words=min_words, rows=_QUOTE_ROWS)
    for text in texts:
        index.add(text)
    return index.clusters()
