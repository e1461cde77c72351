"""Quotation spans of an article's body."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.quotes.marks import Paragraph, pair_marks
from pipeline.records import Article

_PARAGRAPH = re.compile(r"[^\n]+")
_LETTER = re.compile(r"[^\W_]")


def body_paragraphs(article: Article) -> list[Paragraph]:
    """Return the spans of the article's body paragraphs; headlines and captions stand apart."""
    return [m.span() for m in _PARAGRAPH.finditer(article.text) if article.region(m.start()) == "body"]


def quotation_spans(article: Article, paragraphs: Sequence[Paragraph]) -> list[tuple[int, int]]:
    """Return the outermost quotations of the body, marks included, that hold at least one letter or figure."""
    return [(a, b) for a, b in pair_marks(article.text, paragraphs) if _LETTER.search(article.text, a + 1, b - 1)]
