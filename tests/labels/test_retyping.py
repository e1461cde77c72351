"""Quotations typed anew, and ends moved word by word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.labels.retyping import find_typed, moved

TEXT = (
    "“It will cost us,” Ruiz said. Nobody laughed.\n\n"
    "She called it “a détour without a map”. “It will cost us more than the road, won’t it?” she said; «so be it»."
)


def at(surface, nth=0):
    start = -1
    for _ in range(nth + 1):
        start = TEXT.index(surface, start + 1)
    return start, start + len(surface)


LAST = at("“It will cost us more than the road, won’t it?”")

TYPED = [
    ("It will cost us", at("“It will"), at("“It will cost us,”")),
    ("It will cost us", LAST, at("“It will cost us", 1)),
    ('"it will cost us, "', at("“It will"), at("“It will cost us,”")),
    ("a detour without a map", LAST, at("“a détour without a map”")),
    ("“A DÉTOUR without  a map.”", LAST, at("“a détour without a map”")),
    ("a map", LAST, at("a map”")),
    ("IT WILL COST US MORE than the road wont", LAST, None),
    ("It will cost us more ... won't it", at("Nobody"), LAST),
    ("It will cost us more … won't it?", at("Nobody"), LAST),
    ("so be it", at("Nobody"), at("«so be it»")),
    ("she said", at("“It will"), at("she said")),
    ("these words are not there", LAST, None),
    ("…", LAST, None),
    ("“”", LAST, None),
    ("", LAST, None),
]


@pytest.mark.parametrize(("typed", "near", "found"), TYPED)
def test_typed_words_are_found_near_the_old_span_with_the_marks_around_them(typed, near, found):
    assert find_typed(TEXT, typed, near) == found


MOVES = [
    ("“a détour without a map”", "start", -1, "it “a détour without a map”"),
    ("“a détour without a map”", "start", 1, "détour without a map”"),
    ("“a détour without a map”", "start", 99, "map”"),
    ("“a détour without a map”", "end", -1, "“a détour without a"),
    ("“a détour without a map”", "end", -99, "“a"),
    ("“a détour without a", "end", 1, "“a détour without a map”"),  # the full stop behind the mark stays outside
    ("“a détour without a map”", "end", 1, "“a détour without a map”. “It"),
    ("“It will cost us,”", "start", -1, "“It will cost us,”"),
    ("be it»", "end", 9, "be it»"),
    ("be it»", "start", -1, "«so be it»"),
    ("étour with", "start", -1, "“a détour with"),  # an end within a word is taken for the word's own
    ("étour with", "end", 1, "étour without a"),
]


@pytest.mark.parametrize(("before", "edge", "words", "after"), MOVES)
def test_an_end_is_moved_by_words(before, edge, words, after):
    start, end = moved(TEXT, at(before), edge, words)
    assert TEXT[start:end] == after


ANY = st.text(alphabet="ab é“”.,(\n 😀", min_size=1, max_size=40)


@given(ANY, st.data(), st.sampled_from(["start", "end"]), st.integers(-5, 5))
def test_a_moved_span_is_never_empty_and_lies_in_the_text(text, data, edge, words):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    low, high = moved(text, (start, end), edge, words)
    assert 0 <= low < high <= len(text)
    if text[start:end].strip():
        assert (high == end) if edge == "start" else (low == start)


@given(st.lists(st.text(alphabet="abcé", min_size=1, max_size=5), min_size=1, max_size=12), st.data())
def test_every_run_of_words_is_found_where_it_stands(words, data):
    text = " ".join(words)
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first + 1, len(words)))
    start = len(" ".join(words[:first])) + bool(first)
    span = (start, start + len(" ".join(words[first:last])))
    assert find_typed(text, text[slice(*span)].upper(), span) == span
