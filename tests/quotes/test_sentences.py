"""Sentences of the reporter's text, and its tokens."""

import pytest

from pipeline.quotes.marks import pair_marks
from pipeline.quotes.sentences import sentence_spans, tokenize


def sentences(text: str) -> list[str]:
    """Return the sentences of a paragraph; whole quotations do not count."""
    return [text[a:b] for a, b in sentence_spans(text, 0, len(text), pair_marks(text, [(0, len(text))]))]


def words(text: str) -> list[str]:
    """Return the tokens of a paragraph; Q stands for a quotation."""
    tokens = tokenize(text, 0, len(text), pair_marks(text, [(0, len(text))]))
    return ["Q" if token.quote >= 0 else token.text for token in tokens]


ENDS = [
    ("full stops", ["The road is long.", "The sea is wide."]),
    ("question and exclamation", ["Is it long?", "It is!", "We go on."]),
    ("ellipsis", ["The road went on…", "The sea was wide."]),
    ("three points", ["The road went on...", "The sea was wide."]),
    ("figure begins", ["The road is long.", "40 trucks left."]),
    ("bracket closes", ["The road is long (very long.)", "The sea is wide."]),
    ("bracket opens", ["The road is long.", "(The sea is wide.)"]),
    ("quotation ends", ["Olsen said: “The road is long.”", "The sea is wide."]),
    ("quotation begins", ["The road is long.", "“The sea is wide,” said Olsen."]),
    ("question ends a quotation", ["Olsen asked: “Is it long?”", "The sea is wide."]),
    ("plan B", ["We have a plan B.", "The sea is wide."]),
    ("end in U.S.", ["He went to the U.S.", "The sea is wide."]),
    ("end in Inc.", ["They sold Quillon Inc.", "The sea is wide."]),
    ("not ASCII", ["Die Straße ist lang.", "Élan is wide."]),
]


@pytest.mark.parametrize("expected", [case[1] for case in ENDS], ids=[case[0] for case in ENDS])
def test_a_sentence_ends_where_a_reader_pauses(expected: list[str]) -> None:
    assert sentences(" ".join(expected)) == expected


WHOLE = [
    ("title", "Then Mr. Olsen met Dr. Lund and Sen. Silva."),
    ("initial", "Then J. Olsen met Maria K. Lund there."),
    ("country", "He told the U.S. Senate of it."),
    ("company inside", "They sold Quillon Inc. Ltd and left."),
    ("decimal", "It rose by 3.5 per cent to 1,200.75 crowns."),
    ("a.m.", "They met at 9 a.m. Monday at the port."),
    ("web address", "They read example.org and left."),
    ("lower case after a point", "They asked Quillon.io for it, etc. and so on."),
    ("sentences in a quotation", "Olsen said “the road is long. The sea is wide” and left."),
    ("question before the reporting clause", "“Is the road long?” Olsen asked."),
    ("shout before the reporting clause", "“It is long!” Ana Silva of the port council exclaimed."),
    ("number", "They sold unit No. 5 to him."),
]


@pytest.mark.parametrize("text", [case[1] for case in WHOLE], ids=[case[0] for case in WHOLE])
def test_a_point_that_ends_no_sentence_is_passed_over(text: str) -> None:
    assert sentences(text) == [text]


def test_spaces_between_sentences_belong_to_none() -> None:
    assert sentences("  The road is long.   The sea is wide. ") == ["The road is long.", "The sea is wide. "]


def test_a_text_without_full_stops_is_cut_outside_its_quotations() -> None:
    text = "and Olsen said “we shall see. Then we go” and she left and " * 200
    pieces = sentences(text)
    assert "".join(pieces).replace(" ", "") == text.replace(" ", "")
    assert 5 < len(pieces) < 40
    assert all(piece.count("“") == piece.count("”") for piece in pieces)


def test_a_long_quotation_does_not_cut_its_sentence() -> None:
    text = "Olsen said: “" + "The road is long. " * 200 + "The sea is wide,” and left."
    assert sentences(text) == [text]


TOKENS = [
    ("“We go,” Olsen said.", ["Q", "Olsen", "said", "."]),
    ("She said “we go” and “we stay”.", ["She", "said", "Q", "and", "Q", "."]),
    ("Ana Silva’s ex-deputy isn’t in.", ["Ana", "Silva", "’s", "ex-deputy", "isn", "’t", "in", "."]),
    (
        "J.K. Olsen of the U.S. paid $1,200.50 -- twice…",
        ["J.K.", "Olsen", "of", "the", "U.S.", "paid", "$1,200.50", "--", "twice", "…"],
    ),
    ("Mr. O’Hara (47), D’Arcy’s aide", ["Mr.", "O’Hara", "(", "47", ")", ",", "D’Arcy", "’s", "aide"]),
    ("Zoë Müller-Ødegård said: no", ["Zoë", "Müller-Ødegård", "said", ":", "no"]),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), TOKENS)
def test_a_quotation_is_one_token_among_words_and_marks(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_tokens_stand_in_the_text_and_know_their_quotation() -> None:
    text = "She said “we go” and “we stay”."
    quotes = pair_marks(text, [(0, len(text))])
    tokens = tokenize(text, 4, len(text), quotes, first=7)
    assert [text[t.start : t.end] for t in tokens] == ["said", "“we go”", "and", "“we stay”", "."]
    assert [token.quote for token in tokens] == [-1, 7, -1, 8, -1]
    assert [token.capital for token in tokenize("Ana said", 0, 8)] == [True, False]
