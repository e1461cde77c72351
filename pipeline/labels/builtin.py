"""The labelling functions that come along: lexicons of restriction and of defence, cues of the reporter, asides.

No function looks at who speaks; by the codebook that must not decide a label. Two that one might expect are not here,
for on annotated real quotations they told nothing: questions, of which 39 % are neutral, and short quotations.
"""

from __future__ import annotations

import re

from pipeline.labels.functions import ABSTAIN, LabellingFunction, Vote, labelling_function
from pipeline.labels.lexicons import (
    BACKING,
    COSTS,
    DANGERS,
    DEBATE,
    DEFENCES,
    DEMANDS,
    HEDGES,
    OBJECTIONS,
    OPPOSING,
    PROTECTION,
    REFUSALS,
    TALKS,
)
from pipeline.labels.phrases import Phrases, plain
from pipeline.records import Statement

ANTI, NEUTRAL, PRO = "anti-restriction", "neutral", "pro-restriction"

_SMALL = {"the", "and", "for", "from", "with", "its", "their", "under", "other", "into", "use", "new"}
_STEM = 6
"""Letters by which a word of the target is known again in another form."""

_FIGURE = re.compile(r"\d ?(?:%|percent|per cent|million|billion)")
_MARKED = re.compile(r'"[^"]*"')
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def _sided(text: str, said: Vote, phrases: Phrases, *, denied: Vote = ABSTAIN) -> Vote:
    found = phrases.found(text)
    if found.said == found.denied:
        return ABSTAIN
    return said if found.said > found.denied else denied


def reporter(statement: Statement) -> str:
    """Return the reporter's own words beside the quotation, ``plain``.

    Two sentences before it, of which one may be the beginning of its own, and behind it to the end of its own.

    Examples
    --------
    >>> told = "It rained. Mr Roe spoke. The firm fought the ban. “A bad idea,” its head said on Monday. More later."
    >>> reporter(Statement("s", "a", "t", "“A bad idea,”", told, "", "drones"))
    'mr roe spoke. the firm fought the ban. its head said on monday.'
    """
    context, quotation = plain(statement.context), plain(statement.text)
    before, found, after = context.partition(quotation)
    if not found:
        return ""
    before, after = _MARKED.sub("", before), _MARKED.sub("", after)
    return " ".join([*_SENTENCE.split(before.strip())[-2:], _SENTENCE.split(after.strip())[0]]).strip()


@labelling_function
def demands_restriction(statement: Statement) -> Vote:
    """Vote pro where the speaker calls for a restriction, anti where it is called not to come."""
    return _sided(plain(statement.text), PRO, DEMANDS, denied=ANTI)


@labelling_function
def refuses_to_allow(statement: Statement) -> Vote:
    """Vote pro where the speaker will not have something go on."""
    return PRO if plain(statement.text) in REFUSALS else ABSTAIN


@labelling_function
def names_a_danger(statement: Statement) -> Vote:
    """Vote pro where the speaker tells of a danger and does not deny it."""
    return _sided(plain(statement.text), PRO, DANGERS)


@labelling_function
def protects_people(statement: Statement) -> Vote:
    """Vote pro where the speaker wants somebody protected."""
    return _sided(plain(statement.text), PRO, PROTECTION)


@labelling_function
def objects_to_the_rule(statement: Statement) -> Vote:
    """Vote anti where the speaker calls a rule unlawful, excessive, useless or prejudiced."""
    return _sided(plain(statement.text), ANTI, OBJECTIONS)


@labelling_function
def counts_the_cost(statement: Statement) -> Vote:
    """Vote anti where the speaker tells what a restriction costs, or that it does not work."""
    return _sided(plain(statement.text), ANTI, COSTS)


@labelling_function
def defends_the_vendor(statement: Statement) -> Vote:
    """Vote anti where the speaker vouches for what would be restricted, or for its users."""
    return _sided(plain(statement.text), ANTI, DEFENCES)


@labelling_function
def reported_stand(statement: Statement) -> Vote:
    """Vote for the side that somebody takes in the reporter's words beside the quotation."""
    told = reporter(statement)
    backing, opposing = BACKING.found(told), OPPOSING.found(told)
    balance = backing.said - backing.denied - opposing.said + opposing.denied
    return PRO if balance > 0 else ANTI if balance < 0 else ABSTAIN


@labelling_function
def hedges(statement: Statement) -> Vote:
    """Vote neutral where the speaker weighs, guesses or does not know."""
    return NEUTRAL if plain(statement.text) in HEDGES else ABSTAIN


@labelling_function
def tells_of_talks(statement: Statement) -> Vote:
    """Vote neutral where the speaker tells of talks, deals or a review."""
    return NEUTRAL if plain(statement.text) in TALKS else ABSTAIN


@labelling_function
def gives_a_figure(statement: Statement) -> Vote:
    """Vote neutral where the speaker gives an amount."""
    return NEUTRAL if _FIGURE.search(statement.text) else ABSTAIN


@labelling_function
def away_from_the_debate(statement: Statement) -> Vote:
    """Vote neutral where neither context nor title has a word of the target or of any restriction."""
    told = plain(f"{statement.context} {statement.title}")
    words = [word for word in re.findall(r"\w{3,}", plain(statement.target)) if word not in _SMALL]
    named = any(re.search(rf"\b{re.escape(word[:_STEM])}", told) for word in words)
    return ABSTAIN if named or told in DEBATE else NEUTRAL


BUILTIN: tuple[LabellingFunction, ...] = (
    demands_restriction, refuses_to_allow, names_a_danger, protects_people, objects_to_the_rule, counts_the_cost,
    defends_the_vendor, reported_stand, hedges, tells_of_talks, gives_a_figure, away_from_the_debate,
)  # fmt: skip
"""All of them."""
