"""Noun phrases to speakers: "the minister", "the company", "a Huawei spokesman", "the report"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.quotes.cataphora import introduced_behind
from pipeline.quotes.descriptions import body, company, described, possessive_form
from pipeline.quotes.gazetteer import PLACES
from pipeline.quotes.lexicon import (
    BODY_NOUNS,
    DETERMINERS,
    DOCUMENTS,
    EPITHETS,
    KINDRED_ROLES,
    ORGANISATION_NOUNS,
    PREPOSITIONS,
    ROLE_NOUNS,
    SPOKESPEOPLE,
    TEXT_NOUNS,
    TITLES,
    words,
)
from pipeline.quotes.phrases import Mention

if TYPE_CHECKING:
    from pipeline.quotes.resolution import Resolver, Speaker

_BODIES = BODY_NOUNS | ORGANISATION_NOUNS
_DEFINITE = DETERMINERS - {"a", "an", "one"}
_DEFINITE_ARTICLES = frozenset({"the", "this", "that", "his", "her", "its", "their"})
_BACK = 12
"""Sentences that "the minister" may reach back over."""
_SPEAK_FOR = SPOKESPEOPLE | {"representative", "rep", "spokespeople"}
_UNLIKE_COMPANIES = frozenset(
    {"administration", "government", "court", "parliament", "congress", "senate", "house", "cabinet", "police", "army"}
)
"""Bodies for which no other name stands."""
_ANYBODY = (
    _SPEAK_FOR
    | frozenset(noun for noun in ROLE_NOUNS if noun.endswith("s"))
    | words(
        """
    man woman boy girl person people source official employee worker student resident user teacher driver father mother
    son daughter brother sister husband wife reporter journalist analyst expert lawyer doctor nurse farmer
    host author witness victim
    """
    )
)
"""Nouns of which any article has several: they take nobody up who was not called so."""
_OF_ONE = ROLE_NOUNS - _ANYBODY
_OFFICES = ROLE_NOUNS - SPOKESPEOPLE
_OWN_TEXTS = frozenset({"statement", "tweet", "post"})
"""What one person writes and goes on quoting from."""


def _is_named(mention: Mention) -> bool:
    """Tell whether a phrase holds a name; parties and nations ("the Republican governor") are none."""
    return any(w[0].isupper() and w.lower() not in PLACES and w.lower() not in TITLES for w in mention.words[1:])


def resolve_phrase(resolver: Resolver, mention: Mention, sentence: int) -> Speaker | None:
    """Return the speaker whom a noun phrase in a sentence means."""
    from pipeline.quotes.resolution import Speaker

    lowered = [word.lower().replace("'s", "’s") for word in mention.words]
    if mention.head in {"one", "another", "both"} and len(lowered) == 1:
        return _one_of(resolver, mention, sentence)
    organisation = _organisation(resolver, mention, lowered, sentence)
    if organisation is not None:
        name, way = organisation
        return Speaker(name, mention, None, "organisation", way)
    definite = lowered[0] in _DEFINITE_ARTICLES
    found = None
    if definite and mention.head in ROLE_NOUNS and not _is_named(mention):
        found = resolve_role(resolver, mention, sentence)
    if found is None and definite and (mention.head in EPITHETS or mention.head in _OWN_TEXTS):
        found = resolver.last_person(mention, sentence, "epithet")
    if found is None and lowered[0] == "the" and mention.head in _OF_ONE and "’s" not in lowered:
        found = _last_without_role(resolver, mention, sentence)
    if found is None and mention.head in _OFFICES:
        named = introduced_behind(resolver, mention)
        found = Speaker(named.name, mention, named, "person", "role") if named is not None else None
    if found is not None:
        return found
    text = resolver.text[mention.start : mention.end]
    if definite and len(lowered) > 2 and lowered[1] in PLACES:
        text = possessive_form(resolver.text, mention) or text
    way = _way_of_phrase(mention, definite=definite)
    return Speaker(text, mention, None, "organisation" if mention.head in _BODIES else "phrase", way)


def _way_of_phrase(mention: Mention, *, definite: bool) -> str:
    """Return what kind of phrase is left as it stands."""
    if mention.head in TEXT_NOUNS or mention.head in DOCUMENTS or mention.head == "statement":
        return "text"
    if mention.head in ROLE_NOUNS:
        return "open role" if definite else "unnamed"
    if mention.head in _BODIES:
        return "open body"
    return "phrase"


def _organisation(resolver: Resolver, mention: Mention, lowered: list[str], sentence: int) -> tuple[str, str] | None:
    """Return the organisation that "the company", "the ministry" or "a spokesman" stands for, and how it was found."""
    named = _is_named(mention)
    names = resolver.names
    if mention.head in _SPEAK_FOR:
        spoken_for = represented(resolver, mention)
        if spoken_for is not None:
            return spoken_for, "spokesperson"
    if lowered[0] in _DEFINITE_ARTICLES and mention.head in ORGANISATION_NOUNS and (not named or len(lowered) <= 3):
        found = company(names, mention)
        return (found, "company") if found is not None else None
    if lowered[0] in _DEFINITE_ARTICLES and mention.head in BODY_NOUNS and not named:
        found = body(names, mention)
        if found is not None:
            return found, "body"
        last = _last_organisation(resolver, mention, sentence) if len(lowered) == 2 else None
        return (last, "last organisation") if last is not None else None
    bare = len(lowered) <= 2 or lowered[1] in ORGANISATION_NOUNS
    if mention.head in SPOKESPEOPLE and not named and bare:
        found = _last_organisation(resolver, mention, sentence) or company(names, mention)
        return (found, "bare spokesperson") if found is not None else None
    return None


def represented(resolver: Resolver, mention: Mention) -> str | None:
    """Return the organisation that a spokesperson named with it speaks for: "a Huawei spokesman"; None for a person's.

    "a spokeswoman for Halden Optics", "Huawei’s spokesman", "a State Department spokesman".
    """
    words = mention.words
    at = next((k for k, word in enumerate(words) if word.lower() in _SPEAK_FOR), None)
    if at is None:
        return None
    if at + 1 < len(words) and words[at + 1].lower() in PREPOSITIONS:
        begin, end = at + 2, len(words)
    else:
        begin, end = 0, at
    while begin < end and words[begin].lower() in DETERMINERS:
        begin += 1
    capital = [k for k in range(begin, end) if words[k][0].isupper()]
    if not capital:
        return None
    stop = next((k for k in range(capital[0], end) if _ends_name(words[k], begin, at)), end)
    name = " ".join(words[capital[0] : stop])
    return _whole_name(resolver, name, words[capital[0] : stop], mention)


def _ends_name(word: str, begin: int, at: int) -> bool:
    return word in {"’s", "'s", "’", "'", ","} or (
        begin < at and word[0].islower() and word not in {"of", "for", "and", "the", "&"}
    )


def _whole_name(resolver: Resolver, name: str, words: tuple[str, ...], mention: Mention) -> str | None:
    if not words or all(word.lower() in PLACES or word.lower() in TITLES for word in words):
        return None
    if resolver.names.person(words, mention.start) is not None:
        return None
    return resolver.names.organisation(name) if len(words) == 1 else name


def _one_of(resolver: Resolver, mention: Mention, sentence: int) -> Speaker | None:
    """“…,” said one: one of the people whom the text spoke of last."""
    from pipeline.quotes.resolution import Speaker

    for speaker in resolver.back(mention, sentence, 4):
        if speaker.kind == "phrase" and speaker.mention.head.endswith("s"):
            return Speaker(f"one of {speaker.name[0].lower()}{speaker.name[1:]}", mention, way="one of")
    return Speaker(resolver.text[mention.start : mention.end], mention, way="one of")


def _last_organisation(resolver: Resolver, mention: Mention, sentence: int) -> str | None:
    """Return the organisation that spoke or acted last before a bare "the agency" or "a spokesman"."""
    if mention.head in DOCUMENTS or mention.head in _UNLIKE_COMPANIES:
        return None
    for speaker in resolver.back(mention, sentence, 5):
        by_name = speaker.kind == "organisation" and (
            speaker.mention.kind != "phrase" or speaker.way in {"spokesperson", "company", "body"}
        )
        if by_name and speaker.name.lower() not in PLACES:
            return speaker.name
    return None


def _last_without_role(resolver: Resolver, mention: Mention, sentence: int) -> Speaker | None:
    """Return whoever spoke last and was given no role so far: "Ann Lee called on …. The former chancellor said"."""
    for speaker in resolver.back(mention, sentence, 3):
        if speaker.kind == "person" and speaker.person is not None and speaker.way != "epithet":
            return None if speaker.person.roles else replace(speaker, mention=mention, way="epithet")
    return None


def resolve_role(resolver: Resolver, mention: Mention, sentence: int) -> Speaker | None:
    """Return whom "the minister" or "the official" means: a person of that role, else who was last called so."""
    from pipeline.quotes.resolution import Speaker

    head = mention.head or mention.words[-1].lower()
    heads = {head} | KINDRED_ROLES.get(head, set())
    named = resolver.names.last_in_role(heads, mention.start)
    if named is not None:
        return Speaker(named.name, mention, named, "person", "role")
    fuller = described(resolver.text, mention, heads)
    if fuller is not None:
        return Speaker(fuller, mention, way="described")
    for speaker in resolver.back(mention, sentence, _BACK):
        own = speaker.mention.head
        if speaker.kind == "phrase" and (own in heads or own.rstrip("s") in heads):
            introduced = speaker.name.split()[0].lower() not in _DEFINITE
            if (introduced and " " in speaker.name) or len(speaker.name) > mention.end - mention.start:
                return Speaker(speaker.name, mention, way="described", steps=speaker.steps)
    return None
