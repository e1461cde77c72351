"""Reporting verbs told from nouns of the same form, and the noun phrases that are their subjects."""

import pytest

from pipeline.quotes.cues import is_cue
from pipeline.quotes.openings import leading_subject
from pipeline.quotes.phrases import Mention, Tokens, parse_phrase
from pipeline.quotes.sentences import Token, tokenize
from pipeline.quotes.subjects import subject_after, subject_before


def read(text: str) -> tuple[str, Tokens, int]:
    """Return a text without its asterisk, its tokens, and the index of the token behind the asterisk."""
    place = text.index("*")
    text = text.replace("*", "")
    opening, closing = text.find("“"), text.find("”")
    quotes = [(opening, closing + 1)] if opening >= 0 else []
    tokens: list[Token] = tokenize(text, 0, len(text), quotes)
    return text, tokens, next(at for at, token in enumerate(tokens) if token.start == place)


def surface(text: str, mention: Mention | str | None) -> str | None:
    return text[mention.start : mention.end] if isinstance(mention, Mention) else mention


CUES = [
    "Olsen *said: “we go”",
    "Olsen *says “we go”",
    "“we go”, *added Olsen",
    "Olsen has *said “we go”",
    "Olsen, who *called it “a farce”, left",
    "she *claims “it is a farce”",
    "Olsen *claims that “it is a farce”",
    "the minister *states that “it is a farce”",
    "they *claim “it is a farce”",
    "he *reports that “it is a farce”",
    "critics *charge that “it is a farce”",
    "to *demand “a fair rule”",
    "Olsen *wrote that “it is a farce”",
    "Olsen also *noted “a farce”",
    "“we go”, Olsen *told us",
    "the victim’s family *told us",
]
NO_CUES = [
    "the *report said “it is a farce”",
    "her *claim that “it is a farce”",
    "the *charges were “a farce”",
    "Olsen was *accused of “a farce”",
    "the rule was widely *described as “a farce”",
    "it is *called “a farce”",
    "it was *written in “plain words”",
    "a *reported “farce”",
    "his *stated aim of “peace”",
    "The Brel *Post wrote “it is a farce”",
    "the firm’s *claims of “a farce”",
    "several *comments on “a farce”",
    "Olsen *went home “for good”",
]


@pytest.mark.parametrize(("text", "expected"), [(text, True) for text in CUES] + [(text, False) for text in NO_CUES])
def test_a_reporting_verb_is_told_from_nouns_and_passives(text: str, expected: bool) -> None:
    _, tokens, at = read(text)
    assert is_cue(tokens, at) is expected


