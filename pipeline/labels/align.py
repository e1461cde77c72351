"""From gold annotations to labelled statements.

A gold span becomes a statement whether the extractor found it or not: what it missed is cut from the article, so that
labels do not depend on the extractor. Gold that has no place in the articles is kept as a reject and counted.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import InputError, LabelError, RecordError
from pipeline.labels.gold import Gold
from pipeline.labels.rejects import reject_at
from pipeline.records import Article, Reject, SpeakerType, Statement
from pipeline.surroundings import widened

_EDGE = "\"“”„‟‘’‚‛'«»‹› \t\n\u00a0,.;"
_SENTENCE_END = re.compile(r"[.!?…][\"”’»')\]]*\s+")
_NO_PLACE = {
    "no-article": "no article of this source in the quote table; ingest the folder that holds it",
    "extracted-text-changed": "the text extracted from this page is not the one annotated; annotate it again",
    "text-dropped": "the span lies in text that cleaning dropped",
    "beyond-text": "the span ends behind the last text of its article; correct its end",
}


@dataclass(frozen=True, slots=True)
class Alignment:
    """Labelled statements in the order of the gold, what could not be placed, and the counts of both.

    Parameters
    ----------
    names
        Statement ids by what annotations call the statement: an id, or ``source:start-end``.
    """

    statements: tuple[Statement, ...]
    rejects: tuple[Reject, ...]
    counts: dict[str, int]
    names: Mapping[str, str] = field(default_factory=dict)


def _core(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without marks, spaces and closing punctuation at its ends."""
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and text[end - 1] in _EDGE:
        end -= 1
    return start, end


def _context(text: str, start: int, end: int) -> str:
    """Return the sentence or sentences of a span, and whole sentences beside them."""
    left = text.rfind("\n\n", 0, start) + 2 if "\n\n" in text[:start] else 0
    right = text.find("\n\n", end)
    right = len(text) if right < 0 else right
    stops = [m.end() for m in _SENTENCE_END.finditer(text, left, right)]
    first = max((stop for stop in stops if stop <= start), default=left)
    last = min((stop for stop in stops if stop > end), default=right)
    low, high = widened(text, (start, end), (first, max(last, end)))
    return text[low:high].strip()


def cut(article: Article, start: int, end: int) -> dict[str, Any]:
    """Return what a quote row would say of a span of the cleaned text that no quotation was found at."""
    a, b = article.raw_span(start, end) or (start, end)
    return {
        "quote_id": f"{article.article_id}:{a}-{b}",
        "article_id": article.article_id,
        "start": start,
        "end": end,
        "text": article.text[start:end],
        "context": _context(article.text, start, end),
    }


