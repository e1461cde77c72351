"""Phrases in a text: said, denied, or not there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.labels.phrases import Found, Phrases, plain

LEXICON = Phrases("threats?", "dangerous", "(?:must|should) be banned")

# Text, how often said and denied.
TEXTS = [
    ("a threat", 1, 0),
    ("the threats of a dangerous firm", 2, 0),
    ("threatening", 0, 0),  # whole words
    ("not a threat", 0, 1),
    ("it isn't dangerous", 0, 1),
    ("it isn’t dangerous", 0, 1),
    ("there has never been any real threat", 0, 1),
    ("there is nothing that a sober person would call a threat", 1, 0),  # more than five words away
    ("they are not cheap, and they are a threat", 1, 0),  # a comma ends the clause
    ("it is not cheap but dangerous", 1, 0),  # and so does "but"
    ("not only dangerous", 1, 0),
    ("far from dangerous", 0, 1),
    ("no one is safe: this is a threat", 1, 0),
    ("a threat it is not", 1, 0),  # what stands behind is not looked at
    ("I do not think that it should be banned", 0, 1),
    ("THREAT", 1, 0),
    ("", 0, 0),
]


@pytest.mark.parametrize(("text", "said", "denied"), TEXTS)
def test_a_phrase_is_said_or_denied_by_the_words_of_its_clause(text, said, denied):
    assert LEXICON.found(plain(text)) == Found(said, denied)
    assert (plain(text) in LEXICON) == (said + denied > 0)


def test_plain_text_has_one_typography():
    assert plain("“It’s\n a  ‘Ban’”") == "\"it's a 'ban'\""


@given(st.text(alphabet="ab not,. threat’“ ", max_size=80))
def test_every_phrase_is_either_said_or_denied(text):
    found = LEXICON.found(plain(text))
    assert found.said + found.denied == len(LEXICON._pattern.findall(plain(text)))
