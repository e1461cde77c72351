"""The people and organisations that an article names, and the fullest form of each."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from pipeline.quotes.gazetteer import COMPANY_TOKENS, EITHER_NAMES, FEMALE_NAMES, MALE_NAMES, ORG_TOKENS, PLACES
from pipeline.quotes.lexicon import GENDER, PARTICLES, SENTENCE_OPENERS, SUFFIXES, SURE_TITLES, TITLES, is_role

_TITLE = r"(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|Lt|Col|Sgt|Prof|St|Jr|Sr|Rev|Hon|Capt|Adm|Del|Maj)\."
_CAPITAL = "A-ZÀ-ÖØ-ÞĀ-Ž"
_WORD = (
    rf"(?:(?:[{_CAPITAL}]\.){{2,}}|{_TITLE}|[{_CAPITAL}][\w’'-]*\w"
    rf"|[{_CAPITAL}]\.(?= ?[{_CAPITAL}])|[{_CAPITAL}](?!\w))"
)
_PARTICLE = (
    r"(?:de la|de|van der|van den|van|von der|von|der|den|del|della|di|da|dos|du|al|el|bin|ibn|ten|ter|of|for|&)"
)
RUN = re.compile(rf"(?<![\w’'])(?<!-){_WORD}(?: (?:{_PARTICLE} (?:the )?)?{_WORD})*")
"""A run of capitalised words, with the small words that join them."""

_FIRST_NAMES = MALE_NAMES | FEMALE_NAMES | EITHER_NAMES
_BEFORE_NAME = SURE_TITLES | {"called", "named"}
_POSSESSIVE = re.compile(r"[’']s?$")
_AGE = re.compile(r", \d\d,")
_APPOSITION = re.compile(
    rf", (?:an? |the |who |whose |then |[{_CAPITAL}]\w+[’']s "
    r"|[a-z-]+ (?:of|at|for|and|to) |[a-z-]+ [a-z-]+ (?:of|at|for|to) )"
)
# The same sentence or the next goes on with "he" or "she" before it names anybody else.
_PRONOUN_NEXT = re.compile(r"[^A-Z\n]{0,120}(?:\. )?(?:\b[Hh]e\b|\b[Ss]he\b|\bhis\b|\bher\b|\bwho\b)")
_ROLE_AFTER = re.compile(r", ((?:[\w’'-]+ ){0,7}[\w’'-]+)")
_VERB_AFTER = re.compile(r",? (?:said|says|told|added|adds|wrote|tweeted|argued|warned|explained)\b")
_VERB_BEFORE = re.compile(r"(?:said|says|added|adds|told|wrote|asked|according to) (?:[a-zA-Z.’'-]+ ){0,4}?$")


@dataclass(slots=True)
class Person:
    """Someone whom the article names, in the fullest form that it gives."""

    name: str
    words: list[str]
    first_at: int
    gender: str | None = None
    evidence: int = 0
    roles: set[str] = field(default_factory=set)
    at: list[int] = field(default_factory=list)


def split_run(run: str) -> tuple[list[str], list[str]]:
    """Return (titles, name words) of a run: openers, titles and joined offices ("Secretary of State") go."""
    words = _POSSESSIVE.sub("", run).split()
    while len(words) > 1 and words[0].lower() in SENTENCE_OPENERS and words[0].lower() not in TITLES:
        words = words[1:]
    last_title = max((i for i, word in enumerate(words) if word.strip(".").lower() in SURE_TITLES), default=-1)
    titles: list[str] = []
    if 0 <= last_title < len(words) - 1:
        titles, words = words[: last_title + 1], words[last_title + 1 :]
        if words and words[0].lower() in {"of", "for", "and", "to"}:
            # An office of unknown length stands before the name: "Secretary of Homeland Security Ann Lee".
            keep = 3 if len(words) > 3 and len(words[-2].strip(".")) == 1 else 2
            titles, words = titles + words[:-keep], words[-keep:]
    while len(words) > 1 and words[0].strip(".").lower() in TITLES:
        titles.append(words.pop(0))
    while len(words) > 1 and words[-1].strip(".").lower() in SUFFIXES:
        words.pop()
    # "Treasurer Ann Lee", "Swimmer Ilse Brandt": a role that no list holds, capitalised at the head of a sentence
    agent = words[0].endswith(("er", "or", "ist", "ian", "eer", "man", "ant"))
    if len(words) > 2 and words[0].lower() not in _FIRST_NAMES and (agent or words[1].lower() in _FIRST_NAMES):
        titles.append(words.pop(0))
    return [title.strip(".").lower() for title in titles], words


def _looks_personal(words: list[str]) -> bool:
    if not 2 <= len(words) <= 5 or any(word.lower() in {"of", "for", "and", "the", "&"} for word in words):
        return False
    if any(word.strip(".").lower() in ORG_TOKENS or word.lower() in PLACES for word in words):
        return False
    return not all(word.isupper() and len(word) > 1 for word in words) and not any(
        c.isdigit() for w in words for c in w
    )


class NameIndex:
    """Every capitalised run of an article, sorted into people and others.

    Parameters
    ----------
    text
        The cleaned article, quotations included: a full name may stand anywhere.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.people: dict[str, Person] = {}
        self.others: dict[str, list[int]] = defaultdict(list)
        self._by_word: dict[str, list[Person]] = defaultdict(list)
        self._by_first: dict[str, list[Person]] = defaultdict(list)
        single: list[tuple[str, int, list[str]]] = []
        for match in RUN.finditer(text):
            if " " in match[0]:
                self._add(match, single)
            else:
                single.append((_POSSESSIVE.sub("", match[0]).rstrip("."), match.start(), []))
        for person in self.people.values():
            self._by_word[person.words[-1]].append(person)
            for word in {person.words[0], person.words[-2]}:
                self._by_first[word].append(person)
        self._merge_forms()
        self._place_singles(single)

    def _add(self, match: re.Match[str], single: list[tuple[str, int, list[str]]]) -> None:
        titles, words = split_run(match[0])
        at = match.end() - len(words[-1]) if len(words) == 1 else match.start()
        if len(words) == 1:
            single.append((words[0].rstrip("."), at, titles))
            return
        if not _looks_personal(words):
            self.others[" ".join(words)].append(match.start())
            return
        evidence = self._evidence(match, titles, words)
        if evidence <= 0:
            self.others[" ".join(words)].append(match.start())
            return
        name = " ".join(words)
        person = self.people.setdefault(name, Person(name, words, match.start()))
        person.evidence += evidence
        person.roles.update(titles)
        if len(person.at) < 3:
            person.roles.update(self._described(match))
        person.at.append(match.start())
        person.gender = person.gender or self._gender(titles, words)

    def _evidence(self, match: re.Match[str], titles: list[str], words: list[str]) -> int:
        """Return how many signs there are that a run names a person."""
        first = words[0].strip(".").lower()
        score = 2 * (first in _FIRST_NAMES) + 2 * any(t in SURE_TITLES for t in titles)
        score += bool(re.fullmatch(r"[A-ZÀ-ÖØ-ÞĀ-Ž]\.?", words[0]) or re.fullmatch(r"[A-ZÀ-ÖØ-ÞĀ-Ž]\.?", words[1]))
        score += any(word.lower() in PARTICLES for word in words[1:-1])
        after = self.text[match.end() : match.end() + 40]
        score += 2 * bool(_AGE.match(after)) + bool(_VERB_AFTER.match(after)) + bool(_APPOSITION.match(after))
        score += bool(_VERB_BEFORE.search(self.text, max(0, match.start() - 60), match.start()))
        before = self.text[max(0, match.start() - 30) : match.start()].rstrip().rpartition(" ")[2].strip(',“"')
        score += is_role(before) or before.lower() in _BEFORE_NAME
        score += any("-" in word and word.partition("-")[2][:1].isupper() for word in words[1:])
        opens = self.text[max(0, match.start() - 2) : match.start()].strip(" ")[-1:] in "\n."
        return score + (opens and bool(_PRONOUN_NEXT.match(self.text, match.end())))

    def _described(self, match: re.Match[str]) -> set[str]:
        """Return the role nouns beside a name: "the prime minister, Ann Lee", "Ann Lee, a security analyst at"."""
        before = self.text[max(0, match.start() - 30) : match.start()].rstrip(" ,").lower().split()[-1:]
        after = _ROLE_AFTER.match(self.text, match.end())
        return {word for word in [*before, *(after[1].lower().split() if after else ())] if is_role(word)}

    def _gender(self, titles: list[str], words: list[str]) -> str | None:
        for title in titles:
            if title in GENDER:
                return GENDER[title]
        first = words[0].lower()
        if (first in MALE_NAMES) != (first in FEMALE_NAMES):
            return "male" if first in MALE_NAMES else "female"
        return None

    def _merge_forms(self) -> None:
        """Let a shorter form of the same name ("Diego Fox") point to the longer one ("Diego Luis Fox")."""
        for people in self._by_word.values():
            people.sort(key=lambda p: (-len(p.words), p.first_at))

    def _place_singles(self, single: list[tuple[str, int, list[str]]]) -> None:
        for word, at, titles in single:
            person = self.by_surname(word, at)
            if person is not None:
                person.at.append(at)
                person.roles.update(titles)
                for title in titles:
                    person.gender = person.gender or GENDER.get(title)
            elif len(word) > 1 and word.lower() not in SENTENCE_OPENERS and word.lower() not in TITLES:
                if any(t in SURE_TITLES for t in titles):
                    person = self.people.setdefault(
                        word, Person(word, [word], at, self._gender(titles, [word]), 2, set(titles))
                    )
                    person.at.append(at)
                    self._by_word[word].append(person)
                else:
                    self.others[word].append(at)

    def introduced(self, start: int, end: int) -> list[Person]:
        """Return the people whom a stretch of text names for the first time."""
        return [person for person in self.people.values() if start <= person.first_at < end]

    def by_surname(self, word: str, at: int) -> Person | None:
        """Return the person whom a surname (or, failing that, a first word) means at an offset."""
        people = self._by_word.get(word)
        if not people:
            people = [] if word.lower() in PLACES else self._by_first.get(word, [])
        if not people:
            return None
        if len(people) == 1:
            return people[0]
        fullest = max(len(p.words) for p in people)
        # One surname, several people: whoever was named last before this place.
        return min(
            people, key=lambda p: (min((at - x for x in p.at if x <= at), default=10**9), fullest - len(p.words))
        )

    def adopt(self, word: str, at: int) -> Person | None:
        """Return a person for a surname that speaks and whose full name looked like no person's so far."""
        for name in self.others:
            words = name.split()
            if len(words) > 1 and words[-1] == word and _looks_personal(words):
                person = self.people[name] = Person(name, words, self.others[name][0], at=list(self.others[name]))
                self._by_word[word].append(person)
                return person
        return None

    def person(self, words: list[str], at: int) -> Person | None:
        """Return the person whom these name words mean at an offset."""
        name = " ".join(words)
        if len(words) > 1:
            longer = [p for p in self._by_word.get(words[-1], ()) if set(words) <= set(p.words)]
            if longer:
                return max(longer, key=lambda p: len(p.words))
            if name in self.people:
                return self.people[name]
            # "Lopez Obrador" for "Andres Manuel Lopez Obrador"
            found = [p for p in self._by_word.get(words[-1], ()) if p.words[-len(words) :] == words]
            return found[0] if found else None
        return self.by_surname(words[0], at)

    def organisation(self, word: str) -> str:
        """Return the fuller name of a company that goes by one word: "Halden" for "Halden Optics"."""
        full = [
            name for name in self.others if name.startswith(word + " ") and name.split()[1].lower() in COMPANY_TOKENS
        ]
        return min(full, key=self.others.__getitem__) if full else word
