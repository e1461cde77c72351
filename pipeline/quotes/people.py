"""The people whom an article names, told from everything else that it names."""

from __future__ import annotations

import re
from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pipeline.quotes.gazetteer import PLACES
from pipeline.quotes.lexicon import GENDER, SENTENCE_OPENERS, SURE_TITLES, TITLES
from pipeline.quotes.runs import RUN, bare, gender_of, looks_personal, names_person, roles_beside, split_run
from pipeline.quotes.timelines import Timeline

NAMESAKES = 20
"""People of one surname who are told apart: a list of thousands of them must not be searched for every mention."""
_ARTICLES = ("the ", "The ", "a ", "A ", "its ", "this ")
_NO_NAMES = SENTENCE_OPENERS | TITLES
_OWNED = ("’s ", "'s ", "s’ ")


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


class People:
    """Every capitalised run of an article, sorted into people and others.

    Parameters
    ----------
    text
        The cleaned article, quotations included: a full name may stand anywhere.
    quotes
        Spans of its quotations: whom they alone name draws no pronoun of the reporter's.
    """

    def __init__(self, text: str, quotes: Sequence[tuple[int, int]] = ()) -> None:
        self._text, self._quotes = text, quotes
        self._learnt = False
        self._doubtful: list[re.Match[str]] = []
        self.people: dict[str, Person] = {}
        self.others: dict[str, list[int]] = defaultdict(list)
        self._by_word: dict[str, list[Person]] = defaultdict(list)
        self._by_first: dict[str, list[Person]] = defaultdict(list)
        self._of_role: dict[str, Timeline[Person]] = {}
        single: list[_Single] = []
        for match in RUN.finditer(text):
            run = match[0]
            if " " in run:
                self._add(match, single)
            else:
                single.append((bare(run).rstrip(".") if run[-1] in "s’'." else run, match.start(), ()))
        self._settle_doubtful(single)
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
        if "’s " in match[0] or "'s " in match[0]:
            owner = max((k for k, word in enumerate(words[:-1]) if word.endswith(("’s", "'s"))), default=-1)
            if owner >= 0:
                self.others[bare(" ".join(words[: owner + 1]))].append(match.start())
                titles, words = (), words[owner + 1 :]  # "Halden’s Lee"
        member = words[2:3] == ("of",) and looks_personal(words[:2])
        if member and names_person(match, titles, words[:2]):
            words = words[:2]  # "Ann Lee of the Writers’ Guild"
        if len(words) == 1:
            single.append((words[0].rstrip("."), match.end() - len(words[0]), titles))
            return
        name = " ".join(words)
        if not (looks_personal(words) and (names_person(match, titles, words) or _owned(match))):
            if looks_personal(words[:2] if words[2:3] == ("of",) else words):
                self._doubtful.append(match)
            self.others[name].append(match.start())
            return
        self._add_person(match, titles, words)

    def _add_person(self, match: re.Match[str], titles: Sequence[str], words: tuple[str, ...]) -> None:
        name = " ".join(words)
        person = self.people.setdefault(name, Person(name, words, match.start()))
        person.roles.update(titles)
        if len(person.at) < 3:
            person.roles.update(roles_beside(match))
        person.at.append(match.start())
        person.gender = person.gender or gender_of(titles, words)

    def _settle_doubtful(self, single: Sequence[_Single]) -> None:
        """Take names that nothing beside them shows to be people's for such where the surname alone goes on."""
        if not self._doubtful:
            return
        alone = {word: at for word, at, _ in reversed(single)}  # where each was read first
        moved: set[str] = set()
        for match in self._doubtful:
            titles, words = split_run(match[0])
            whole = " ".join(words)
            words = words[:2] if words[2:3] == ("of",) else words
            if whole in moved or self._goes_on(match, words, alone):
                moved.add(whole)
                self.others.pop(whole, None)
                self._add_person(match, titles, words)

    def _goes_on(self, match: re.Match[str], words: Sequence[str], alone: dict[str, int]) -> bool:
        """Tell whether the last of these words goes on alone as a surname does: later than the full name."""
        first, last = words[0], words[-1]
        if (
            alone.get(last, 0) < match.end()
            or first in alone
            or last.isupper()
            or (not first.isalpha() and "-" not in first)
        ):
            return False
        if first.endswith(("ing", "ed")) or first.lower() in SENTENCE_OPENERS or "’" in last or "'" in last[-2:]:
            return False
        articled = self._text.endswith(_ARTICLES, max(0, match.start() - 5), match.start())
        return not articled and first.lower() not in self._small_words

    @cached_property
    def _small_words(self) -> frozenset[str]:
        """The words of the text as they stand between spaces."""
        return frozenset(self._text.split())

    def _merge_forms(self, people: list[Person]) -> None:
        """Let "Mr de la Cruz" be the person of the longer name that ends so; the longest names come first."""
        for short in [p for p in people[1:NAMESAKES] if p.words[0].islower()]:
            longer = next((p for p in people[:NAMESAKES] if p.words[-len(short.words) :] == short.words), short)
            if longer is not short:
                longer.at = sorted(longer.at + short.at)
                longer.first_at = longer.at[0]
                longer.roles |= short.roles
                longer.gender = longer.gender or short.gender
                self.people[short.name] = longer
                people.remove(short)

    def _place_singles(self, single: list[_Single]) -> None:
        for word, at, titles in single:
            if not titles and word not in self._by_word and word not in self._by_first:  # most of them
                if word in self.others or (len(word) > 1 and word.lower() not in _NO_NAMES):
                    self.others[word].append(at)
                continue
            titled = any(title in SURE_TITLES for title in titles)
            gender = next((GENDER[title] for title in titles if title in GENDER), None)
            person = self.by_surname(word, at, gender) or (self._promoted(word, at) if titled else None)
            if person is not None:
                insort(person.at, at)
                person.roles.update(titles)
                for title in titles:
                    person.gender = person.gender or GENDER.get(title)
            elif len(word) > 1 and word.lower() not in _NO_NAMES:
                if titled:
                    person = Person(word, (word,), at, gender_of(titles, (word,)), set(titles), [at])
                    self.people[word] = person
                    self._by_word[word].append(person)
                else:
                    self.others[word].append(at)

    def by_surname(self, word: str, at: int, gender: str | None = None) -> Person | None:
        """Return the person whom a surname (or, failing that, a first word) means at an offset.

        Parameters
        ----------
        gender
            As a title tells it; None where there is none.
        """
        people: Sequence[Person] = self._by_word.get(word, ())
        if gender is not None and len(people) > 1:
            people = [p for p in people[:NAMESAKES] if p.gender in (None, gender)] or people
        if not people:
            people = () if word.lower() in PLACES else self._by_first.get(word, ())
        if len(people) <= 1:
            return people[0] if people else None
        # One surname, several people: whoever was named last before this place.
        fullest = max(len(p.words) for p in people[:NAMESAKES])
        return min(people[:NAMESAKES], key=lambda p: (_distance(p, at), fullest - len(p.words)))

    def _promoted(self, word: str, before: int) -> Person | None:
        for name in self._names_to.get(word, ()):
            words = tuple(name.split())
            if looks_personal(words) and self.others[name][0] < before:
                person = self.people[name] = Person(name, words, self.others[name][0], at=list(self.others[name]))
                self._by_word[word].append(person)
                return person
        return None

    @cached_property
    def _names_to(self) -> dict[str, list[str]]:
        """Names of others by their last word."""
        names: dict[str, list[str]] = defaultdict(list)
        for name in self.others:
            names[name.rpartition(" ")[2]].append(name)
        return names


def _owned(match: re.Match[str]) -> bool:
    """Tell a name behind a possessive that is no sentence's first: "the party’s Ann Lee"."""
    return match.string.endswith(_OWNED, 0, match.start()) and match.string[match.start() - 4].islower()


def _distance(person: Person, at: int) -> int:
    """Return how far before an offset a person was named last; more than any text is long where never."""
    index = bisect_right(person.at, at)
    return at - person.at[index - 1] if index else 10**9
