"""Rows of the quote table and the scored table, and their columns."""

from __future__ import annotations

from typing import Any

from pipeline.records import Article, Quote, Span

QUOTE_COLUMNS = (
    "quote_id", "article_id", "story_id", "start", "end", "raw_start", "raw_end", "text", "kind", "is_statement",
    "region", "content_start", "content_end", "raw_content_start", "raw_content_end", "utterance_id", "speaker",
    "speaker_type", "speaker_role", "speaker_affiliation", "speaker_id", "speaker_confidence", "speaker_mention",
    "speaker_start", "speaker_end", "raw_speaker_start", "raw_speaker_end", "cue", "cue_start", "cue_end",
    "raw_cue_start", "raw_cue_end", "context", "target", "title", "outlet", "published", "source",
)  # fmt: skip
"""Columns of the quote table, in order."""

SCORE_COLUMNS = (
    "row_id", *QUOTE_COLUMNS, "stance", "p_anti", "p_neutral", "p_pro", "confidence", "abstained", "model"
)  # fmt: skip
"""Columns of the scored table, in order."""


def quote_row(article: Article, quote: Quote) -> dict[str, Any]:
    """Return one row of the quote table (keys: ``QUOTE_COLUMNS``).

    Raises
    ------
    ValueError
        If the quotation does not stand in the article at its offsets.
    """
    if article.text[quote.start : quote.end] != quote.text:
        raise ValueError(f"{article.article_id}: quotation is not at {quote.start}-{quote.end}")
    raw_start, raw_end = article.raw_span(quote.start, quote.end) or (None, None)
    own = (quote.start, quote.end) if raw_start is None else (raw_start, raw_end)
    return {
        "quote_id": f"{article.article_id}:{own[0]}-{own[1]}",
        "article_id": article.article_id,
        "story_id": article.story_id or article.article_id,
        "start": quote.start,
        "end": quote.end,
        "raw_start": raw_start,
        "raw_end": raw_end,
        "text": quote.text,
        "kind": quote.kind,
        "is_statement": quote.is_statement,
        "region": quote.region,
        **_place(article, "content", quote.content),
        "utterance_id": quote.utterance_id,
        "speaker": quote.speaker,
        "speaker_type": quote.speaker_type,
        "speaker_role": quote.speaker_role,
        "speaker_affiliation": quote.speaker_affiliation,
        "speaker_id": quote.speaker_id,
        "speaker_confidence": quote.speaker_confidence,
        "speaker_mention": quote.mention.text if quote.mention else None,
        **_place(article, "speaker", quote.mention),
        "cue": quote.cue.text if quote.cue else None,
        **_place(article, "cue", quote.cue),
        "context": quote.context,
        "target": article.target,
        "title": article.title,
        "outlet": article.outlet,
        "published": article.published,
        "source": article.source,
    }


def _place(article: Article, name: str, span: Span | None) -> dict[str, int | None]:
    """Return the four offset columns of one span."""
    raw = article.raw_span(span.start, span.end) if span else None
    return {
        f"{name}_start": span.start if span else None,
        f"{name}_end": span.end if span else None,
        f"raw_{name}_start": raw[0] if raw else None,
        f"raw_{name}_end": raw[1] if raw else None,
    }
