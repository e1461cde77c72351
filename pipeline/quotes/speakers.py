"""Who says it: the cue and speaker of each quotation, resolved to the fullest form in the article."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.quotes.cues import (
    NOMINATIVE,
    Mention,
    Tokens,
    is_break,
    is_cue,
    leading_subject,
    parse_phrase,
    pure_name,
    subject_after,
    subject_before,
)
from pipeline.quotes.lexicon import ADVERBS, ATTITUDE_FORMS, PHRASAL, PRONOUNS, SAY_FORMS, SPEECH_FORMS
from pipeline.quotes.resolution import Resolver, Speaker
from pipeline.quotes.sentences import Token, split_sentences, tokenize


@dataclass(frozen=True, slots=True)
class Attribution:
    """A quotation's cue and speaker; ``follows`` is True where it goes on with the utterance of the quotation before."""

    speaker: Speaker | None = None
    mention: Mention | None = None
    cue: Token | None = None
    follows: bool = False


@dataclass(slots=True)
class Sentence:
    """One sentence of the reporter's text, with what is known of its speakers."""

    tokens: Tokens
    paragraph: int
    index: int
    subject: Speaker | None = None
    subject_done: bool = False
    speaker: Speaker | None = None
    """Whoever said something here, last."""
    speaker_done: bool = False

    @property
    def only_quotes(self) -> bool:
        """True where the sentence holds nothing but quotations."""
        return all(token.quote >= 0 or not token.text[0].isalnum() for token in self.tokens)


_NO_ATTRIBUTION = Attribution()
def _past_verb(token: Token) -> bool:
    return not token.capital and (token.lower in PHRASAL or token.lower.endswith("ed") and len(token.text) > 3)


_POINTERS = frozenset({"that", "this", "those", "these", "such"})
_PARAGRAPHS_BACK = 2
_REACH = 28
"""Tokens between a quotation and the verb of a reporting clause that follows it."""


