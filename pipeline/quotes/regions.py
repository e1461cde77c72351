"""What stands beside the body's speech: headlines, captions, and marks that do not hold the article's speech.

Each paragraph is read for itself, so that its marks pair with none of the body's and nobody speaks in it whom it does
not mention.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.quotes.directions import SINGLE
from pipeline.quotes.lexicon import DOCUMENTS, SAY_FORMS, is_role, words
from pipeline.quotes.marks import Paragraph
from pipeline.quotes.phrases import Mention, Tokens, parse_phrase, pure_name
from pipeline.quotes.spans import body_paragraphs, quotation_spans, regional_paragraphs
from pipeline.quotes.speakers import Attribution, Attributor
from pipeline.quotes.terms import inner_words, is_statement, is_title
from pipeline.records import Article, Region

_DASHES = frozenset({"-", "–", "—", "--"})
_SIGNATURE = 5
"""Words of a headline's signature: "‘Ban will cost £2bn’ – MPs’ report"."""
_KICKERS = words(
    "note photo photos picture pictures update check watch video live exclusive opinion analysis breaking explainer "
    "caption review gallery highlights interview profile comment letters report"
)
"""What stands before a headline's colon and speaks not."""


@dataclass(frozen=True, slots=True)
class Aside:
    """One paragraph with quotations that are read for themselves.

    Parameters
    ----------
    quotes
        Their spans, in order.
    """

    region: Region
    paragraph: Paragraph
    quotes: tuple[tuple[int, int], ...]


class Speech:
    """The quotations of one article: those of its body's speech, and all others.

    Parameters
    ----------
    article
        A cleaned article.

    Attributes
    ----------
    paragraphs
        Spans of the body paragraphs.
    quotes
        Spans of the body's quotations in the marks that hold the article's speech, in order.
    """

    def __init__(self, article: Article) -> None:
        self.article = article
        self.paragraphs = body_paragraphs(article)
        self._all = quotation_spans(article, self.paragraphs)
        self.quotes = _in_house_marks(article.text, self._all)

    def asides(self) -> Iterator[Aside]:
        """Yield the paragraphs with other quotations: of headlines and captions, and of the body in other marks."""
        for region, paragraph in regional_paragraphs(self.article):
            found = quotation_spans(self.article, [paragraph])
            if found and not self._inside(paragraph):
                yield Aside(region, paragraph, tuple(found))
        if len(self._all) > len(self.quotes):
            yield from self._decorated()

    def _decorated(self) -> Iterator[Aside]:
        """Yield the body paragraphs with quotations in marks that do not hold the article's speech."""
        speech = set(self.quotes)
        others = [span for span in self._all if span not in speech]
        for start, end in self.paragraphs:
            low, high = bisect_left(others, (start, start)), bisect_left(others, (end, end))
            if low < high:
                yield Aside("body", (start, end), tuple(others[low:high]))

    def _inside(self, paragraph: Paragraph) -> bool:
        """Tell whether a quotation of the body runs over a heading."""
        at = bisect_left(self.quotes, paragraph) - 1
        return at >= 0 and self.quotes[at][1] > paragraph[0]


def attribution_beside(attributor: Attributor, index: int, found: Attribution) -> Attribution:
    """Return who a headline or caption says speaks, by a reporting verb, a colon or a signature; else nobody.

    Parameters
    ----------
    attributor
        Read over the one paragraph.
    found
        What holds for body text, where the subject of a sentence may be quoted in part.
    """
    sentence, at = attributor.passages.place_of(index)
    if found.cue is not None or (found.mention is not None and _introduces(sentence.tokens, at)):
        return found
    mention = _signature(sentence.tokens, at)
    return Attribution(attributor.resolver.resolve(mention, sentence.index), mention) if mention else Attribution()


def is_stated_beside(attributor: Attributor, index: int, attribution: Attribution) -> bool:
    """Tell a statement in a headline or caption: somebody says it there, by ``attribution_beside``."""
    if attribution.mention is None:
        return False
    sentence, at = attributor.passages.place_of(index)
    text = attributor.text[slice(*attributor.passages.quotes[index])]
    if at > 0 and sentence.tokens[at - 1].text == ":":
        inner = inner_words(text)
        return len(inner) > 1 and not is_title(inner)
    if attribution.cue is not None and attribution.cue.lower not in SAY_FORMS and _is_repeated(attributor.text, text):
        return False
    return is_statement(text, sentence.tokens, at, attribution)


def _is_repeated(article: str, text: str) -> bool:
    """Tell words that a headline only takes over from the text below: "Minister highlights ‘new risk’"."""
    return len(re.findall(re.escape(text[1:-1].strip(",. ")), article, re.IGNORECASE)) > 1


def _introduces(tokens: Tokens, at: int) -> bool:
    """Tell a speaker before a colon ("MP: ‘ban it now’") from a kicker ("Video: ‘ban it now’")."""
    return at > 1 and tokens[at - 1].text == ":" and tokens[at - 2].lower not in _KICKERS


def _signature(tokens: Tokens, at: int) -> Mention | None:
    """Return who signs a quotation behind a dash that ends the line: "‘Ban will cost £2bn’ – study"."""
    end = len(tokens)
    if not at + 2 < end <= at + 2 + _SIGNATURE or tokens[at + 1].text not in _DASHES:
        return None
    last = tokens[-1].lower
    if not (pure_name(tokens, at + 2, end) or is_role(last) or last in DOCUMENTS):
        return None
    return parse_phrase(tokens, at + 2, end)


def _in_house_marks(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the quotations in the marks, double or single, in which more of the article's words stand."""
    singles = {span for span in spans if SINGLE.match(text[span[0]])}
    if not singles or len(singles) == len(spans):
        return list(spans)
    words = [0, 0]
    for span in spans:
        words[span in singles] += text.count(" ", *span)
    # Doubles between speech in singles are speech as well; singles between speech in doubles decorate.
    return list(spans) if words[True] > words[False] else [span for span in spans if span not in singles]
