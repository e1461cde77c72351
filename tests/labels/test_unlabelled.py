"""Which quotations no coder has looked at, and which of them may be trained on."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.labels.gold import Gold
from pipeline.labels.splits import check_leakage
from pipeline.labels.unlabelled import free_for_training, unlabelled
from pipeline.records import Article, Segment, Statement

RAW = "Menu\n“One,” she said. “Two,” she said. “Three,” she said. “Four,” she said."
TEXT = RAW.removeprefix("Menu\n")
CUT = len(RAW) - len(TEXT)
SHA = "5" * 64
ARTICLE = Article(
    "a1", TEXT, "one.txt", story_id="s1", raw_sha256=SHA, segments=(Segment(0, len(TEXT), CUT, len(RAW)),)
)


def quote(text, **changes):
    start = TEXT.index(text)
    row = {
        "quote_id": f"a1:{start + CUT}", "article_id": "a1", "story_id": "s1", "start": start, "end": start + len(text),
        "text": text, "kind": "direct", "is_statement": True, "context": f"{text} she said.", "target": "drones",
        "title": None, "speaker": "Ann Lee", "outlet": None, "published": None,
    }  # fmt: skip
    return row | changes


def gold(text, *, kind="statement", sha256=SHA, shift=0):
    start = RAW.index(text) + shift
    label = None if kind == "term" else "neutral"
    return Gold("g:1", "one.txt", sha256, start, start + len(text) - shift, kind, "drones", label, "me", "human")


def left(quotes, golds):
    found = unlabelled(quotes, golds, [ARTICLE])
    return [statement.text for statement in found.statements], found.left_out


QUOTES = [quote(text) for text in ("“One,”", "“Two,”", "“Three,”", "“Four,”")]


def test_what_gold_touches_is_looked_at_statement_or_term_with_marks_or_without():
    golds = [gold("“One,”"), gold("“Two,”", kind="term"), gold("“Three,”", shift=1)]
    assert left(QUOTES, golds) == (["“Four,”"], {"no-marks": 0, "no-target": 0})


def test_gold_of_another_text_of_that_source_touches_nothing():
    assert len(left(QUOTES, [gold("“One,”", sha256="6" * 64)])[0]) == 4


def test_what_has_no_target_or_no_marks_is_left_out_and_counted_and_terms_are_no_statements():
    quotes = [
        quote("“One,”", target=None),
        quote("“Two,”", kind="indirect"),
        quote("“Three,”", is_statement=False),
        quote("“Four,”", kind="mixed"),
    ]
    assert left(quotes, []) == (["“Four,”"], {"no-marks": 1, "no-target": 1})


def test_a_statement_is_the_row_in_the_codebooks_words():
    (statement,) = unlabelled([quote("“Four,”", kind="mixed")], [], [ARTICLE]).statements
    assert statement == Statement(
        quote("“Four,”")["quote_id"], "a1", "s1", "“Four,”", "“Four,” she said.", "", "drones", speaker="Ann Lee",
        kind="fragment",
    )  # fmt: skip


def statement(name, story, split=None):
    return Statement(name, f"article of {story}", story, f"“{name}”", "", "", "drones", split=split)


CODED = [statement("c0", "s0", "train"), statement("c1", "s1", "dev"), statement("c2", "s2", "test")]

# Story of each further statement, pairs of near-copies (0 to 2 are coded), and what is free.
CASES = [
    (["s0"], [], [0]),  # a story of train
    (["s1"], [], []),
    (["s2"], [], []),
    (["new"], [], [0]),  # a story that nobody has coded stands nowhere else
    (["new"], [(1, 3)], []),  # a near-copy of a statement of dev
    (["new"], [(0, 3)], []),  # of one of train: it has a label
    (["new", "new"], [(1, 3)], []),  # its story is one with dev then
    (["new", "other"], [(1, 3), (3, 4)], []),  # and so is a copy of the copy
    (["new", "other"], [(3, 4)], [0, 1]),
    (["s0", "s2", "new"], [(3, 5)], [0, 2]),
]


def test_what_leads_to_dev_or_test_is_not_trained_on():
    for stories, pairs, free in CASES:
        others = [statement(f"o{i}", story) for i, story in enumerate(stories)]
        found, left_out = free_for_training(CODED, others, pairs)
        assert found == free, (stories, pairs)
        assert len(found) + sum(left_out.values()) == len(others)


def test_the_reasons_are_told():
    others = [statement(f"o{i}", story) for i, story in enumerate(["s1", "s2", "new", "s0"])]
    assert free_for_training(CODED, others, [(0, 5)]) == ([3], {"held-out": 2, "copy-of-gold": 1})


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(["s0", "s1", "s2", "s3", "s4"]), max_size=8),
    st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10)), max_size=8),
)
def test_nothing_that_is_free_leaks(stories, drawn):
    others = [statement(f"o{i}", story) for i, story in enumerate(stories)]
    everything = [*CODED, *others]
    pairs = [(a, b) for a, b in drawn if a < b < len(everything) and not b < 3]
    free, left_out = free_for_training(CODED, others, pairs)
    kept = [0, 1, 2, *(index + 3 for index in free)]
    trained = [s if i < 3 else statement(s.statement_id, s.story_id, "train") for i, s in enumerate(everything)]
    place = {index: number for number, index in enumerate(kept)}
    check_leakage([trained[i] for i in kept], [(place[a], place[b]) for a, b in pairs if a in place and b in place])
    assert Counter(left_out).total() == len(others) - len(free)
