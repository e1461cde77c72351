"""Quotation spans of an article's paragraphs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

from pipeline.quotes.marks import Paragraph, pair_marks
from pipeline.records import Article, Region

_LETTER = re.compile(r"[^\W_]")


def _paragraphs(text: str) -> list[Paragraph]:
    lines = text.split("\n")
    ends = accumulate((len(line) + 1 for line in lines), initial=0)
    return [(start, start + len(line)) for start, line in zip(ends, lines, strict=False) if line]


def body_paragraphs(article: Article) -> list[Paragraph]:
    """Return the spans of the article's body paragraphs; headlines and captions stand apart."""
    spans = _paragraphs(article.text)
    if all(segment.region == "body" for segment in article.segments):
        return spans
    return [span for span in spans if article.region(span[0]) == "body"]


def regional_paragraphs(article: Article) -> list[tuple[Region, Paragraph]]:
    """Return the article's headlines and captions with their regions."""
    if all(segment.region == "body" for segment in article.segments):
        return []
    found = ((article.region(span[0]), span) for span in _paragraphs(article.text))
    return [(region, span) for region, span in found if region != "body"]


def quotation_spans(article: Article, paragraphs: Sequence[Paragraph]) -> list[tuple[int, int]]:
    """Return the outermost quotations of some paragraphs, marks included, that hold at least one letter or figure."""
    return [(a, b) for a, b in pair_marks(article.text, paragraphs) if _LETTER.search(article.text, a + 1, b - 1)]
