"""Runs of capitalised words: titles told from names, and the signs that a run names a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from pipeline.quotes.gazetteer import COMPANY_TOKENS, EITHER_NAMES, FEMALE_NAMES, MALE_NAMES, ORG_TOKENS, PLACES
from pipeline.quotes.lexicon import (
    BODY_NOUNS,
    GENDER,
    PARTICLES,
    SENTENCE_OPENERS,
    SUFFIXES,
    SURE_TITLES,
    TITLES,
    is_role,
)

_CAPITAL = "A-ZÀ-ÖØ-ÞĀ-Ž"
# Each of these two begins with its point or apostrophe, and looks back behind it: few words are followed by either.
_AFTER_TITLE = (
    r"(?:\.(?:(?<=\bM[rs].)|(?<=\b(?:Dr|St|Lt|Jr|Sr).)|(?<=\b(?:Mrs|Sen|Rep|Gov|Gen|Col|Sgt|Rev|Hon|Adm|Del|Maj).)"
    r"|(?<=\b(?:Prof|Capt).)))?"
)
# "the Traders’ League"
_PLURAL = r"(?:[’'](?<=s.)(?= (?:Alliance|Association|Club|Council|Federation|Guild|League|Party|Society|Union)\b))?"
# What follows the first capital: initials, the rest of a word, an initial's point, or nothing.
_REST = rf"(?:\.(?:[{_CAPITAL}]\.)+|[\w’'-]*\w{_AFTER_TITLE}{_PLURAL}|\.(?= ?[{_CAPITAL}])|(?!\w))"
_PARTICLE = (
    r"(?:de la|de|van der|van den|van|von der|von|der|den|del|della|di|da|dos|du|al|el|bin|ibn|ten|ter|of|for|&)"
)
# The pattern begins with its capital, and looks back behind it, so that the engine skips to capitals at once.
RUN = re.compile(rf"[{_CAPITAL}](?<![\w’'-].){_REST}(?: (?:{_PARTICLE} (?:the )?)?[{_CAPITAL}]{_REST}){{0,30}}")
"""A run of capitalised words, with the small words that join them."""

_FIRST_NAMES = MALE_NAMES | FEMALE_NAMES | EITHER_NAMES
_BEFORE_NAME = SURE_TITLES | {"called", "named"}
_NOT_PERSONAL = (
    COMPANY_TOKENS | ORG_TOKENS | PLACES | {place.strip(".") for place in PLACES} | {"of", "for", "and", "the", "&"}
)
_INITIAL = re.compile(rf"[{_CAPITAL}]\.?")
_AGE = re.compile(r", \d\d,")
_APPOSITION = re.compile(
    rf", (?:an? |the |who |whose |then |[{_CAPITAL}]\w+[’']s "
    r"|[a-z-]+ (?:of|at|for|and|to) |[a-z-]+ [a-z-]+ (?:of|at|for|to) )"
)
# The same sentence or the next goes on with "he" or "she" before it names anybody else.
_PRONOUN_NEXT = re.compile(r"[^A-Z\n]{0,120}(?:\. )?(?:\b[Hh]e\b|\b[Ss]he\b|\bhis\b|\bher\b|\bwho\b)")
_ROLE_AFTER = re.compile(r", ((?:[\w’'-]+ ){0,7}[\w’'-]+)")
_ROLE_BEFORE = re.compile(
    r"\b(?:minister|president|secretary|ambassador|spokes(?:man|woman|person)|chair(?:man|woman)?|chief|director|officer"
    r"|analyst|founder|leader|head|commissioner|senator|manager|adviser|advisor|lawyer|professor|governor|mayor|executive)"
    r"\b[^,.;:“”\"]{0,40}, $"
)
_VERB_AFTER = re.compile(r",? (?:said|says|told|added|adds|wrote|tweeted|argued|warned|explained)\b")
_VERB_BEFORE = re.compile(r"(?:said|says|added|adds|told|wrote|asked|according to) (?:[a-zA-Z.’'-]+ ){0,4}?$")


def bare(run: str) -> str:
    """Return a run without the possessive ending."""
    if run[-1] == "s" and run[-2:-1] in ("’", "'"):
        return run[:-2]
    return run[:-1] if run[-1] in "’'" else run


@lru_cache(maxsize=20_000)
def split_run(run: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (titles, name words) of a run: openers, titles and joined offices ("Secretary of State") go."""
    words = bare(run).split()
    first = 0
    while first < len(words) - 1 and words[first].lower() in SENTENCE_OPENERS and words[first].lower() not in TITLES:
        first += 1
    words = words[first:]
    if words[0].lower() in TITLES and _is_body(words):
        return (), tuple(words)
    last_title = max((i for i, word in enumerate(words) if word.strip(".").lower() in SURE_TITLES), default=-1)
    titles: list[str] = []
    if 0 <= last_title < len(words) - 1:
        titles, words = words[: last_title + 1], words[last_title + 1 :]
        if words and words[0].lower() in {"of", "for", "and", "to"}:
            # An office of unknown length stands before the name: "Secretary of Homeland Security Ann Lee".
            keep = 3 if len(words) > 3 and len(words[-2].strip(".")) == 1 else 2
            titles, words = titles + words[:-keep], words[-keep:]
    first = 0
    while first < len(words) - 1 and words[first].strip(".").lower() in TITLES:
        first += 1
    titles, words = titles + words[:first], words[first:]
    while len(words) > 1 and words[-1].strip(".").lower() in SUFFIXES:
        words.pop()
    # "Treasurer Ann Lee", "Swimmer Ilse Brandt": a role that no list holds, capitalised at the head of a sentence
    agent = words[0].endswith(("er", "or", "ist", "ian", "eer", "man", "ant"))
    named = len(words) > 2 and words[0].lower() not in _FIRST_NAMES and words[1].lower() not in PARTICLES
    if named and (agent or words[1].lower() in _FIRST_NAMES):
        titles.append(words.pop(0))
    return tuple(title.strip(".").lower() for title in titles), tuple(words)


