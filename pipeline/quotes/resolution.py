"""Mentions to speakers: surnames, pronouns, roles and organisations to the fullest form in the article."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from pipeline.quotes.descriptions import body, company, described, possessive_form
from pipeline.quotes.gazetteer import PLACES
from pipeline.quotes.lexicon import (
    BODY_NOUNS,
    DETERMINERS,
    DOCUMENTS,
    EPITHETS,
    KINDRED_ROLES,
    LAW_NOUNS,
    ORGANISATION_NOUNS,
    PRONOUNS,
    ROLE_NOUNS,
    SPOKESPEOPLE,
    SURE_TITLES,
    TITLES,
)
from pipeline.quotes.names import NameIndex, Person
from pipeline.quotes.phrases import Mention
from pipeline.quotes.runs import split_run

_DEFINITE = DETERMINERS - {"a", "an", "one"}
_BODIES = BODY_NOUNS | ORGANISATION_NOUNS
_SPEAKING_HEADS = _BODIES | ROLE_NOUNS
_DEFINITE_ARTICLES = frozenset({"the", "this", "that", "his", "her", "its", "their"})
_BACK = 12
"""Sentences that a pronoun may reach back over."""
_DEPTH = 25
"""Mentions that may hang on one another before the chain is given up."""


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
        """True for people, bodies that speak and roles; False for laws and other noun phrases."""
        if self.kind == "organisation":
            return self.name.rpartition(" ")[2].lower() not in LAW_NOUNS
        return self.kind == "person" or self.mention.head in _SPEAKING_HEADS


def _is_named(mention: Mention) -> bool:
    """Tell whether a phrase holds a name; parties and nations ("the Republican governor") are none."""
    return any(w[0].isupper() and w.lower() not in PLACES and w.lower() not in TITLES for w in mention.words[1:])


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

    @cached_property
    def names(self) -> NameIndex:
        """The article's names, read once and only where a quotation needs them."""
        return NameIndex(self.text)

    def _back(self, mention: Mention, sentence: int, reach: int) -> Iterator[Speaker]:
        """Yield whom the last few sentences name before a mention, likeliest first."""
        for index in range(sentence, max(-1, sentence - reach), -1):
            yield from self._spoken(index, mention.start)

    def resolve(self, mention: Mention, sentence: int) -> Speaker | None:
        """Return the speaker whom a mention in a sentence means; None where a pronoun stays open."""
        if mention.kind == "pronoun":
            return self._pronoun(mention, sentence)
        if mention.kind == "name":
            epithet = mention.words[-1].lower() in EPITHETS and self._last_speaker(mention, sentence)
            return epithet or self._name(mention)
        return self._phrase(mention, sentence)

    def _last_speaker(self, mention: Mention, sentence: int) -> Speaker | None:
        """Return the person who spoke or acted last: whom "the New York Democrat" goes on about."""
        for speaker in self._back(mention, sentence, 4):
            if speaker.kind == "person":
                return Speaker(speaker.name, mention, speaker.person, "person")
        return None

    def _spoken(self, sentence: int, at: int) -> list[Speaker]:
        """Return whom a sentence names before an offset; nobody where too many mentions hang on one another."""
        if self._depth >= _DEPTH:
            return []
        self._depth += 1
        try:
            return self._past(sentence, at)
        finally:
            self._depth -= 1

    # --- names

    def _name(self, mention: Mention) -> Speaker:
        titles, words = split_run(" ".join(mention.words))
        if titles and titles[-1] in {"of", "for"}:
            titles = titles[:-1]
        person = self.names.person(words, mention.start)
        if person is None and len(words) == 1 and words[0].lower() not in PLACES:
            person = self.names.adopt(words[0])
        if person is not None:
            return Speaker(person.name, mention, person, "person")
        if any(title in SURE_TITLES for title in titles):
            return Speaker(" ".join(words), mention, None, "person")
        whole = " ".join(mention.words)
        while whole.partition(" ")[0].lower() in {"the", "a", "an"}:
            whole = whole.partition(" ")[2]
        if whole.lower() in BODY_NOUNS:
            whole = body(self.names, mention) or whole  # "the League" for "the Traders’ League"
        return Speaker(self.names.organisation(whole) if " " not in whole else whole, mention, None, "organisation")

    # --- pronouns

    def _pronoun(self, mention: Mention, sentence: int) -> Speaker | None:
        wanted = PRONOUNS[mention.head]
        for index in range(sentence, max(-1, sentence - _BACK), -1):
            for speaker in self._spoken(index, mention.start):
                if self._agrees(speaker, wanted):
                    return Speaker(speaker.name, mention, speaker.person, speaker.kind)
            if wanted in {"male", "female"}:
                # Whoever is introduced by name draws the pronoun, subject or not.
                low, high = self._extent(index)
                for person in reversed(self.names.introduced(low, min(high, mention.start))):
                    if person.gender in (None, wanted):
                        return Speaker(person.name, mention, person, "person")
        if wanted in {"male", "female"}:
            named = self.names.nearest_person(wanted, mention.start)
            return Speaker(named.name, mention, named, "person") if named else self._taken_for_person(mention, sentence)
        return None

    def _taken_for_person(self, mention: Mention, sentence: int) -> Speaker | None:
        """Return the name that nothing showed to be a person's so far, and that "she" goes on about."""
        for speaker in self._back(mention, sentence, 4):
            person = self.names.adopt(speaker.mention.words[-1]) if speaker.mention.kind == "name" else None
            if person is not None:
                person.gender = PRONOUNS[mention.head]
                return Speaker(person.name, mention, person, "person")
        return None

    def _agrees(self, speaker: Speaker, wanted: str) -> bool:
        if wanted in {"male", "female"}:
            if speaker.person is not None:
                return speaker.person.gender in (None, wanted)
            return speaker.kind == "person" or (
                speaker.mention.head in ROLE_NOUNS and not speaker.mention.head.endswith("s")
            )
        if wanted == "thing":
            return speaker.kind == "organisation" or (
                speaker.kind == "phrase" and speaker.mention.head not in ROLE_NOUNS
            )
        return speaker.kind == "organisation" or speaker.kind == "phrase"

    # --- phrases

    def _phrase(self, mention: Mention, sentence: int) -> Speaker | None:
        lowered = [word.lower() for word in mention.words]
        if mention.head in {"one", "another", "both"} and len(lowered) == 1:
            return self._one_of(mention, sentence)
        organisation = self._organisation(mention, lowered, sentence)
        if organisation is not None:
            return Speaker(organisation, mention, None, "organisation")
        definite = lowered[0] in _DEFINITE_ARTICLES
        found = None
        if definite and mention.head in ROLE_NOUNS and not _is_named(mention):
            found = self._role(mention, sentence)
        if found is None and definite and (mention.head in EPITHETS or mention.head == "statement"):
            found = self._last_speaker(mention, sentence)
        if found is not None:
            return found
        text = self.text[mention.start : mention.end]
        if definite and len(lowered) > 2 and lowered[1] in PLACES:
            text = possessive_form(self.text, mention) or text
        return Speaker(text, mention, None, "organisation" if mention.head in _BODIES else "phrase")

    def _organisation(self, mention: Mention, lowered: list[str], sentence: int) -> str | None:
        """Return the organisation that "the company", "the ministry" or "a spokesman" stands for."""
        named = _is_named(mention)
        if lowered[0] in _DEFINITE_ARTICLES and mention.head in ORGANISATION_NOUNS and (not named or len(lowered) <= 3):
            return company(self.names, mention)
        if lowered[0] in _DEFINITE_ARTICLES and mention.head in BODY_NOUNS and not named:
            found = body(self.names, mention)
            return found or (self._last_organisation(mention, sentence) if len(lowered) == 2 else None)
        bare = len(lowered) <= 2 or lowered[1] in ORGANISATION_NOUNS
        if mention.head in SPOKESPEOPLE and not named and bare:
            return self._last_organisation(mention, sentence) or company(self.names, mention)
        return None

    def _one_of(self, mention: Mention, sentence: int) -> Speaker | None:
        """“…,” said one: one of the people whom the text spoke of last."""
        for speaker in self._back(mention, sentence, 4):
            if speaker.kind == "phrase" and speaker.mention.head.endswith("s"):
                return Speaker(f"one of {speaker.name[0].lower()}{speaker.name[1:]}", mention)
        return Speaker(self.text[mention.start : mention.end], mention)

    def _last_organisation(self, mention: Mention, sentence: int) -> str | None:
        """Return the organisation that spoke or acted last before a bare "the agency" or "a spokesman"."""
        if mention.head in DOCUMENTS:
            return None
        for speaker in self._back(mention, sentence, 5):
            by_name = speaker.kind == "organisation" and speaker.mention.kind != "phrase"
            if by_name and speaker.name.lower() not in PLACES:
                return speaker.name
        return None

    def _role(self, mention: Mention, sentence: int) -> Speaker | None:
        """Return whom "the minister" or "the official" means: a person of that role, else who was last called so."""
        heads = {mention.head} | KINDRED_ROLES.get(mention.head, set())
        named = self.names.last_in_role(heads, mention.start)
        if named is not None:
            return Speaker(named.name, mention, named, "person")
        fuller = described(self.text, mention, heads)
        if fuller is not None:
            return Speaker(fuller, mention)
        for speaker in self._back(mention, sentence, _BACK):
            head = speaker.mention.head
            if speaker.kind == "phrase" and (head in heads or head.rstrip("s") in heads):
                introduced = speaker.name.split()[0].lower() not in _DEFINITE
                if (introduced and " " in speaker.name) or len(speaker.name) > mention.end - mention.start:
                    return Speaker(speaker.name, mention)
        return None
