"""Which names may be one actor, and which name two: proposals for the analyst, with reasons, never applied unasked."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from itertools import combinations
from typing import Any, Literal

from pipeline.findings.aliases import COLUMNS, spelt
from pipeline.findings.scored import ScoredRow

PROPOSED_COLUMNS = (*COLUMNS, "proposal", "reason", "rows", "approved")
"""Columns of the file that is written."""

_ALIKE = 0.9
"""Least share of letters in common of two spellings: two letters of twenty; found on names of real articles."""
_LEAST_LETTERS = 6
"""Shorter names differ by one letter and are others: Lee, Le, Lea."""
_COMMON = 60
"""Names that share a word with more names than this are compared by their last word alone."""
_SMALL = {"of", "and", "the", "for", "in", "on", "de", "la", "du", "des", "to"}
_LEAST_INITIALS = 3
"""Two letters are the initials of too many names."""
_LEAST_ROWS = 2
"""Rows of an affiliation that makes two people of one name: one alone is as often a fault of the extraction."""
_PARTY = re.compile(r"(?:[A-Z]|Lib|Lab|Con)-[A-Z][\w. ]*")
"""A party and state, D-Ore.: no body that one may belong to besides another."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One line of the file, to be approved or not.

    Parameters
    ----------
    proposal
        ``merge``: the alias is the actor; ``split``: rows of this affiliation are an actor of their own.
    reason
        Why, for the analyst.
    rows
        How many rows it would change.
    """

    alias: str
    actor: str
    proposal: Literal["merge", "split"]
    reason: str
    rows: int
    affiliation: str | None = None
    type: str | None = None
    organisation: str | None = None

    def as_row(self) -> dict[str, Any]:
        """Return the line, with nothing under ``approved``."""
        return {**dict.fromkeys(PROPOSED_COLUMNS), **asdict(self)}


@dataclass(frozen=True, slots=True)
class _Name:
    """A speaker as written, with what the rows say."""

    name: str
    words: tuple[str, ...]
    type: str | None
    full: bool
    rows: tuple[ScoredRow, ...]

    @property
    def spelt(self) -> str:
        return " ".join(self.words)


def propose(rows: Sequence[ScoredRow], titles: Collection[str] = ()) -> list[Proposal]:
    """Return proposals, those that change the most rows first.

    Merged may be: names that differ in few letters, in a middle name or a title; an acronym with the one full name
    of these initials; a surname alone with the one full name that ends in it. Split may be: a name with several
    affiliations.

    Parameters
    ----------
    titles
        Words before a name that do not belong to it, in lower case.
    """
    names = _names(rows, titles)
    found = [*_same_words(names), *_near(names), *_acronyms(names), *_surnames(names), *_splits(names)]
    first: dict[tuple[str, str | None], Proposal] = {}
    for one in found:
        first.setdefault((spelt(one.alias), one.affiliation), one)
    return sorted(first.values(), key=lambda one: (-one.rows, one.alias, one.affiliation or ""))


def _names(rows: Iterable[ScoredRow], titles: Collection[str]) -> list[_Name]:
    """Return the speakers by the spelling of their names, the unnamed left out."""
    spoken: dict[str, list[ScoredRow]] = defaultdict(list)
    for row in rows:
        if row.speaker and row.speaker_type != "unnamed" and spelt(row.speaker):
            spoken[row.speaker].append(row)
    found = []
    for name, own in sorted(spoken.items()):
        words = spelt(name).split()
        kind = Counter(row.speaker_type for row in own).most_common(1)[0][0]
        if kind == "person":
            bare = [word for word in words if word not in titles]
            words = bare or words
        full = any(row.speaker_id for row in own)
        found.append(_Name(name, tuple(words), kind, full, tuple(own)))
    return found


def _merge(alias: _Name, actor: _Name, reason: str) -> Proposal:
    return Proposal(alias.name, actor.name, "merge", reason, len(alias.rows), type=actor.type)


def _ordered(one: _Name, two: _Name) -> tuple[_Name, _Name]:
    """Return alias and actor: the name with more rows is kept, the longer one among equals."""
    kept = max(one, two, key=lambda name: (len(name.rows), len(name.name), name.name))
    return (one, kept) if kept is two else (two, kept)


def _same_words(names: Sequence[_Name]) -> Iterator[Proposal]:
    """Yield names that are the same without titles or the order of capitals and marks, where ids keep them apart."""
    groups: dict[tuple[str | None, str], list[_Name]] = defaultdict(list)
    for name in names:
        if len(name.words) > 1 or name.type == "organisation":
            groups[name.type, name.spelt].append(name)
    for own in groups.values():
        for one, two in combinations(own, 2):
            if {row.speaker_id for row in one.rows} != {row.speaker_id for row in two.rows}:
                yield _merge(*_ordered(one, two), f"the same name, written {one.name!r} and {two.name!r}")


def _near(names: Sequence[_Name]) -> Iterator[Proposal]:
    """Yield full names that differ in few letters, or in a middle name."""
    for one, two in _sharing(names):
        if one.spelt == two.spelt or one.type != two.type:
            continue
        alias, actor = _ordered(one, two)
        short, long = sorted((one.words, two.words), key=len)
        if one.type == "person" and len(short) == 2 and (short[0], short[-1]) == (long[0], long[-1]):
            yield _merge(alias, actor, f"first name and surname of {actor.name!r}, which has another middle name")
        elif min(len(one.spelt), len(two.spelt)) >= _LEAST_LETTERS:
            alike = SequenceMatcher(None, one.spelt, two.spelt, autojunk=False)
            if alike.real_quick_ratio() >= _ALIKE and alike.quick_ratio() >= _ALIKE and alike.ratio() >= _ALIKE:
                yield _merge(alias, actor, f"nearly the spelling of {actor.name!r}")


def _sharing(names: Sequence[_Name]) -> Iterator[tuple[_Name, _Name]]:
    """Yield pairs of names of several words that share one of them."""
    by_word: dict[str, list[int]] = defaultdict(list)
    for number, name in enumerate(names):
        if len(name.words) > 1:
            for word in set(name.words) - _SMALL:
                by_word[word].append(number)
    pairs = {pair for own in by_word.values() if len(own) <= _COMMON for pair in combinations(own, 2)}
    yield from ((names[a], names[b]) for a, b in sorted(pairs))


def _acronyms(names: Sequence[_Name]) -> Iterator[Proposal]:
    """Yield acronyms with the one full name that they are the initials of."""
    spelled: dict[str, list[_Name]] = defaultdict(list)
    for name in names:
        main = [word for word in name.words if word not in _SMALL]
        if name.type != "person" and len(main) >= _LEAST_INITIALS:
            spelled["".join(word[0] for word in main)].append(name)
    for name in names:
        letters = name.name.replace(".", "")
        if (
            len(name.words) == 1
            and letters.isupper()
            and len({full.spelt for full in spelled[letters.casefold()]}) == 1
        ):
            yield _merge(name, spelled[letters.casefold()][0], "its initials, and of no other name here")


def _surnames(names: Sequence[_Name]) -> Iterator[Proposal]:
    """Yield surnames alone with the one full name that ends in it."""
    full: dict[str, list[_Name]] = defaultdict(list)
    for name in names:
        if name.type == "person" and len(name.words) > 1:
            full[name.words[-1]].append(name)
    for name in names:
        if name.type != "person" or len(name.words) != 1:
            continue
        bearers = full[name.words[0]]
        if len({bearer.spelt for bearer in bearers}) == 1:
            yield _merge(name, bearers[0], "a surname alone, and the only full name here that ends in it")


def _splits(names: Sequence[_Name]) -> Iterator[Proposal]:
    """Yield the affiliations of names that have several, unless one says the same as another."""
    people: dict[str, list[ScoredRow]] = defaultdict(list)
    for name in names:
        if name.type == "person":
            for row in name.rows:
                if row.speaker_id and row.speaker_affiliation:
                    people[row.speaker_id].append(row)
    for own in people.values():
        bodies: dict[str, list[ScoredRow]] = {}
        for row in own:
            bodies.setdefault(spelt(row.speaker_affiliation or ""), []).append(row)
        bodies = {body: rows for body, rows in bodies.items() if len(rows) >= _LEAST_ROWS}
        distinct = _distinct([body for body in bodies if not _PARTY.fullmatch(_body(bodies[body]))])
        if len(distinct) < 2:
            continue
        speaker = Counter(row.speaker for row in own if row.speaker).most_common(1)[0][0]
        said = "; ".join(f"{_body(bodies[body])} {_span(bodies[body])}" for body in distinct)
        for body in distinct:
            affiliation = _body(bodies[body])
            yield Proposal(
                alias=speaker,
                actor=f"{speaker} ({affiliation})",
                proposal="split",
                reason=f"one name with {len(distinct)} affiliations: {said}; for one person in two posts, rather name "
                "the actor without brackets and bound each line by valid_from and valid_to",
                rows=len(bodies[body]),
                affiliation=affiliation,
                type="person",
                organisation=affiliation,
            )


def _distinct(bodies: Collection[str]) -> list[str]:
    """Return the affiliations of which none is the acronym or a part of another."""

    def same(one: str, two: str) -> bool:
        a, b = one.split(), two.split()
        initials = ["".join(word[0] for word in words if word not in _SMALL) for words in (a, b)]
        return set(a) <= set(b) or set(b) <= set(a) or one == initials[1] or two == initials[0]

    kept: list[str] = []
    for body in sorted(bodies, key=lambda body: (-len(body), body)):
        if not any(same(body, other) for other in kept):
            kept.append(body)
    return sorted(kept)


def _body(rows: Sequence[ScoredRow]) -> str:
    return Counter(row.speaker_affiliation for row in rows if row.speaker_affiliation).most_common(1)[0][0]


def _span(rows: Sequence[ScoredRow]) -> str:
    """Return in how many rows and when."""
    dates = sorted(row.date for row in rows if row.date)
    when = f", {dates[0]} to {dates[-1]}" if dates and dates[0] != dates[-1] else f", {dates[0]}" if dates else ""
    return f"({len(rows)} row{'s' * (len(rows) > 1)}{when})"


def new_proposals(known: Sequence[tuple[str, str | None, str]], found: Sequence[Proposal]) -> list[Proposal]:
    """Return the proposals that a file does not have yet, whatever the analyst decided of those that it has.

    Parameters
    ----------
    known
        Alias, affiliation and actor of each line.
    """
    seen = {(spelt(alias), spelt(affiliation or ""), spelt(actor)) for alias, affiliation, actor in known}
    return [one for one in found if (spelt(one.alias), spelt(one.affiliation or ""), spelt(one.actor)) not in seen]
