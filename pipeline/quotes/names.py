"""The people and organisations that an article names, and the fullest form of each."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pipeline.quotes.gazetteer import COMPANY_TOKENS, MEDIA, PLACES
from pipeline.quotes.lexicon import BODY_NOUNS, GENDER, SENTENCE_OPENERS, SURE_TITLES, TITLES
from pipeline.quotes.runs import RUN, bare, gender_of, looks_personal, personal_signs, roles_beside, split_run
from pipeline.quotes.timelines import Timeline

_NAMESAKES = 20
"""People of one surname who are told apart: a list of thousands of them must not be searched for every mention."""
_NEAR = 1500
"""Characters that a pronoun may reach back over to a name of no part in its sentence."""
_NO_COMPANY_FIRST = {word.strip(".") for word in PLACES | SENTENCE_OPENERS | TITLES}
_NO_COMPANY_WORD = MEDIA | BODY_NOUNS


@dataclass(slots=True)
class Person:
    """Someone whom the article names, in the fullest form that it gives.

    Parameters
    ----------
    at
        Offsets of the mentions by name, in order.
    """

    name: str
    words: tuple[str, ...]
    first_at: int
    gender: str | None = None
    roles: set[str] = field(default_factory=set)
    at: list[int] = field(default_factory=list)


_Single = tuple[str, int, tuple[str, ...]]


class NameIndex:
    """Every capitalised run of an article, sorted into people and others.

    Parameters
    ----------
    text
        The cleaned article, quotations included: a full name may stand anywhere.
    """

    def __init__(self, text: str) -> None:
        self.people: dict[str, Person] = {}
        self.others: dict[str, list[int]] = defaultdict(list)
        self._by_word: dict[str, list[Person]] = defaultdict(list)
        self._by_first: dict[str, list[Person]] = defaultdict(list)
        self._of_role: dict[str, Timeline[Person]] = {}
        single: list[_Single] = []
        for match in RUN.finditer(text):
            if " " in match[0]:
                self._add(match, single)
            else:
                single.append((bare(match[0]).rstrip("."), match.start(), ()))
        for person in self.people.values():
            self._by_word[person.words[-1]].append(person)
            for word in {person.words[0], person.words[-2]}:
                self._by_first[word].append(person)
        for people in self._by_word.values():
            people.sort(key=lambda p: (-len(p.words), p.first_at))
            self._merge_forms(people)
        self._place_singles(single)

    def _add(self, match: re.Match[str], single: list[_Single]) -> None:
        titles, words = split_run(match[0])
        member = words[2:3] == ("of",) and looks_personal(words[:2])
        if member and personal_signs(match, titles, words[:2]):
            words = words[:2]  # "Ann Lee of the Writers’ Guild"
        if len(words) == 1:
            single.append((words[0].rstrip("."), match.end() - len(words[0]), titles))
            return
        name = " ".join(words)
        if not looks_personal(words) or personal_signs(match, titles, words) <= 0:
            self.others[name].append(match.start())
            return
        person = self.people.setdefault(name, Person(name, words, match.start()))
        person.roles.update(titles)
        if len(person.at) < 3:
            person.roles.update(roles_beside(match))
        person.at.append(match.start())
        person.gender = person.gender or gender_of(titles, words)

    def _merge_forms(self, people: list[Person]) -> None:
        """Let "Mr de la Cruz" be the person of the longer name that ends so; the longest names come first."""
        for short in [p for p in people[1:_NAMESAKES] if p.words[0].islower()]:
            longer = next((p for p in people[:_NAMESAKES] if p.words[-len(short.words) :] == short.words), short)
            if longer is not short:
                longer.at = sorted(longer.at + short.at)
                longer.first_at = longer.at[0]
                longer.roles |= short.roles
                longer.gender = longer.gender or short.gender
                self.people[short.name] = longer
                people.remove(short)

    def _place_singles(self, single: list[_Single]) -> None:
        for word, at, titles in single:
            titled = any(title in SURE_TITLES for title in titles)
            person = self.by_surname(word, at) or (self._promoted(word, at) if titled else None)
            if person is not None:
                insort(person.at, at)
                person.roles.update(titles)
                for title in titles:
                    person.gender = person.gender or GENDER.get(title)
            elif len(word) > 1 and word.lower() not in SENTENCE_OPENERS and word.lower() not in TITLES:
                if titled:
                    person = Person(word, (word,), at, gender_of(titles, (word,)), set(titles), [at])
                    self.people[word] = person
                    self._by_word[word].append(person)
                else:
                    self.others[word].append(at)

    # --- who and what was named where

    @cached_property
    def _introductions(self) -> Timeline[Person]:
        return Timeline((person.first_at, person) for person in self.people.values())

    @cached_property
    def _mentions(self) -> Timeline[Person]:
        return Timeline((at, person) for person in self.people.values() for at in person.at)

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
    def _names_to(self) -> dict[str, list[str]]:
        """Names of others by their last word."""
        names: dict[str, list[str]] = defaultdict(list)
        for name in self.others:
            names[name.rpartition(" ")[2]].append(name)
        return names

    @cached_property
    def _names_from(self) -> dict[str, list[str]]:
        """Names of companies by their first word."""
        names: dict[str, list[str]] = defaultdict(list)
        for name in self.others:
            words = name.split(None, 2)
            if len(words) > 1 and words[1].lower() in COMPANY_TOKENS:
                names[words[0]].append(name)
        return names

    def introduced(self, start: int, end: int) -> list[Person]:
        """Return the people whom a stretch of text names for the first time."""
        return self._introductions.between(start, end)

    def nearest_person(self, gender: str, at: int) -> Person | None:
        """Return who may be of a gender and was named last before an offset; at the text’s head, who is named next."""
        for place, person in self._mentions.before(at):
            if place < at - _NEAR:
                break
            if person.gender in (None, gender):
                return person
        later = self.introduced(at, sys.maxsize) if at < _NEAR else ()
        return next((person for person in later if person.gender in (None, gender)), None)

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

    def by_surname(self, word: str, at: int) -> Person | None:
        """Return the person whom a surname (or, failing that, a first word) means at an offset."""
        people: Sequence[Person] = self._by_word.get(word, ())
        if not people:
            people = () if word.lower() in PLACES else self._by_first.get(word, ())
        if len(people) <= 1:
            return people[0] if people else None
        # One surname, several people: whoever was named last before this place.
        fullest = max(len(p.words) for p in people[:_NAMESAKES])
        return min(people[:_NAMESAKES], key=lambda p: (_distance(p, at), fullest - len(p.words)))

    def adopt(self, word: str) -> Person | None:
        """Return a person for a surname that speaks and whose full name looked like no person's so far."""
        person = self._promoted(word, sys.maxsize)
        if person is not None:
            self._introductions.add(person.first_at, person)
            for at in person.at:
                self._mentions.add(at, person)
        return person

    def _promoted(self, word: str, before: int) -> Person | None:
        for name in self._names_to.get(word, ()):
            words = tuple(name.split())
            if looks_personal(words) and self.others[name][0] < before:
                person = self.people[name] = Person(name, words, self.others[name][0], at=list(self.others[name]))
                self._by_word[word].append(person)
                return person
        return None

    def person(self, words: Sequence[str], at: int) -> Person | None:
        """Return the person whom these name words mean at an offset."""
        if len(words) == 1:
            return self.by_surname(words[0], at)
        namesakes = self._by_word.get(words[-1], [])[:_NAMESAKES]
        longer = [p for p in namesakes if set(words) <= set(p.words)]
        if longer:
            return max(longer, key=lambda p: len(p.words))
        # "Lopez Obrador" for "Andres Manuel Lopez Obrador" is among the longer ones.
        return self.people.get(" ".join(words))

    def organisation(self, word: str) -> str:
        """Return the fuller name of a company that goes by one word: "Halden" for "Halden Optics"."""
        return min(self._names_from.get(word, ()), key=lambda name: self.others[name][0], default=word)


def _may_be_company(name: str) -> bool:
    lowered = [word.strip(".").lower() for word in name.split()]
    return lowered[0] not in _NO_COMPANY_FIRST and _NO_COMPANY_WORD.isdisjoint(lowered)


def _distance(person: Person, at: int) -> int:
    """Return how far before an offset a person was named last; more than any text is long where never."""
    index = bisect_right(person.at, at)
    return at - person.at[index - 1] if index else 10**9
