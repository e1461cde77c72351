"""Runs of capitalised words: titles told from names, and the signs that a run names a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from pipeline.quotes.gazetteer import COMPANY_TOKENS, FEMALE_NAMES, FIRST_NAMES, MALE_NAMES, ORG_TOKENS, PLACES
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
_CLAUSE_END = re.compile(r"[,.;:“”\"]")
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
    named = len(words) > 2 and words[0].lower() not in FIRST_NAMES and words[1].lower() not in PARTICLES
    if named and (agent or words[1].lower() in FIRST_NAMES):
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


def names_person(match: re.Match[str], titles: Sequence[str], words: Sequence[str]) -> bool:
    """Tell whether anything shows that a run, split into titles and name words, names a person."""
    # Most people are told by a first name: the words themselves come first, then what stands beside them.
    return (
        words[0].strip(".").lower() in FIRST_NAMES
        or not SURE_TITLES.isdisjoint(titles)
        or any(len(word) < 3 and _INITIAL.fullmatch(word) for word in words[:2])
        or (len(words) > 2 and not PARTICLES.isdisjoint(map(str.lower, words[1:-1])))
        or any("-" in word and word.partition("-")[2][:1].isupper() for word in words[1:])
        or _tells_before(match)
        or _tells_behind(match)
    )


def _tells_before(match: re.Match[str]) -> bool:
    """Tell a verb, role or title right before a name, or a role in apposition."""
    text, start = match.string, match.start()
    before = text[max(0, start - 30) : start].rstrip().rpartition(" ")[2].strip(',“"')
    if is_role(before) or before.lower() in _BEFORE_NAME:
        return True
    if not text.endswith(" ", 0, start):
        return False
    # A role stands in apposition behind a comma alone, and no verb stands before one.
    reach = max(0, start - 60)
    if _VERB_BEFORE.search(text, reach, start):
        return True
    return (
        text.startswith(",", match.end())
        and text.endswith(", ", reach, start)
        and bool(_ROLE_BEFORE.search(text, reach, start))
    )


def _tells_behind(match: re.Match[str]) -> bool:
    """Tell an age, an apposition, a verb or a pronoun behind a name."""
    text, start, end = match.string, match.start(), match.end()
    after = text[end : end + 40]
    if after[:1] == ",":
        if _AGE.match(after) or _APPOSITION.match(after) or _VERB_AFTER.match(after):
            return True
    elif after[:1] == " " and _VERB_AFTER.match(after):
        return True
    opens = text[max(0, start - 2) : start].strip(" ")[-1:] in "\n."
    return opens and bool(_PRONOUN_NEXT.match(text, end))


def roles_beside(match: re.Match[str]) -> set[str]:
    """Return the role nouns beside a name: "the prime minister, Ann Lee", "Ann Lee, a security analyst at"."""
    text = match.string
    before = text[max(0, match.start() - 70) : match.start()]
    if before.endswith(", "):
        words = _CLAUSE_END.split(before[:-2])[-1].lower().split()[-6:]  # "China’s ambassador to France, Lu Shaye"
    else:
        words = [word.lower() for word in before.rsplit(None, 1)[-1:]]
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
