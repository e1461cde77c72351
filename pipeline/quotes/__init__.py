"""From a cleaned article to its quotations and their speakers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.quotes.passages import Sentence
from pipeline.quotes.phrases import Mention
from pipeline.quotes.sentences import Token
from pipeline.quotes.spans import body_paragraphs, quotation_spans
from pipeline.quotes.speakers import Attribution, Attributor
from pipeline.quotes.terms import is_clause, is_statement
from pipeline.records import Article, Kind, Quote, Span

__all__ = ["QuoteOptions", "find_quotes"]

_CONTEXT = 2000
"""Characters of context on either side: a sentence without end must not be copied for each of its quotations."""


@dataclass(frozen=True, slots=True)
class QuoteOptions:
    """What to look for.

    Parameters
    ----------
    kinds
        Kinds of reported speech.
    min_speaker_confidence
        Below it the speaker is null rather than wrong; in [0, 1].
    """

    kinds: frozenset[Kind] = frozenset({"direct", "mixed"})
    min_speaker_confidence: float = 0.0


_DEFAULT = QuoteOptions()


def find_quotes(article: Article, options: QuoteOptions = _DEFAULT) -> list[Quote]:
    """Return the article's quotations in order, each with cue and speaker where somebody says it."""
    paragraphs = body_paragraphs(article)
    spans = quotation_spans(article, paragraphs)
    if not spans:
        return []
    attributor = Attributor(article.text, paragraphs, spans)
    quotes: list[Quote] = []
    for index, attribution in enumerate(attributor.run()):
        quotes.append(_quote(article, attributor, index, attribution, quotes))
    return quotes


def _quote(
    article: Article, attributor: Attributor, index: int, attribution: Attribution, before: Sequence[Quote]
) -> Quote:
    start, end = attributor.passages.quotes[index]
    text = article.text[start:end]
    sentence, at = attributor.passages.place_of(index)
    statement = is_statement(text, sentence.tokens, at, attribution)
    a, b = article.raw_span(start, end) or (start, end)
    own = f"{article.article_id}:{a}-{b}"
    mention, speaker = _span(article, attribution.mention), attribution.speaker
    cue = _span(article, attribution.cue)
    # One reporting verb for two quotations: pieces of one utterance.
    follows = attribution.follows or (statement and cue is not None and before and before[-1].cue == cue)
    return Quote(
        article_id=article.article_id,
        start=start,
        end=end,
        text=text,
        kind="direct" if is_clause(text) else "mixed",
        is_statement=statement,
        utterance_id=before[-1].utterance_id if follows and before else own,
        context=_context(article, attributor, sentence, index),
        speaker=speaker.name if speaker and statement else None,
        mention=mention if statement else None,
        cue=cue if statement else None,
    )


def _span(article: Article, place: Mention | Token | None) -> Span | None:
    return Span(place.start, place.end, article.text[place.start : place.end]) if place is not None else None


def _context(article: Article, attributor: Attributor, sentence: Sentence, index: int) -> str:
    """Return the sentence around a quotation, with the one before where the quotation stands alone."""
    first = sentence
    if sentence.only_quotes and sentence.index > 0:
        first = attributor.passages.sentences[sentence.index - 1]
    low, high = attributor.passages.quotes[index]
    start = max(first.start, low - _CONTEXT)
    end = max(high, min(sentence.end, high + _CONTEXT))
    return article.text[min(start, low) : end]
