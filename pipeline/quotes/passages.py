"""The reporter's sentences around the quotations of one article."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from operator import attrgetter, itemgetter

from pipeline.quotes.marks import Paragraph
from pipeline.quotes.phrases import Tokens
from pipeline.quotes.resolution import Speaker
from pipeline.quotes.sentences import sentence_spans, tokenize
from pipeline.surroundings import widened

_PARAGRAPHS_BACK = 2
"""Paragraphs before a quotation in which its speaker may be named; more made no attribution better."""
_BESIDE = 5
"""Paragraphs before and behind that are looked into for a quotation's context."""
_REST = 300
"""Characters that complete a quotation which its context would cut."""
_start = attrgetter("start")


class Sentence:
    """One sentence of the reporter's text, with what is known of its speakers; read into tokens only where needed.

    Parameters
    ----------
    text
        Cleaned article text.
    span
        Where the sentence stands.
    quotes
        Spans of the quotations that begin in it, in order.
    first
        Index of the first of them.
    """

    def __init__(self, text: str, span: tuple[int, int], quotes: Sequence[tuple[int, int]], first: int) -> None:
        self._text, self.quoted, self._first = text, quotes, first
        if not quotes:
            self.quotes = []  # most sentences: no need to ask for their tokens
        self.start = span[0]
        self.end = max(span[1], quotes[-1][1]) if quotes else span[1]
        self.paragraph = self.index = 0
        self.subject: Speaker | None = None
        self.subject_known = False
        self.speaker: Speaker | None = None
        """Whoever said something here, last."""
        self.speaker_known = False
        self.stop = span[1]

    @cached_property
    def tokens(self) -> Tokens:
        """The words, marks and quotations of the sentence."""
        return tokenize(self._text, self.start, self.stop, self.quoted, self._first)

    @cached_property
    def quotes(self) -> list[int]:
        """Indices of the tokens that stand for quotations."""
        return [at for at, token in enumerate(self.tokens) if token.quote >= 0] if self.quoted else []

    @property
    def only_quotes(self) -> bool:
        """True where the sentence holds nothing but quotations."""
        # Asked for most quotations, and mostly the first word tells.
        tokens = self.tokens
        if tokens and tokens[0].quote < 0 and tokens[0].text[0].isalnum():
            return False
        return all(token.quote >= 0 or not token.text[0].isalnum() for token in tokens)

    @property
    def introduces(self) -> bool:
        """True where the sentence ends in a colon."""
        return not self.quoted and self._text[self.end - 1] == ":"

    def behind_quote(self, at: int) -> int:
        """Return the index of the token behind the last quotation before a token; 0 where there is none."""
        earlier = bisect_left(self.quotes, at)
        return self.quotes[earlier - 1] + 1 if earlier else 0

    def place_of(self, quote: int) -> int:
        """Return the index of a quotation's token."""
        return self.quotes[quote - self._first]


class Passages:
    """Sentences of the paragraphs with quotations and of the few before each.

    Parameters
    ----------
    text
        Cleaned article text.
    paragraphs
        Spans of its body paragraphs.
    quotes
        Spans of its quotations, in order.
    everywhere
        Read every paragraph, and not only those near quotations: indirect speech stands in any of them.
    """

    def __init__(
        self, text: str, paragraphs: Sequence[Paragraph], quotes: Sequence[tuple[int, int]], *, everywhere: bool = False
    ) -> None:
        self.text, self.quotes, self._everywhere = text, quotes, everywhere
        self.paragraphs = paragraphs
        self.sentences: list[Sentence] = []
        self._holder: dict[int, int] = {}
        self._read(paragraphs)

    def place_of(self, quote: int) -> tuple[Sentence, int]:
        """Return the sentence in which a quotation begins, and the index of its token there."""
        sentence = self.sentences[self._holder[quote]]
        return sentence, sentence.place_of(quote)

    def at(self, offset: int) -> Sentence | None:
        """Return the last sentence that begins at or before an offset; None where none does."""
        index = bisect_right(self.sentences, offset, key=_start)
        return self.sentences[index - 1] if index else None

    def around(self, quotation: tuple[int, int], sentence: tuple[int, int]) -> str:
        """Return a quotation's sentence and sentences beside it, out of neighbouring paragraphs of the same kind."""
        at = max(0, bisect_right(self.paragraphs, sentence[0], key=itemgetter(0)) - 1)
        first = last = at
        while first > max(0, at - _BESIDE) and self._joined(first - 1):
            first -= 1
        while last < min(len(self.paragraphs) - 1, at + _BESIDE) and self._joined(last):
            last += 1
        floor, ceiling = self.paragraphs[first][0], max(sentence[1], self.paragraphs[last][1])
        start, end = widened(self.text, quotation, sentence, floor=floor, ceiling=ceiling)
        # Neither begins nor ends inside of another quotation.
        if (cut := self._cut_at(start)) and start < sentence[0]:
            start = cut[0] if start - cut[0] < _REST else cut[1]
        if (cut := self._cut_at(end)) and end > sentence[1]:
            end = cut[1] if cut[1] - end < _REST else cut[0]
        return self.text[min(start, sentence[0]) : max(end, sentence[1])].strip()

    def _cut_at(self, offset: int) -> tuple[int, int] | None:
        """Return the quotation that an offset falls into."""
        index = bisect_left(self.quotes, offset, key=itemgetter(0)) - 1
        return self.quotes[index] if index >= 0 and offset < self.quotes[index][1] else None

    def _joined(self, paragraph: int) -> bool:
        """Tell whether nothing stands between a paragraph and the next one: no headline, no caption."""
        return not self.text[self.paragraphs[paragraph][1] : self.paragraphs[paragraph + 1][0]].strip()

    def before(self, sentence: Sentence) -> Sentence | None:
        """Return the sentence before, or None at the beginning."""
        return self.sentences[sentence.index - 1] if sentence.index else None

    def _read(self, paragraphs: Sequence[Paragraph]) -> None:
        near = self._near(paragraphs)
        first = 0
        for number, (start, end) in enumerate(paragraphs):
            # A quotation may run on into this paragraph from an earlier one.
            begin = max(start, self.quotes[first - 1][1]) if first else start
            last = first
            while last < len(self.quotes) and self.quotes[last][0] < end:
                last += 1
            if begin < end and near[number]:
                self._add(number, begin, end, first, last)
            first = last

    def _near(self, paragraphs: Sequence[Paragraph]) -> list[bool]:
        if self._everywhere:
            return [True] * len(paragraphs)
        starts = [start for start, _ in paragraphs]
        near = [False] * len(paragraphs)
        for start, _ in self.quotes:
            at = bisect_right(starts, start)
            for number in range(max(0, at - 1 - _PARAGRAPHS_BACK), at):
                near[number] = True
        return near

    def _add(self, paragraph: int, start: int, end: int, first: int, last: int) -> None:
        for span in sentence_spans(self.text, start, end, self.quotes[first:last]):
            stop = first
            while stop < last and self.quotes[stop][0] < span[1]:
                self._holder[stop] = len(self.sentences)
                stop += 1
            sentence = Sentence(self.text, span, self.quotes[first:stop], first)
            sentence.paragraph, sentence.index = paragraph, len(self.sentences)
            self.sentences.append(sentence)
            first = stop
