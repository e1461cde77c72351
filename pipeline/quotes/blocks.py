"""Speech set off without marks: the turns of transcripts, and texts quoted whole behind a colon.

Precise rather than eager: a paragraph behind a colon counts only where a reporting clause ends in the colon and its
text reads as somebody’s own.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import attrgetter

from pipeline.quotes.confidence import resolution_confidence
from pipeline.quotes.cues import is_cue
from pipeline.quotes.lexicon import words
from pipeline.quotes.marks import Paragraph
from pipeline.quotes.phrases import Mention
from pipeline.quotes.sentences import sentence_spans, tokenize
from pipeline.quotes.speakers import Attributor
from pipeline.quotes.subjects import subject_after, subject_before
from pipeline.quotes.turns import Block, Place, plain_name, transcripts
from pipeline.records import Article, Quote, Span

__all__ = ["Block", "block_quotes", "find_blocks"]

_PLAINLY_CITING = words("wrote writes reads read continued continues posted tweeted replied responded")
_CITING = _PLAINLY_CITING | words("said says reported added explained concluded")
_SHOWN = words("chart graph table map data figure figures graphic list video poll study research")
_CONTEXT = 2000
_LONGEST_BLOCK = 10
_MARKS = re.compile('[“”"«»„]')
_reports = re.compile(r"\b(?:said|says|told|added)\b").search
_ENDS = re.compile(r"[.!?…][)\]]*$")
_OWN = re.compile(r"\b(?:I|[Ww]e|[Mm]y|[Oo]ur|us|me)\b")
_ITEM = re.compile(r"(?:\(?\w{1,2}[.)]|[-–—•*]) ")
_REACH = 8
"""Tokens between a reporting verb and its colon: "wrote on her page on Friday:"."""
_CLAUSE = frozenset({"that", "how", "whether", "why", "what"})
_SHORTEST = 6


def find_blocks(text: str, paragraphs: Sequence[Paragraph], quotes: Sequence[Place]) -> list[Block]:
    """Return the speech of an article that is set off without marks, in order.

    Parameters
    ----------
    text
        Cleaned article text.
    paragraphs
        Spans of its body paragraphs.
    quotes
        Spans of its quotations, in order.

    Returns
    -------
    list
        Blocks that do not overlap. None begins or ends inside a quotation or holds little else than quotations; a
        quotation may lie in a block.
    """
    turns = transcripts(text, paragraphs)
    spoken = [(turn.start, turn.end) for turn in turns]
    found = sorted([*turns, *_behind_colons(text, paragraphs, spoken)], key=attrgetter("start"))
    return [block for block in found if _is_bare(block, quotes)]


def block_quotes(
    article: Article, attributor: Attributor, paragraphs: Sequence[Paragraph], least: float
) -> list[Quote]:
    """Return the blocks of an article as quotations of kind ``block``, in order.

    Parameters
    ----------
    attributor
        Made with ``everywhere``, after its run.
    paragraphs
        Spans of the body paragraphs.
    least
        Confidence below which a speaker is left null.
    """
    blocks = find_blocks(article.text, paragraphs, attributor.passages.quotes)
    return [_quote(article, attributor, block, least) for block in blocks]


def _quote(article: Article, attributor: Attributor, block: Block, least: float) -> Quote:
    start, end = block.start, block.end
    a, b = article.raw_span(start, end) or (start, end)
    speaker = attributor.resolve_span(*block.named) if block.named else None
    if speaker is not None:
        speaker = replace(speaker, name=plain_name(speaker.name))
    first = min(start, block.mention[0]) if block.mention else start
    read = min(end, start + _CONTEXT)
    return Quote(
        article_id=article.article_id,
        start=start,
        end=end,
        text=article.text[start:end],
        kind="block",
        is_statement=True,
        utterance_id=f"{article.article_id}:{a}-{b}",
        context=attributor.passages.around((start, read), (first, read)),
        mention=_span(article, block.mention),
        cue=_span(article, block.cue),
        content=Span(start, end, article.text[start:end]),
        **attributor.profiles.known(speaker, resolution_confidence(speaker) if speaker else None, least),
    )


def _span(article: Article, place: Place | None) -> Span | None:
    return Span(*place, article.text[slice(*place)]) if place else None


def _is_bare(block: Block, quotes: Sequence[Place]) -> bool:
    """Tell whether a block crosses no quotation, and mostly stands outside any."""
    at = max(0, bisect_left(quotes, (block.start, block.start)) - 1)
    quoted = 0
    for start, end in quotes[at:]:
        if start >= block.end:
            break
        if end <= block.start:
            continue
        if start < block.start or end > block.end:
            return False
        quoted += end - start
    return 2 * quoted < block.end - block.start


def _behind_colons(text: str, paragraphs: Sequence[Paragraph], spoken: Sequence[Place]) -> Iterator[Block]:
    """Yield the paragraphs without marks that a reporting clause introduces."""
    at = 0
    while at + 1 < len(paragraphs):
        clause = _introduction(text, paragraphs[at])
        stop = _own_words(text, paragraphs, at + 1, clause[1]) if clause is not None else at + 1
        if clause is not None and stop > at + 1 and not _meets(spoken, paragraphs[at + 1][0], paragraphs[stop - 1][1]):
            mention, cue = clause
            place = (mention.start, mention.end)
            yield Block(paragraphs[at + 1][0], paragraphs[stop - 1][1], place, cue, place)
        at = stop


def _meets(spoken: Sequence[Place], start: int, end: int) -> bool:
    """Tell whether a turn of a transcript lies in a stretch."""
    at = bisect_left(spoken, (start, start))
    return at < len(spoken) and spoken[at][0] < end


def _introduction(text: str, paragraph: Paragraph) -> tuple[Mention, Place] | None:
    """Return speaker and cue of a paragraph that ends in a reporting clause and a colon: "Her letter reads:"."""
    start, end = paragraph
    end = start + len(text[start:end].rstrip())
    if text[end - 1] != ":":
        return None
    tokens = tokenize(text, sentence_spans(text, start, end)[-1][0], end)
    for cue in range(len(tokens) - 2, max(-1, len(tokens) - 3 - _REACH), -1):
        word = tokens[cue].lower
        if word in _CLAUSE or word == "following":
            return None
        if word not in _CITING or not (word in {"reads", "read"} or is_cue(tokens, cue)):
            continue
        mention = subject_before(tokens, 0, cue)
        if mention is None and cue + 1 < len(tokens) - 1:
            mention = subject_after(tokens, cue, len(tokens) - 1)
        if isinstance(mention, Mention) and mention.head not in _SHOWN:
            return mention, (tokens[cue].start, tokens[cue].end)
        return None
    return None


def _own_words(text: str, paragraphs: Sequence[Paragraph], first: int, cue: Place) -> int:
    """Return the index behind the last paragraph that an introduction quotes; ``first`` where it quotes none."""
    body = text[slice(*paragraphs[first])].rstrip()
    # Only a cue right before the colon is sure: what an earlier one showed may be lost, and the reporter goes on.
    cited = text[slice(*cue)].lower() in _PLAINLY_CITING and text[cue[1] : paragraphs[first][0]].strip() == ":"
    if body.count(" ") + 1 < _SHORTEST or not _ENDS.search(body) or _ITEM.match(body) or _MARKS.match(body):
        return first
    if not (_OWN.search(body) or cited) or _reports(body):
        return first
    stop = first + 1
    while stop < min(len(paragraphs), first + _LONGEST_BLOCK) and _goes_on(text[slice(*paragraphs[stop])]):
        stop += 1
    return stop


def _goes_on(body: str) -> bool:
    """Tell whether the next paragraph is the same speaker's: in the first person, without marks or reporting verbs."""
    return bool(_OWN.search(body)) and not _MARKS.search(body) and not _reports(body)