class Attributor:
    """Attributes the quotations of one article, in order.

    Parameters
    ----------
    text
        Cleaned article text.
    paragraphs
        Spans of its body paragraphs.
    quotes
        Spans of its quotations, in order.
    """

    def __init__(self, text: str, paragraphs: Sequence[tuple[int, int]], quotes: Sequence[tuple[int, int]]) -> None:
        self.text, self.quotes = text, quotes
        self.sentences: list[Sentence] = []
        self._where: dict[int, tuple[int, int]] = {}
        self._read(paragraphs)
        self.resolver = Resolver(text, self._past, self._extent)
        self.found: dict[int, Attribution] = {}

    def _read(self, paragraphs: Sequence[tuple[int, int]]) -> None:
        """Tokenise the paragraphs with quotations and the few before each, where its speakers may be named."""
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

    def _near(self, paragraphs: Sequence[tuple[int, int]]) -> list[bool]:
        starts = [start for start, _ in paragraphs]
        near = [False] * len(paragraphs)
        for start, _ in self.quotes:
            at = bisect_right(starts, start)
            near[max(0, at - 1 - _PARAGRAPHS_BACK) : at] = [True] * (at - max(0, at - 1 - _PARAGRAPHS_BACK))
        return near

    def _add(self, paragraph: int, tokens: Tokens) -> None:
        for low, high in split_sentences(self.text, tokens):
            sentence = Sentence(tokens[low:high], paragraph, len(self.sentences))
            self.sentences.append(sentence)
            for at, token in enumerate(sentence.tokens):
                if token.quote >= 0:
                    self._where[token.quote] = (sentence.index, at)

    def place_of(self, quote: int) -> tuple[Sentence, int]:
        """Return the sentence in which a quotation begins, and the index of its token there."""
        index, at = self._where[quote]
        return self.sentences[index], at

    def run(self) -> list[Attribution]:
        """Return the attribution of each quotation."""
        for sentence in self.sentences:
            quoted = [at for at, token in enumerate(sentence.tokens) if token.quote >= 0]
            for order, at in enumerate(quoted):
                self.found[sentence.tokens[at].quote] = self._attribute(sentence, at, quoted[:order])
        return [self.found.get(index, _NO_ATTRIBUTION) for index in range(len(self.quotes))]

    # --- the sources of an attribution, surest first

    def _attribute(self, sentence: Sentence, at: int, before: Sequence[int]) -> Attribution:
        for source in (self._signed, self._after, self._before, self._introduced, self._trailing, self._continued):
            found = source(sentence, at, before)
            if found is not None and source == self._before:
                found = self._surer(sentence, at, found)
            if found is not None:
                if found.speaker is not None:
                    sentence.speaker = found.speaker
                return found
        return _NO_ATTRIBUTION

    def _surer(self, sentence: Sentence, at: int, left: Attribution) -> Attribution:
        """Return the closing "…, she said" of a sentence rather than a weaker verb left of the quotation."""
        tokens = sentence.tokens
        if left.follows or left.cue is None or left.cue.lower in SAY_FORMS or left.cue.end + 2 >= tokens[at].start:
            return left
        closing = self._trailing(sentence, at, ())
        return closing if closing is not None and closing.cue is not None and closing.cue.lower in SAY_FORMS else left

    def _after(self, sentence: Sentence, at: int, before: Sequence[int]) -> Attribution | None:
        """“…,” Lee said; “…,” said Lee."""
        tokens = sentence.tokens
        quote = tokens[at]
        begin = at + 1
        inner = self.text[quote.start : quote.end].rstrip("\"“”‘’'»« ")[-1:]
        comma = begin < len(tokens) and tokens[begin].text in {",", "–", "—", "-", "--"}
        begin += comma
        if begin >= len(tokens) or not (comma or inner in ",?!…—–-" or self._verb_first(tokens, begin)):
            return None
        if inner == "." and not comma:
            return None
        high = begin
        while high < len(tokens) and tokens[high].quote < 0 and tokens[high].text not in {";", ":"} and high - begin < _REACH:
            high += 1
        return self._inverted(sentence, begin, high) or self._plain(sentence, begin, high)

    def _signed(self, sentence: Sentence, at: int, before: Sequence[int]) -> Attribution | None:
        """“…” — Ann Lee: a name behind a dash, and nothing else."""
        tokens = sentence.tokens
        if at + 2 >= len(tokens) or tokens[at + 1].text not in {"—", "―", "–", "-", "--"}:
            return None
        end = at + 2
        while end < len(tokens) and not is_break(tokens[end]):
            end += 1
        if end - at > 8 or not tokens[at + 2].capital:
            return None
        mention = parse_phrase(tokens, at + 2, end)
        return self._made(sentence, mention, None) if mention is not None and mention.kind == "name" else None

    def _trailing(self, sentence: Sentence, at: int, before: Sequence[int]) -> Attribution | None:
        """It is “…” as things stand, Lee said: a reporting clause that closes the sentence."""
        tokens = sentence.tokens
        for cue in range(at + 2, len(tokens)):
            if tokens[cue].lower == "according" and tokens[cue - 1].text == ",":
                return self._made(sentence, subject_after(tokens, cue + 1, len(tokens)), tokens[cue])
            if tokens[cue].lower not in SPEECH_FORMS or not is_cue(tokens, cue):
                continue
            if tokens[cue - 1].text == ",":
                inverted = None if tokens[cue].lower.endswith("ing") else subject_after(tokens, cue, len(tokens))
                return self._made(sentence, inverted, tokens[cue])
            mention = subject_before(tokens, at + 1, cue)
            if isinstance(mention, Mention) and any(t.text == "," and t.end <= mention.start <= t.end + 2 for t in tokens[at:cue]):
                return self._made(sentence, mention, tokens[cue])
        return None

    def _verb_first(self, tokens: Tokens, begin: int) -> bool:
        verb = tokens[begin]
        return verb.lower in SPEECH_FORMS and not verb.lower.endswith("ing") and not verb.capital

    def _inverted(self, sentence: Sentence, begin: int, high: int) -> Attribution | None:
        tokens = sentence.tokens
        cue = begin
        while cue < high and tokens[cue].lower in ADVERBS:
            cue += 1
        if tokens[begin].lower == "according" and begin + 1 < high:
            return self._made(sentence, subject_after(tokens, begin + 1, high), tokens[begin])
        if cue < high and self._verb_first(tokens, cue):
            mention = subject_after(tokens, cue, high)
            if mention is not None:
                return self._made(sentence, mention, tokens[cue])
        return None

    def _plain(self, sentence: Sentence, begin: int, high: int) -> Attribution | None:
        tokens = sentence.tokens
        for cue in range(begin, high):
            if tokens[cue].lower not in SPEECH_FORMS or not is_cue(tokens, cue):
                continue
            mention = subject_before(tokens, begin, cue)
            if mention == "shared":
                if any(t.lower in {"that", "which", "because"} for t in tokens[begin:cue]):
                    continue
                mention = leading_subject(tokens, begin, cue)
            if mention is None or (mention.kind == "phrase" and mention.start > tokens[begin].start + 60):
                continue
            if any(t.lower in {"that", "which", "when", "because"} for t in tokens[begin:cue] if t.end <= mention.start):
                return None
            return self._made(sentence, mention, tokens[cue])
        return self._any_verb(sentence, begin, high)

    def _any_verb(self, sentence: Sentence, begin: int, high: int) -> Attribution | None:
        """“…,” Lee shot back; “…,” beamed Ann Lee: any verb will do right behind a comma and beside a name."""
        tokens = sentence.tokens
        if begin + 1 < high and tokens[begin].lower in NOMINATIVE and _past_verb(tokens[begin + 1]):
            return self._made(sentence, parse_phrase(tokens, begin, begin + 1), tokens[begin + 1])
        if begin + 1 < high and _past_verb(tokens[begin]) and tokens[begin + 1].capital:
            return self._made(sentence, subject_after(tokens, begin, high), tokens[begin])
        end = begin
        while end < high and (tokens[end].capital or tokens[end].text == "."):
            end += 1
        if begin < end < high and _past_verb(tokens[end]):
            return self._made(sentence, parse_phrase(tokens, begin, end), tokens[end])
        return None

    def _before(self, sentence: Sentence, at: int, before: Sequence[int]) -> Attribution | None:
        """Lee said “…”; Lee said that … “…”, adding that “…”."""
        tokens = sentence.tokens
        for cue in range(at - 1, -1, -1):
            if tokens[cue].quote >= 0 and self._closed(tokens, cue, at):
                return self._same_utterance(sentence, cue, at)
            if tokens[cue].lower == "according" and cue + 2 < at and tokens[cue + 1].lower == "to":
                return self._made(sentence, subject_after(tokens, cue + 1, at), tokens[cue])
            if tokens[cue].lower not in SPEECH_FORMS or not is_cue(tokens, cue):
                continue
            made = self._from_left_cue(sentence, cue, at)
            if made is not None:
                return made
        return None

    def _closed(self, tokens: Tokens, quote: int, at: int) -> bool:
        """Tell whether a reporting clause of its own follows an earlier quotation: “…,” she said, “…”."""
        return all(not (token.lower in SPEECH_FORMS) for token in tokens[quote + 1 : at]) and at - quote <= 8

    def _same_utterance(self, sentence: Sentence, quote: int, at: int) -> Attribution | None:
        previous = self.found.get(sentence.tokens[quote].quote, _NO_ATTRIBUTION)
        if previous.speaker is None and previous.mention is None:
            return None
        return Attribution(previous.speaker, previous.mention, previous.cue, follows=True)

    def _from_left_cue(self, sentence: Sentence, cue: int, at: int) -> Attribution | None:
        tokens = sentence.tokens
        low = max((i + 1 for i in range(cue) if tokens[i].quote >= 0), default=0)
        if cue == 0 and tokens[0].lower.endswith("ing") and sentence.index:
            speaker = self.sentences[sentence.index - 1].speaker  # "Adding: “…”"
            return Attribution(speaker, speaker.mention, tokens[0]) if speaker is not None else None
        if tokens[cue].lower == "quoted" and cue + 1 < at and tokens[cue + 1].lower in PRONOUNS:
            return self._made(sentence, subject_after(tokens, cue, at), tokens[cue])
        if tokens[cue].lower == "saying" and cue >= 3 and tokens[cue - 1].lower == "as":
            return None  # "quoted him as saying": the verb further left knows whom
        if low and low == cue and self._is_quote_before(tokens, cue):
            mention = subject_after(tokens, cue, at)
        else:
            mention = subject_before(tokens, low, cue)
        if mention == "shared" or mention is None and low > 0:
            mention = self._shared_subject(sentence, cue)
            if isinstance(mention, Attribution):
                return Attribution(mention.speaker, mention.mention, tokens[cue])
        return self._made(sentence, mention, tokens[cue]) if mention is not None else None

    def _is_quote_before(self, tokens: Tokens, cue: int) -> bool:
        return tokens[cue - 1].quote >= 0 or (tokens[cue - 1].text == "," and cue > 1 and tokens[cue - 2].quote >= 0)

    def _shared_subject(self, sentence: Sentence, cue: int) -> Mention | Attribution | None:
        """Return the subject of the earlier verb whose subject this verb shares ("…, adding that")."""
        tokens = sentence.tokens
        for earlier in range(cue - 1, -1, -1):
            if tokens[earlier].quote >= 0:
                known = self.found.get(tokens[earlier].quote)
                if known is not None and known.speaker is not None:
                    return known
            if tokens[earlier].lower in SPEECH_FORMS and is_cue(tokens, earlier):
                mention = subject_before(tokens, 0, earlier)
                if isinstance(mention, Mention):
                    return mention
        return leading_subject(tokens, 0, cue)

    def _introduced(self, sentence: Sentence, at: int, before: Sequence[int]) -> Attribution | None:
        """A quotation after a sentence that ends in a colon."""
        if before or sentence.index == 0 or at > 0:
            return self._colon_inside(sentence, at)
        previous = self.sentences[sentence.index - 1]
        if previous.tokens[-1].text != ":":
            return None
        return self._reported_in(previous)

    def _colon_inside(self, sentence: Sentence, at: int) -> Attribution | None:
        tokens = sentence.tokens
        if at < 2 or tokens[at - 1].text not in {":", ","} or tokens[at - 1].text == ",":
            return None
        begin = max((k + 1 for k in range(at - 1) if not (tokens[k].capital or tokens[k].text == ".")), default=0)
        if pure_name(tokens, begin, at - 1):
            return self._made(sentence, parse_phrase(tokens, begin, at - 1), None)
        return self._made(sentence, leading_subject(tokens, 0, at - 1), None)

    def _reported_in(self, sentence: Sentence, *, strict: bool = False) -> Attribution | None:
        """Return the attribution to whoever a sentence reports, last cue first."""
        tokens = sentence.tokens
        for cue in range(len(tokens) - 1, -1, -1):
            if tokens[cue].lower == "according" and cue + 2 < len(tokens):
                return self._made(sentence, subject_after(tokens, cue + 1, len(tokens)), tokens[cue])
            if tokens[cue].lower in SPEECH_FORMS and is_cue(tokens, cue):
                mention = subject_before(tokens, 0, cue)
                if mention is None and cue > 0 and tokens[cue - 1].text == ",":
                    mention = subject_after(tokens, cue, len(tokens))
                if mention == "shared":
                    shared = self._shared_subject(sentence, cue)
                    if isinstance(shared, Attribution):
                        return shared
                    mention = shared
                if mention is not None:
                    return self._made(sentence, mention, tokens[cue])
        return None if strict else self._made(sentence, leading_subject(tokens, 0, len(tokens)), None)

    def _continued(self, sentence: Sentence, at: int, before: Sequence[int]) -> Attribution | None:
        """A quotation with no cue of its own: who spoke before goes on, or the subject of the reporter's clause."""
        tokens = sentence.tokens
        if not sentence.only_quotes and at > 0 and not all(not t.text[0].isalnum() for t in tokens[:at]):
            return self._by_subject(sentence, at)
        if before:
            return self._same_utterance(sentence, before[-1], at)
        if sentence.index == 0:
            return None
        previous = self.sentences[sentence.index - 1]
        quoted = [token.quote for token in previous.tokens if token.quote >= 0]
        if quoted and previous.paragraph == sentence.paragraph:
            known = self.found[quoted[-1]]
            if known.speaker or known.mention:
                return Attribution(known.speaker, known.mention, None, follows=True)
        if not sentence.only_quotes:
            return None
        if quoted:
            known = self.found[quoted[-1]]
            return Attribution(known.speaker, known.mention, None) if known.mention else None
        return self._floating(previous)

    def _floating(self, previous: Sentence) -> Attribution | None:
        """A paragraph that is one quotation: whoever the sentence before reports."""
        made = self._reported_in(previous, strict=True)
        if made is not None and made.speaker is not None:
            return Attribution(made.speaker, made.mention, None)
        subject = self.subject(previous)
        if subject is not None and subject.kind == "person":
            return Attribution(subject, subject.mention, None)
        for sentence in reversed(self.sentences[max(0, previous.index - 3) : previous.index]):
            # An aside of the reporter's: whoever spoke before it in this paragraph goes on.
            if sentence.paragraph == previous.paragraph and sentence.speaker is not None:
                return Attribution(sentence.speaker, sentence.speaker.mention, None)
        if subject is not None and subject.animate:
            return Attribution(subject, subject.mention, None)
        return None

    def _by_subject(self, sentence: Sentence, at: int) -> Attribution | None:
        """A fragment in a clause without a reporting verb: the subject of an attitude verb, or of the sentence."""
        tokens = sentence.tokens
        for cue in range(at - 1, -1, -1):
            if tokens[cue].lower in ATTITUDE_FORMS:
                mention = subject_before(tokens, 0, cue)
                if isinstance(mention, Mention):
                    return self._made(sentence, mention, tokens[cue])
        if tokens[0].lower in _POINTERS and sentence.index:
            # "That “includes …”" goes on with what the sentence before reported.
            previous = self.sentences[sentence.index - 1]
            if previous.paragraph == sentence.paragraph:
                return self._reported_in(previous, strict=True)
        mention = leading_subject(tokens, 0, at)
        made = self._made(sentence, mention, None)
        return made if made is not None and made.speaker is not None and made.speaker.animate else None

    # --- subjects and the past

    def _made(self, sentence: Sentence, mention: Mention | None, cue: Token | None) -> Attribution | None:
        if mention is None:
            return None
        return Attribution(self.resolver.resolve(mention, sentence.index), mention, cue)

    def subject(self, sentence: Sentence) -> Speaker | None:
        """Return the main subject of a sentence, resolved once."""
        if not sentence.subject_done:
            sentence.subject_done = True
            mention = leading_subject(sentence.tokens, 0, len(sentence.tokens))
            if mention is not None:
                sentence.subject = self.resolver.resolve(mention, sentence.index)
        return sentence.subject

    def _extent(self, index: int) -> tuple[int, int]:
        tokens = self.sentences[index].tokens
        return tokens[0].start, tokens[-1].end

    def _past(self, index: int, at: int) -> list[Speaker]:
        """Return the speakers and subjects of one sentence, most likely antecedent first."""
        sentence = self.sentences[index]
        if sentence.tokens[0].start >= at:
            return []
        known = [self.found[t.quote].speaker for t in reversed(sentence.tokens) if t.quote in self.found]
        speakers = [sentence.speaker, *known]
        whole = sentence.tokens[-1].end < at
        if whole and not sentence.speaker_done and not known:
            sentence.speaker_done = True
            made = self._reported_in(sentence, strict=True)
            speakers.insert(0, made.speaker if made is not None else None)
            sentence.speaker = speakers[0]
        subject = self.subject(sentence)
        if subject is not None and subject.animate:
            speakers.append(subject)
        return [speaker for speaker in speakers if speaker is not None and speaker.mention.start < at]
