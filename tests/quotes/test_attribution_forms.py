"""Rarer forms of attribution, from invented texts: signatures, own words, narrators, texts that speak."""

from __future__ import annotations

import pytest

from pipeline.quotes.spans import body_paragraphs, quotation_spans
from pipeline.quotes.speakers import Attribution, Attributor
from pipeline.records import Article

SHOPS = "“The rule will hurt small shops,”"
FULL = "“The rule will hurt small shops.”"
BLOW = "“a blow to the truth”"


def attributed(text: str) -> list[Attribution]:
    """Return the attribution of each quotation in a text."""
    article = Article(article_id="a", text=text, source="test.txt")
    paragraphs = body_paragraphs(article)
    return Attributor(text, paragraphs, quotation_spans(article, paragraphs)).run()


def names(text: str) -> list[str | None]:
    """Return the speaker of each quotation in a text."""
    return [found.speaker.name if found.speaker else None for found in attributed(text)]


FORMS = [
    ("as somebody put it", f"As Mira Olsen put it, {FULL}", ["Mira Olsen"]),
    ("in somebody's words", f"The rule was, in Mira Olsen’s words, {BLOW}.", ["Mira Olsen"]),
    ("in the words of somebody", f"The rule was, in the words of Mira Olsen, {BLOW}.", ["Mira Olsen"]),
    ("in her view", f"Mira Olsen spoke in Brel. The rule, in her view, was {BLOW}.", ["Mira Olsen"]),
    ("in a view behind", f"{BLOW.capitalize()} is what it was from the start, in Mira Olsen’s view.", ["Mira Olsen"]),
    ("her remark that", f"Mira Olsen is known for her remark that {FULL}", ["Mira Olsen"]),
    ("a promise in marks", "Mira Olsen’s “no shop left behind” promise came to nothing.", ["Mira Olsen"]),
    ("was quoted as saying", f"Mira Olsen was quoted as saying {FULL}", ["Mira Olsen"]),
    ("a newspaper that quotes", f"The Brel Times quoted Mira Olsen as saying {FULL}", ["Mira Olsen"]),
    ("dash", f"{FULL} — Commissioner Mira Olsen", ["Mira Olsen"]),
    ("dash and body", f"{FULL} - Mira Olsen, Halden Optics", ["Mira Olsen"]),
    ("signed below", f"{FULL}\n\n- Mira Olsen, Brel.\n\nThe rule comes in May.", ["Mira Olsen"]),
    ("label with a role", f"Mira Olsen, trader: {FULL}", ["Mira Olsen"]),
    ("label behind a dash", f"Prices will rise - Mira Olsen: {FULL}", ["Mira Olsen"]),
    (
        "label inside the marks",
        "Mira Olsen met Bo Lund.\n\n“OLSEN: The rule will hurt us. LUND: It will not.”",
        ["Mira Olsen"],
    ),
    ("from a report", f"From the report: {FULL}", ["the report"]),
    ("narrator", f"{SHOPS} I said.", ["I"]),
    ("who", f"The League chose Mira Olsen, who told us it was {BLOW}.", ["Mira Olsen"]),
    ("who, of a phrase", f"They sent an old trader who called it {BLOW}.", ["an old trader"]),
    ("verb of two words", f"Mira Olsen shot back: {FULL}", ["Mira Olsen"]),
    ("verb of two words behind", f"{SHOPS} Mira Olsen pointed out.", ["Mira Olsen"]),
    ("verb that looks like a noun", f"{SHOPS} Mira Olsen notes.", ["Mira Olsen"]),
    ("a statement reads", f"{SHOPS} the statement read.", ["the statement"]),
    ("comma forgotten", "“The rule will hurt small shops” Mira Olsen said.", ["Mira Olsen"]),
    ("per", f"Shops may stay open {BLOW}, per Mira Olsen.", ["Mira Olsen"]),
    ("asked by nobody", f"Mira Olsen was asked, {FULL}", [None]),
    ("asked by somebody", f"Mira Olsen was asked by Bo Lund, {FULL}", ["Bo Lund"]),
    ("past the time", f"Two days later, Mira Olsen called it {BLOW}.", ["Mira Olsen"]),
    ("past a place", f"Speaking in Salem, New Hampshire, Mira Olsen called it {BLOW}.", ["Mira Olsen"]),
    ("promised, not said", f"Mira Olsen said they would tell voters that it was {BLOW}.", ["Mira Olsen"]),
    ("in a clause that opens", f"While Mira Olsen called it {BLOW[:-1]},” Bo Lund said it was fine.", ["Mira Olsen"]),
    ("who asked not to be named", f"An official who asked not to be named said it was {BLOW}.", ["An official"]),
    ("footage of somebody", f"The clip shows footage of Mira Olsen saying, {FULL}", ["Mira Olsen"]),
    ("the answer leads on", f"Mira Olsen asked, “Why now?” Bo Lund wrote back, {FULL}", ["Mira Olsen", "Bo Lund"]),
    ("another of them", f"{SHOPS} added another Ohio Democrat.", ["another Ohio Democrat"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [c[1:] for c in FORMS], ids=[c[0] for c in FORMS])
def test_rarer_forms_name_their_speaker(text: str, expected: list[str | None]) -> None:
    assert names(text) == expected


def test_a_relative_pronoun_is_the_mention_and_its_antecedent_the_speakers() -> None:
    text = f"The League chose Mira Olsen, who told us it was {BLOW}."
    (found,) = attributed(text)
    assert found.mention is not None
    assert text[found.mention.start : found.mention.end] == "who"
    assert found.speaker is not None
    assert found.speaker.mention.words == ("Mira", "Olsen")


PRONOUNS = [
    (
        "gender told by another pronoun",
        "Aoki Brandvold came home; he was tired. Mary Olsen met Aoki Brandvold. "
        "“It is late,” she said. “It is not,” he said.",
        ["Mary Olsen", "Aoki Brandvold"],
    ),
    (
        "a name inside a quotation draws none",
        "Mary Olsen spoke. “Jane Lund is wrong,” she said. “She knows it,” she added.",
        ["Mary Olsen", "Mary Olsen"],
    ),
    (
        "the title tells namesakes",
        "Paul Olsen left. Mary Olsen stayed. “It is late,” said Mr Olsen. “It is not,” said Ms Olsen.",
        ["Paul Olsen", "Mary Olsen"],
    ),
    (
        "the main clause comes first",
        "When Mr Bo Lund announced the rule, Peter Olsen was torn. “It is late,” he said.",
        ["Peter Olsen"],
    ),
    (
        "a name that its surname shows",
        "Otieno Brandvold sells lamps in Brel. Brandvold said: “It is late.” “It will be dear,” he added.",
        ["Otieno Brandvold", "Otieno Brandvold"],
    ),
]


@pytest.mark.parametrize(("text", "expected"), [c[1:] for c in PRONOUNS], ids=[c[0] for c in PRONOUNS])
def test_pronouns_and_surnames_find_their_person(text: str, expected: list[str]) -> None:
    assert names(text) == expected
