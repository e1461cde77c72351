"""How sure a speaker is: the probability that the mention is the right one, times that it was resolved rightly.

Both are shares of right ones among the annotated quotations that were read in the same way, drawn towards the mean
where there were few. ``benchmarks/speaker_confidence.py`` fits and checks them.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.quotes.lexicon import SAY_FORMS
from pipeline.quotes.reports import Attribution
from pipeline.quotes.resolution import Speaker

# Fitted by benchmarks/speaker_confidence.py: the sign on the train split of PolNeAR, the way on annotated real articles
# (train part) and the starter corpus.
SIGNS: Mapping[str, float] = {
    "adjacent, according": 0.914,
    "adjacent, other": 0.928,
    "adjacent, say": 0.982,
    "attitude": 0.788,
    "carried": 0.981,
    "carried over": 0.844,
    "colon": 0.944,
    "floating": 0.770,
    "left, according": 0.877,
    "left, other": 0.873,
    "left, say": 0.943,
    "pointer": 0.799,
    "possessor": 0.981,
    "same sentence": 0.878,
    "shared, other": 0.906,
    "shared, say": 0.904,
    "signature": 0.904,
    "subject": 0.707,
    "trailing, other": 0.849,
    "trailing, say": 0.977,
}
WAYS: Mapping[str, float] = {
    "bare spokesperson": 0.845,
    "body": 0.652,
    "company": 0.457,
    "described": 0.764,
    "epithet": 0.852,
    "full name": 0.990,
    "it, 1 back": 0.777,
    "it, 2-3 back": 0.440,
    "it, far back": 0.754,
    "it, here": 0.957,
    "last organisation": 0.552,
    "named body": 0.825,
    "narrator": 0.587,
    "one of": 0.587,
    "open body": 0.735,
    "open role": 0.615,
    "phrase": 0.331,
    "pronoun among several, 1 back": 0.815,
    "pronoun among several, 2-3 back": 0.932,
    "pronoun for role, 1 back": 0.466,
    "pronoun for role, 2-3 back": 0.646,
    "pronoun for role, far back": 0.440,
    "pronoun for role, here": 0.705,
    "pronoun unsure, 1 back": 0.822,
    "pronoun unsure, 2-3 back": 0.652,
    "pronoun unsure, here": 0.921,
    "pronoun, 1 back": 0.968,
    "pronoun, 2-3 back": 0.825,
    "pronoun, far back": 0.503,
    "pronoun, here": 0.941,
    "role": 0.849,
    "shared surname": 0.921,
    "spokesperson": 0.922,
    "surname": 0.991,
    "text": 0.232,
    "they, 1 back": 0.593,
    "they, 2-3 back": 0.646,
    "title": 0.976,
    "unnamed": 0.819,
}
_OTHER_SIGN = 0.7
_OTHER_WAY = 0.6
_STEPS = ((0, "here"), (1, "1 back"), (3, "2-3 back"))
_PRONOUN_WAYS = frozenset({"pronoun", "pronoun among several", "pronoun unsure", "it", "they", "pronoun for role"})


def sign_of(attribution: Attribution) -> str:
    """Return by which sign an attribution was made, with the kind of its cue: a key of ``SIGNS``."""
    cue = attribution.cue.lower if attribution.cue is not None else ""
    if attribution.sign in {"adjacent", "left", "trailing", "shared"}:
        return f"{attribution.sign}, {'say' if cue in SAY_FORMS else 'according' if cue == 'according' else 'other'}"
    return attribution.sign


def way_of(speaker: Speaker) -> str:
    """Return how a mention was resolved, with how far back for pronouns: a key of ``WAYS``."""
    if speaker.way not in _PRONOUN_WAYS:
        return speaker.way
    return f"{speaker.way}, {next((name for most, name in _STEPS if speaker.steps <= most), 'far back')}"


def resolution_confidence(speaker: Speaker) -> float:
    """Return the probability, in [0, 1], that a mention means this speaker, the mention being right."""
    return WAYS.get(way_of(speaker), _OTHER_WAY)


def mention_confidence(attribution: Attribution) -> float:
    """Return the probability, in [0, 1], that an attribution's mention is the one who says it."""
    return SIGNS.get(sign_of(attribution), _OTHER_SIGN)


def confidence(attribution: Attribution) -> float | None:
    """Return the probability, in [0, 1], that an attribution names the right speaker; None where nobody says it."""
    if attribution.speaker is None:
        return None
    return mention_confidence(attribution) * resolution_confidence(attribution.speaker)
