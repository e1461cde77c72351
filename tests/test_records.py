"""The records: offsets to and from the source text, and the checks made where they are built."""

import pytest

from pipeline.records import Article, Prediction, Quote, Segment, Span, Statement
from pipeline.rows import QUOTE_COLUMNS, quote_row

# "A «é» B": the first two characters of the source were dropped, and e + accent became one character.
TEXT = "A “é” B"
SEGMENTS = (Segment(0, 3, 2, 5), Segment(3, 4, 5, 7), Segment(4, 7, 7, 10))
ARTICLE = Article(article_id="a1", text=TEXT, source="s.txt", title="T", segments=SEGMENTS)


@pytest.mark.parametrize(
    ("span", "raw"),
    [((0, 1), (2, 3)), ((2, 5), (4, 8)), ((3, 4), (5, 7)), ((0, 7), (2, 10))],
)
def test_a_span_maps_to_its_source(span, raw):
    assert ARTICLE.raw_span(*span) == raw


def test_a_page_has_no_raw_offsets():
    assert Article(article_id="a1", text=TEXT, source="s.html", has_raw=False, segments=SEGMENTS).raw_span(0, 1) is None


def test_regions_follow_the_segments():
    article = Article(
        "a1", "Title\n\nBody", "s.txt", segments=(Segment(0, 5, 0, 5, "headline"), Segment(7, 11, 6, 10, "body"))
    )
    assert [article.region(at) for at in (0, 4, 7, 10)] == ["headline", "headline", "body", "body"]


def quote(**changes):
    values = {
        "article_id": "a1", "start": 2, "end": 5, "text": "“é”", "kind": "direct", "is_statement": True,
        "utterance_id": "a1:4-8", "context": TEXT, "speaker": "A", "mention": Span(0, 1, "A"),
    }  # fmt: skip
    return Quote(**(values | changes))


def test_a_row_has_the_columns_in_order_with_twins_in_the_source():
    row = quote_row(ARTICLE, quote())
    assert tuple(row) == QUOTE_COLUMNS
    assert (row["quote_id"], row["raw_start"], row["raw_end"]) == ("a1:4-8", 4, 8)
    assert (row["speaker_start"], row["raw_speaker_start"], row["raw_speaker_end"]) == (0, 2, 3)
    assert (row["cue"], row["cue_start"], row["raw_cue_end"]) == (None, None, None)


def test_a_row_without_raw_offsets_is_named_by_the_cleaned_ones():
    page = Article(article_id="a1", text=TEXT, source="s.html", has_raw=False)
    row = quote_row(page, quote())
    assert (row["quote_id"], row["raw_start"], row["raw_speaker_start"]) == ("a1:2-5", None, None)


def test_a_quotation_that_stands_elsewhere_is_refused():
    with pytest.raises(ValueError, match="not at 1-4"):
        quote_row(ARTICLE, quote(start=1, end=4))


@pytest.mark.parametrize("changes", [{"text": "“éé”"}, {"text": "", "end": 2}])
def test_a_quotation_must_fit_its_span(changes):
    with pytest.raises(ValueError, match="does not fit"):
        quote(**changes)


def test_a_label_outside_the_codebook_is_refused():
    with pytest.raises(ValueError, match="'for'"):
        Statement("s1", "a1", "a1", "“x”", "x", "T", "drones", label="for")


def test_confidence_is_the_largest_probability():
    assert Prediction("r1", "neutral", (0.2, 0.5, 0.3)).confidence == 0.5
