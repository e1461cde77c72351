"""The reporter's sentences around the quotations of one article."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.quotes.marks import Paragraph
from pipeline.quotes.phrases import Tokens
from pipeline.quotes.resolution import Speaker
from pipeline.quotes.sentences import split_sentences, tokenize

_PARAGRAPHS_BACK = 2
"""Paragraphs before a quotation in which its speaker may be named; more made no attribution better."""


@dataclass(slots=True)
class Sentence:
    """One sentence of the reporter's text, with what is known of its speakers."""

    tokens: Tokens
    paragraph: int
    index: int
    quotes: Sequence[int]
    """Indices of the tokens that stand for quotations."""
    only_quotes: bool
    """True where the sentence holds nothing but quotations."""
    subject: Speaker | None = None
    subject_known: bool = False
    speaker: Speaker | None = None
    """Whoever said something here, last."""
    speaker_known: bool = False

    @property
    def start(self) -> int:
        """Where the sentence begins in the text."""
        return self.tokens[0].start

    @property
    def end(self) -> int:
        """Where the sentence ends in the text."""
        return self.tokens[-1].end


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
    """

    def __init__(self, text: str, paragraphs: Sequence[Paragraph], quotes: Sequence[tuple[int, int]]) -> None:
        self.text, self.quotes = text, quotes
        self.sentences: list[Sentence] = []
        self._where: dict[int, tuple[int, int]] = {}
        self._read(paragraphs)

    def place_of(self, quote: int) -> tuple[Sentence, int]:
        """Return the sentence in which a quotation begins, and the index of its token there."""
        index, at = self._where[quote]
        return self.sentences[index], at

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
                self._add(number, tokenize(self.text, begin, end, self.quotes[first:last], first))
            first = last

    def _near(self, paragraphs: Sequence[Paragraph]) -> list[bool]:
        starts = [start for start, _ in paragraphs]
        near = [False] * len(paragraphs)
        for start, _ in self.quotes:
            at = bisect_right(starts, start)
            for number in range(max(0, at - 1 - _PARAGRAPHS_BACK), at):
                near[number] = True
        return near

    def _add(self, paragraph: int, tokens: Tokens) -> None:
        for low, high in split_sentences(self.text, tokens):
            own = tokens[low:high]
            quotes = [at for at, token in enumerate(own) if token.quote >= 0]
            only_quotes = all(token.quote >= 0 or not token.text[0].isalnum() for token in own)
            sentence = Sentence(own, paragraph, len(self.sentences), quotes, only_quotes)
            self.sentences.append(sentence)
            for at in quotes:
                self._where[own[at].quote] = (sentence.index, at)
