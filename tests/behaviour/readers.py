"""Readers of statements with planted faults: each is right on every case but for one fault."""

import re

import numpy as np

from pipeline.evaluation.behaviour import INPUTS, cases
from pipeline.records import LABELS

ANTI, NEUTRAL, PRO = LABELS
OTHER_SIDE = {ANTI: PRO, PRO: ANTI, NEUTRAL: NEUTRAL}

CASES = cases()
RIGHT = {probe.inputs: probe.label for case in CASES for probe in case.probes}
# What the statement says of its own target: an original comes after what was made of it, and wins.
OWN = {(probe.text, probe.context): probe.label for case in CASES for probe in case.probes}

NEGATIONS = re.compile(r"\b(?:not|never|no|nobody|nothing|none|neither|cannot)\b|n['’]t\b", re.IGNORECASE)
REPORTS = re.compile(
    r"^\W*(?:critics say|the \w+ (?:says?|calls?|claims?)|\w+ claims|they (?:say|tell)|we are told|i keep hearing"
    r"|according to|my colleagues want|some of my friends want|the lawyers of|the makers|'throw|one letter says)",
    re.IGNORECASE,
)
FOR_BAN = re.compile(r"\b(?:ban\w*|must go|have to go|threat|danger\w*|sp(?:y|ies)\w*|leaks?|risk|gone|lie)\b", re.I)
AGAINST = re.compile(r"\b(?:safe|harmless|mistake|trust\w*|stay|unfair|needless|wrong|clean|love|best|cheap)\b", re.I)
GLAD = re.compile(r"\b(?:love|joy|best|wonderful|delighted|admire|splendid|grateful|proud|lovely|pleasure)\b", re.I)
SAD = re.compile(
    r"\b(?:heart|dreadful|rude|greedy|hate|ugly|cruel|stupid|wept|bully|fool|wretched|disgrace|insult|grey|gray)\b",
    re.I,
)
BRITISH = (
    "licence", "defence", "neighbour", "neighbours", "organisation", "recognised", "labour", "analysed", "sceptical",
    "centre", "rumour", "apologised", "catalogue",
)  # fmt: skip
KNOWN = {
    word
    for case in CASES
    for probe in case.probes
    if case.capability != "typos" or probe is case.original
    for word in re.findall(r"\w+", probe.text)
}


def oracle(row):
    return RIGHT[tuple(row[name] for name in INPUTS)]


def literal(words):
    """Return the side of which there are more plain words, negations heard; neutral where there are as many."""
    balance = len(FOR_BAN.findall(words)) - len(AGAINST.findall(words))
    side = PRO if balance > 0 else ANTI if balance < 0 else NEUTRAL
    return OTHER_SIDE[side] if len(NEGATIONS.findall(words)) % 2 else side


def unless(broken, answer):
    """Return a reader that gives ``answer(row)`` where ``broken(row)``, and is right elsewhere."""
    return lambda row: answer(row) if broken(row) else oracle(row)


def other_side(row):
    return OTHER_SIDE[oracle(row)]


def neutral(row):
    return NEUTRAL


def first_clause(text):
    return re.split(r"[.,:;?!]| and | but ", text.strip("\"'“”‘’«»‹›„`"), maxsplit=1)[0]


def tone(row):
    return ANTI if GLAD.search(row["text"]) else PRO


FAULTS = {
    "ignores negation": unless(lambda row: len(NEGATIONS.findall(row["text"])) % 2, other_side),
    "hears one negation alone": unless(lambda row: len(NEGATIONS.findall(row["text"])) > 1, other_side),
    "ignores the target": lambda row: OWN[row["text"], row["context"]],
    "sentiment for stance": unless(lambda row: GLAD.search(row["text"]) or SAD.search(row["text"]), tone),
    "distrusts some speakers": unless(lambda row: row["speaker"].split()[-1] in {"Haddad", "Yulan"}, lambda row: PRO),
    "distrusts some vendors": unless(lambda row: re.search("Shenyuan|Volgatek", row["text"]), lambda row: PRO),
    "breaks on curly marks": unless(lambda row: row["text"][0] in "“‘", neutral),
    "breaks on guillemets": unless(lambda row: row["text"][0] in "«»", neutral),
    "does not see n’t": unless(lambda row: "n’t" in row["text"], other_side),
    "breaks on unknown words": unless(lambda row: not KNOWN.issuperset(re.findall(r"\w+", row["text"])), neutral),
    "breaks on British spelling": unless(lambda row: set(BRITISH) & set(row["text"].lower().split()), neutral),
    "reads the first clause": unless(
        lambda row: first_clause(row["text"]).strip() != row["text"].strip("\"',."),
        lambda row: literal(first_clause(row["text"])),
    ),
    "answers the reported view": unless(
        lambda row: REPORTS.match(row["text"]), lambda row: {NEUTRAL: PRO}.get(oracle(row), other_side(row))
    ),
    "takes questions for statements": unless(lambda row: "?" in row["text"], lambda row: literal(row["text"])),
    "takes conditions for facts": unless(
        lambda row: re.match(r"\W*(?:if|unless|as long|even if|should|had)\b", row["text"], re.I),
        lambda row: literal(first_clause(row["text"])),
    ),
    "always neutral": neutral,
    "always pro": lambda row: PRO,
}


def probabilities(labels, sure=0.8):
    """Return rows that are this sure of the labels, [n, 3]."""
    rows = np.full((len(labels), 3), (1 - sure) / 2)
    rows[range(len(labels)), [LABELS.index(label) for label in labels]] = sure
    return rows


def model(reader):
    """Return a reader as a model takes and gives it."""

    def predict_proba(table):
        rows = [
            dict(zip(INPUTS, values, strict=True)) for values in zip(*(table[name] for name in INPUTS), strict=True)
        ]
        return probabilities([reader(row) for row in rows])

    return predict_proba


def guesses(seed):
    """Return a model that guesses."""
    rng = np.random.default_rng(seed)
    return lambda table: rng.dirichlet(np.ones(3), len(table["text"]))
