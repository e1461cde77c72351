"""The turns of transcripts and interviews: "Name: …", several in a row, with a known speaker each.

A label counts as a speaker's only where turns come back to it and it names somebody: "Location: Paris" does neither.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from pipeline.quotes.lexicon import PARTICLES, SENTENCE_OPENERS, is_role, words
from pipeline.quotes.marks import Paragraph
from pipeline.quotes.runs import looks_personal, split_run

Place = tuple[int, int]
"""Half-open span of the cleaned text."""

_CAPITAL = "A-ZÀ-ÖØ-ÞĀ-Ž"
_LABEL = re.compile(
    rf"((?:[{_CAPITAL}][\w.’'-]*|Q|A)(?: (?:[{_CAPITAL}][\w.’'-]*|of|the|de|van|von|der|al)){{0,5}})"
    r"(?: ?[(\[][^()\[\]\n]{1,40}[)\]])?: +(?=\S)"
)
_INLINE = re.compile(rf"(?<=[.?!…)\]—] )((?:[{_CAPITAL}][{_CAPITAL}.’'-]+)(?: [{_CAPITAL}][{_CAPITAL}.’'-]+){{0,4}}): ")
_ANONYMOUS = words("q a question answer")
_PARTIES = _ANONYMOUS | words("interviewer host moderator reporter caller")
_VOWEL = re.compile(r"(?!^(?:UK|US|EU|UN)$)^[A-Z]*[AEIOUY][A-Z]*$")
_TURNS = 3
_GAP = 4
"""Paragraphs that one turn may run over, the labelled one aside."""
_PLACES = 5
_MOST_LABELS = 40
"""Different speakers of one transcript; above it the labels are something else."""


class Block(NamedTuple):
    """One piece of speech without marks.

    ``mention`` is its speaker as written beside it (None for "Q" and "A"), ``named`` where the article gives that name
    in a fuller or plainer form ("Pelley" for "PELLEY"), and ``cue`` the reporting verb, if there is one.
    """

    start: int
    end: int
    mention: Place | None
    cue: Place | None
    named: Place | None


class _Turn(NamedTuple):
    paragraph: int
    label: Place
    start: int
    end: int


def _turns(text: str, paragraphs: Sequence[Paragraph]) -> Iterator[_Turn]:
    """Yield the labelled stretches of paragraphs; a run-on paragraph may hold several."""
    for number, (start, end) in enumerate(paragraphs):
        first = _LABEL.match(text, start, end)
        if first is None:
            continue
        labels = [first]
        if first[1].isupper():
            labels += _INLINE.finditer(text, first.end(), end)
        for match, after in zip(labels, [*(m.start() for m in labels[1:]), end], strict=True):
            stop = match.end() + len(text[match.end() : after].rstrip())
            if match.end() < stop:
                yield _Turn(number, match.span(1), match.end(), stop)


def transcripts(text: str, paragraphs: Sequence[Paragraph]) -> list[Block]:
    """Return the turns of the article's transcripts."""
    blocks: list[Block] = []
    run: list[_Turn] = []
    for turn in _turns(text, paragraphs):
        if run and turn.paragraph - run[-1].paragraph > _GAP:
            blocks += _spoken(text, paragraphs, run)
            run = []
        run.append(turn)
    return blocks + _spoken(text, paragraphs, run)


def _spoken(text: str, paragraphs: Sequence[Paragraph], run: Sequence[_Turn]) -> list[Block]:
    """Return the turns of one transcript; none where the labels do not name people who take turns."""
    labels = [text[slice(*turn.label)] for turn in run]
    if len(run) < _TURNS or not 1 < len(set(labels)) <= _MOST_LABELS:
        return []
    places = dict(zip(labels, (turn.label for turn in run), strict=True))
    named = {label: _named(text, place) for label, place in places.items()}
    kept = [number for number, label in enumerate(labels) if label.lower() in _PARTIES or named[label] is not None]
    counts = Counter(labels[number] for number in kept)
    if len(kept) < _TURNS or len(counts) < 2 or max(counts.values()) < 2 or 2 * len(kept) < len(run):
        return []
    blocks = []
    for number in kept:
        turn = run[number]
        following = run[number + 1].paragraph if number + 1 < len(run) else turn.paragraph + 1
        end = max(turn.end, paragraphs[following - 1][1]) if following > turn.paragraph else turn.end
        anonymous = labels[number].lower() in _ANONYMOUS
        mention = None if anonymous else turn.label
        blocks.append(Block(turn.start, end, mention, None, None if anonymous else named[labels[number]]))
    return blocks


def _named(text: str, label: Place) -> Place | None:
    """Return where a label's name stands in the article; None where it names nobody."""
    surface = text[slice(*label)]
    titles, name = split_run(plain_name(surface))
    if len(name) == 1 and surface.isupper() and 2 <= len(surface) <= 3:
        forms = [" ".join(rf"{letter}[\w’'-]+" for letter in surface)]  # "JS:" for "John Smith"
    else:
        # Without an office that no list holds: "MAYOR-ELECT ANN DE VRIES".
        rests = [name[at:] for at in range(len(name)) if at == 0 or len(name) - at > 1]
        forms = [" ".join(re.escape(w) if w.lower() not in PARTICLES else f"(?i:{w})" for w in rest) for rest in rests]
    for form in forms:
        # A capital amid a sentence begins a name, and so does one behind a first name.
        pattern = rf"(?:(?<![\w’'-])([{_CAPITAL}][\w’'-]+) |(?<=[a-z\d,’'] )){form}(?![\w’'-]*:)(?!\w)"
        for found in islice(re.finditer(pattern, text), _PLACES):
            if found[1] is None or found[1].lower() not in SENTENCE_OPENERS:
                return found.span()
    return label if looks_personal(name) or titles or is_role(name[-1].lower()) else None


def plain_name(label: str) -> str:
    """Return a name in capitals ("ANN LEE") as names are written elsewhere; short words without a vowel stay."""
    parts = label.split()
    return " ".join(
        part.capitalize() if part.isupper() and (len(part) > 3 or (len(parts) > 1 and _VOWEL.search(part))) else part
        for part in parts
    )
