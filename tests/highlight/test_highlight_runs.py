"""Spans that nest, touch and cross become flat runs of text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.highlight.runs import Mark, Run, runs

CONTENT, QUOTE = Mark(2, 9, "content", (1,)), Mark(4, 7, "quote", (1,))
SPEAKER, CUE = Mark(2, 9, "speaker", (2,)), Mark(8, 12, "cue", (1, 2))

CASES = {
    "no mark": (5, [], [], [Run(0, 5)]),
    "no text": (0, [], [], []),
    "nested": (9, [QUOTE, CONTENT], [], [
        Run(0, 2), Run(2, 4, (CONTENT,)), Run(4, 7, (CONTENT, QUOTE)), Run(7, 9, (CONTENT,)),
    ]),
    "crossing": (12, [CUE, CONTENT], [], [
        Run(0, 2), Run(2, 8, (CONTENT,)), Run(8, 9, (CONTENT, CUE)), Run(9, 12, (CUE,)),
    ]),
    "equal: what is said holds who says it": (9, [SPEAKER, CONTENT], [], [Run(0, 2), Run(2, 9, (CONTENT, SPEAKER))]),
    "touching": (7, [QUOTE, Mark(2, 4, "cue", (1,))], [], [
        Run(0, 2), Run(2, 4, (Mark(2, 4, "cue", (1,)),)), Run(4, 7, (QUOTE,)),
    ]),
    "cut where the text breaks": (8, [QUOTE], [0, 5, 6, 8], [
        Run(0, 4), Run(4, 5, (QUOTE,)), Run(5, 6, (QUOTE,)), Run(6, 7, (QUOTE,)), Run(7, 8),
    ]),
}  # fmt: skip


@pytest.mark.parametrize(("length", "marks", "cuts", "expected"), CASES.values(), ids=CASES)
def test_runs_of_spans(length, marks, cuts, expected):
    assert runs(length, marks, cuts) == expected


@pytest.mark.parametrize("span", [(3, 3), (4, 3), (-1, 2)])
def test_an_empty_span_is_refused(span):
    with pytest.raises(ValueError, match="is no span"):
        Mark(*span, "quote", (1,))


def test_a_span_behind_the_text_is_refused():
    with pytest.raises(ValueError, match="quote 4-7 ends behind a text of 6 characters"):
        runs(6, [QUOTE])


LENGTH = 40
SPANS = st.tuples(st.integers(0, LENGTH - 1), st.integers(1, LENGTH)).filter(lambda span: span[0] < span[1])
PARTS = st.sampled_from(["content", "quote", "speaker", "cue"])
MARKS = st.lists(
    st.builds(lambda span, part, number: Mark(*span, part, (number,)), SPANS, PARTS, st.integers(1, 9)),
    unique=True,
    max_size=15,
)


@given(MARKS, st.lists(st.integers(-2, LENGTH + 2), max_size=6))
def test_runs_cover_the_text_once_and_name_all_that_covers_them(marks, cuts):
    found = runs(LENGTH, marks, cuts)
    assert [offset for run in found for offset in range(run.start, run.end)] == list(range(LENGTH))
    for run in found:
        assert len(set(run.marks)) == len(run.marks)
        for offset in range(run.start, run.end):
            assert set(run.marks) == {mark for mark in marks if mark.start <= offset < mark.end}
    ends = {run.end for run in found}
    assert {offset for mark in marks for offset in (mark.start, mark.end)} - {0} <= ends
    assert ends <= {LENGTH, *cuts, *(mark.start for mark in marks), *(mark.end for mark in marks)}


@given(MARKS)
def test_a_mark_that_holds_another_stands_outside_of_it(marks):
    for run in runs(LENGTH, marks):
        for outer, inner in zip(run.marks, run.marks[1:], strict=False):
            assert (outer.start, -outer.end) <= (inner.start, -inner.end)


@given(MARKS, st.randoms())
def test_the_order_of_the_marks_does_not_matter(marks, random):
    shuffled = list(marks)
    random.shuffle(shuffled)
    assert runs(LENGTH, shuffled) == runs(LENGTH, marks)
