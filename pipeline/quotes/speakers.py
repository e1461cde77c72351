"""Who says it: the cue and speaker of each quotation, resolved to the fullest form in the article."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from pipeline.quotes import clauses
from pipeline.quotes.afterwards import introduced_below, named_below
from pipeline.quotes.clauses import Clause, clause_of
from pipeline.quotes.cues import is_cue
from pipeline.quotes.embedded import is_embedded
from pipeline.quotes.lexicon import CUE_WORDS, SAY_FORMS
from pipeline.quotes.marks import Paragraph
from pipeline.quotes.passages import Passages, Sentence
from pipeline.quotes.possessors import own_words, possessor
from pipeline.quotes.profiles import Profiles
from pipeline.quotes.reports import NOBODY, Attribution, Reports
from pipeline.quotes.resolution import Speaker
from pipeline.quotes.sentences import tokenize
from pipeline.quotes.signatures import label, label_inside, name_before_colon, signature
from pipeline.quotes.subjects import mention_in, subject_after, subject_before

__all__ = ["Attribution", "Attributor"]

_POINTERS = frozenset({"that", "this", "those", "these", "such"})
_JOINTS = frozenset({"but", "and", "so", "or", "then", "yet"})
_LABEL = 40
"""Characters of a quotation in which the label of a transcript's turn may end."""
_ASIDE = 3
"""Sentences of a paragraph that an aside of the reporter's may stand behind a speaker."""


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
    everywhere
        Read every sentence, and not only those near quotations: ``resolve_span`` needs it.
    narrator
        Who says "I" in the reporter's text: the author, where known.
    """

    def __init__(
        self,
        text: str,
        paragraphs: Sequence[Paragraph],
        quotes: Sequence[tuple[int, int]],
        *,
        everywhere: bool = False,
        narrator: str | None = None,
    ) -> None:
        self.text = text
        self.passages = Passages(text, paragraphs, quotes, everywhere=everywhere)
        self._reports = Reports(self.passages, narrator)
        self.resolver = self._reports.resolver
        self.found = self._reports.found

    def run(self) -> list[Attribution]:
        """Return the attribution of each quotation."""
        for sentence in self.passages.sentences:
            for at in sentence.quotes:
                found = self._attribute(sentence, at) or NOBODY
                sentence.speaker = found.speaker or sentence.speaker
                self.found[sentence.tokens[at].quote] = found
        return [self.found.get(index, NOBODY) for index in range(len(self.passages.quotes))]

    def resolve_span(self, start: int, end: int) -> Speaker | None:
        """Return whom a mention found elsewhere means, by the means that resolve the speakers of quotations.

        Call it after ``run``, in text order: whoever is resolved counts as the sentence's speaker for the pronouns that
        follow. None where nothing in the span names anybody, or a pronoun stays open.

        Parameters
        ----------
        start, end
            The mention in the cleaned text, appositions and all; it may stand inside a quotation.
        """
        sentence = self.passages.at(start)
        if sentence is None:
            return None
        mention = mention_in(tokenize(self.text, start, end), sentence.tokens)
        speaker = self.resolver.resolve(mention, sentence.index) if mention is not None else None
        if speaker is not None and start < sentence.end:
            sentence.speaker, sentence.speaker_known = speaker, True
        return speaker

    @cached_property
    def profiles(self) -> Profiles:
        """What the article says of its speakers; read for those who are asked for."""
        return Profiles(self.resolver)

    # --- the signs of an attribution, surest first

    def _attribute(self, sentence: Sentence, at: int) -> Attribution | None:
        tokens = sentence.tokens
        sign = signature(tokens, at) or label(tokens, at)
        if sign is None and ":" in self.text[tokens[at].start : tokens[at].start + _LABEL]:
            sign = label_inside(self.text, tokens[at].start, tokens[at].end)
        if sign is not None:
            return self._reports.made(sentence, sign, "signature")
        inner = clauses.last_inner_character(self.text[tokens[at].start : tokens[at].end])
        beside = clauses.following(tokens, at, inner)
        leads_on = beside is not None and clauses.leads_on(tokens, at, beside, inner)
        if beside is not None and not leads_on:
            return self._reports.made(sentence, beside, "adjacent")
        if (left := self._left(sentence, at)) is not None:
            return self._surer(sentence, at, left)
        below = named_below(self.text, tokens[at].start, tokens[at].end) if sentence.only_quotes else None
        if below is not None:
            return self._reports.made(sentence, below, "signature")
        return self._behind_colon(sentence, at) or self._behind(sentence, at, beside) or self._continued(sentence, at)

    def _behind(self, sentence: Sentence, at: int, beside: Clause | None) -> Attribution | None:
        """Return who speaks in a clause that closes the sentence: "…, Lee said", "…, in Lee’s view"."""
        tokens = sentence.tokens
        closing = beside or clauses.trailing(tokens, at)
        if closing is not None:
            return self._reports.made(sentence, closing, "trailing")
        owner = own_words(tokens, at, len(tokens)) if at + 3 < len(tokens) else None
        return self._reports.made(sentence, clause_of(owner, None), "possessor")

    def _surer(self, sentence: Sentence, at: int, left: Attribution) -> Attribution:
        """Return the closing "…, she said" of a sentence rather than a weaker verb left of the quotation."""
        tokens = sentence.tokens
        if left.follows or left.cue is None or left.cue.lower in SAY_FORMS or left.cue.end + 2 >= tokens[at].start:
            return left
        closing = clauses.trailing(tokens, at)
        sure = closing is not None and closing.cue is not None and closing.cue.lower in SAY_FORMS
        return (self._reports.made(sentence, closing, "trailing") if sure else None) or left

    def _left(self, sentence: Sentence, at: int) -> Attribution | None:
        """Lee said “…”; Lee said that … “…”, adding that “…”."""
        tokens = sentence.tokens
        weaker: Attribution | None = None
        for cue in range(at - 1, -1, -1):
            word = tokens[cue].lower
            if tokens[cue].quote >= 0 and clauses.is_interrupted(tokens, cue, at):
                return self._same_utterance(sentence, cue)
            if word == "according" and cue + 2 < at and tokens[cue + 1].lower == "to":
                return self._reports.made(sentence, clause_of(subject_after(tokens, cue + 1, at), tokens[cue]), "left")
            if word not in CUE_WORDS:
                continue
            if clauses.is_asked(tokens, cue, at):
                by = subject_after(tokens, cue + 1, at) if tokens[cue + 1].lower == "by" else None
                return self._reports.made(sentence, clause_of(by, tokens[cue]), "left") or Attribution()
            made = self._left_cue(sentence, cue, at) if is_cue(tokens, cue) else None
            if made is None and clauses.is_passive(tokens, cue) and cue + 2 < at:
                made = self._reports.made(sentence, clause_of(subject_after(tokens, cue + 1, at), tokens[cue]), "left")
            if made and weaker and tokens[at - 1].text != ":" and word not in SAY_FORMS:
                return weaker
            if made is not None and not is_embedded(tokens, cue, at, made.mention):
                return made
            weaker = weaker or made
        return weaker

    def _same_utterance(self, sentence: Sentence, quote: int) -> Attribution | None:
        known = self.found[sentence.tokens[quote].quote]
        if not known.mention:
            return None
        return Attribution(known.speaker, known.mention, known.cue, follows=True, sign="same sentence")

    def _left_cue(self, sentence: Sentence, cue: int, at: int) -> Attribution | None:
        tokens = sentence.tokens
        low = sentence.behind_quote(cue)
        if cue == 0 and tokens[0].lower.endswith("ing") and sentence.index:
            speaker = self.passages.sentences[sentence.index - 1].speaker  # "Adding: “…”"
            return Attribution(speaker, speaker.mention, tokens[0], sign="shared") if speaker is not None else None
        if clauses.quotes_somebody(tokens, cue, at):
            return self._reports.made(sentence, clause_of(subject_after(tokens, cue, at), tokens[cue]), "left")
        if tokens[cue].lower == "saying" and cue >= 3 and tokens[cue - 1].lower == "as":
            return None  # "quoted him as saying": the verb further left knows whom
        inverted = 0 < low == cue and not tokens[cue].lower.endswith("ing")
        found = subject_after(tokens, cue, at) if inverted else subject_before(tokens, low, cue)
        if found is None and tokens[at - 1].text == ":" and tokens[cue - 1].text == "," and cue:
            found = subject_after(tokens, cue, at)  # "In other words, explained Ann Lee: “…”"
        if found == "shared" or (found is None and low > 0):
            return self._reports.shared(sentence, cue, "shared")
        return self._reports.made(sentence, clause_of(found, tokens[cue]), "left")

    def _behind_colon(self, sentence: Sentence, at: int) -> Attribution | None:
        """Attribute a quotation behind a colon, in its own sentence or at the end of the one before."""
        previous = self.passages.before(sentence)
        if at > 0 or previous is None:
            about = _animate(self._reports.made(sentence, clauses.before_colon(sentence.tokens, at), "colon"))
            return about or self._reports.made(sentence, name_before_colon(sentence.tokens, at), "colon")
        if not previous.introduces:
            return None
        return self._reports.reported(previous, "colon") or _animate(self._reports.led(previous, None, "colon"))

    # --- no sign beside the quotation

    def _continued(self, sentence: Sentence, at: int) -> Attribution | None:
        """Whoever spoke before goes on, or the subject of the reporter's clause is quoted in part."""
        if any(token.text[0].isalnum() and token.lower not in _JOINTS for token in sentence.tokens[:at]):
            return self._quoted_in_part(sentence, at)
        earlier = [quote for quote in sentence.quotes if quote < at]
        if earlier:
            return self._same_utterance(sentence, earlier[-1])
        previous = self.passages.before(sentence)
        if previous is None:
            return _animate(self._reports.made(sentence, introduced_below(self.text, sentence.end), "floating"))
        if previous.quotes:
            known = self.found[previous.tokens[previous.quotes[-1]].quote]
            follows = previous.paragraph == sentence.paragraph
            if known.mention is None or not (follows or sentence.only_quotes):
                return None
            sign = "carried" if follows else "carried over"
            return Attribution(known.speaker, known.mention, None, follows=follows, sign=sign)
        return self._floating(previous) if sentence.only_quotes else None

    def _floating(self, previous: Sentence) -> Attribution | None:
        """Attribute a paragraph that is one quotation to whoever the sentence before reports or is about."""
        made = self._reports.reported(previous, "floating")
        if made is not None and made.speaker is not None:
            return Attribution(made.speaker, made.mention, None, sign="floating")
        subject = self._reports.subject(previous)
        if subject is None or subject.kind != "person":
            for sentence in reversed(self.passages.sentences[max(0, previous.index - _ASIDE) : previous.index]):
                if sentence.paragraph == previous.paragraph and sentence.speaker is not None:
                    return Attribution(sentence.speaker, sentence.speaker.mention, None, sign="floating")
        if subject is None or not subject.animate:
            return None
        return Attribution(subject, subject.mention, None, sign="subject")

    def _quoted_in_part(self, sentence: Sentence, at: int) -> Attribution | None:
        """Attribute a fragment without a reporting verb to the subject of an attitude verb, or of the sentence."""
        tokens = sentence.tokens
        owner = possessor(tokens, at) or own_words(tokens, sentence.behind_quote(at), at)
        if owner is not None:
            return self._reports.made(sentence, Clause(owner, None), "possessor")
        holder = clauses.attitude(tokens, at)
        if holder is not None:
            return self._reports.made(sentence, holder, "attitude")
        previous = self.passages.before(sentence)
        if tokens[0].lower in _POINTERS and previous and previous.paragraph == sentence.paragraph:
            return self._reports.reported(previous, "pointer")  # "That “includes …”" goes on with what was reported
        return _animate(self._reports.led(sentence, at, "subject"))


def _animate(found: Attribution | None) -> Attribution | None:
    """Return the attribution if somebody is meant who can speak."""
    return found if found is not None and found.speaker is not None and found.speaker.animate else None
