"""Who says it: the cue and speaker of each quotation, resolved to the fullest form in the article."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.quotes import clauses
from pipeline.quotes.clauses import Clause, clause_of
from pipeline.quotes.cues import is_cue
from pipeline.quotes.lexicon import SAY_FORMS, SPEECH_FORMS
from pipeline.quotes.marks import Paragraph
from pipeline.quotes.openings import leading_subject
from pipeline.quotes.passages import Passages, Sentence
from pipeline.quotes.phrases import Mention
from pipeline.quotes.resolution import Resolver, Speaker
from pipeline.quotes.sentences import Token
from pipeline.quotes.subjects import subject_after, subject_before

_POINTERS = frozenset({"that", "this", "those", "these", "such"})
_ASIDE = 3
"""Sentences of a paragraph that an aside of the reporter's may stand behind a speaker."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """A quotation's cue and speaker; ``follows``: it goes on with the utterance of the quotation before."""

    speaker: Speaker | None = None
    mention: Mention | None = None
    cue: Token | None = None
    follows: bool = False


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

    def __init__(self, text: str, paragraphs: Sequence[Paragraph], quotes: Sequence[tuple[int, int]]) -> None:
        self.text = text
        self.passages = Passages(text, paragraphs, quotes)
        # A weak reference: an article's tokens go as soon as it is done, and not when cycles are next collected.
        own = weakref.proxy(self)
        self.resolver = Resolver(text, lambda index, at: own._past(index, at), lambda index: own._extent(index))
        self.found: dict[int, Attribution] = {}

    def run(self) -> list[Attribution]:
        """Return the attribution of each quotation."""
        for sentence in self.passages.sentences:
            for at in sentence.quotes:
                found = self._attribute(sentence, at) or Attribution()
                sentence.speaker = found.speaker or sentence.speaker
                self.found[sentence.tokens[at].quote] = found
        return [self.found.get(index, Attribution()) for index in range(len(self.passages.quotes))]

    # --- the signs of an attribution, surest first

    def _attribute(self, sentence: Sentence, at: int) -> Attribution | None:
        tokens = sentence.tokens
        inner = clauses.last_inner_character(self.text[tokens[at].start : tokens[at].end])
        beside = clauses.signature(tokens, at) or clauses.following(tokens, at, inner)
        if beside is not None:
            return self._made(sentence, beside)
        left = self._left(sentence, at)
        if left is not None:
            return self._surer(sentence, at, left)
        rest = self._behind_colon(sentence, at) or self._made(sentence, clauses.trailing(tokens, at))
        return rest or self._continued(sentence, at)

    def _surer(self, sentence: Sentence, at: int, left: Attribution) -> Attribution:
        """Return the closing "…, she said" of a sentence rather than a weaker verb left of the quotation."""
        tokens = sentence.tokens
        if left.follows or left.cue is None or left.cue.lower in SAY_FORMS or left.cue.end + 2 >= tokens[at].start:
            return left
        closing = clauses.trailing(tokens, at)
        sure = closing is not None and closing.cue is not None and closing.cue.lower in SAY_FORMS
        return (self._made(sentence, closing) if sure else None) or left

    def _left(self, sentence: Sentence, at: int) -> Attribution | None:
        """Lee said “…”; Lee said that … “…”, adding that “…”."""
        tokens = sentence.tokens
        for cue in range(at - 1, -1, -1):
            if tokens[cue].quote >= 0 and clauses.is_interrupted(tokens, cue, at):
                return self._same_utterance(sentence, cue)
            if tokens[cue].lower == "according" and cue + 2 < at and tokens[cue + 1].lower == "to":
                return self._made(sentence, clause_of(subject_after(tokens, cue + 1, at), tokens[cue]))
            if tokens[cue].lower not in SPEECH_FORMS:
                continue
            made = self._left_cue(sentence, cue, at) if is_cue(tokens, cue) else None
            if made is None and clauses.is_passive(tokens, cue) and cue + 2 < at:
                made = self._made(sentence, clause_of(subject_after(tokens, cue + 1, at), tokens[cue]))
            if made is not None:
                return made
        return None

    def _same_utterance(self, sentence: Sentence, quote: int) -> Attribution | None:
        known = self.found[sentence.tokens[quote].quote]
        return Attribution(known.speaker, known.mention, known.cue, follows=True) if known.mention else None

    def _left_cue(self, sentence: Sentence, cue: int, at: int) -> Attribution | None:
        tokens = sentence.tokens
        low = max((quote + 1 for quote in sentence.quotes if quote < cue), default=0)
        if cue == 0 and tokens[0].lower.endswith("ing") and sentence.index:
            speaker = self.passages.sentences[sentence.index - 1].speaker  # "Adding: “…”"
            return Attribution(speaker, speaker.mention, tokens[0]) if speaker is not None else None
        if clauses.quotes_somebody(tokens, cue, at):
            return self._made(sentence, clause_of(subject_after(tokens, cue, at), tokens[cue]))
        if tokens[cue].lower == "saying" and cue >= 3 and tokens[cue - 1].lower == "as":
            return None  # "quoted him as saying": the verb further left knows whom
        found = subject_after(tokens, cue, at) if 0 < low == cue else subject_before(tokens, low, cue)
        if found == "shared" or (found is None and low > 0):
            return self._shared(sentence, cue)
        return self._made(sentence, clause_of(found, tokens[cue]))

    def _shared(self, sentence: Sentence, cue: int) -> Attribution | None:
        """Return the attribution to the subject that this verb shares with an earlier one ("…, adding that")."""
        tokens = sentence.tokens
        for earlier in range(cue - 1, -1, -1):
            known = self.found.get(tokens[earlier].quote)
            if known is not None and known.speaker is not None:
                return Attribution(known.speaker, known.mention, tokens[cue])
            if tokens[earlier].lower in SPEECH_FORMS and is_cue(tokens, earlier):
                mention = subject_before(tokens, 0, earlier)
                if isinstance(mention, Mention):
                    return self._made(sentence, Clause(mention, tokens[cue]))
        return self._made(sentence, clause_of(leading_subject(tokens, 0, cue), tokens[cue]))

    def _behind_colon(self, sentence: Sentence, at: int) -> Attribution | None:
        """Attribute a quotation behind a colon, in its own sentence or at the end of the one before."""
        previous = self.passages.before(sentence)
        if at > 0 or previous is None:
            return self._animate(self._made(sentence, clauses.before_colon(sentence.tokens, at)))
        if not previous.introduces:
            return None
        return self._reported(previous) or self._animate(self._led(previous))

    # --- no sign beside the quotation

    def _continued(self, sentence: Sentence, at: int) -> Attribution | None:
        """Whoever spoke before goes on, or the subject of the reporter's clause is quoted in part."""
        if any(token.text[0].isalnum() for token in sentence.tokens[:at]):
            return self._quoted_in_part(sentence, at)
        earlier = [quote for quote in sentence.quotes if quote < at]
        if earlier:
            return self._same_utterance(sentence, earlier[-1])
        previous = self.passages.before(sentence)
        if previous is None:
            return None
        if previous.quotes:
            known = self.found[previous.tokens[previous.quotes[-1]].quote]
            follows = previous.paragraph == sentence.paragraph
            if known.mention is None or not (follows or sentence.only_quotes):
                return None
            return Attribution(known.speaker, known.mention, None, follows=follows)
        return self._floating(previous) if sentence.only_quotes else None

    def _floating(self, previous: Sentence) -> Attribution | None:
        """Attribute a paragraph that is one quotation to whoever the sentence before reports or is about."""
        made = self._reported(previous)
        if made is not None and made.speaker is not None:
            return Attribution(made.speaker, made.mention, None)
        subject = self.subject(previous)
        if subject is None or subject.kind != "person":
            for sentence in reversed(self.passages.sentences[max(0, previous.index - _ASIDE) : previous.index]):
                if sentence.paragraph == previous.paragraph and sentence.speaker is not None:
                    return Attribution(sentence.speaker, sentence.speaker.mention, None)
        return Attribution(subject, subject.mention, None) if subject is not None and subject.animate else None

    def _quoted_in_part(self, sentence: Sentence, at: int) -> Attribution | None:
        """Attribute a fragment without a reporting verb to the subject of an attitude verb, or of the sentence."""
        holder = clauses.attitude(sentence.tokens, at)
        if holder is not None:
            return self._made(sentence, holder)
        previous = self.passages.before(sentence)
        if sentence.tokens[0].lower in _POINTERS and previous and previous.paragraph == sentence.paragraph:
            return self._reported(previous)  # "That “includes …”" goes on with what was reported
        return self._animate(self._led(sentence, at))

    # --- whom a sentence reports or is about

    def _animate(self, found: Attribution | None) -> Attribution | None:
        """Return the attribution if somebody is meant who can speak."""
        return found if found is not None and found.speaker is not None and found.speaker.animate else None

    def _made(self, sentence: Sentence, clause: Clause | None) -> Attribution | None:
        if clause is None:
            return None
        return Attribution(self.resolver.resolve(clause.mention, sentence.index), clause.mention, clause.cue)

    def _led(self, sentence: Sentence, at: int | None = None) -> Attribution | None:
        high = len(sentence.tokens) if at is None else at
        return self._made(sentence, clause_of(leading_subject(sentence.tokens, 0, high), None))

    def _reported(self, sentence: Sentence) -> Attribution | None:
        """Return the attribution to whoever a sentence reports, last cue first."""
        tokens = sentence.tokens
        for cue in range(len(tokens) - 1, -1, -1):
            if tokens[cue].lower == "according" and cue + 2 < len(tokens):
                found = subject_after(tokens, cue + 1, len(tokens))
            elif tokens[cue].lower in SPEECH_FORMS and is_cue(tokens, cue):
                subject = subject_before(tokens, 0, cue)
                if subject == "shared":
                    return self._shared(sentence, cue)
                inverted = subject is None and cue > 0 and tokens[cue - 1].text == ","
                found = subject_after(tokens, cue, len(tokens)) if inverted else subject
            else:
                continue
            if found is not None:
                return self._made(sentence, Clause(found, tokens[cue]))
        return None

    def subject(self, sentence: Sentence) -> Speaker | None:
        """Return the main subject of a sentence, resolved once."""
        if not sentence.subject_known:
            sentence.subject_known = True
            led = self._led(sentence)
            sentence.subject = led.speaker if led is not None else None
        return sentence.subject

    def _extent(self, index: int) -> tuple[int, int]:
        return self.passages.sentences[index].start, self.passages.sentences[index].end

    def _past(self, index: int, at: int) -> list[Speaker]:
        """Return the speakers and the subject of one sentence that were named before an offset, likeliest first."""
        sentence = self.passages.sentences[index]
        if sentence.start >= at:
            return []
        known = [
            self.found[sentence.tokens[i].quote] for i in sentence.quotes if sentence.tokens[i].quote in self.found
        ]
        if sentence.end < at and not sentence.speaker_known and not known:
            sentence.speaker_known = True
            made = self._reported(sentence)
            sentence.speaker = made.speaker if made is not None else None
        subject = self.subject(sentence)
        speakers = [sentence.speaker, *(attribution.speaker for attribution in reversed(known))]
        if subject is not None and subject.animate:
            speakers.append(subject)
        return [speaker for speaker in speakers if speaker is not None and speaker.mention.start < at]
