"""Statements told from terms: names, titles, scare quotes and single neutral words."""

import pytest

from pipeline.quotes import find_quotes
from pipeline.quotes.terms import inner_words, is_clause
from pipeline.records import Article


def stated(text: str) -> dict[str, bool]:
    """Return for each quotation of a text whether it is a statement."""
    quotes = find_quotes(Article(article_id="a", text=text, source="test.txt"))
    return {quote.text: quote.is_statement for quote in quotes}


TERMS = [
    ("so-called", "The so-called “shop rule” passed on Monday."),
    ("known as", "The plan, known as “Clear Path”, passed on Monday."),
    ("dubbed", "The plan, dubbed “the long road”, passed on Monday."),
    ("the phrase", "The law uses the term “high-risk vendor” forty times."),
    ("title of a book", "She wrote the book “The Long Road to Brel” in May."),
    ("title of a report", "The report, “Shops and Rules in Tessaly”, came out in May."),
    ("title of a law", "The “Safe Routers and Networks Act” passed on Monday."),
    ("nickname", "Robert “Bo” Lund runs the port."),
    ("scare quote before a noun", "The “non-core” parts of the network stay."),
    ("name of a thing", "A robot called “Tilly” opened the door."),
    ("single neutral word", "The sign read “Exit” in red."),
    ("slogan", "Under the slogan “Shops First” they marched on Monday."),
    ("plural with an example", "Mira Olsen said the land would replace “hostile makers” such as Quillon."),
    ("definite subject", "Mira Olsen said that the “long friendship” between the two ports is a great help."),
    (
        "headline of a newspaper",
        "The Brel Courier leads with “Minister vows to scrap the port rule”, and so do others.",
    ),
    ("scripture", "Olsen opened the book. Isaiah 2:4 “they shall beat their swords into ploughshares, all of them”."),
    ("hashtag", "The hashtag “RoutersOut” spread on Monday."),
]


@pytest.mark.parametrize("text", [case[1] for case in TERMS], ids=[case[0] for case in TERMS])
def test_terms_are_no_statements_and_have_no_speaker(text: str) -> None:
    (quote,) = find_quotes(Article(article_id="a", text=text, source="test.txt"))
    assert not quote.is_statement
    assert (quote.speaker, quote.mention, quote.cue) == (None, None, None)


STATEMENTS = [
    ("speech", "“We shall see about it in court,” Mira Olsen said."),
    ("short speech", "“We will fight it,” Mira Olsen said."),
    ("three words", "“It will not,” Mira Olsen said."),
    ("fragment with a judgement", "Mira Olsen called the rule “deeply unfair”."),
    ("fragment with a verb", "Mira Olsen said the rule “will hurt shops”."),
    ("fragment of a claim", "Mira Olsen said the rule was “a blow to the truth”."),
    ("promise", "Mira Olsen vowed to fight “every such lie”."),
    ("fragment after a verb", "Mira Olsen said she would “unwind the worst mergers” like that of Quillon."),
    ("what a newspaper says", "The rule is dead, the Brel Courier said: “It was never a good one to begin with.”"),
    ("a clock, not a verse", "Mira Olsen said at 6:30: “They shall beat the worst of it, all of them, one day”."),
    ("question", "“Who needs it?” Mira Olsen asked."),
    ("long speech that nobody is said to say", "“Nobody here knows what the new rule means for any of us.”"),
    ("speech that names a title", "“I read The Long Road, and it is a fine book,” Mira Olsen said."),
]


@pytest.mark.parametrize("text", [case[1] for case in STATEMENTS], ids=[case[0] for case in STATEMENTS])
def test_what_a_speaker_claims_is_a_statement(text: str) -> None:
    assert list(stated(text).values()) == [True]


def test_terms_and_statements_stand_side_by_side() -> None:
    text = "Mira Olsen said the so-called “shop rule” was “a blow to the truth”. “We shall fight it,” she added."
    assert stated(text) == {"“shop rule”": False, "“a blow to the truth”": True, "“We shall fight it,”": True}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“We shall see,”", False),
        ("“We shall see it,”", True),
        ("“a blow to shops”", False),
        ("“that it is a blow”", True),
        ("“[The rule] is a blow”", True),
        ("“hard and unfair to all small shops of the land”", False),
        ("“hard and unfair to all small shops and is doomed”", True),
        ("“”", False),
    ],
)
def test_a_clause_has_four_words_and_a_sign_of_a_sentence(text: str, expected: bool) -> None:
    assert is_clause(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“non-core”", ["non-core"]),
        ("‘It isn’t 3.5 per cent, is it?’", ["It", "isn’t", "3.5", "per", "cent", "is", "it"]),
        ("“—”", []),
    ],
)
def test_words_of_a_quotation_leave_out_its_marks(text: str, expected: list[str]) -> None:
    assert inner_words(text) == expected
