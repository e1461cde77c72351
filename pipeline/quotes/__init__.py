"""From a cleaned article to its quotations and their speakers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from pipeline.quotes.blocks import block_quotes
from pipeline.quotes.confidence import confidence
from pipeline.quotes.contents import content_span
from pipeline.quotes.indirect import find_indirect
from pipeline.quotes.passages import Sentence
from pipeline.quotes.phrases import Mention
from pipeline.quotes.regions import Speech, attribution_beside, is_stated_beside
from pipeline.quotes.sentences import Token
from pipeline.quotes.speakers import Attribution, Attributor
from pipeline.quotes.tagger import Tagger
from pipeline.quotes.terms import is_clause, is_statement
from pipeline.records import Article, Kind, Quote, Region, Span

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
    tagger
        Finds indirect speech; needed for that kind alone.

    Raises
    ------
    ValueError
        If indirect speech is wanted without a tagger.
    """

    kinds: frozenset[Kind] = frozenset({"direct", "mixed"})
    min_speaker_confidence: float = 0.0
    tagger: Tagger | None = None

    def __post_init__(self) -> None:
        if "indirect" in self.kinds and self.tagger is None:
            raise ValueError("indirect speech needs a tagger")


_DEFAULT = QuoteOptions()


def find_quotes(article: Article, options: QuoteOptions = _DEFAULT) -> list[Quote]:
    """Return the article's quotations in order, each with cue and speaker where somebody says it."""
    speech = Speech(article)
    tagger = options.tagger if "indirect" in options.kinds else None
    blocks = "block" in options.kinds
    attributor = Attributor(
        article.text,
        speech.paragraphs,
        speech.quotes,
        everywhere=blocks or tagger is not None,
        narrator=article.byline,
    )
    quotes: list[Quote] = []
    for index, attribution in enumerate(attributor.run()):
        quotes.append(_quote(article, attributor, index, attribution, quotes, options.min_speaker_confidence))
    if tagger is not None:
        quotes = find_indirect(article, attributor, quotes, tagger, options.min_speaker_confidence)
    beside = _beside(article, speech, attributor, options.min_speaker_confidence)
    if blocks:
        set_off = block_quotes(article, attributor, speech.paragraphs, options.min_speaker_confidence)
        quotes = [quote for quote in quotes if quote.kind != "indirect" or not _lies_in(quote, set_off)]
        beside += set_off
    found = sorted([*quotes, *beside], key=attrgetter("start")) if beside else quotes
    return [quote for quote in found if quote.kind in options.kinds]


def _lies_in(quote: Quote, blocks: Sequence[Quote]) -> bool:
    return any(block.start < quote.end and quote.start < block.end for block in blocks)


def _beside(article: Article, speech: Speech, body: Attributor, least: float) -> list[Quote]:
    """Return the quotations of headlines and captions, and those in marks that do not hold the article's speech."""
    quotes: list[Quote] = []
    for aside in speech.asides():
        own = Attributor(article.text, [aside.paragraph], aside.quotes)
        own.resolver.names = body.resolver.names
        for index, found in enumerate(own.run()):
            attribution = attribution_beside(own, index, found)
            stated = aside.region != "body" and is_stated_beside(own, index, attribution)
            quotes.append(_quote(article, own, index, attribution, (), least, stated=stated, region=aside.region))
    return quotes


def _quote(
    article: Article,
    attributor: Attributor,
    index: int,
    attribution: Attribution,
    before: Sequence[Quote],
    least: float,
    *,
    stated: bool | None = None,
    region: Region = "body",
) -> Quote:
    start, end = attributor.passages.quotes[index]
    text = article.text[start:end]
    sentence, at = attributor.passages.place_of(index)
    statement = is_statement(text, sentence.tokens, at, attribution) if stated is None else stated
    mention, speaker = _span(article, attribution.mention), attribution.speaker if statement else None
    cue = _span(article, attribution.cue)
    # One reporting verb for two quotations: pieces of one utterance.
    follows = attribution.follows or (statement and cue is not None and before and before[-1].cue == cue)
    content = None
    if statement:
        content = content_span(article.text, sentence.tokens, at, attribution.cue, attribution.mention)
    return Quote(
        article_id=article.article_id,
        start=start,
        end=end,
        text=text,
        kind="direct" if is_clause(text) else "mixed",
        is_statement=statement,
        utterance_id=before[-1].utterance_id if follows and before else _own_id(article, start, end),
        context=_context(attributor, sentence, index),
        mention=mention if statement else None,
        cue=cue if statement else None,
        content=Span(*content, article.text[slice(*content)]) if content else None,
        region=region,
        **attributor.profiles.known(speaker, confidence(attribution) if statement else None, least),
    )


def _own_id(article: Article, start: int, end: int) -> str:
    a, b = article.raw_span(start, end) or (start, end)
    return f"{article.article_id}:{a}-{b}"


def _span(article: Article, place: Mention | Token | None) -> Span | None:
    return Span(place.start, place.end, article.text[place.start : place.end]) if place is not None else None


def _context(attributor: Attributor, sentence: Sentence, index: int) -> str:
    """Return the sentence around a quotation, with whole sentences beside it."""
    low, high = attributor.passages.quotes[index]
    start = min(low, max(sentence.start, low - _CONTEXT))
    end = max(high, min(sentence.end, high + _CONTEXT))
    return attributor.passages.around((low, high), (start, end))
