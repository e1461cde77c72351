"""Where annotated words stand in an article that has changed."""

from collections import Counter
from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st
from town import article, rows_of

from pipeline.labels.refinding import ALIKE, found_again

WORDS = ("the", "mast", "is", "safe", "and", "road", "long", "so", "we", "will", "not", "take", "any", "down")
SAID = "Ana spoke. “No,” she said.\n\n"
TEXT = f"{SAID}“The mast is safe,” said Ben. “No,” he said. “The mast is not at all safe,” said Cas."


def place(text, quote, start=0):
    page = article(text=text)
    return found_again([page], rows_of(page), quote, start)


# The words annotated, where they stood, where they are found, and twice the words in common by the words of both.
FOUND = {
    "the same words": ("“The mast is safe,”", 0, "“The mast is safe,”", 1.0),
    "other marks and case": ('"the mast is safe"', 0, "“The mast is safe,”", 1.0),
    "without marks": ("The mast is safe", 0, "The mast is safe", 1.0),
    "of two the nearer, the first": ("“No,”", 14, "“No,”", 1.0),
    "a word more": ("“The mast is very safe,”", 0, "“The mast is safe,”", 8 / 9),
    "a word fewer": ("“The mast is really not at all safe,”", 0, "“The mast is not at all safe,”", 14 / 15),
    "another end": ("“The mast is not at all bad,”", 0, "“The mast is not at all safe,”", 12 / 14),
    "another order": ("“Safe is the mast,”", 0, "“The mast", 4 / 6),
    "other words": ("“A road is long,”", 0, None, None),
    "no words": ("“…”", 0, None, None),
}


@pytest.mark.parametrize("case", FOUND)
def test_the_place_most_alike_is_found(case):
    quote, start, text, likeness = FOUND[case]
    near = place(TEXT, quote, start)
    if text is None:
        assert near is None
    else:
        assert (near.text, near.likeness) == (text, pytest.approx(likeness, abs=1e-4))
        assert TEXT[near.start : near.end] == text


def test_of_two_places_alike_the_nearer_is_taken():
    first, second = TEXT.index("“No,”"), TEXT.rindex("“No,”")
    assert place(TEXT, "“No,”", first + 3).start == first
    assert place(TEXT, "“No,”", second - 3).start == second


def test_many_places_alike_do_not_hide_the_nearest():
    text = " ".join(f"“No,” she said on day {day}." for day in range(200))
    start = text.index("“No,” she said on day 150")
    assert place(text, "“No,”", start).start == start


@given(st.lists(st.sampled_from(WORDS), min_size=3, max_size=40), st.data())
def test_words_that_stand_there_are_always_found_whole(words, data):
    text = " ".join(words)
    first = data.draw(st.integers(0, len(words) - 1))
    quote = words[first : data.draw(st.integers(first + 1, len(words)))]
    near = place(text, " ".join(quote), len(" ".join(words[:first])))
    assert (near.text, near.likeness) == (" ".join(quote), 1.0)


@given(*[st.lists(st.sampled_from(WORDS), min_size=1, max_size=12)] * 2)
def test_what_is_found_is_as_alike_as_is_told(words, quote):
    near = place(" ".join(words), " ".join(quote))
    if near is None:
        assert SequenceMatcher(None, quote, words, autojunk=False).ratio() < ALIKE
    else:
        assert near.likeness >= ALIKE
        common = near.likeness * (len(quote) + len(near.text.split())) / 2
        assert sum((Counter(quote) & Counter(near.text.split())).values()) >= common - 0.01
