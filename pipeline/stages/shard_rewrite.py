"""A shard without some of its documents, or with other ids of articles whose text stands elsewhere, too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import compress
from typing import Any

from pipeline.records import Reject, text_hash
from pipeline.shard_files import Facts, ItemFacts
from pipeline.stages.identities import repeated

Row = dict[str, Any]

_BY_ARTICLE = ("quote_id", "utterance_id")


class Irreversible(Exception):
    """The rows of an article that was left out are gone; only its document brings them back."""


def rewritten(
    facts: Facts,
    rows: Sequence[Row],
    articles: Sequence[Row],
    *,
    leaving: Collection[str] = (),
    copies: Mapping[int, str | None] | None = None,
) -> tuple[Facts, list[Row], list[Row]]:
    """Return facts, rows and articles of the shard as it shall be.

    Parameters
    ----------
    leaving
        Digests of documents to be taken out.
    copies
        As ``Facts.copies``, by places in the shard as it is; None leaves them as they are.

    Raises
    ------
    Irreversible
        If ``copies`` wants an article that was left out.
    """
    before = dict(facts.copies)
    copies = before if copies is None else copies
    if any(own is None and copies.get(place, "") is not None for place, own in before.items()):
        raise Irreversible
    gone, place = set(), 0
    for item in facts.items:
        if item.digest in leaving:
            gone |= {place + offset for offset in range(len(item.articles))}
        place += len(item.articles)
    base = facts.articles
    places = {(before.get(p, article) or "", source): p for p, (article, source) in enumerate(base)}
    left_out = gone | {place for place, own in copies.items() if own is None}
    staying = [places[row["article_id"], row["source"]] not in left_out for row in rows]
    kept_rows = _renamed(compress(rows, staying), places, base, copies)
    kept_articles = _renamed(
        (row for row in articles if places[row["article_id"], row["source"]] not in left_out), places, base, copies
    )
    if facts.drift is not None:
        facts = replace(facts, drift={**facts.drift, "was": "".join(compress(facts.drift["was"], staying))})
    items = _without_repeated(facts, rows, places, {p for p, own in copies.items() if own is None and p not in before})
    items = [item for item in items if item.digest not in leaving]
    shift = {old: new for new, old in enumerate(p for p in range(len(base)) if p not in gone)}
    after = {shift[p]: own for p, own in sorted(copies.items()) if p not in gone}
    return replace(facts, items=tuple(items), copies=after).counting(kept_rows), kept_rows, kept_articles


def _renamed(
    rows: Iterable[Row],
    places: Mapping[tuple[str, str], int],
    base: Sequence[tuple[str, str]],
    copies: Mapping[int, str | None],
) -> list[Row]:
    """Return the rows, of quotes or of articles, under the ids of their articles."""
    kept = []
    for row in rows:
        old = row["article_id"]
        place = places[old, row["source"]]
        new = copies.get(place, base[place][0])
        if new is not None and new != old:
            row = row | {"article_id": new, "story_id": new}
            for name in _BY_ARTICLE:
                if row.get(name, "").startswith(f"{old}:"):
                    row[name] = f"{new}{row[name][len(old) :]}"
            if "row_id" in row:
                row["row_id"] = text_hash(row["quote_id"], row["target"] or "")
        kept.append(row)
    return kept


def _without_repeated(
    facts: Facts, rows: Sequence[Row], places: Mapping[tuple[str, str], int], left_out: Collection[int]
) -> list[ItemFacts]:
    """Return the items with the articles that are left out from now on counted as rejects."""
    items, place = [], 0
    for item in facts.items:
        mine = [p for p in range(place, place + len(item.articles)) if p in left_out]
        place += len(item.articles)
        for p in mine:
            own = {
                row["quote_id"]: row["is_statement"] for row in rows if places[row["article_id"], row["source"]] == p
            }
            counts = Counter(item.counts)
            counts.subtract({"articles": 1, "quotes": len(own), "statements": sum(own.values())})
            error, source = repeated(), facts.articles[p][1]
            file, _, position = source.partition("#")
            reject = asdict(Reject(file, position or None, error.reason, str(error)))
            item = replace(item, counts={n: c for n, c in counts.items() if c}, rejects=(*item.rejects, reject))
        items.append(item)
    return items
