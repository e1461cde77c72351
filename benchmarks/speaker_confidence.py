"""Fit the tables of `pipeline.quotes.confidence`, and check them on the dev parts: reliability, risk and coverage.

usage: python benchmarks/speaker_confidence.py

Prints SIGNS and WAYS to paste into the module. Reads the annotations in place (QUOTESTANCE_SHARED, default ../shared);
nothing of them is kept. A sign is right where the mention overlaps the annotated source (PolNeAR); a way is right where
the names agree (annotated real articles, the starter corpus).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from _shared import ROOT, bare, need, rows_of

from pipeline.articles.cleaning import clean
from pipeline.quotes.confidence import confidence, mention_confidence, sign_of, way_of
from pipeline.quotes.reports import Attribution
from pipeline.quotes.spans import body_paragraphs, quotation_spans
from pipeline.quotes.speakers import Attributor
from pipeline.quotes.terms import is_statement
from pipeline.records import Document

PRIOR = 4
"""Right and wrong ones, in the proportion of the whole, that each share is drawn towards the mean with."""
BINS = (0.0, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 1.01)

Found = tuple[tuple[int, int], tuple[int, int] | None, Attribution]


def attributed(text: str, source: str, title: str | None = None) -> Iterator[Found]:
    """Yield (span of the quotation, span of the mention, attribution) of each statement, in raw offsets."""
    for article in clean(Document(text=text, source=source, title=title)).articles:
        paragraphs = body_paragraphs(article)
        spans = quotation_spans(article, paragraphs)
        if not spans:
            continue
        attributor = Attributor(article.text, paragraphs, spans)
        for index, found in enumerate(attributor.run()):
            start, end = spans[index]
            sentence, at = attributor.passages.place_of(index)
            if is_statement(article.text[start:end], sentence.tokens, at, found):
                mention = article.raw_span(found.mention.start, found.mention.end) if found.mention else None
                yield article.raw_span(start, end) or (start, end), mention, found


def _overlap(span: tuple[int, int], spans: list[list[int]]) -> int:
    return sum(max(0, min(span[1], b) - max(span[0], a)) for a, b in spans)


def mentions(split: str) -> Iterator[tuple[Attribution, bool]]:
    """Yield (attribution, whether its mention is the annotated source) over a split of PolNeAR."""
    for row in rows_of(need(f"data/polnear_{split}.jsonl.gz")[0]):
        gold = [quote for quote in row["quotes"] if quote["type"] in {"direct", "mixed"} and quote["source"]]
        for span, mention, found in attributed(row["text"], row["id"]):
            best = max(gold, key=lambda quote: _overlap(span, quote["content"]), default=None)
            if best is not None and mention and 2 * _overlap(span, best["content"]) >= span[1] - span[0]:
                yield found, _overlap(mention, best["source"]) > 0


def agree(gold: str, name: str) -> bool:
    """Tell whether two names share the last capitalised word, or two phrases hold one another."""
    gold, name = gold.replace("’", "'"), name.replace("’", "'")
    capitals = re.findall(r"[A-Z][\w'-]+", gold)
    if capitals:
        return bool(re.search(rf"(?<!\w){re.escape(re.sub(r'[^A-Za-z]s?$', '', capitals[-1]))}(?!\w)", name, re.I))
    flat = [re.sub(r"\W+", " ", form).strip().lower() for form in (gold, name)]
    return flat[0] in flat[1] or flat[1] in flat[0]


def named(
    text: str, source: str, rows: list[dict[str, Any]], title: str | None = None
) -> Iterator[tuple[Attribution, bool]]:
    """Yield (attribution, whether its name agrees) for the annotated quotations of one text."""
    found = {bare(text, *span): attribution for span, _, attribution in attributed(text, source, title)}
    for row in rows:
        attribution = found.get(bare(text, row["start"], row["end"]))
        if not (attribution and attribution.speaker and row["speaker"]) or row["kind"] == "term":
            continue
        if row["speaker"].split()[-1] in text:  # a name that the article does not give was filled in from elsewhere
            yield attribution, agree(row["speaker"], attribution.speaker.name)


def news(split: str) -> Iterator[tuple[Attribution, bool]]:
    """Yield (attribution, right) over a part of the annotated real articles."""
    annotations, texts = need("data/news_quotes.jsonl.gz", "data/news_articles.jsonl.gz")
    rows = defaultdict(list)
    for row in rows_of(annotations):
        if row["split"] == split:
            rows[row["article_id"]].append(row)
    for article in rows_of(texts):
        if article["id"] in rows and not article.get("reserved"):
            yield from named(article["text"], article["id"], rows[article["id"]], article["title"])


def starter() -> Iterator[tuple[Attribution, bool]]:
    """Yield (attribution, right) over the plain texts of the starter corpus."""
    rows = defaultdict(list)
    for row in rows_of(ROOT / "seeds" / "gold.jsonl"):
        rows[row["source"]].append(row)
    for source, own in rows.items():
        path = ROOT / "seeds" / "articles" / source
        if path.suffix == ".txt":
            yield from named(path.read_text(encoding="utf-8"), source, own)


def shares(items: list[tuple[str, bool]]) -> dict[str, tuple[float, int]]:
    """Return for each key (share of right ones drawn towards the mean, number)."""
    mean = sum(right for _, right in items) / len(items)
    n, ok = Counter(key for key, _ in items), Counter(key for key, right in items if right)
    return {key: ((ok[key] + PRIOR * mean) / (n[key] + PRIOR), n[key]) for key in sorted(n)}


def show(name: str, items: list[tuple[str, bool]]) -> None:
    """Print a table to paste."""
    print(f"{name}: Mapping[str, float] = {{")
    for key, (share, n) in shares(items).items():
        print(f'    "{key}": {share:.3f},  # n = {n}')
    print("}")


def check(name: str, items: list[tuple[float, bool]]) -> None:
    """Print reliability in bins, the expected calibration error, and the risk at several coverages."""
    print(f"\n# {name}: n = {len(items)}, right {sum(right for _, right in items) / len(items):.3f}")
    error = 0.0
    for low, high in pairwise(BINS):
        inside = [(p, right) for p, right in items if low <= p < high]
        if inside:
            said, right = sum(p for p, _ in inside) / len(inside), sum(r for _, r in inside) / len(inside)
            error += abs(said - right) * len(inside) / len(items)
            print(f"#   {low:.2f}-{min(high, 1):.2f}: n {len(inside):4d}  said {said:.3f}  right {right:.3f}")
    print(f"#   expected calibration error {error:.3f}")
    ranked = sorted(items, key=lambda item: -item[0])
    for coverage in (1.0, 0.95, 0.9, 0.8, 0.7):
        kept = ranked[: round(coverage * len(ranked))]
        wrong = 1 - sum(r for _, r in kept) / len(kept)
        print(f"#   coverage {coverage:.2f}: from {kept[-1][0]:.2f} up, wrong {wrong:.3f}")


def main() -> None:
    show("SIGNS", [(sign_of(found), right) for found, right in mentions("train")])
    known = [*news("train"), *starter()]
    # The sign's own errors are counted once already: resolution is read where the sign is sure.
    sure = [(found, right) for found, right in known if sign_of(found).startswith(("adjacent", "same", "left, say"))]
    show("WAYS", [(way_of(found.speaker), right) for found, right in sure if found.speaker])
    check("mention, PolNeAR dev", [(mention_confidence(found), right) for found, right in mentions("dev")])
    check("name, real articles, dev part", [(confidence(found) or 0.0, right) for found, right in news("dev")])


if __name__ == "__main__":
    main()