@dataclass(slots=True)
class Aligner:
    """Places gold spans on articles, by their source, and on the quotations that were found in them."""

    articles: dict[str, list[Article]]
    exact: dict[tuple[str, int, int], Mapping[str, Any]] = field(default_factory=dict)
    core: dict[tuple[str, int, int], Mapping[str, Any]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    used: set[str] = field(default_factory=set)
    types: dict[tuple[str, str], SpeakerType] = field(default_factory=dict)

    def index(self, quotes: Iterable[Mapping[str, Any]]) -> None:
        """Index the quotations by span, and by span without marks."""
        texts = {article.article_id: article.text for group in self.articles.values() for article in group}
        for row in quotes:
            if (text := texts.get(row["article_id"])) is None:
                raise InputError(f"{row['quote_id']}: its article is not beside the quote table; run ingest again")
            self.exact[row["article_id"], row["start"], row["end"]] = row
            self.core.setdefault((row["article_id"], *_core(text, row["start"], row["end"])), row)
            if row.get("speaker") and row.get("speaker_type"):
                self.types.setdefault((row["article_id"], row["speaker"].casefold()), row["speaker_type"])

    def locate(self, gold: Gold) -> tuple[Article, int, int] | str:
        """Return the article and the cleaned span of a gold span, or the reason why there is none."""
        articles = self.articles.get(gold.source, [])
        if not articles:
            return "no-article"
        if all(article.raw_sha256 != gold.sha256 for article in articles):
            if all(not article.has_raw for article in articles):
                # Another version of the HTML extractor gives another text; that is nobody's mistake.
                return "extracted-text-changed"
            raise LabelError(
                f"{gold.where}: {gold.source} has changed since it was annotated (its sha256 is now "
                f"{articles[0].raw_sha256}, not {gold.sha256}); restore the text or annotate it again"
            )
        last = max((segment.raw_end for article in articles for segment in article.segments), default=0)
        if gold.start < last < gold.end:
            return "beyond-text"
        spans = [(article, *span) for article in articles if (span := article.clean_span(gold.start, gold.end))]
        # Of a digest's articles, the one that holds most of the span.
        return max(spans, key=lambda found: found[2] - found[1], default="text-dropped")

    def quote_at(self, article: Article, start: int, end: int) -> Mapping[str, Any]:
        """Return the quotation at a span, or the one that differs by marks, spaces or punctuation; count which.

        Where none was found there, the span is cut from the article.
        """
        row = self.exact.get((article.article_id, start, end))
        if row is not None:
            self.counts["found_exactly"] += 1
            return row
        row = self.core.get((article.article_id, *_core(article.text, start, end)))
        self.counts["found_but_for_marks" if row else "cut_from_article"] += 1
        return row or cut(article, start, end)

    def statement(self, gold: Gold, article: Article, start: int, end: int) -> Statement:
        """Return the labelled statement of a located gold span."""
        row = self.quote_at(article, start, end)
        self.used.add(row["quote_id"])
        speaker = gold.speaker or row.get("speaker")
        return Statement(
            statement_id=row["quote_id"],
            article_id=article.article_id,
            story_id=article.story_id or article.article_id,
            text=row["text"],
            context=row["context"] or "",
            title=article.title or "",
            target=gold.target,
            speaker=speaker,
            label=gold.label,
            coder=gold.coder,
            coder_type=gold.coder_type,
            kind=gold.kind,
            outlet=article.outlet,
            published=article.published,
            ambiguous=gold.ambiguous,
            # Of the name, not of the quotation: coders and the extractor may differ on who says it.
            speaker_type=self.types.get((article.article_id, speaker.casefold())) if speaker else None,
        )


def unplaced(gold: Gold, reason: str) -> Reject:
    """Return an annotation that has no place in the articles, for the reason that ``Aligner.locate`` gave."""
    record = f"{gold.source} {gold.start}-{gold.end} {gold.label}"
    return reject_at(gold.where, record, RecordError(_NO_PLACE[reason], reason=reason))


def align(gold: Sequence[Gold], quotes: Sequence[Mapping[str, Any]], articles: Iterable[Article]) -> Alignment:
    """Return the gold as labelled statements.

    A span matches the quotation with its offsets, else the one that differs by marks, spaces or closing punctuation;
    else it is cut from the article. Terms are left out. The same label given twice counts once.

    Parameters
    ----------
    gold
        Annotations, checked by ``read_gold``.
    quotes
        Rows of the quote table.
    articles
        The articles that the quotations were found in.

    Raises
    ------
    InputError
        If a quotation's article is missing.
    LabelError
        If an article has changed since it was annotated, or one span has two labels for one target.
    """
    by_source: dict[str, list[Article]] = defaultdict(list)
    for article in articles:
        by_source[article.source].append(article)
    aligner = Aligner(by_source)
    aligner.index(quotes)
    counts, rejects = aligner.counts, []
    counts.update({"gold": len(gold), "terms": 0, "repeated": 0})
    first: dict[tuple[str, str], tuple[Gold, Statement]] = {}
    names: dict[str, str] = {}
    for row in gold:
        if row.kind == "term":
            counts["terms"] += 1
            continue
        place = aligner.locate(row)
        if isinstance(place, str):
            rejects.append(unplaced(row, place))
            continue
        statement = aligner.statement(row, *place)
        own = row.statement_id or statement.statement_id
        names |= dict.fromkeys((own, f"{row.source}:{row.start}-{row.end}"), statement.statement_id)
        known, _ = first.setdefault((statement.statement_id, row.target), (row, statement))
        if known.label != row.label:
            raise LabelError(f"{row.where}: {row.label} contradicts {known.label} at {known.where}; decide which holds")
        counts["repeated"] += known is not row
    counts["found_by_extractor_only"] = sum(
        bool(row["is_statement"]) and row["quote_id"] not in aligner.used for row in quotes
    )
    return Alignment(tuple(statement for _, statement in first.values()), tuple(rejects), dict(counts), names)
