"""Speakers whose name stands behind their first mention: "a ministry official said …. Ann Lee, an undersecretary …"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pipeline.quotes.gazetteer import NATIONS
from pipeline.quotes.lexicon import (
    BODY_NOUNS,
    DETERMINERS,
    ORGANISATION_NOUNS,
    PREPOSITIONS,
    ROLE_NOUNS,
    SAY_FORMS,
    SPOKESPEOPLE,
    words,
)
from pipeline.quotes.names import Person
from pipeline.quotes.phrases import Mention
from pipeline.quotes.profiles import Profiles

if TYPE_CHECKING:
    from pipeline.quotes.resolution import Resolver

_REACH = 700
"""Characters behind a mention in which its name must stand: the rest of its paragraph and the next one or two."""
_TAIL = 160
"""Characters behind the name in which a wish to stay unnamed may still speak of the mention."""
_ASIDE = 100
"""Characters on either side of a name that describe whoever bears it."""
_UNNAMED = re.compile(
    r"anonym|unnamed|unidentified|\b(?:not|never|without being) (?:to )?(?:be |being )?(?:named|identified|quoted)"
    r"|\b(?:declined|refused) to be\b|not (?:be )?authori[sz]ed|\bcondition (?:that|of)\b|withheld"
)
_INDEFINITE = frozenset({"a", "an", "one"})
_OTHERS = DETERMINERS - _INDEFINITE - words("the his her its their")
_ANYBODY = SPOKESPEOPLE | words("source person man woman user resident student voter representative victim witness")
"""Nouns of which an article has several: the next name is somebody else’s as easily."""
_VAGUE = words(
    """
    senior top high-ranking high-level leading prominent junior local key veteran longtime government public federal
    and &
    """
)
"""Words that a person’s description need not repeat."""
_EMPTY = DETERMINERS | PREPOSITIONS | _VAGUE | BODY_NOUNS | ORGANISATION_NOUNS
"""Words that do not tell one description from another."""
_LESSER = words("vice deputy assistant associate former ex shadow junior")
"""Words that make another role of a role."""
_COUNTRIES = {
    "us": "united states", "u.s": "united states", "america": "united states", "uk": "britain", "u.k": "britain",
}  # fmt: skip
_NARROWER = {
    "official": "undersecretary assistant deputy commissioner director administrator adviser advisor ambassador envoy "
    "chief head coordinator inspector superintendent officer",
    "executive": "ceo cfo cto coo president vice-president chairman chairwoman head chief founder co-founder",
    "lawmaker": "senator representative congressman congresswoman mp legislator delegate",
    "legislator": "senator representative congressman congresswoman mp lawmaker delegate",
    "diplomat": "ambassador envoy consul",
    "expert": "professor researcher analyst fellow scholar economist scientist",
    "academic": "professor lecturer researcher scholar",
    "researcher": "professor scientist",
    "scientist": "professor researcher biologist physicist",
    "adviser": "advisor",
    "advisor": "adviser",
    "chief": "head director commissioner leader",
    "lawyer": "attorney counsel solicitor barrister",
    "attorney": "lawyer counsel",
}
"""What somebody may turn out to be who was called more generally at first."""
_SAYS = rf"(?:{'|'.join(sorted(SAY_FORMS))})"
_NEXT_QUOTED = re.compile(rf"[^\n]*\n\s*[\"“‘][^\n]*[\"”’],? (?:{_SAYS} )?")
_SAYS_NEXT = re.compile(rf" {_SAYS}\b")
_UNDESCRIBED = re.compile(r"\.| (?!of|from|with|who|whose)\w")
_NEXT_OPENS = re.compile(r"[^\n.!?]*[.!?][”\"’]?\s+")
_WORD = re.compile(r"[^\W_](?:[\w.&/-]*\w)?")


def introduced_behind(resolver: Resolver, mention: Mention) -> Person | None:
    """Return the person whom a role turns out to be a little further on; None where nobody fits, or nobody for sure.

    Parameters
    ----------
    mention
        A phrase headed by a role in the singular, which nobody named before bears.
    """
    head, first = mention.head, mention.words[0].lower()
    if head in _ANYBODY or head not in ROLE_NOUNS or head.endswith("s") or first in _OTHERS:
        return None
    person = next(iter(resolver.names.introduced(mention.end, mention.end + _REACH)), None)
    if person is None or len(person.words) < 2 or person.first_at < mention.end:
        return None
    text = resolver.text
    if _UNNAMED.search(text, mention.start, person.first_at + _TAIL):
        return None
    if re.search(rf"\b[Tt]he {re.escape(mention.head)} [a-z]", text[mention.end : person.first_at]):
        return None  # "The official went on": whoever is named later is somebody else
    return person if _fits(resolver, mention, person) or _is_quoted_next(resolver, mention, person) else None


def _fits(resolver: Resolver, mention: Mention, person: Person) -> bool:
    """Tell whether a person’s description repeats, or narrows, what the mention says."""
    role = Profiles(resolver).office(person).role
    if role is None:
        return False
    held = _content(role.split())
    wanted = _content(mention.words)
    exact = mention.head in held and not (held & _LESSER) - wanted
    if not exact and held.isdisjoint(_NARROWER.get(mention.head, "").split()):
        return False
    start = person.first_at
    opens_next = _NEXT_OPENS.fullmatch(resolver.text, mention.end, start) is not None
    missing = wanted - {mention.head}
    if not missing:
        beside = mention.words[0].lower() in _INDEFINITE or opens_next or resolver.text[mention.end : start] == ", "
        return exact and beside and mention.words[0].lower() != "one"
    before = resolver.text[max(mention.end, start - _ASIDE) : start].rpartition("\n")[2]
    behind = resolver.text[start : start + len(person.name) + _ASIDE].partition("\n")[0]
    missing -= _content(_WORD.findall(f"{before} {behind}")) | held
    named = any(word[0].isupper() for word in mention.words[1:])
    return not missing or (opens_next and not named)


def _is_quoted_next(resolver: Resolver, mention: Mention, person: Person) -> bool:
    """Tell whether the next paragraph quotes a person of no other role: "the head of the lab said.⏎“…,” Lee said"."""
    if mention.words[0].lower() not in _INDEFINITE and len(mention.words) < 4:
        return False
    text, start = resolver.text, person.first_at
    lead = _NEXT_QUOTED.fullmatch(text, mention.end, start)
    if lead is None or text.count("\n\n", mention.end, start) > 1:
        return False
    end = start + len(person.name)
    says_first = lead[0].rstrip().endswith(tuple(SAY_FORMS))
    if not (_UNDESCRIBED if says_first else _SAYS_NEXT).match(text, end):
        return False
    role = Profiles(resolver).office(person).role
    kin = {mention.head, *_NARROWER.get(mention.head, "").split()}
    return role is None or not kin.isdisjoint(_content(role.split()))


def _content(phrase: Iterable[str]) -> set[str]:
    """Return the words of a description that tell one from another, nations for their adjectives."""
    found = set()
    for word in phrase:
        lowered = word.lower().removesuffix("’s").removesuffix("'s").strip(".,’'")
        for part in _COUNTRIES.get(lowered, NATIONS.get(lowered, lowered)).lower().split():
            if part and part not in _EMPTY:
                found.add(part)
    return found
