"""One quotation mark goes missing: what changes stays near it.

The property. Delete one mark, in paragraph k. The *run* of k is k, the paragraphs after it for as long as each begins
with a mark, and the paragraphs before it for as long as the one below begins with a mark (so the paragraph in which a
quotation of several paragraphs opens belongs to the run). Every quotation that touches no paragraph of the run is found
with and without the mark, and no other quotation outside the run is found.
"""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.quotes.marks import pair_marks

MARKS = "\"“”„«»‘’‚'`‹›「」"
EVERY = 12
"""Of the pool's articles every so many are tested."""
DELETIONS = 25
"""Marks deleted in each of them."""

Spans = list[tuple[int, int]]


def paragraphs_of(text: str) -> Spans:
    return [match.span() for match in re.finditer(r"[^\n]+", text)]


def run_of(text: str, paragraphs: Spans, number: int) -> tuple[int, int]:
    """Return the first and last paragraph of the run around one."""

    def begins_with_mark(index: int) -> bool:
        return text[slice(*paragraphs[index])].lstrip()[:1] in tuple(MARKS)

    low = high = number
    while low > 0 and begins_with_mark(low):
        low -= 1
    while high + 1 < len(paragraphs) and begins_with_mark(high + 1):
        high += 1
    return low, high


def outside(text: str, spans: Spans, low: int, high: int) -> list[tuple[int, str]]:
    """Return the quotations before ``low`` by their start, and those behind ``high`` by their distance from the end."""
    before = [(start, text[start:end]) for start, end in spans if end <= low]
    behind = [(start - len(text), text[start:end]) for start, end in spans if start >= high]
    return before + behind


def assert_deletion_stays_near(text: str, at: int) -> None:
    paragraphs = paragraphs_of(text)
    number = next(n for n, (start, end) in enumerate(paragraphs) if start <= at < end)
    first, last = run_of(text, paragraphs, number)
    low, high = paragraphs[first][0], paragraphs[last][1]
    less = text[:at] + text[at + 1 :]
    whole, faulty = pair_marks(text, paragraphs), pair_marks(less, paragraphs_of(less))
    assert outside(less, faulty, low, high - 1) == outside(text, whole, low, high), text[at - 30 : at + 30]


def marks_in(text: str) -> list[int]:
    return [at for at, character in enumerate(text) if character in MARKS]


def sample(shared: Path) -> Iterator[str]:
    path = shared / "data" / "news_articles.jsonl.gz"
    if not path.is_file():
        pytest.skip(f"{path} is not here; set QUOTESTANCE_SHARED to the folder that holds data/")
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        rows = (json.loads(line) for line in handle)
        texts = [row["text"] for row in rows if not row["reserved"]]
    yield from (text for text in texts[::EVERY] if len(text) < 12_000)


def test_a_mark_deleted_from_a_real_article_changes_nothing_elsewhere(shared: Path) -> None:
    tried = 0
    for text in sample(shared):
        marks = marks_in(text)
        for at in marks[:: max(1, len(marks) // DELETIONS)]:
            assert_deletion_stays_near(text, at)
            tried += 1
    assert tried > 500


def british(text: str) -> str:
    """Return a text with its double and single marks exchanged."""
    return text.translate(str.maketrans("“”‘", "‘’“"))


def test_a_mark_deleted_from_speech_in_single_marks_changes_nothing_elsewhere(shared: Path) -> None:
    for text in list(sample(shared))[::3]:
        single = british(text)
        marks = marks_in(single)
        for at in marks[:: max(1, len(marks) // DELETIONS)]:
            assert_deletion_stays_near(single, at)


INVENTED = [
    "Olsen said: “We wait.\n\n“It is dark.\n\n“Then we leave.”\n\nLund said: “We go now.\n\n“It is light,” he said.",
    "‘We wait,’ said Olsen.\n\nThe firms’ plan, she said, is ‘dead’.\n\n“No,” said Lund. ‘It’s “fine”,’ he said.",
    "“We wait,\n\nand then we leave,” Olsen said.\n\nLund: ‘Go.’\n\n“The sea is wide.”",
    "'We wait,' said Olsen.\n\n'Then we leave.\n\n'It's dark,' she said. The boys' view: \"no\".\n\nLund said 'yes'.",
]


@pytest.mark.parametrize("text", INVENTED)
def test_every_single_mark_may_go_missing(text: str) -> None:
    for at in marks_in(text):
        assert_deletion_stays_near(text, at)


SOUP = st.text(alphabet=st.sampled_from("aAs ,.\n\n“”\"‘’'«»`1"), max_size=60)


@settings(max_examples=400, deadline=None)
@given(SOUP, st.integers(min_value=0))
def test_a_mark_deleted_from_a_soup_of_marks_changes_nothing_elsewhere(text: str, number: int) -> None:
    marks = marks_in(text)
    if marks:
        assert_deletion_stays_near(text, marks[number % len(marks)])


@settings(max_examples=400, deadline=None)
@given(SOUP)
def test_spans_lie_in_the_text_in_order_and_never_overlap(text: str) -> None:
    spans = pair_marks(text, paragraphs_of(text))
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == pair_marks(text, paragraphs_of(text))
