"""The people and organisations that an article names: who was named where, and the fullest form of each."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from operator import itemgetter

from pipeline.quotes.acronyms import spelt_out
from pipeline.quotes.gazetteer import COMPANY_TOKENS, MEDIA, PLACES
from pipeline.quotes.lexicon import BODY_NOUNS, SENTENCE_OPENERS, TITLES
from pipeline.quotes.people import NAMESAKES, People, Person
from pipeline.quotes.timelines import Timeline

__all__ = ["NameIndex", "Person"]

_PRONOUN = re.compile(r"\b(?:[Hh]e|[Ss]he|[Hh]is|[Hh]er|[Hh]im)\b")
_GENDER_OF = {"he": "male", "his": "male", "him": "male", "she": "female", "her": "female"}
_VOTE = 250
"""Characters over which a pronoun tells the gender of the one person named there."""
_NEAR = 1500
"""Characters that a pronoun may reach back over to a name of no part in its sentence."""
_NO_COMPANY_FIRST = {word.strip(".") for word in PLACES | SENTENCE_OPENERS | TITLES}
_NO_COMPANY_WORD = MEDIA | BODY_NOUNS
_start = itemgetter(0)


class NameIndex(People):
    """The people of an article and whatever else it names, by place, by role and by word."""

    # --- who and what was named where

    def _reported(self, person: Person) -> list[int]:
        """Return where the reporter names a person, outside quotations."""
        return [at for at in person.at if not self._is_quoted(at)] if self._quotes else person.at

    def _is_quoted(self, at: int) -> bool:
        index = bisect_right(self._quotes, at, key=_start) - 1
        return index >= 0 and at < self._quotes[index][1]

    @cached_property
    def _introductions(self) -> Timeline[Person]:
        return Timeline(
            (person.first_at if person.first_at in at else at[0], person)
            for person in self.people.values()
            if (at := self._reported(person))
        )

    @cached_property
    def _mentions(self) -> Timeline[Person]:
        return Timeline((at, person) for person in self.people.values() for at in self._reported(person))

    def gender_of(self, person: Person) -> str | None:
        """Return the gender of a person, as name and titles tell it, else the pronouns that go on about them."""
        if person.gender is None and not self._learnt:
            self._learnt = True
            self._learn_genders()
        return person.gender

    def _learn_genders(self) -> None:
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        for match in _PRONOUN.finditer(self._text):
            if self._is_quoted(match.start()):
                continue
            nearest = self._lately_named(match.start())
            if len(nearest) == 1 and nearest[0].gender is None:
                votes[nearest[0].name][_GENDER_OF[match[0].lower()]] += 3 if match[0].lower() in {"he", "she"} else 1
        for name, told in votes.items():
            (gender, most), total = told.most_common(1)[0], told.total()
            if most >= 3 and most > 2 * (total - most):
                self.people[name].gender = gender

    def _lately_named(self, at: int) -> list[Person]:
        """Return the people named in the stretch before a pronoun, as far as the one named last."""
        people: list[Person] = []
        for place, person in self._mentions.before(at):
            if place < at - _VOTE or len(people) > 1:
                break
            if person not in people:
                people.append(person)
        return people

    @cached_property
    def companies(self) -> Timeline[str]:
        """Names that a company may bear, with the places where they stand."""
        return Timeline((at, name) for name, places in self.others.items() if _may_be_company(name) for at in places)

    @cached_property
    def others_with(self) -> dict[str, Timeline[str]]:
        """For each lower-cased word, the names with it that are no person's."""
        mentions: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for name, places in self.others.items():
            for word in set(name.lower().split()):
                mentions[word] += [(at, name) for at in places]
        return {word: Timeline(found) for word, found in mentions.items()}

    @cached_property
    def _names_from(self) -> dict[str, list[str]]:
        """Names of companies by their first word."""
        names: dict[str, list[str]] = defaultdict(list)
        for name in self.others:
            words = name.split(None, 2)
            if len(words) > 1 and words[1].lower() in COMPANY_TOKENS:
                names[words[0]].append(name)
        return names

    @cached_property
    def _spelt_out(self) -> dict[str, str]:
        return spelt_out(self._text, self.others)

    def introduced(self, start: int, end: int) -> list[Person]:
        """Return the people whom a stretch of text names for the first time."""
        return self._introductions.between(start, end)

    def named(self, start: int, end: int) -> list[Person]:
        """Return the people whom the reporter names in a stretch of text, in order."""
        return self._mentions.between(start, end)

    def nearest_person(self, gender: str, at: int) -> Person | None:
        """Return who may be of a gender and was named last before an offset; at the text’s head, who is named next."""
        for place, person in self._mentions.before(at):
            if place < at - _NEAR:
                break
            if self.gender_of(person) in (None, gender):
                return person
        later = self.introduced(at, sys.maxsize) if at < _NEAR else ()
        return next((person for person in later if self.gender_of(person) in (None, gender)), None)

    def last_in_role(self, roles: Iterable[str], before: int) -> Person | None:
        """Return the person of one of these roles who was named last before an offset."""
        latest: tuple[int, Person] | None = None
        for role in roles:
            if role not in self._of_role:
                people = (p for p in self.people.values() if role in p.roles)
                self._of_role[role] = Timeline((at, person) for person in people for at in person.at)
            found = next(self._of_role[role].before(before), None)
            if found is not None and (latest is None or found[0] > latest[0]):
                latest = found
        return latest[1] if latest is not None else None

    # --- whom and what a name means

    def namesakes(self, word: str) -> int:
        """Return how many people go by one surname (or, failing that, first name)."""
        return len(self._by_word.get(word, ()) or self._by_first.get(word, ()))

    def adopt(self, word: str) -> Person | None:
        """Return a person for a surname that speaks and whose full name looked like no person's so far."""
        person = self._promoted(word, sys.maxsize)
        if person is not None:
            self._introductions.add(person.first_at, person)
            for at in person.at:
                self._mentions.add(at, person)
        return person

    def person(self, words: Sequence[str], at: int, gender: str | None = None) -> Person | None:
        """Return the person whom these name words, under a title of a gender or none, mean at an offset."""
        if len(words) == 1:
            return self.by_surname(words[0], at, gender)
        namesakes = self._by_word.get(words[-1], [])[:NAMESAKES]
        longer = [p for p in namesakes if set(words) <= set(p.words)]
        if longer:
            return max(longer, key=lambda p: len(p.words))
        # "Lopez Obrador" for "Andres Manuel Lopez Obrador" is among the longer ones.
        return self.people.get(" ".join(words))

    def organisation(self, word: str) -> str:
        """Return the fuller name that goes by one word: "Halden" for "Halden Optics", "HOA" for an acronym’s words."""
        if word.isupper() and len(word) > 1 and word.lower() not in PLACES and word in self._spelt_out:
            return self._spelt_out[word]
        return min(self._names_from.get(word, ()), key=lambda name: self.others[name][0], default=word)


def _may_be_company(name: str) -> bool:
    lowered = [word.strip(".").lower() for word in name.split()]
    return lowered[0] not in _NO_COMPANY_FIRST and _NO_COMPANY_WORD.isdisjoint(lowered)
