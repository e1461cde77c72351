"""Reported clauses without quotation marks: Lee said *the plan would cost jobs*; *sales fell*, according to Acme."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.quotes.confidence import resolution_confidence
from pipeline.quotes.decoding import Piece
from pipeline.quotes.lexicon import DETERMINERS
from pipeline.quotes.passages import Sentence
from pipeline.quotes.speakers import Attributor
from pipeline.quotes.tagger import Tagger
from pipeline.quotes.terms import is_judging
from pipeline.quotes.windows import Window, window_of
from pipeline.records import Article, Quote, Span

_EDGES = " \t\n,;:.!?…—–-\"'“”‘’«»([)]"
_JOINTS = "-.,’'$£€%"
_LONGEST_WORD = 40
_BARE = 6
"""Words of the reporter's beside a whole quotation up to which nothing else is reported there: “…,” she said."""
_WHOLE = 40
"""Characters of a whole quotation."""
_SILENT = re.compile(
    r"(?:\w+ )?(?:declin|refus)\w*(?: to)?(?: (?:comment|discuss|say|speak|answer|respond|elaborate)\w*)?"
    r"|(?:did|does|do|has|have|had|could|would)(?:n[’']t| not) (?:immediately )?(?:return|respond|reply|comment)",
    re.IGNORECASE,
)
_CALLS = re.compile(r"(?:\w+ )?(?:call|calls|called|calling|phoned|telephoned|rang)", re.IGNORECASE)
_CALLED_PARTY = 4
_INDEFINITE = frozenset({"a", "an"})
_SHORTEST = 2
"""Words of a reported clause."""


def find_indirect(
    article: Article, attributor: Attributor, quotes: Sequence[Quote], tagger: Tagger, least: float
) -> list[Quote]:
    """Return the quotations, with the content that the tagger gives the mixed ones, and the indirect speech, in order.

    Parameters
    ----------
    attributor
        Made with ``everywhere``, after its run.
    quotes
        What was found in the same paragraphs in quotation marks.
    least
        Confidence below which a speaker is left null.
    """
    sentences = attributor.passages.sentences
    windows = [_window(article.text, sentence) for sentence in sentences]
    read = [index for index, window in enumerate(windows) if not _only_quotes(window) and tagger.reads(window)]
    found: list[Quote] = []
    contents: dict[int, Piece] = {}
    starts = [quote.start for quote in quotes]
    for index, pieces in zip(read, tagger.tag([windows[index] for index in read]), strict=True):
        sentence = sentences[index]
        within = quotes[bisect_left(starts, sentence.start) : bisect_left(starts, sentence.end)]
        before: list[Quote] = []  # of this sentence
        for piece in pieces:
            over = [q for q in within if q.is_statement and q.start < piece.end and piece.start < q.end]
            contents.update((quote.start, piece) for quote in over)
            if not over:
                before += _quote(article, attributor, sentence, piece, within, before, least)
        found += before
    return sorted([*(_with_content(article, q, contents.get(q.start)) for q in quotes), *found], key=_place)


def _place(quote: Quote) -> tuple[int, int]:
    return quote.start, -quote.end


def _window(text: str, sentence: Sentence) -> Window:
    return window_of(text, sentence.start, sentence.stop, sentence.quoted)


def _only_quotes(window: Window) -> bool:
    """Tell a sentence that is one quotation and its reporting clause."""
    if not window.quoted or sum(end - start for start, end in window.quoted) <= _WHOLE:
        return False
    words, at = 0, 0
    for start, end in [*window.quoted, (len(window.text), len(window.text))]:
        words += len(window.text[at:start].split())
        at = end
    return words <= _BARE


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span without the marks at its ends, grown to whole words: a tagger may stop inside "$1.5bn"."""
    while start < end and text[start] in _EDGES:
        start += 1
    while end > start and text[end - 1] in _EDGES:
        end -= 1
    low, high = max(1, start - _LONGEST_WORD), min(len(text), end + _LONGEST_WORD)
    while low < start < end and _is_inside_word(text, start):
        start -= 1
    while start < end < high and _is_inside_word(text, end):
        end += 1
    return start, end


def _is_inside_word(text: str, at: int) -> bool:
    """Tell whether a boundary parts a word, a figure or an amount in two."""
    before, after = text[at - 1], text[at]
    if before.isalnum() and after.isalnum():
        return True
    if before.isalnum():
        return after in _JOINTS and at + 1 < len(text) and text[at + 1].isalnum()
    return before in _JOINTS and after.isalnum() and at > 1 and not text[at - 2].isspace()


def _says_something(cue: str, content: str) -> bool:
    """Tell a reported clause from a refusal to speak, a telephone call, and a content too short to say anything."""
    words = content.split()
    if len(words) < _SHORTEST or _SILENT.match(cue):
        return False
    if _CALLS.fullmatch(cue) and len(words) <= _CALLED_PARTY and words[0].lower() in DETERMINERS:
        # "called the order unlawful", "called the order a mistake"; but "called the office".
        return is_judging(words[-1]) or any(word.lower() in _INDEFINITE for word in words[1:])
    return True


def _quote(
    article: Article,
    attributor: Attributor,
    sentence: Sentence,
    piece: Piece,
    within: Iterable[Quote],
    before: Sequence[Quote],
    least: float,
) -> list[Quote]:
    """Return the indirect quotation of one piece, or none where it is too short to say anything."""
    start, end = _trimmed(article.text, piece.start, piece.end)
    for term in within:  # quoted terms stand in it whole, marks included
        if term.start < end and start < term.end:
            start, end = min(start, term.start), max(end, term.end)
    if before and start < before[-1].end:  # both would hold the same term
        return []
    if not _says_something(article.text[slice(*piece.cue)] if piece.cue else "", article.text[start:end]):
        return []
    speaker = attributor.resolve_span(*piece.source) if piece.source else None
    sure = piece.probability * resolution_confidence(speaker) if speaker else None
    mention = (speaker.mention.start, speaker.mention.end) if speaker else piece.source
    cue = _span(article, piece.cue)
    own = article.raw_span(start, end) or (start, end)
    shared = next((quote for quote in before if cue is not None and quote.cue == cue), None)
    return [
        Quote(
            article_id=article.article_id,
            start=start,
            end=end,
            text=article.text[start:end],
            kind="indirect",
            is_statement=True,
            utterance_id=shared.utterance_id if shared else f"{article.article_id}:{own[0]}-{own[1]}",
            context=attributor.passages.around((start, end), (min(sentence.start, start), max(sentence.end, end))),
            mention=_span(article, mention),
            cue=cue,
            content=Span(start, end, article.text[start:end]),
            **attributor.profiles.known(speaker, sure, least),
        )
    ]


def _with_content(article: Article, quote: Quote, piece: Piece | None) -> Quote:
    """Return a quotation with the content that the tagger found around it."""
    if piece is None or quote.kind != "mixed":
        return quote
    start, end = _trimmed(article.text, piece.start, piece.end)
    start, end = min(start, quote.start), max(end, quote.end)
    return replace(quote, content=Span(start, end, article.text[start:end]))


def _span(article: Article, place: tuple[int, int] | None) -> Span | None:
    return Span(*place, article.text[slice(*place)]) if place else None
