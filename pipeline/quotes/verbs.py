"""Reporting verbs and verbs of attitude, in all their forms."""

from __future__ import annotations

_IRREGULAR = {
    "say": "said", "tell": "told", "write": "wrote written", "speak": "spoke spoken", "read": "read",
    "think": "thought", "put": "put", "hit": "hit", "swear": "swore", "hold": "held",
    "tweet": "tweeted", "admit": "admitted", "quip": "quipped", "rebut": "rebutted", "feel": "felt", "find": "found",
    "know": "knew", "see": "saw", "mean": "meant", "refer": "referred", "blog": "blogged", "show": "showed shown",
    "begin": "began", "snap": "snapped", "slam": "slammed", "foresee": "foresaw", "rap": "rapped",
}  # fmt: skip

_SPEECH = """
say tell add note explain warn claim argue insist state write tweet post ask reply respond answer admit acknowledge
concede confirm announce declare deny stress emphasise emphasize urge call describe suggest predict observe remark
comment continue conclude recall joke quip muse complain accuse criticise criticize praise condemn dismiss denounce
vow pledge promise testify report reveal reiterate repeat contend maintain assert allege caution lament boast charge
counter demand disclose estimate exclaim express hint imply indicate inform mention propose quote refer reject shout
sigh underline underscore voice advise blame blast slam hail clarify elaborate proclaim advocate apologise apologize
laugh mock plead ponder protest recommend retort rule scoff summarise summarize tout cite label dub brand
characterise characterize tease fume thunder insinuate enthuse implore object opine speculate signal snap interject
intone interrupt volunteer agree disagree lash inquire enquire question wonder detail specify outline rebut refute
commend applaud chide rebuke decry deplore bemoan highlight liken pronounce profess read reason remind swear
threaten vent blog crow gush growl grumble mutter murmur whisper yell cry scream chuckle deadpan attest certify
bellow bark beam chant retaliate boom assure scold
"""

_ATTITUDE = """
believe think feel fear know see want expect consider find show decide worry mean seek plan welcome back oppose hope
wish accept favour favor support defend attack allow relent stipulate require order convey promise offer argue use
view regard
"""


def _forms(verb: str) -> list[str]:
    past = _IRREGULAR.get(verb, "").split()
    if verb.endswith("e"):
        return [verb, verb + "s", verb[:-1] + "ing", *(past or [verb + "d"])]
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return [verb, verb[:-1] + "ies", verb + "ing", *(past or [verb[:-1] + "ied"])]
    tail = "es" if verb.endswith(("s", "sh", "ch", "x", "z")) else "s"
    doubled = verb + verb[-1] if past and past[0].startswith(verb + verb[-1]) else verb
    return [verb, verb + tail, doubled + "ing", *(past or [verb + "ed"])]


SPEECH_FORMS = frozenset(form for verb in _SPEECH.split() for form in _forms(verb))
ATTITUDE_FORMS = frozenset(form for verb in _ATTITUDE.split() for form in _forms(verb)) - SPEECH_FORMS

PHRASAL_VERBS = {
    "point": "out", "points": "out", "pointed": "out", "pointing": "out", "put": "it", "puts": "it", "putting": "it",
    "went": "on", "goes": "on", "going": "on", "shot": "back", "shoots": "back", "fired": "back", "fires": "back",
    "hit": "back", "hits": "back", "hitting": "back", "chimed": "in", "chimes": "in", "weighed": "in", "cut": "in",
    "summed": "up", "sums": "up", "spelled": "out", "laid": "out", "pushed": "back", "pushes": "back", "piped": "up",
    "blurted": "out", "clapped": "back", "made": "clear", "makes": "clear", "making": "clear", "struck": "back",
    "called": "out", "bit": "back", "spoke": "out", "jumped": "in", "cuts": "in",
}  # fmt: skip
"""Reporting verbs of two words ("points out", "shot back"): the first word and the second."""
CUE_WORDS = SPEECH_FORMS | frozenset(PHRASAL_VERBS)
"""Words that may begin a cue."""
