"""Near-duplicate texts and quotes: datasketch finds the candidates, an exact containment check decides.

Two texts are compared as sets of word shingles (runs of ``size`` words, case and punctuation aside) by containment:
the shared shingles over those of the smaller text. So a clipped copy counts as a copy, which Jaccard similarity misses.
MinHash signatures and LSH (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, section 3.4) name the candidate
pairs in about linear time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from pipeline.shingles import Containment, Shingles, count_words, shingles

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
# LSH tables take most of the memory, so only this many bands are held at once.
_BANDS_AT_ONCE = 8
# Keeps the time linear: of a story with more copies than this, later ones meet these only.
_RELATIVES = 50


class NearDuplicates:
    """Collects texts one by one, keeping their shingle hashes (3 kB for a news article), not the texts.

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
        self._members: list[list[int]] = []
        self._sets: list[Shingles] = []
        self._known: dict[bytes, int] = {}
        self._count = 0

    def add(self, text: str) -> int:
        """Take in one text and return its index."""
        index = self._count
        self._count += 1
        found = shingles(text, self.size)
        if not len(found) or (self.min_words > 1 and count_words(text) < self.min_words):
            return index
        key = hashlib.blake2b(found.tobytes(), digest_size=16).digest()
        known = self._known.setdefault(key, len(self._sets))
        if known < len(self._sets):
            self._members[known].append(index)
            return index
        self._members.append([index])
        self._sets.append(found)
        return index

    def pairs(self) -> list[tuple[int, int]]:
        """Return every pair of near-duplicates ``(i, j)``, i < j, sorted."""
        found = {pair for members in self._members for pair in combinations(members, 2)}
        alike = Containment(self._sets, self.threshold, discount=self.discount)
        seen: set[tuple[int, int]] = set()
        for b, candidates in self._candidates(alike, lambda b, candidates: True):
            for a in candidates:
                if (a, b) not in seen and alike(a, b):
                    found.update((min(p), max(p)) for p in product(self._members[a], self._members[b]))
                seen.add((a, b))
        return sorted(found)

    def clusters(self) -> list[int]:
        """Return for each text the smallest index that a chain of near-duplicates joins it to."""
        parent = list(range(len(self._sets)))

        def root(node: int) -> int:
            while parent[node] != node:
                parent[node] = node = parent[parent[node]]
            return node

        def needed(b: int, candidates: list[int]) -> bool:
            return sum(root(a) == root(b) for a in candidates) < _RELATIVES

        alike = Containment(self._sets, self.threshold, discount=self.discount)
        seen: set[tuple[int, int]] = set()
        for b, candidates in self._candidates(alike, needed):
            for a in candidates:
                if root(a) != root(b) and (a, b) not in seen:
                    seen.add((a, b))
                    if alike(a, b):
                        low, high = sorted((root(a), root(b)))
                        parent[high] = low
        result = list(range(self._count))
        for node, members in enumerate(self._members):
            # Sets are numbered by their first text, so a root's first member is the smallest index of its cluster.
            for member in members:
                result[member] = self._members[root(node)][0]
        return result

    def _candidates(
        self, alike: Containment, needed: Callable[[int, list[int]], bool]
    ) -> Iterator[tuple[int, list[int]]]:
        """Yield each set with the earlier sets that share a bucket with it, once for every few bands.

        When the caller is done with them it is asked whether later sets need to meet this one.
        """
        from datasketch import MinHash, MinHashLSH

        blank = MinHash(num_perm=_BANDS * self.rows, seed=1, hashfunc=int)
        signatures: list[NDArray[np.uint32]] = []
        for found in self._sets:
            sketch = blank.copy()
            sketch.update_batch(alike.without_standing_text(found).tolist())
            signatures.append(np.asarray(sketch.hashvalues, dtype=np.uint32))
        width = _BANDS_AT_ONCE * self.rows
        for start in range(0, _BANDS * self.rows, width):
            index = MinHashLSH(num_perm=width, params=(_BANDS_AT_ONCE, self.rows))
            for b, signature in enumerate(signatures):
                part = _Part(signature[start : start + width])
                candidates = sorted(index.query(part))
                yield b, candidates
                if needed(b, candidates):
                    index.insert(b, part, check_duplication=False)


class _Part:
    """A slice of a signature, as far as ``MinHashLSH`` asks: its hash values and their number."""

    __slots__ = ("hashvalues",)

    def __init__(self, hashvalues: NDArray[np.uint32]) -> None:
        self.hashvalues = hashvalues

    def __len__(self) -> int:
        return len(self.hashvalues)


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