def _is_body(words: Sequence[str]) -> bool:
    """Tell a body whose name begins like a title: "Justice Department", "Foreign Ministry of Tessaly"."""
    heads = words[: words.index("of")] if "of" in words else words
    return 1 < len(heads) <= 4 and heads[-1].lower() in BODY_NOUNS and not any(w.endswith(".") for w in heads)


@lru_cache(maxsize=20_000)
def looks_personal(words: tuple[str, ...]) -> bool:
    """Tell whether name words have the shape of a person's full name."""
    if not 2 <= len(words) <= 5 or not _NOT_PERSONAL.isdisjoint(word.strip(".").lower() for word in words):
        return False
    letters = "".join(words)
    return not (letters.isupper() and all(len(word) > 1 for word in words)) and not any(map(str.isdigit, letters))


def _reach(match: re.Match[str]) -> tuple[int, int]:
    return max(0, match.start() - 60), match.start()


def personal_signs(match: re.Match[str], titles: Sequence[str], words: Sequence[str]) -> int:
    """Return how many signs there are that a run, split into titles and name words, names a person."""
    text = match.string
    first = words[0].strip(".").lower()
    score = 2 * (first in _FIRST_NAMES) + 2 * any(t in SURE_TITLES for t in titles)
    score += any(len(word) < 3 and _INITIAL.fullmatch(word) for word in words[:2])
    score += any(word.lower() in PARTICLES for word in words[1:-1])
    after = text[match.end() : match.end() + 40]
    if after[:2] == ", ":
        score += 2 * bool(_AGE.match(after)) + bool(_APPOSITION.match(after))
    score += after[:1] in {",", " "} and bool(_VERB_AFTER.match(after))
    spoken = text.endswith(" ", 0, match.start()) and _VERB_BEFORE.search(text, *_reach(match))
    score += bool(spoken)
    before = text[max(0, match.start() - 30) : match.start()].rstrip().rpartition(" ")[2].strip(',“"')
    score += is_role(before) or before.lower() in _BEFORE_NAME
    score += text[match.end() : match.end() + 1] == "," and bool(_ROLE_BEFORE.search(text, *_reach(match)))
    score += any("-" in word and word.partition("-")[2][:1].isupper() for word in words[1:])
    opens = text[max(0, match.start() - 2) : match.start()].strip(" ")[-1:] in "\n."
    return score + (opens and bool(_PRONOUN_NEXT.match(text, match.end())))


def roles_beside(match: re.Match[str]) -> set[str]:
    """Return the role nouns beside a name: "the prime minister, Ann Lee", "Ann Lee, a security analyst at"."""
    text = match.string
    before = text[max(0, match.start() - 70) : match.start()]
    if before.endswith(", "):
        words = (
            re.split(r"[,.;:“”\"]", before[:-2])[-1].lower().split()[-6:]
        )  # "China’s ambassador to France, Lu Shaye"
    else:
        words = before.lower().split()[-1:]
    after = _ROLE_AFTER.match(text, match.end())
    return {word for word in [*words, *(after[1].lower().split() if after else ())] if is_role(word)}


def gender_of(titles: Sequence[str], words: Sequence[str]) -> str | None:
    """Return ``"male"`` or ``"female"`` as a title or first name tells; None where neither does."""
    for title in titles:
        if title in GENDER:
            return GENDER[title]
    first = words[0].lower()
    if (first in MALE_NAMES) != (first in FEMALE_NAMES):
        return "male" if first in MALE_NAMES else "female"
    return None
