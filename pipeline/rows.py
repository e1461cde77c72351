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
    "row_id", *QUOTE_COLUMNS, "stance", "p_anti", "p_neutral", "p_pro", "confidence", "abstained", "model",
    "stance_set",
)  # fmt: skip
"""Columns of the scored table, in order."""


_NOWHERE = (None, None)


def quote_row(article: Article, quote: Quote) -> dict[str, Any]:
    """Return one row of the quote table (keys: ``QUOTE_COLUMNS``).

    Raises
    ------
    ValueError
        If the quotation does not stand in the article at its offsets.
    """
    if article.text[quote.start : quote.end] != quote.text:
        raise ValueError(f"{article.article_id}: quotation is not at {quote.start}-{quote.end}")
    content, mention, cue = quote.content, quote.mention, quote.cue
    raw_start, raw_end = article.raw_span(quote.start, quote.end) or _NOWHERE
    # The content of most quotations is the quotation.
    whole = content is not None and content.start == quote.start and content.end == quote.end
    raw_content = (raw_start, raw_end) if whole else _raw(article, content)
    raw_mention, raw_cue = _raw(article, mention), _raw(article, cue)
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
        "content_start": content.start if content else None,
        "content_end": content.end if content else None,
        "raw_content_start": raw_content[0],
        "raw_content_end": raw_content[1],
        "utterance_id": quote.utterance_id,
        "speaker": quote.speaker,
        "speaker_type": quote.speaker_type,
        "speaker_role": quote.speaker_role,
        "speaker_affiliation": quote.speaker_affiliation,
        "speaker_id": quote.speaker_id,
        "speaker_confidence": quote.speaker_confidence,
        "speaker_mention": mention.text if mention else None,
        "speaker_start": mention.start if mention else None,
        "speaker_end": mention.end if mention else None,
        "raw_speaker_start": raw_mention[0],
        "raw_speaker_end": raw_mention[1],
        "cue": cue.text if cue else None,
        "cue_start": cue.start if cue else None,
        "cue_end": cue.end if cue else None,
        "raw_cue_start": raw_cue[0],
        "raw_cue_end": raw_cue[1],
        "context": quote.context,
        "target": article.target,
        "title": article.title,
        "outlet": article.outlet,
        "published": article.published,
        "source": article.source,
    }


def _raw(article: Article, span: Span | None) -> tuple[int, int] | tuple[None, None]:
    """Return the raw offsets of a span, or nothing."""
    return (article.raw_span(span.start, span.end) or _NOWHERE) if span else _NOWHERE
