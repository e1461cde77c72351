"""Near-duplicate texts and quotes: datasketch finds the candidates, an exact containment check decides.

Two texts are compared as sets of word shingles (runs of ``size`` words, case and punctuation aside) by containment:
the shared shingles over those of the smaller text. So a clipped copy counts as a copy, which Jaccard similarity misses.
MinHash signatures and LSH (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, section 3.4) name the candidate
pairs in about linear time.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations, pairwise, product

import numpy as np
from numpy.typing import NDArray

ARTICLE_SHINGLE = 4
ARTICLE_THRESHOLD = 0.3
"""In a pool of 836 news articles, same-story pairs start at 0.33 and what lies below 0.3 is shared background."""

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
# What keeps the time linear: of a story with more copies than this, later ones meet these only ...
_RELATIVES = 50
# ... and what more texts than this have in common is some outlet's standing text, never a story.
_STANDING = 1000
_MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))

_WORD = re.compile(r"\w+(?:'\w+)*")

Shingles = NDArray[np.uint32]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold().replace("’", "'"))


def shingles(text: str, size: int) -> Shingles:
    """Return the sorted 32-bit hashes of every run of ``size`` words; a shorter text is one run; no words, none.

    Examples
    --------
    >>> len(shingles("a ban, they said, would cost us all", size=3))
    6
    >>> bool((shingles("“Don’t wait”", 3) == shingles("don't wait", 3)).all())
    True
    """
    words = [zlib.crc32(word.encode("utf-8", "surrogatepass")) for word in _words(text)]
    if not words:
        return np.empty(0, dtype=np.uint32)
    codes = np.array(words, dtype=np.uint64)
    runs = max(len(codes) - size + 1, 1)
    mixed = np.zeros(runs, dtype=np.uint64)
    for offset in range(min(size, len(codes))):
        mixed = (mixed + codes[offset : offset + runs] + np.uint64(1)) * _MIX[0]
        mixed ^= mixed >> np.uint64(29)
    return np.unique(((mixed * _MIX[1]) >> np.uint64(32)).astype(np.uint32))


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
        page furniture) does not make copies of articles that have nothing else in common. A story with many copies
        keeps its links: all of its shingles lose weight alike.
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
        if not len(found) or (self.min_words > 1 and len(_words(text)) < self.min_words):
            return index
        known = self._known.setdefault(found.tobytes(), len(self._sets))
        if known < len(self._sets):
            self._members[known].append(index)
            return index
        self._members.append([index])
        self._sets.append(found)
        return index

    def pairs(self) -> list[tuple[int, int]]:
        """Return every pair of near-duplicates ``(i, j)``, i < j, sorted."""
        found = {pair for members in self._members for pair in combinations(members, 2)}
        alike = _Containment(self._sets, self.threshold, self.discount)
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

        alike = _Containment(self._sets, self.threshold, self.discount)
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
        self, alike: _Containment, needed: Callable[[int, list[int]], bool]
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


class _Containment:
    """Says whether two sets reach the threshold, on their full shingle sets."""

    def __init__(self, sets: Sequence[Shingles], threshold: float, discount: bool) -> None:
        self._sets, self._threshold = sets, threshold
        self._common, counts = _common(sets) if discount else (np.empty(0, np.uint32), np.empty(0, np.int64))
        self._weights = 1.0 / (counts - 1)
        self._standing = self._common[counts > _STANDING]

    def __call__(self, a: int, b: int) -> bool:
        one, two = self._sets[a], self._sets[b]
        shared = np.intersect1d(one, two, assume_unique=True)
        # The weight of a set is at most its size, and far dearer to find.
        if not len(shared) or (not len(self._common) and len(shared) < self._threshold * min(len(one), len(two))):
            return False
        return self._weight(shared) >= self._threshold * min(self._weight(one), self._weight(two))

    def without_standing_text(self, found: Shingles) -> Shingles:
        """Return a set without what makes too many texts candidates of one another."""
        return np.setdiff1d(found, self._standing, assume_unique=True) if len(self._standing) else found

    def _weight(self, found: Shingles) -> float:
        if not len(self._common):
            return float(len(found))
        where = np.minimum(np.searchsorted(self._common, found), len(self._common) - 1)
        hit = self._common[where] == found
        return float(len(found) - hit.sum() + self._weights[where[hit]].sum())


def _common(sets: Sequence[Shingles]) -> tuple[Shingles, NDArray[np.int64]]:
    """Return the shingles of three sets or more, sorted, and in how many they are; a sixteenth of them at a time."""
    hashes: list[Shingles] = []
    numbers: list[NDArray[np.int64]] = []
    bounds = np.linspace(0, 2**32, 17).astype(np.uint64)
    for low, high in pairwise(bounds):
        parts = [s[np.searchsorted(s, low) : np.searchsorted(s, high)] for s in sets]
        values, counts = np.unique(np.concatenate([np.empty(0, np.uint32), *parts]), return_counts=True)
        hashes.append(values[counts >= 3])
        numbers.append(counts[counts >= 3])
    return np.concatenate(hashes), np.concatenate(numbers)


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
