"""Whom the sentences of an article report or are about, resolved to speakers."""

from __future__ import annotations

import weakref
from dataclasses import dataclass

from pipeline.quotes.clauses import Clause, clause_of
from pipeline.quotes.cues import is_cue
from pipeline.quotes.lexicon import CLAUSE_WORDS, CUE_WORDS
from pipeline.quotes.openings import leading_subject
from pipeline.quotes.passages import Passages, Sentence
from pipeline.quotes.phrases import NOMINATIVE, Mention, parse_phrase
from pipeline.quotes.resolution import Resolver, Speaker
from pipeline.quotes.sentences import Token
from pipeline.quotes.subjects import subject_after, subject_before


@dataclass(frozen=True, slots=True)
class Attribution:
    """A quotation's cue and speaker.

    Parameters
    ----------
    follows
        It goes on with the utterance of the quotation before.
    sign
        What told the speaker: a key of ``confidence.SIGNS``.
    """

    speaker: Speaker | None = None
    mention: Mention | None = None
    cue: Token | None = None
    follows: bool = False
    sign: str = ""


NOBODY = Attribution()
"""That of a quotation which nothing attributes."""


class Reports:
    """Reads the sentences of one article for whoever speaks or acts in them.

    Parameters
    ----------
    passages
        The article's sentences.
    narrator
        Who says "I" in the reporter's text, where known.
    """

    def __init__(self, passages: Passages, narrator: str | None = None) -> None:
        self.passages = passages
        # A weak reference: an article's tokens go as soon as it is done, and not when cycles are next collected.
        own = weakref.proxy(self)
        self.resolver = Resolver(
            passages.text,
            lambda index, at: own._past(index, at),
            lambda index: own._extent(index),
            narrator,
            passages.quotes,
        )
        self.found: dict[int, Attribution] = {}
        """The attribution of each quotation so far."""

    def made(self, sentence: Sentence, clause: Clause | None, sign: str) -> Attribution | None:
        """Return the attribution to a clause's mention; None without a clause."""
        if clause is None:
            return None
        speaker = self.resolver.resolve(clause.mention, sentence.index)
        return Attribution(speaker, clause.mention, clause.cue, sign=sign)

    def led(self, sentence: Sentence, at: int | None, sign: str) -> Attribution | None:
        """Return the attribution to the main subject of a sentence (of its first ``at`` tokens)."""
        high = len(sentence.tokens) if at is None else at
        return self.made(sentence, clause_of(leading_subject(sentence.tokens, 0, high), None), sign)

    def shared(self, sentence: Sentence, cue: int, sign: str) -> Attribution | None:
        """Return the attribution to the subject that a verb shares with an earlier one ("…, adding that")."""
        tokens = sentence.tokens
        for earlier in range(cue - 1, -1, -1):
            known = self.found.get(tokens[earlier].quote)
            if known is not None and known.speaker is not None:
                return Attribution(known.speaker, known.mention, tokens[cue], sign=sign)
            if tokens[earlier].lower in NOMINATIVE and earlier and tokens[earlier - 1].text == ",":
                return self.made(sentence, clause_of(parse_phrase(tokens, earlier, earlier + 1), tokens[cue]), sign)
            if tokens[earlier].lower in CUE_WORDS and is_cue(tokens, earlier):
                mention = subject_before(tokens, 0, earlier)
                if isinstance(mention, Mention):
                    return self.made(sentence, Clause(mention, tokens[cue]), sign)
        led = leading_subject(tokens, 0, cue)
        if led is None and cue <= 2 and tokens[cue].lower.endswith("ing"):
            # "After saying it was “…,” she left"
            after = next(
                (k for k in range(cue, len(tokens)) if tokens[k].lower in NOMINATIVE and tokens[k - 1].quote >= 0), 0
            )
            led = parse_phrase(tokens, after, after + 1) if after else None
        return self.made(sentence, clause_of(led, tokens[cue]), sign)

    def reported(self, sentence: Sentence, sign: str) -> Attribution | None:
        """Return the attribution to whoever a sentence reports, last cue first."""
        tokens = sentence.tokens
        for cue in range(len(tokens) - 1, -1, -1):
            word = tokens[cue].lower
            if word == "according" and cue + 2 < len(tokens):
                found = subject_after(tokens, cue + 1, len(tokens))
            elif word in CUE_WORDS and is_cue(tokens, cue):
                subject = subject_before(tokens, 0, cue)
                if subject == "shared":
                    return self.shared(sentence, cue, sign)
                inverted = subject is None and cue > 0 and tokens[cue - 1].text == ","
                found = subject_after(tokens, cue, len(tokens)) if inverted else subject
            else:
                continue
            if found is not None:
                return self.made(sentence, Clause(found, tokens[cue]), sign)
        return None

    def subject(self, sentence: Sentence) -> Speaker | None:
        """Return the main subject of a sentence, resolved once."""
        if not sentence.subject_known:
            sentence.subject_known = True
            led = self.led(sentence, None, "")
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
            made = self.reported(sentence, "")
            sentence.speaker = made.speaker if made is not None else None
        subject = self.subject(sentence)
        speakers = [sentence.speaker, *(attribution.speaker for attribution in reversed(known))]
        if subject is not None and subject.animate:
            # "When Lee announced the plan, Kim was torn": the main clause comes first.
            speakers.insert(0 if not known and sentence.tokens[0].lower in CLAUSE_WORDS else len(speakers), subject)
        return [speaker for speaker in speakers if speaker is not None and speaker.mention.start < at]
