"""Gold spans on the articles and quotations they belong to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputError, LabelError
from pipeline.files import sha256_text
from pipeline.labels.align import align
from pipeline.labels.gold import Gold
from pipeline.records import Article, Quote, Segment
from pipeline.rows import quote_row

RAW = "Share this page\n“It will cost us,” said Ana Ruiz. Nobody laughed.\n\nRuiz spoke of “a slow  road”. They left."
TEXT = "“It will cost us,” said Ana Ruiz. Nobody laughed.\n\nRuiz spoke of “a slow road”. They left."
FIRST, SECOND = "“It will cost us,”", "“a slow road”"


def segments():
    """The first line dropped, two spaces made one."""
    a, b = RAW.index("“It"), RAW.index("\n\nRuiz")
    c, d = RAW.index("Ruiz spoke"), RAW.index("  road")
    first = Segment(0, b - a, a, b)
    second = Segment(b - a + 2, b - a + 2 + d - c, c, d)
    space = Segment(second.end, second.end + 1, d, d + 2)
    return (first, second, space, Segment(space.end, len(TEXT), d + 2, len(RAW)))


def article(**changes):
    values = {
        "article_id": "a1",
        "text": TEXT,
        "source": "page.txt",
        "title": "Costs",
        "story_id": "s1",
        "raw_sha256": sha256_text(RAW),
        "segments": segments(),
    }
    return Article(**{**values, **changes})


def quote(page, surface):
    start = page.text.index(surface)
    made = Quote(page.article_id, start, start + len(surface), surface, "direct", True, "u", f"around {surface}")
    return quote_row(page, made)


def gold(surface, **changes):
    start = RAW.index(surface)
    values = {
        "where": "gold.jsonl:1",
        "source": "page.txt",
        "sha256": sha256_text(RAW),
        "start": start,
        "end": start + len(surface),
        "kind": "statement",
        "target": "Norvane",
        "label": "neutral",
        "coder": "first",
        "coder_type": "human",
        "speaker": "Ana Ruiz",
        "ambiguous": True,
    }
    return Gold(**{**values, **changes})


def test_the_segments_of_this_page_are_right():
    for segment in segments():
        if segment.end - segment.start == segment.raw_end - segment.raw_start:
            assert TEXT[segment.start : segment.end] == RAW[segment.raw_start : segment.raw_end]


def test_exact_match_takes_the_quotation_and_the_gold_label():
    page = article()
    row = quote(page, FIRST)
    alignment = align([gold(FIRST)], [row], [page])
    (statement,) = alignment.statements
    assert (statement.statement_id, statement.text, statement.context) == (row["quote_id"], FIRST, row["context"])
    assert (statement.label, statement.speaker, statement.target) == ("neutral", "Ana Ruiz", "Norvane")
    assert (statement.story_id, statement.title, statement.kind) == ("s1", "Costs", "statement")
    assert (statement.ambiguous, statement.coder, statement.coder_type) == (True, "first", "human")
    assert alignment.counts == {"gold": 1, "terms": 0, "repeated": 0, "found_exactly": 1, "found_by_extractor_only": 0}


@pytest.mark.parametrize("surface", ["It will cost us", "It will cost us,", "“It will cost us,” "])
def test_marks_spaces_and_punctuation_at_the_ends_do_not_matter(surface):
    page = article()
    alignment = align([gold(surface)], [quote(page, FIRST)], [page])
    assert alignment.statements[0].text == FIRST
    assert alignment.counts["found_but_for_marks"] == 1


def test_other_words_at_the_ends_do_matter():
    page = article()
    alignment = align([gold("will cost us")], [quote(page, FIRST)], [page])
    assert alignment.statements[0].text == "will cost us"
    assert alignment.counts["cut_from_article"] == 1
    assert alignment.counts["found_by_extractor_only"] == 1


def test_gold_that_the_extractor_missed_is_cut_from_the_article_through_raw_offsets():
    missed = gold("“a slow  road”")
    alignment = align([missed], [], [article()])
    (statement,) = alignment.statements
    assert statement.text == SECOND
    assert statement.context == article().text  # short enough to be read as a whole
    assert statement.statement_id == f"a1:{missed.start}-{missed.end}"
    assert alignment.counts["cut_from_article"] == 1


def test_cut_and_found_statements_have_the_same_id():
    page, span = article(), gold("“a slow  road”")
    cut, found = align([span], [], [page]), align([span], [quote(page, SECOND)], [page])
    assert cut.statements[0].statement_id == found.statements[0].statement_id


def test_gold_on_a_page_counts_in_the_extracted_text():
    page = article(has_raw=False, source="page.html")
    row = quote(page, FIRST)
    assert row["raw_start"] is None
    spans = [gold(FIRST, source="page.html"), gold("“a slow  road”", source="page.html")]
    alignment = align(spans, [row], [page])
    assert [s.text for s in alignment.statements] == [FIRST, SECOND]
    assert alignment.statements[0].statement_id == row["quote_id"]
    assert alignment.statements[1].statement_id == f"a1:{TEXT.index(SECOND)}-{TEXT.index(SECOND) + len(SECOND)}"


def test_digest_gives_the_span_to_the_article_that_holds_it():
    cut = RAW.index("\n\nRuiz")
    parts = segments()
    first = article(segments=parts[:1], text=TEXT[: parts[0].end])
    shift = parts[1].start
    moved = tuple(Segment(s.start - shift, s.end - shift, s.raw_start, s.raw_end) for s in parts[1:])
    second = article(article_id="a2", story_id="s2", segments=moved, text=TEXT[shift:])
    assert parts[0].raw_end == cut
    alignment = align([gold(FIRST), gold("“a slow  road”")], [], [first, second])
    assert [(s.article_id, s.story_id, s.text) for s in alignment.statements] == [
        ("a1", "s1", FIRST),
        ("a2", "s2", SECOND),
    ]


def test_terms_are_left_out_and_counted():
    page = article()
    alignment = align([gold(FIRST, kind="term"), gold(FIRST)], [quote(page, FIRST)], [page])
    assert len(alignment.statements) == 1
    assert alignment.counts["terms"] == 1


@pytest.mark.parametrize(
    ("span", "page", "reason"),
    [
        (gold(FIRST, source="other.txt"), article(), "no-article"),
        (gold("this page"), article(), "text-dropped"),
        (gold(FIRST, end=10_000), article(), "beyond-text"),
        (gold(FIRST, sha256="0" * 64), article(has_raw=False), "extracted-text-changed"),
    ],
)
def test_gold_without_a_place_is_kept_as_a_reject(span, page, reason):
    alignment = align([span], [], [page])
    assert alignment.statements == ()
    (reject,) = alignment.rejects
    assert (reject.reason, reject.file, reject.position) == (reason, "gold.jsonl", "L1")
    assert reject.record == f"{span.source} {span.start}-{span.end} neutral"


def test_text_that_changed_since_it_was_annotated_is_an_error():
    with pytest.raises(LabelError, match=r"^gold\.jsonl:1: page\.txt has changed since it was annotated"):
        align([gold(FIRST, sha256="0" * 64)], [], [article()])


def test_same_label_twice_counts_once():
    alignment = align([gold(FIRST), gold(FIRST, where="gold.jsonl:2", coder="second")], [], [article()])
    assert len(alignment.statements) == 1
    assert alignment.counts["repeated"] == 1


def test_two_labels_for_one_span_and_target_are_an_error_that_names_both():
    rows = [gold(FIRST), gold(FIRST, where="gold.jsonl:2", label="pro-restriction")]
    with pytest.raises(LabelError, match=r"^gold\.jsonl:2: pro-restriction contradicts neutral at gold\.jsonl:1;"):
        align(rows, [], [article()])


def test_one_span_may_have_a_label_for_each_target():
    rows = [gold(FIRST), gold(FIRST, target="Plover", label="pro-restriction")]
    statements = align(rows, [], [article()]).statements
    assert [(s.target, s.label) for s in statements] == [("Norvane", "neutral"), ("Plover", "pro-restriction")]


def test_quotation_without_its_article_is_refused():
    with pytest.raises(InputError, match="its article is not beside the quote table"):
        align([], [quote(article(), FIRST)], [])


@given(st.data())
def test_clean_span_undoes_raw_span_on_every_span_that_begins_and_ends_in_kept_text(data):
    page = article()
    kept = [i for i in range(len(TEXT)) if any(s.start <= i < s.end for s in page.segments)]
    start = data.draw(st.sampled_from(kept))
    end = data.draw(st.sampled_from([i for i in kept if i >= start])) + 1
    assert page.clean_span(*page.raw_span(start, end)) == (start, end)


def typed(surface, speaker, kind):
    return {**quote(article(), surface), "speaker": speaker, "speaker_type": kind}


# What the extractor found at the two quotations, who speaks in the gold of the first, and the type that this gives.
SPEAKERS = [
    ("ana ruiz", "Ana Ruiz", "person"),
    ("Bo Ek", "Ana Ruiz", None),
    ("Quillon", "Quillon", "organisation"),
    ("Ana Ruiz", None, "person"),
    (None, None, None),
]


@pytest.mark.parametrize(("found", "named", "kind"), SPEAKERS)
def test_the_type_is_that_of_the_name_anywhere_in_the_article(found, named, kind):
    types = {None: None, "Quillon": "organisation"}
    rows = [
        typed(SECOND, found, types.get(found, "person")),
        typed(FIRST, found if named is None else None, types.get(found, "person")),
    ]
    (statement,) = align([gold(FIRST, speaker=named)], rows, [article()]).statements
    assert statement.speaker_type == kind


def test_what_gold_calls_a_statement_leads_to_its_id():
    row = gold(FIRST, statement_id="a1:0-3")
    alignment = align([row], [quote(article(), FIRST)], [article()])
    (statement,) = alignment.statements
    assert alignment.names == {
        "a1:0-3": statement.statement_id,
        f"page.txt:{row.start}-{row.end}": statement.statement_id,
    }
