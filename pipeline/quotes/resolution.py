"""Mentions to speakers: surnames, pronouns, roles and organisations to the fullest form in the article."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from pipeline.quotes.descriptions import body
from pipeline.quotes.gazetteer import FIRST_NAMES, PLACES
from pipeline.quotes.lexicon import (
    BODY_NOUNS,
    EPITHETS,
    GENDER,
    LAW_NOUNS,
    ORGANISATION_NOUNS,
    PRONOUNS,
    ROLE_NOUNS,
    SURE_TITLES,
    TEXT_NOUNS,
    TITLES,
    is_role,
)
from pipeline.quotes.names import NameIndex, Person
from pipeline.quotes.phrases import Mention
from pipeline.quotes.runs import split_run

BODIES = BODY_NOUNS | ORGANISATION_NOUNS
_SPEAKING_HEADS = BODIES | ROLE_NOUNS | TEXT_NOUNS
_BACK = 12
"""Sentences that a pronoun may reach back over."""
_OF_PLACE = (" of ", " for ", " in ", " at ", " from ", " to ")
"""What stands before a place more often than before a person."""
_MENTIONS = 4
"""Mentions of a name that are looked at."""
_DEPTH = 25
"""Mentions that may hang on one another before the chain is given up."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """A resolved speaker.

    Parameters
    ----------
    name
        The fullest form that the article gives; a noun phrase for the unnamed.
    way
        How the mention was resolved: a key of ``confidence.WAYS``.
    steps
        Sentences between the mention and whom it takes up.
    """

    name: str
    mention: Mention
    person: Person | None = None
    kind: str = "phrase"
    way: str = "phrase"
    steps: int = 0

    @property
    def animate(self) -> bool:
        """True for people, bodies that speak and roles; False for laws and other noun phrases."""
        if self.kind == "organisation":
            return self.name.rpartition(" ")[2].lower() not in LAW_NOUNS
        return self.kind == "person" or self.mention.head in _SPEAKING_HEADS


Past = Callable[[int, int], list[Speaker]]
Extent = Callable[[int], tuple[int, int]]


def _office(mention: Mention) -> bool:
    """Tell an office in capitals from a name: "the House Speaker", "the Prime Minister"."""
    lowered = [word.strip(".").lower() for word in mention.words]
    return is_role(lowered[-1]) and all(w in TITLES or is_role(w) or w in {"of", "for"} for w in lowered)


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
    narrator
        Who says "I" in the reporter's text: the author, where known.
    quotes
        Spans of the article's quotations.
    """

    def __init__(
        self,
        text: str,
        past: Past,
        extent: Extent,
        narrator: str | None = None,
        quotes: Sequence[tuple[int, int]] = (),
    ) -> None:
        self.text, self.narrator = text, narrator
        self._past, self._extent, self._quotes, self._depth = past, extent, quotes, 0

    @cached_property
    def names(self) -> NameIndex:
        """The article's names, read once and only where a quotation needs them."""
        return NameIndex(self.text, self._quotes)

    def back(self, mention: Mention, sentence: int, reach: int) -> Iterator[Speaker]:
        """Yield whom the last few sentences name before a mention, likeliest first, with their distance as steps."""
        for index in range(sentence, max(-1, sentence - reach), -1):
            for speaker in self._spoken(index, mention.start):
                yield replace(speaker, steps=sentence - index)

    def resolve(self, mention: Mention, sentence: int) -> Speaker | None:
        """Return the speaker whom a mention in a sentence means; None where a pronoun stays open."""
        from pipeline.quotes.roles import resolve_phrase, resolve_role

        if mention.antecedent is not None:
            return self.resolve(mention.antecedent, sentence)
        if mention.kind == "pronoun":
            return self._pronoun(mention, sentence)
        if mention.kind == "name":
            office = _office(mention) and resolve_role(self, mention, sentence)
            if office:
                return office
            epithet = mention.words[-1].lower() in EPITHETS and self.last_person(mention, sentence, "epithet")
            return epithet or self._name(mention)
        return resolve_phrase(self, mention, sentence)

    def last_person(self, mention: Mention, sentence: int, way: str) -> Speaker | None:
        """Return the person who spoke or acted last: whom "the New York Democrat" goes on about."""
        for speaker in self.back(mention, sentence, 4):
            if speaker.kind == "person":
                return Speaker(speaker.name, mention, speaker.person, "person", way, speaker.steps)
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
        gender = next((GENDER[title] for title in titles if title in GENDER), None)
        person = self.names.person(words, mention.start, gender)
        if person is None and len(words) == 1 and words[0].lower() not in PLACES:
            person = self.names.adopt(words[0])
        if person is not None:
            way = self._way(person, words)
            return Speaker(person.name, mention, person, "person", way)
        if any(title in SURE_TITLES for title in titles) or (len(words) == 1 and self._follows_role(mention)):
            return Speaker(" ".join(words), mention, None, "person", "title")
        whole = " ".join(mention.words)
        while whole.partition(" ")[0].lower() in {"the", "a", "an"}:
            whole = whole.partition(" ")[2]
        if whole.lower() in BODY_NOUNS:
            whole = body(self.names, mention) or whole  # "the League" for "the Traders’ League"
        name = self.names.organisation(whole) if " " not in whole else whole
        return Speaker(name, mention, None, "organisation", "named body")

    def _way(self, person: Person, words: Sequence[str]) -> str:
        if len(words) > 1:
            return "full name"
        if len(person.words) == 1:
            return "title"
        return "shared surname" if self.names.namesakes(words[0]) > 1 else "surname"

    def _follows_role(self, mention: Mention) -> bool:
        """Tell a name of one word behind a person's role: "chief minister Sidda"."""
        before = self.text[max(0, mention.start - 20) : mention.start].lower().split()[-1:]
        return bool(before) and before[0] in ROLE_NOUNS - BODIES

    # --- pronouns

    def _pronoun(self, mention: Mention, sentence: int) -> Speaker | None:
        if mention.head == "i":
            name = self.narrator or self.text[mention.start : mention.end]
            return Speaker(name, mention, None, "narrator", "narrator")
        wanted = PRONOUNS[mention.head]
        singular = wanted in {"male", "female"}
        for index in range(sentence, max(-1, sentence - _BACK), -1):
            agreeing = [s for s in self._spoken(index, mention.start) if self._agrees(s, wanted)]
            speaker = next((s for s in agreeing if s.kind == "person"), None)
            if speaker is None and singular:
                speaker = self._named_in(index, mention, wanted)
            speaker = speaker or next(iter(agreeing), None)
            if speaker is not None:
                way = self._pronoun_way(speaker, wanted, agreeing)
                return Speaker(speaker.name, mention, speaker.person, speaker.kind, way, sentence - index)
        if not singular:
            return None
        named = self.names.nearest_person(wanted, mention.start)
        if named is not None:
            return Speaker(named.name, mention, named, "person", "pronoun far", _BACK)
        return self._taken_for_person(mention, sentence)

    def _pronoun_way(self, speaker: Speaker, wanted: str, agreeing: Sequence[Speaker]) -> str:
        if wanted not in {"male", "female"}:
            return "it" if wanted == "thing" else "they"
        if speaker.kind != "person":
            return "pronoun for role"
        rivals = any(a.name != b.name for a, b in pairwise(agreeing))
        if speaker.person is None or speaker.person.gender is None:
            return "pronoun unsure"
        return "pronoun among several" if rivals else "pronoun"

    def _named_in(self, index: int, mention: Mention, wanted: str) -> Speaker | None:
        """Return the person of a gender whom a sentence introduces, subject or not; failing that, names."""
        low, high = self._extent(index)
        for person in reversed(self.names.introduced(low, min(high, mention.start))):
            if self.names.gender_of(person) in (None, wanted) and not self._is_place_like(person):
                return Speaker(person.name, mention, person, "person")
        for person in reversed(self.names.named(low, min(high, mention.start))):
            if self.names.gender_of(person) == wanted and not self._is_place_like(person):
                return Speaker(person.name, mention, person, "person")
        return None

    def _is_place_like(self, person: Person) -> bool:
        """Tell a name with no first name, role or apposition, always behind a preposition: "port of Nueva Dram"."""
        if person.words[0].lower() in FIRST_NAMES or person.roles:
            return False
        return all(
            self.text.endswith(_OF_PLACE, 0, at) and not self.text.startswith((",", "’", "'"), at + len(person.name))
            for at in person.at[:_MENTIONS]
        )

    def _taken_for_person(self, mention: Mention, sentence: int) -> Speaker | None:
        """Return the name that nothing showed to be a person's so far, and that "she" goes on about."""
        for speaker in self.back(mention, sentence, 4):
            person = self.names.adopt(speaker.mention.words[-1]) if speaker.mention.kind == "name" else None
            if person is not None:
                person.gender = PRONOUNS[mention.head]
                return Speaker(person.name, mention, person, "person", "pronoun unsure", speaker.steps)
        return None

    def _agrees(self, speaker: Speaker, wanted: str) -> bool:
        if wanted in {"male", "female"}:
            if speaker.person is not None:
                return self.names.gender_of(speaker.person) in (None, wanted)
            return speaker.kind == "person" or (
                speaker.mention.head in ROLE_NOUNS and not speaker.mention.head.endswith("s")
            )
        if wanted == "thing":
            return speaker.kind == "organisation" or (
                speaker.kind == "phrase" and speaker.mention.head not in ROLE_NOUNS
            )
        return speaker.kind == "organisation" or speaker.kind == "phrase"
