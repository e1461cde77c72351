"""The clause around quoted words: where it begins and ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.quotes import find_quotes
from pipeline.records import Article


def contents(text: str) -> list[str]:
    quotes = find_quotes(Article(article_id="a", text=text, source="test.txt"))
    return [quote.content.text for quote in quotes if quote.content is not None]


@pytest.mark.parametrize(
    ("text", "content"),
    [
        # The cue first.
        ("Mira Olsen said the plan was “a serious risk” to shops.", "the plan was “a serious risk” to shops"),
        ("Olsen said that the plan was “far too costly”.", "that the plan was “far too costly”"),
        ("Olsen told reporters in Tessaly that it was “far too slow”.", "that it was “far too slow”"),
        ("Olsen urged the ministry to “think again quickly” on masts.", "to “think again quickly” on masts"),
        ("Olsen said on Monday that it “cannot go on”.", "that it “cannot go on”"),
        ("Olsen said: “We shall see you all in court.”", "“We shall see you all in court.”"),
        ("Olsen called the order “a cruel joke” and left.", "the order “a cruel joke” and left"),
        # What reports anew has left the content.
        ("Olsen said it was “a poor deal”, adding that talks went on.", "it was “a poor deal”"),
        ("Olsen said it was “a poor deal,” according to two witnesses.", "it was “a poor deal,”"),
        ("Olsen said it was “a poor deal” and Lund said it was not.", "it was “a poor deal”"),
        ("Olsen said it was “a poor deal”, which surprised the hall.", "it was “a poor deal”"),
        # The content first.
        ("The plan is “a serious risk” to shops, Olsen said.", "The plan is “a serious risk” to shops"),
        ("But the plan is “a serious risk”, said Mira Olsen.", "the plan is “a serious risk”"),
        ("“We tried it twice,” spokeswoman Mira Olsen said.", "“We tried it twice,”"),
        # Without a cue in the sentence, the words alone.
        ("“We shall see you all in court,” Olsen said.", "“We shall see you all in court,”"),
    ],
)
def test_a_content_is_the_attributed_clause(text: str, content: str) -> None:
    assert contents(text) == [content]


def test_pieces_of_one_clause_share_their_content() -> None:
    first, second = contents("Olsen said the plan was “a serious risk” and “a poor deal” for shops.")
    assert first == second == "the plan was “a serious risk” and “a poor deal” for shops"


WORDS = st.sampled_from(
    [
        "Olsen",
        "said",
        "that",
        "the plan",
        "“a bad idea”",
        "“We go,”",
        ",",
        ".",
        ":",
        "and",
        "told",
        "reporters",
        "which",
    ]
)


@given(st.lists(WORDS, max_size=25))
def test_a_content_holds_its_quotation(words: list[str]) -> None:
    text = " ".join(words)
    for quote in find_quotes(Article(article_id="a", text=text, source="test.txt")):
        if quote.content is not None:
            assert quote.content.start <= quote.start < quote.end <= quote.content.end
            assert text[quote.content.start : quote.content.end] == quote.content.text
