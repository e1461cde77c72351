"""Roles and affiliations out of the words beside a name: "Acme’s chief executive", "assistant secretary of state"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pipeline.quotes.gazetteer import NATIONS, PLACES
from pipeline.quotes.lexicon import (
    BODY_NOUNS,
    CLAUSE_WORDS,
    DETERMINERS,
    ORGANISATION_NOUNS,
    PREPOSITIONS,
    TITLES,
    is_role,
    words,
)

_SUFFIXES = ("’s", "'s", "’", "'")
_SHORT_TITLES = {
    "sen": "senator", "rep": "representative", "gov": "governor", "gen": "general", "prof": "professor",
    "lt": "lieutenant", "col": "colonel", "capt": "captain", "maj": "major", "sgt": "sergeant", "adm": "admiral",
    "rev": "reverend", "del": "delegate", "hon": "",
}  # fmt: skip
_NO_OFFICE = words("mr mrs ms miss mx dr sir lord lady dame baroness baron st then current own us")
_OF_MATTERS = words(
    "secretary minister undersecretary commissioner chancellor rapporteur attorney envoy under-secretary"
)
"""Offices that "of" and "for" name the matter of, and not the body: "secretary of state"."""
_MODIFIERS = words(
    """
    chief deputy vice senior general executive managing assistant acting former associate principal lead prime
    foreign interior finance defence defense home trade health digital shadow junior first second permanent special
    national security policy state co interim outgoing incoming longtime veteran retired then-prime global top press
    communications political economic legal public technology technical information operating financial marketing
    research human rights corporate regional international cyber
    """
)
_GENERIC = words("county district state city circuit appeals town federal regional national local us house section")
_INSIDE = words("of for and & the with de la du des der und")
_PARTIES = words("republican democrat democratic labour conservative liberal tory")
_JOINS = frozenset({"of", "for", "at", "with", "to", "in", "from"})
_BODIES = BODY_NOUNS | ORGANISATION_NOUNS
_AFTER_MATTER = PREPOSITIONS | (CLAUSE_WORDS - {"and"})
_LONGEST = 14
"""Words of a role with its body."""


class Office(NamedTuple):
    """What somebody is, and of what body; either may be None."""

    role: str | None
    affiliation: str | None


def _plain(word: str) -> str:
    return word.strip(".,").lower()


def _is_office(word: str) -> bool:
    lowered = _plain(word)
    return is_role(lowered) or lowered in _SHORT_TITLES or lowered in _TITLE_ROLES


_TITLE_ROLES = words(
    """
    ceo cfo cto coo prof dean sheriff king queen prince princess pope archbishop bishop cardinal rabbi imam sheikh
    speaker treasurer solicitor rapporteur undersecretary delegate registrar curator principal rector inspector
    superintendent constable archivist auditor coordinator fellow member cofounder co-founder counsel colonel
    lieutenant sergeant commissioner nominee deputy major
    """
)


def read_office(phrase: Sequence[str]) -> Office | None:
    """Return the role and body that a noun phrase without a name gives; None where it gives no role.

    Parameters
    ----------
    phrase
        Words such as ``["the", "company’s", "chief", "executive"]`` or ``["an", "analyst", "at", "Acme"]``.
    """
    left = [word for word in phrase[:_LONGEST] if not _is_aside(word)]
    while left and left[0].lower() in DETERMINERS:
        left.pop(0)
    joint = next(
        (k for k, word in enumerate(left) if word.lower() in _JOINS or word.lower() in CLAUSE_WORDS), len(left)
    )
    heads = [k for k in range(joint) if _is_office(left[k])]
    if not heads:
        return None
    last = heads[-1]
    owner, first = _owner(left[: last + 1])
    role = left[first : last + 1]
    if joint > last + 1 or joint == len(left):
        return Office(_role_text(role) or None, owner)
    return _with_rest(role, owner, left[joint].lower(), left[joint + 1 :])


def _with_rest(role: list[str], owner: str | None, joint: str, rest: list[str]) -> Office:
    """Return an office with what stands behind its noun: a matter, a body, or a second office."""
    if joint == "and":
        other = read_office(rest)
        if other is not None and other.role is not None:
            return Office(f"{_role_text(role)} and {other.role}", owner or other.affiliation)
        return Office(_role_text(role) or None, owner)
    if joint == "to":
        return Office(_role_text([*role, "to", *rest[: _name_end(rest)]]) or None, owner or _nation(role))
    if joint not in _JOINS:
        return Office(_role_text(role) or None, owner)
    if joint in {"of", "for"} and rest:
        own_matter = _plain(role[-1]) in _OF_MATTERS and _plain(role[-2] if len(role) > 1 else "") != "prime"
        if own_matter or rest[0][0].islower():
            stop = _matter_end(rest)
            if rest[0].lower() not in DETERMINERS:
                role = [*role, joint, *rest[:stop]]
            rest = rest[stop + 1 :]
    return Office(_role_text(role) or None, owner or _body(rest))


def _nation(role: Sequence[str]) -> str | None:
    return next((NATIONS[word.lower()] for word in role if word.lower() in NATIONS), None)


def _matter_end(after: Sequence[str]) -> int:
    """Return how many words name the matter of an office: "state", "cyber and information policy"."""
    start = 1 if after and after[0].lower() in DETERMINERS else 0
    if start and after[1:2] and after[1][0].isupper():
        return -1  # "of the Halden Institute": a body
    ends = (k for k, word in enumerate(after) if word.lower() in _AFTER_MATTER)
    return next(ends, len(after))


def _owner(role: Sequence[str]) -> tuple[str | None, int]:
    """Return the body that stands before a role, and where the role begins: "Acme’s founder"."""
    for k in range(len(role) - 1, -1, -1):
        if role[k].endswith(_SUFFIXES):
            return _known(role[: k + 1]), k + 1
    bodies = [k for k, word in enumerate(role[:-1]) if _plain(word) in _BODIES and (word[0].isupper() or k)]
    if bodies and not _is_office(role[bodies[-1]]):
        return _known(role[: bodies[-1] + 1]), bodies[-1] + 1
    end = 0
    while end < len(role) - 1 and role[end][0].isupper() and not _belongs_to_role(role[end]):
        end += 1
    return (_known(role[:end]), end) if end else (None, 0)


def _belongs_to_role(word: str) -> bool:
    return _is_office(word) or _plain(word) in _MODIFIERS or _plain(word) in TITLES


def _known(owner: Sequence[str]) -> str | None:
    """Return the name of a body, a nation for its adjective; None for a bare "the company" or "his"."""
    left = list(owner)
    while left and (left[0].lower() in DETERMINERS or left[0][0].islower() or left[0] == "Former"):
        left = left[1:]
    if not left:
        return None
    if not (left[-1].count(".") > 1):
        left[-1] = left[-1].rstrip(".,")
    for suffix in _SUFFIXES:
        left[-1] = left[-1].removesuffix(suffix)
    if len(left) == 1 and _plain(left[0]) in _GENERIC:
        return None
    if len(left) == 1 and left[0].lower() in NATIONS:
        return NATIONS[left[0].lower()]
    return " ".join(left) or None


def _body(after: Sequence[str]) -> str | None:
    """Return the name of the body that stands behind "of" or "at"."""
    left = list(after)
    while left and (left[0].lower() in DETERMINERS or (_plain(left[0]) in _BODIES and left[0][0].islower())):
        left.pop(0)
    return _known(left[: _name_end(left)])


def _name_end(left: Sequence[str]) -> int:
    """Return how many words at the head of a stretch make up a name."""
    end = 0
    while end < len(left) and (left[end][0].isupper() or (left[end].lower() in _INSIDE and end)):
        end += 1
        if left[end - 1].endswith(_SUFFIXES):
            break
    while end and not left[end - 1][0].isupper():
        end -= 1
    return end


def _is_aside(word: str) -> bool:
    """Tell "Obama-appointed", "libertarian-leaning" and "39-year-old", which name neither role nor body."""
    head, dash, tail = word.partition("-")
    return bool(dash) and tail.islower() and (tail.endswith(("ed", "ing", "old")) or head[:1].isdigit())


def _role_text(role: Sequence[str]) -> str:
    """Return a role in lower case, with titles written out; abbreviations, places and parties stay as they are."""
    written = []
    for word in role:
        lowered = _plain(word)
        if lowered in _NO_OFFICE:
            continue
        keep = (word.isupper() and len(word) > 1) or lowered in PLACES or lowered in _PARTIES
        written.append(word.rstrip(".,") if keep else _SHORT_TITLES.get(lowered, word.lower().rstrip(".,")))
    return " ".join(word for word in written if word)
