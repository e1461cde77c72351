"""From a decoded source text to its articles: named, counted steps over kept and dropped spans, in a fixed order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from pipeline import files
from pipeline.articles.bylines import strip_notes, take_bylines, take_dateline
from pipeline.articles.captions import mark_captions
from pipeline.articles.digests import cut_digest
from pipeline.articles.furniture import drop_closing_sentences, drop_furniture
from pipeline.articles.glued import cut_glued_headlines
from pipeline.articles.headlines import drop_tail, mark_headlines
from pipeline.articles.lines import Line, Page, split_page
from pipeline.articles.markup import strip_bullets, strip_markup
from pipeline.articles.normalise import Normalised, normalise
from pipeline.records import Article, Document, Segment, text_hash

_PARAGRAPH = "\n\n"


class DroppedSpan(NamedTuple):
    """A span of the decoded source text that is in no article, and the step that dropped it."""

    step: str
    raw_start: int
    raw_end: int


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The articles of one source text.

    Parameters
    ----------
    articles
        In the order of the text; empty where nothing but furniture was found.
    dropped
        How often each step fired, by its name.
    raw_dropped
        What the steps dropped, in order of the source text.
    """

    articles: tuple[Article, ...]
    dropped: dict[str, int]
    raw_dropped: tuple[DroppedSpan, ...]


def _segments(normal: Normalised, kept: list[Line]) -> tuple[str, tuple[Segment, ...]]:
    """Return the article's text and where each run of it came from."""
    segments: list[Segment] = []
    at, unchanged = 0, normal.unchanged
    for line in kept:
        assert line.region is not None
        for start, end, glue in line.pieces:
            at += len(glue)
            if unchanged:
                segments.append(Segment(at, at + end - start, start, end, line.region))
                at += end - start
                continue
            for run in normal.raw_runs(start, end):
                size = run.end - run.start
                segments.append(Segment(at, at + size, run.raw_start, run.raw_end, line.region))
                at += size
        at += len(_PARAGRAPH)
    return _PARAGRAPH.join(line.text for line in kept), tuple(segments)


def _dropped_spans(normal: Normalised, page: Page) -> tuple[DroppedSpan, ...]:
    """Return the dropped spans in raw offsets."""
    spans = []
    for step, start, end in page.dropped:
        runs = list(normal.raw_runs(start, end))
        if runs:
            spans.append(DroppedSpan(step, runs[0].raw_start, runs[-1].raw_end))
    return tuple(sorted(spans, key=lambda span: (span.raw_start, span.raw_end)))


def _classified(normal: Normalised, document: Document) -> Page:
    """Return the page with the steps done that look at lines alone, whichever article they are in."""
    page = split_page(normal.text, title=document.title, outlet=document.outlet)
    for kind, count in normal.edits.items():
        page.count(f"characters-{kind}", count)
    strip_markup(page)
    strip_bullets(page)
    strip_notes(page)
    drop_furniture(page)
    mark_captions(page)
    return page


def _article(page: Page, lines: list[Line], normal: Normalised, draft: Article) -> Article | None:
    """Return one article of the page: the draft with its text and head; None where nothing is left."""
    byline = take_bylines(page, lines)
    title = mark_headlines(page, lines, draft.title)
    dateline = take_dateline(page, lines)
    drop_tail(page, lines)
    cut_glued_headlines(page, lines)
    drop_closing_sentences(page, lines)
    kept = [line for line in lines if line.region]
    if not kept:
        return None
    text, segments = _segments(normal, kept)
    return replace(draft, text=text, segments=segments, title=draft.title or title, byline=byline, dateline=dateline)


def _draft(document: Document, sha256: str, part: int, *, title: str | None) -> Article:
    """Return an article with what is known before its text: its id and its record's fields."""
    return Article(
        article_id=text_hash(sha256, str(part)),
        text="",
        source=document.source,
        title=title,
        outlet=document.outlet,
        published=document.published,
        url=document.url,
        target=document.target,
        raw_sha256=sha256,
        has_raw=document.has_raw,
    )


def clean(document: Document) -> Cleaned:
    """Return the articles of one source text; every step is counted and every kept run traced to the source."""
    normal = normalise(document.text)
    page = _classified(normal, document)
    sha256 = files.sha256_text(document.text)
    parts = cut_digest(page)
    # The title that came with a digest is the page's, not an article's.
    title = document.title if len(parts) == 1 else None
    drafts = [_draft(document, sha256, part, title=title) for part in range(len(parts))]
    found = [_article(page, lines, normal, draft) for lines, draft in zip(parts, drafts, strict=True)]
    articles = tuple(article for article in found if article is not None)
    return Cleaned(articles, dict(page.counts), _dropped_spans(normal, page))