BEFORE = [
    ("name", "On Monday Mira Olsen *said", "Mira Olsen"),
    ("adverb between", "Mira Olsen later also *said", "Mira Olsen"),
    ("auxiliary between", "Mira Olsen has repeatedly *said", "Mira Olsen"),
    ("pronoun", "When it rained, she *said", "she"),
    ("phrase", "a senior trade official *said", "a senior trade official"),
    ("phrase with a preposition", "the head of the port *said", "the head of the port"),
    ("organisation", "the Tessaly Traders’ League *said", "Tessaly Traders’ League"),
    ("role before a name", "trade minister Mira Olsen *said", "Mira Olsen"),
    ("apposition", "Mira Olsen, head of the League, *said", "Mira Olsen"),
    ("two appositions", "Mira Olsen, a trader, now head of the League, *said", "Mira Olsen"),
    ("name behind a role", "the head of the League, Mira Olsen, *said", "Mira Olsen"),
    ("relative clause", "Mira Olsen, who *said", "who"),
    ("relative clause of an apposition", "Mira Olsen, a farmer who *called", "who"),
    ("dashes", "Mira Olsen – a farmer – *said", "Mira Olsen"),
    ("brackets", "Mira Olsen (47) *said", "Mira Olsen"),
    ("brackets and a place", "Mira Olsen (47) of Brel *said", "Mira Olsen"),
    ("one of them by name", "One of those firms, Halden Optics, *said", "Halden Optics"),
    ("noun that ends like an adverb", "the victim’s family *said", "the victim’s family"),
    ("somebody's spokesman", "Mira Olsen’s spokesman *said", "Mira Olsen’s spokesman"),
    ("conjunction", "Mira Olsen left and *said", "shared"),
    ("infinitive", "Mira Olsen went on to *say", "shared"),
    ("participle", "Mira Olsen left, *saying", "shared"),
    ("first person", "I *said", "I"),
    ("nothing before", "*said", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [c[1:] for c in BEFORE], ids=[c[0] for c in BEFORE])
def test_the_subject_stands_before_its_verb_and_its_appositions(text: str, expected: str | None) -> None:
    text, tokens, at = read(text)
    assert surface(text, subject_before(tokens, 0, at)) == expected


AFTER = [
    ("name", "*said Mira Olsen on Monday", "Mira Olsen"),
    ("name with a title", "*said Dr. Mira Olsen, who", "Dr. Mira Olsen"),
    ("office", "*said former trade minister Mira Olsen", "Mira Olsen"),
    ("role and name", "*said the head of the League, Mira Olsen, on", "Mira Olsen"),
    ("phrase", "*said a senior official in Brel", "a senior official"),
    ("phrase of somebody", "*said a spokesman for the port on Monday", "a spokesman for the port"),
    ("one of", "*said one of the traders", "one of the traders"),
    ("pronoun", "*said she on Monday", "she"),
    ("adverb between", "*said yesterday Mira Olsen", "Mira Olsen"),
    ("briefed on", "*said two officials briefed on the talks", "two officials briefed on the talks"),
    ("preposition", "*said in a letter", None),
    ("nothing behind", "*said", None),
]


@pytest.mark.parametrize(("text", "expected"), [c[1:] for c in AFTER], ids=[c[0] for c in AFTER])
def test_the_subject_of_an_inverted_cue_stands_behind_it(text: str, expected: str | None) -> None:
    text, tokens, at = read(text)
    assert surface(text, subject_after(tokens, at, len(tokens))) == expected


LEADING = [
    ("name", "Mira Olsen wants *a rule", "Mira Olsen"),
    ("pronoun", "But she also wants *a rule", "she"),
    ("after an opening", "In May, after the vote, Mira Olsen wants *a rule", "Mira Olsen"),
    ("after a clause", "When it rained, the head of the port criticised *it", "the head of the port"),
    ("after a participle", "Speaking in Brel, Mira Olsen called *it", "Mira Olsen"),
    ("phrase", "The Tessaly government banned *it", "The Tessaly government"),
    ("day", "On Monday, Quillon denied *it", "Quillon"),
    ("none", "In May *it", None),
]


@pytest.mark.parametrize(("text", "expected"), [c[1:] for c in LEADING], ids=[c[0] for c in LEADING])
def test_the_main_subject_stands_behind_the_opening(text: str, expected: str | None) -> None:
    text, tokens, at = read(text)
    assert surface(text, leading_subject(tokens, 0, at)) == expected


PHRASES = [
    ("Mira Olsen", "name", ("Mira", "Olsen"), ""),
    ("Ludovica dos Santos", "name", ("Ludovica", "dos", "Santos"), ""),
    ("chairman J. K. Olsen", "name", ("J", "K", "Olsen"), ""),
    ("the Traders’ League of Brel", "name", ("Traders’", "League", "of", "Brel"), ""),
    ("a spokesman for Halden Optics", "phrase", ("a", "spokesman", "for", "Halden", "Optics"), "spokesman"),
    ("a source close to the talks", "phrase", ("a", "source", "close", "to", "the", "talks"), "source"),
    ("the ministry", "phrase", ("the", "ministry"), "ministry"),
    ("also she", "pronoun", (), "she"),
]


@pytest.mark.parametrize(("text", "kind", "words", "head"), PHRASES)
def test_a_noun_phrase_is_a_name_a_pronoun_or_a_phrase(text: str, kind: str, words: tuple[str, ...], head: str) -> None:
    tokens = tokenize(text, 0, len(text))
    mention = parse_phrase(tokens, 0, len(tokens))
    assert mention is not None
    assert (mention.kind, tuple(word.strip(".") for word in mention.words), mention.head) == (kind, words, head)


@pytest.mark.parametrize("text", ["we", "also", "(", "there", "100"])
def test_what_names_nobody_is_no_mention(text: str) -> None:
    tokens = tokenize(text, 0, len(text))
    assert parse_phrase(tokens, 0, len(tokens)) is None
