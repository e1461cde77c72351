"""Changes of a statement that leave its label as it is: what invariance cases are made by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from pipeline.errors import InputError
from pipeline.evaluation.behaviour.tellings import Marks, Telling, scene_slots, world

Changed = Iterator[tuple[str, Telling]]
"""The name of each variant, and the variant."""

MARKS = {
    "curly": Marks(("“", "”"), ("‘", "’"), "’"),
    "curly-single": Marks(("‘", "’"), ("“", "”"), "’"),
    "straight-single": Marks(("'", "'"), ('"', '"'), "'"),
    "guillemets": Marks(("«", "»"), ("‹", "›"), "’"),
    "reversed-guillemets": Marks(("»", "«"), ("›", "‹"), "’"),
    "low-high": Marks(("„", "“"), ("‚", "‘"), "’"),
    "backticks": Marks(("``", "''"), ("`", "'"), "'"),
    "spaced": Marks(("« ", " »"), ("“", "”"), "’"),
}
"""Quotation marks by name; templates are told in straight ones."""

AMERICAN = {
    "analysed": "analyzed", "apologised": "apologized", "cancelled": "canceled", "catalogue": "catalog",
    "centre": "center", "colour": "color", "criminalises": "criminalizes", "defence": "defense", "favour": "favor",
    "grey": "gray", "honourably": "honorably", "honouring": "honoring", "labour": "labor", "licence": "license",
    "neighbour": "neighbor", "neighbours": "neighbors", "organisation": "organization", "organisers": "organizers",
    "programme": "program", "recognised": "recognized", "rumour": "rumor", "sceptical": "skeptical",
}  # fmt: skip
"""British spelling -> American, of the words in ``spelling.yaml``."""

_BRITISH = re.compile(rf"\b(?:{'|'.join(sorted(AMERICAN, key=len, reverse=True))})\b")
_LONG_WORD = re.compile(r"\b[a-z]{5,}\b")
_WORDS_A_TYPO = 3  # long words to one slip: hasty, and still easy to read
_VARIANTS = 3  # of speaker and vendor, for each statement


def american(words: str) -> str:
    """Return the words in American spelling, as far as ``AMERICAN`` knows them.

    Examples
    --------
    >>> american("the licence of our neighbour")
    'the license of our neighbor'
    """
    return _BRITISH.sub(lambda found: AMERICAN[found[0]], words)


def _swapped(word: str) -> str:
    middle = len(word) // 2
    return word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :]


def _dropped(word: str) -> str:
    middle = len(word) // 2
    return word[:middle] + word[middle + 1 :]


def _doubled(word: str) -> str:
    middle = len(word) // 2
    return word[:middle] + word[middle] + word[middle:]


TYPOS: dict[str, Callable[[str], str]] = {"swapped": _swapped, "dropped": _dropped, "doubled": _doubled}
"""Slips by name, each in the middle of a word."""


def mistyped(words: str, slip: Callable[[str], str]) -> str:
    """Return the words with a slip in every third long word; names and words like "not" are left alone.

    Examples
    --------
    >>> mistyped("Keeping Calvane routers is dangerous.", TYPOS["swapped"])
    'Keeping Calvane routers is danegrous.'
    """
    found = list(_LONG_WORD.finditer(words))
    for match in reversed(found[1::_WORDS_A_TYPO] or found[-1:]):
        words = words[: match.start()] + slip(match[0]) + words[match.end() :]
    return words


def _spelling(telling: Telling, number: int) -> Changed:
    yield "american", replace(telling, edit=american, edits_frame=True)


def _typos(telling: Telling, number: int) -> Changed:
    for name, slip in TYPOS.items():
        yield name, replace(telling, edit=partial(mistyped, slip=slip))


def _marks(telling: Telling, number: int) -> Changed:
    for name, marks in MARKS.items():
        yield name, replace(telling, marks=marks)


def _chosen(values: Sequence[object], number: int) -> Iterator[int]:
    """Yield the places of ``_VARIANTS`` values, further ones for the next number."""
    for variant in range(_VARIANTS):
        yield (number * _VARIANTS + variant) % len(values)


def _speaker(telling: Telling, number: int) -> Changed:
    others = world().other_speakers
    for place in _chosen(others, number):
        yield f"speaker-{place + 1}", replace(telling, speaker=others[place])


def _vendor(telling: Telling, number: int) -> Changed:
    if "vendor" not in telling.scene:
        raise InputError("nothing here can be swapped; write {vendor} or {things} for the firm, and no target")
    others = world().other_vendors
    for place in _chosen(others, number):
        yield f"vendor-{place + 1}", replace(telling, scene=scene_slots({**telling.scene, "vendor": others[place]}))


CHANGES: dict[str, Callable[[Telling, int], Changed]] = {
    "marks": _marks,
    "speaker": _speaker,
    "spelling": _spelling,
    "typos": _typos,
    "vendor": _vendor,
}
"""``(telling, its number) -> variants``: what a template file may name under ``change``."""
