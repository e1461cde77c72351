"""Mentions to speakers: surnames, pronouns, roles and organisations to the fullest form in the article."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.quotes.cues import Mention
from pipeline.quotes.lexicon import (
    BE,
    BODY_NOUNS,
    CLAUSE_WORDS,
    DETERMINERS,
    KINDRED_ROLES,
    MEDIA,
    ORGANISATION_NOUNS,
    PLACES,
    PREPOSITIONS,
    PRONOUNS,
    ROLE_NOUNS,
    SENTENCE_OPENERS,
    SURE_TITLES,
    TITLES,
)
from pipeline.quotes.names import NameIndex, Person, split_run

_SPOKESPEOPLE = frozenset({"spokesman", "spokeswoman", "spokesperson"})
_DOCUMENTS = frozenset("report study document letter guidance policy filing complaint lawsuit memo paper".split())
_EPITHETS = frozenset("democrat republican lawmaker congressman congresswoman billionaire politician candidate".split())
_ANAPHORIC = _EPITHETS | {"statement"}
_DEFINITE = DETERMINERS - {"a", "an", "one"}
_BODIES = BODY_NOUNS | ORGANISATION_NOUNS
_SPEAKING_HEADS = _BODIES | ROLE_NOUNS
_NO_COMPANY_FIRST = PLACES | SENTENCE_OPENERS | TITLES
_NO_COMPANY_WORD = MEDIA | BODY_NOUNS
_BACK = 12
"""Sentences that a pronoun may reach back over."""
_WINDOW = 2500
"""Characters that a bare "the official" may reach back over."""
_DEPTH = 25
"""Pronouns that may hang on one another before the chain is given up."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """A resolved speaker.

    Parameters
    ----------
    name
        The fullest form that the article gives; a noun phrase for the unnamed.
    """

    name: str
    mention: Mention
    person: Person | None = None
    kind: str = "phrase"

    @property
    def animate(self) -> bool:
        """True for people, bodies that speak and roles; False for other noun phrases."""
        return self.kind in {"person", "organisation"} or self.mention.head in _SPEAKING_HEADS


class Resolver:
    """Resolves mentions of one article.

    Parameters
    ----------
    text
        Cleaned article text.
    past
        ``(sentence index, offset) -> speakers`` of that sentence that were named before the offset.
    extent
        ``sentence index -> (start, end)``: where that sentence stands in the text.
    """

    def __init__(
        self, text: str, past: Callable[[int, int], list[Speaker]], extent: Callable[[int], tuple[int, int]]
    ) -> None:
        self.text, self._past, self._extent, self._depth = text, past, extent, 0
        self._names: NameIndex | None = None

    @property
    def names(self) -> NameIndex:
        """The article's names, read once and only where a quotation needs them."""
        if self._names is None:
            self._names = NameIndex(self.text)
        return self._names

    def resolve(self, mention: Mention, sentence: int) -> Speaker | None:
        """Return the speaker whom a mention in a sentence means; None where a pronoun stays open."""
        if mention.kind == "pronoun":
            return self._pronoun(mention, sentence)
        if mention.kind == "name":
            epithet = mention.words[-1].lower() in _EPITHETS and self._last_speaker(mention, sentence)
            return epithet or self._name(mention)
        return self._phrase(mention, sentence)

    def _last_speaker(self, mention: Mention, sentence: int) -> Speaker | None:
        """Return the person who spoke or acted last: whom "the New York Democrat" goes on about."""
        for index in range(sentence, max(-1, sentence - 4), -1):
            for speaker in self._past(index, mention.start):
                if speaker.kind == "person":
                    return Speaker(speaker.name, mention, speaker.person, "person")
        return None

    # --- names

    def _name(self, mention: Mention) -> Speaker:
        titles, words = split_run(" ".join(mention.words))
        if titles and titles[-1] in {"of", "for"}:
            titles = titles[:-1]
        person = self.names.person(words, mention.start)
        if person is None and len(words) == 1 and words[0].lower() not in PLACES:
            person = self.names.adopt(words[0], mention.start)
        if person is not None:
            return Speaker(person.name, mention, person, "person")
        name = " ".join(words)
        if any(title in SURE_TITLES for title in titles):
            return Speaker(name, mention, None, "person")
        whole = " ".join(mention.words)
        while whole.partition(" ")[0].lower() in {"the", "a", "an"}:
            whole = whole.partition(" ")[2]
        return Speaker(self.names.organisation(whole) if " " not in whole else whole, mention, None, "organisation")

    # --- pronouns

    def _pronoun(self, mention: Mention, sentence: int) -> Speaker | None:
        if self._depth >= _DEPTH:
            return None
        self._depth += 1
        try:
            return self._antecedent(mention, sentence)
        finally:
            self._depth -= 1

    def _antecedent(self, mention: Mention, sentence: int) -> Speaker | None:
        wanted = PRONOUNS[mention.head]
        for index in range(sentence, max(-1, sentence - _BACK), -1):
            for speaker in self._past(index, mention.start):
                if self._agrees(speaker, wanted):
                    return Speaker(speaker.name, mention, speaker.person, speaker.kind)
            if wanted in {"male", "female"}:
                # Whoever is introduced by name draws the pronoun, subject or not.
                start, end = self._extent(index)
                for person in reversed(self.names.introduced(start, min(end, mention.start))):
                    if person.gender in (None, wanted):
                        return Speaker(person.name, mention, person, "person")
        if wanted in {"male", "female"}:
            return self._last_person(mention, wanted)
        return None

    def _agrees(self, speaker: Speaker, wanted: str) -> bool:
        if wanted in {"male", "female"}:
            if speaker.person is not None:
                return speaker.person.gender in (None, wanted)
            return speaker.kind == "person" or speaker.mention.head in ROLE_NOUNS and not speaker.mention.head.endswith("s")
        if wanted == "thing":
            return speaker.kind == "organisation" or speaker.kind == "phrase" and speaker.mention.head not in ROLE_NOUNS
        return speaker.kind == "organisation" or speaker.kind == "phrase"

    def _last_person(self, mention: Mention, wanted: str) -> Speaker | None:
        """Return the person named last before a pronoun, wherever it stood in its sentence."""
        best: Person | None = None
        best_at = mention.start - 1500
        for person in self.names.people.values():
            if person.gender in (None, wanted):
                at = max((x for x in person.at if x < mention.start), default=-1)
                if at > best_at:
                    best, best_at = person, at
        return Speaker(best.name, mention, best, "person") if best is not None else None

    # --- phrases

    def _phrase(self, mention: Mention, sentence: int) -> Speaker | None:
        text = self.text[mention.start : mention.end]
        lowered = [word.lower() for word in mention.words]
        definite = lowered[0] in {"the", "this", "that", "his", "her", "its", "their"}
        named = any(word[0].isupper() for word in mention.words[1:])
        if mention.head in {"one", "another", "both"} and len(lowered) == 1:
            return self._one_of(mention, sentence)
        if definite and mention.head in ORGANISATION_NOUNS and (not named or len(lowered) <= 3):
            company = self._company(mention)
            if company is not None:
                return Speaker(company, mention, None, "organisation")
        if definite and mention.head in BODY_NOUNS and not named:
            body = self._body(mention) or (self._last_organisation(mention, sentence) if len(lowered) == 2 else None)
            if body is not None:
                return Speaker(body, mention, None, "organisation")
        bare = len(lowered) <= 2 or lowered[1] in ORGANISATION_NOUNS
        if mention.head in _SPOKESPEOPLE and not named and bare:
            body = self._last_organisation(mention, sentence) or self._company(mention)
            if body is not None:
                return Speaker(body, mention, None, "organisation")
        if definite and mention.head in ROLE_NOUNS and not named:
            found = self._role(mention, sentence)
            if found is not None:
                return found
        if definite and mention.head in _ANAPHORIC:
            found = self._last_speaker(mention, sentence)
            if found is not None:
                return found
        if definite and len(lowered) > 2 and lowered[1] in PLACES:
            text = self._possessive_form(mention) or text
        kind = "organisation" if mention.head in _BODIES else "phrase"
        return Speaker(text, mention, None, kind)

    def _one_of(self, mention: Mention, sentence: int) -> Speaker | None:
        """“…,” said one: one of the people whom the text spoke of last."""
        for index in range(sentence, max(-1, sentence - 4), -1):
            for speaker in self._past(index, mention.start):
                if speaker.kind == "phrase" and speaker.mention.head.endswith("s"):
                    return Speaker(f"one of {speaker.name[0].lower()}{speaker.name[1:]}", mention)
        return Speaker(self.text[mention.start : mention.end], mention)

    def _company(self, mention: Mention) -> str | None:
        """Return the company that an article is about so far: named most often, and lately."""
        scores: dict[str, float] = {}
        forms: dict[str, dict[str, int]] = {}
        for name, places in self.names.others.items():
            first = name.split()[0]
            lowered = [word.strip(".").lower() for word in name.split()]
            if lowered[0] in _NO_COMPANY_FIRST or not _NO_COMPANY_WORD.isdisjoint(lowered):
                continue
            before = [at for at in places if at < mention.start]
            if not before:
                continue
            near = max(before)
            scores[first] = scores.get(first, 0.0) + len(before) + 2.0 * (mention.start - near < 400)
            forms.setdefault(first, {})[name] = len(before)
        if not scores:
            return None
        best = max(scores, key=lambda first: scores[first])
        return max(forms[best], key=lambda name: (forms[best][name], -len(name)))

    def _body(self, mention: Mention) -> str | None:
        """Return the ministry, agency or court that a bare "the ministry" means: the one of that noun named last."""
        wanted = {word.lower() for word in mention.words} - DETERMINERS
        best: str | None = None
        best_at = -1
        for name, places in self.names.others.items():
            if wanted <= set(name.lower().split()):
                at = max((x for x in places if x < mention.start), default=-1)
                if at > best_at:
                    best, best_at = name, at
        return best

    def _last_organisation(self, mention: Mention, sentence: int) -> str | None:
        """Return the organisation that spoke or acted last before a bare "the agency" or "a spokesman"."""
        if mention.head in _DOCUMENTS:
            return None
        for index in range(sentence, max(-1, sentence - 5), -1):
            for speaker in self._past(index, mention.start):
                if speaker.kind == "organisation" and speaker.mention.kind != "phrase" and speaker.name.lower() not in PLACES:
                    return speaker.name
        return None

    def _possessive_form(self, mention: Mention) -> str | None:
        """Return "China’s foreign ministry" for "the Chinese foreign ministry" where both stand in the article."""
        rest = re.escape(self.text[mention.start : mention.end].split(None, 2)[2])
        match = re.search(rf"\b{re.escape(mention.words[1][:4])}\w*[’']s {rest}\b", self.text, re.IGNORECASE)
        return match[0] if match else None

    def _role(self, mention: Mention, sentence: int) -> Speaker | None:
        """Return whom "the minister" or "the official" means: a person of that role, else who was last called so."""
        heads = {mention.head} | KINDRED_ROLES.get(mention.head, set())
        people = [p for p in self.names.people.values() if p.roles & heads and min(p.at, default=10**9) < mention.start]
        if people:
            best = max(people, key=lambda p: max(x for x in p.at if x < mention.start))
            return Speaker(best.name, mention, best, "person")
        described = self._described(mention, heads)
        if described is not None:
            return Speaker(described, mention)
        for index in range(sentence, max(-1, sentence - _BACK), -1):
            for speaker in self._past(index, mention.start):
                head = speaker.mention.head
                if speaker.kind == "phrase" and (head in heads or head.rstrip("s") in heads):
                    fuller = speaker.name.split()[0].lower() not in _DEFINITE
                    if fuller or len(speaker.name) > mention.end - mention.start:
                        return Speaker(speaker.name, mention)
        return None

    def _described(self, mention: Mention, heads: set[str]) -> str | None:
        """Return the fuller description that stood before "the official": "a senior Pentagon official"."""
        pattern = rf"\b(?:[Tt]he|[Aa]n?|[Oo]ne|[Aa]nother) ((?:[\w.’'-]+ ){{1,4}}?)(?:{'|'.join(sorted(heads))})\b"
        window = max(0, mention.start - _WINDOW)
        found = [m for m in re.finditer(pattern, self.text[window : mention.start])]
        for match in reversed(found):
            words = match[1].split()
            if not any(w.lower() in PREPOSITIONS or w.lower() in CLAUSE_WORDS or w.lower() in BE for w in words):
                return match[0]
        return None
