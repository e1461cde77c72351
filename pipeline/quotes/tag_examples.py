"""From annotated attributions to the tagged tokens that a tagger learns from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from pipeline.quotes.decoding import TAGS
from pipeline.quotes.lexicon import SPEECH_FORMS
from pipeline.quotes.passages import Passages
from pipeline.quotes.spans import quotation_spans
from pipeline.quotes.tagger import token_types
from pipeline.quotes.windows import Window, window_of
from pipeline.records import Article

IGNORED = -100
"""Tag of the tokenizer's own tokens, and the pointer of tokens outside any content: not learnt from."""

_TOO_FEW = 5
"""Windows with a reporting verb under which nothing can be said of it: then it counts as one."""
_PARAGRAPH = re.compile(r"[^\n]+")
_WORD = re.compile(r"[a-z]+")
_ROLES = {"content": TAGS.index("B-content"), "other": TAGS.index("B-other"), "source": TAGS.index("B-source"),
          "cue": TAGS.index("B-cue")}  # fmt: skip
Spans = tuple[tuple[int, int], ...]


class Annotation(NamedTuple):
    """One annotated attribution: spans in the article, in pieces.

    Parameters
    ----------
    speech
        False for what is believed, wished or felt, and not uttered.
    quoted
        All of the content stands in quotation marks.
    """

    content: Spans
    source: Spans
    cue: Spans
    speech: bool
    quoted: bool = False


class TaggedTokens(NamedTuple):
    """One window as numbers; all lists have one entry a token.

    Parameters
    ----------
    ids, types
        Word pieces, and ``tagger.token_types``.
    tags
        Indices of ``tagger.TAGS``.
    sources, cues
        Of content tokens, the token that begins the source and the cue; 0 for none.
    """

    ids: list[int]
    types: list[int]
    tags: list[int]
    sources: list[int]
    cues: list[int]


def windows_of(article: Article) -> list[Window]:
    """Return the windows of every paragraph of an article, headlines and captions included."""
    paragraphs = [match.span() for match in _PARAGRAPH.finditer(article.text)]
    quotes = quotation_spans(article, paragraphs)
    sentences = Passages(article.text, paragraphs, quotes, everywhere=True).sentences
    return [window_of(article.text, s.start, s.stop, s.quoted) for s in sentences]


def cue_words(annotated: Iterable[tuple[Article, Sequence[Annotation]]], *, least_share: float) -> list[str]:
    """Return the words that report speech often enough for their sentences to be read.

    Parameters
    ----------
    least_share
        Of the windows with the word outside quotation marks, the share in which it stands in the cue of something that
        is said, in (0, 1].
    """
    windows: Counter[str] = Counter()
    cues: Counter[str] = Counter()
    for article, attributions in annotated:
        for window in windows_of(article):
            windows.update(_outside(window))
        for annotation in attributions:
            if annotation.speech and not annotation.quoted:
                for start, end in annotation.cue:
                    cues.update(set(_WORD.findall(article.text[start:end].lower())))
    often = {w for w, n in windows.items() if cues[w] > 1 and cues[w] >= least_share * n}
    return sorted(often | {w for w in SPEECH_FORMS if windows[w] < _TOO_FEW})


def _outside(window: Window) -> set[str]:
    at, words, text = 0, set(), window.text.lower()
    for start, end in [*window.quoted, (len(text), len(text))]:
        words.update(_WORD.findall(text, at, start))
        at = end
    return words


def tagged(
    article: Article, annotations: Sequence[Annotation], tokenizer: Any, words: Collection[str]
) -> Iterator[TaggedTokens]:
    """Yield the tagged tokens of an article's windows with a cue word.

    Parameters
    ----------
    tokenizer
        A ``tokenizers.Tokenizer``.
    words
        Of ``cue_words``.
    """
    roles = _roles(article, annotations)
    holder = {at: n for n, one in enumerate(annotations) for start, end in one.content for at in range(start, end)}
    for window in windows_of(article):
        encoding = tokenizer.encode(window.text)
        types = token_types(window, encoding.offsets, words)
        if 2 not in types:
            continue
        places = [(window.article_offset(a), window.article_offset(b - 1) + 1) if a < b else None
                  for a, b in encoding.offsets]  # fmt: skip
        tags, sources, cues = [], [], []
        before = 0
        for place in places:
            role = next((roles[at] for at in range(*place) if roles[at]), 0) if place else 0
            inside = role % 2 == 0 and role > 0
            if inside and before not in (role, role - 1):
                role -= 1  # what begins outside the window begins here
            before = role
            tags.append(role if place else IGNORED)
            own = holder.get(place[0]) if place else None
            sources.append(IGNORED if own is None else _first(places, annotations[own].source))
            cues.append(IGNORED if own is None else _first(places, annotations[own].cue))
        yield TaggedTokens(encoding.ids, types, tags, sources, cues)


def transition_counts(examples: Iterable[TaggedTokens]) -> list[list[int]]:
    """Return how often each tag follows each other, shape [tags, tags]."""
    counts = [[0] * len(TAGS) for _ in TAGS]
    for tokens in examples:
        known = [tag for tag in tokens.tags if tag != IGNORED]
        for before, tag in pairwise(known):
            counts[before][tag] += 1
    return counts


def _roles(article: Article, annotations: Sequence[Annotation]) -> bytearray:
    """Return the tag of each character; a content counts before a source or cue that stands in it."""
    roles = bytearray(len(article.text))
    for field in ("cue", "source", "content"):
        for one in annotations:
            tag = _ROLES[field if field != "content" or one.speech else "other"]
            for start, end in getattr(one, field):
                roles[start:end] = bytes([tag]) + bytes([tag + 1]) * (end - start - 1)
    return roles


def _first(places: Sequence[tuple[int, int] | None], spans: Spans) -> int:
    """Return the index of the first token inside the first span that the window holds; 0 for none."""
    for start, end in spans:
        for index, place in enumerate(places):
            if place is not None and place[0] < end and start < place[1]:
                return index
    return 0
