"""Corrections in the course of a reading: which of them found their quotation, and what became of the others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipeline.labels.corrected import Rules, correct, reject
from pipeline.labels.corrections import Correction, read_corrections
from pipeline.quotes.identities import speaker_id
from pipeline.quotes.terms import is_clause
from pipeline.records import Article, Reject

Row = dict[str, Any]

_COUNTED = {
    "applied": "corrections",
    "known": "corrections_known",
    "conflicts": "corrections_in_conflict",
    "elsewhere": "corrections_elsewhere",
}


def _kind(text: str) -> str:
    return "direct" if is_clause(text) else "mixed"


def _id(name: str) -> str | None:
    """Return the id of a speaker of whom the name alone is known; a phrase ("a senior official") has none."""
    if not name[:1].isupper():
        return None
    return speaker_id(name, is_person=True) or speaker_id(name, is_person=False)


RULES = Rules(_kind, _id)


class Corrector:
    """Corrects the rows of one article after another.

    Parameters
    ----------
    paths
        Files of corrections.

    Raises
    ------
    InputError
        If a file cannot be read.
    LabelError
        If a row is no correction.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = tuple(paths)
        self._by_text: dict[str, list[Correction]] = defaultdict(list)
        for correction in read_corrections(paths):
            self._by_text[correction.sha256].append(correction)
        self._sources = {correction.source for found in self._by_text.values() for correction in found}
        self._read: dict[str, set[str | None]] = defaultdict(set)
        self._placed: set[str] = set()
        self._rejects: list[Reject] = []
        self._counts: Counter[str] = Counter()

    def correct(self, article: Article, rows: Sequence[Row]) -> list[Row]:
        """Return the rows of an article, corrected."""
        if article.source in self._sources:
            self._read[article.source].add(article.raw_sha256)
        own = [c for c in self._by_text.get(article.raw_sha256 or "", ()) if _concerns(c, article)]
        if not own:
            return list(rows)
        found = correct(article, rows, own, RULES)
        self._placed |= {c.where for c in own} - {c.where for c in found.unplaced}
        self._rejects += found.rejects
        self._counts += found.counts
        return sorted(found.rows, key=lambda row: row["start"])

    def take(self) -> dict[str, Any]:
        """Return what was found so far as JSON-ready values, and forget it: another corrector ``merge``-s it.

        Where nothing was found, this is empty.
        """
        found = {
            "read": {source: sorted(texts, key=str) for source, texts in sorted(self._read.items())},
            "placed": sorted(self._placed),
            "rejects": [asdict(unfit) for unfit in self._rejects],
            "counts": dict(self._counts),
        }
        self._read.clear()
        self._placed.clear()
        self._rejects.clear()
        self._counts.clear()
        return found if any(found.values()) else {}

    def merge(self, found: Mapping[str, Any]) -> None:
        """Add what another corrector with the same files found in other articles (``take``)."""
        for source, texts in found.get("read", {}).items():
            self._read[source] |= set(texts)
        self._placed |= set(found.get("placed", ()))
        self._rejects += [Reject(**unfit) for unfit in found.get("rejects", ())]
        self._counts.update(found.get("counts", {}))

    def settle(self, reject_one: Callable[[Reject], None], counts: Counter[str]) -> str:
        """Return a line about what does not fit, empty where all does, once every article has been read.

        Parameters
        ----------
        reject_one
            Gets the corrections that were not applied.
        counts
            Gets the numbers of corrections, where there are files of them.
        """
        stale = list(self._rejects)
        waiting = [c for found in self._by_text.values() for c in found if c.where not in self._placed]
        for correction in waiting:
            if (texts := self._read.get(correction.source)) is None:
                self._counts["elsewhere"] += 1
            else:
                stale.append(reject(correction, _missing(correction, texts)))
        for unfit in stale:
            reject_one(unfit)
        if self.paths:
            counts.update({name: self._counts[key] for key, name in _COUNTED.items()})
        return "; ".join(_told(stale, self._counts["conflicts"]))


def _concerns(correction: Correction, article: Article) -> bool:
    """Tell whether a correction of its text may be of this article; the file may have got another name."""
    return correction.source == article.source or correction.quote_id.startswith(f"{article.article_id}:")


def _missing(correction: Correction, texts: Container[str | None]) -> str:
    return "quote-not-found" if correction.sha256 in texts else "article-changed"


def _told(stale: Sequence[Reject], conflicts: int) -> Iterator[str]:
    if stale:
        reasons = ", ".join(f"{reason} {n}" for reason, n in Counter(r.reason for r in stale).most_common())
        first = stale[0]
        example = f"{first.file}:{first.position}: {first.message}"
        yield f"corrections not applied: {len(stale)} ({reasons}), for instance {example}"
    if conflicts:
        yield f"coders correct {conflicts} field{'s' * (conflicts > 1)} in different ways; the newest correction holds"
