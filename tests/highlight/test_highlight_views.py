"""What is shown of an article: quotations by number, speakers by letter, paragraphs by region."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.highlight import view
from pipeline.highlight.views import Voice, printable
from pipeline.records import Article, Quote
from pipeline.rows import quote_row


def test_quotations_are_numbered_in_the_order_of_the_text_and_terms_told_apart(example):
    assert [piece.label for piece in example.pieces] == ["1", "2A", "3B", "4B", "5B", "6A", "7t"]
    assert [piece.kind for piece in example.pieces] == [
        "direct", "direct", "mixed", "direct", "direct", "indirect", "term",
    ]  # fmt: skip


def test_the_order_of_the_rows_does_not_matter_and_a_second_target_makes_no_second_quotation(example):
    rows = [dict(piece.row) for piece in example.pieces]
    again = view(example.article, [*reversed(rows), *({**row, "target": "another"} for row in rows)])
    assert [(p.label, p.first, p.voice) for p in again.pieces] == [(p.label, p.first, p.voice) for p in example.pieces]
    assert again.paragraphs == example.paragraphs


def test_speakers_have_their_facts_and_all_their_quotations(example):
    assert example.voices == (
        Voice(0, "Ostrel", ("organisation",), (2, 6)),
        Voice(1, "Oru Baptista", ("person", "harbour commissioner", "Lindey"), (3, 4, 5)),
    )


def test_without_an_id_one_name_is_one_speaker(altered):
    assert [voice.name for voice in altered({"speaker_id": None, "speaker": "Ann Lee"}).voices] == ["Ann Lee"]
    assert altered({"speaker": None}).voices == ()


@pytest.mark.parametrize(("index", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (27, "AB"), (701, "ZZ"), (702, "AAA")])
def test_letters_go_on_behind_z(index, letter):
    assert Voice(index, "", (), ()).letter == letter


def test_pieces_of_one_utterance_name_its_first_piece(example):
    assert [piece.first for piece in example.pieces] == [None, None, None, 4, 4, None, None]


SUMMARIES = {
    1: "1: no speaker; direct; headline",
    2: "2: Ostrel, organisation; direct; cue “says”; confidence 0.60; caption",
    3: "3: Oru Baptista, person, harbour commissioner, Lindey; mixed; cue “said”; confidence 0.97",
    4: "4: Oru Baptista, person, harbour commissioner, Lindey; direct; cue “said”; confidence 0.97",
    5: "5: Oru Baptista, person, harbour commissioner, Lindey; direct; confidence 0.97; one utterance with 4",
    7: "7: no speaker; term",
}


@pytest.mark.parametrize(("number", "summary"), SUMMARIES.items())
def test_a_summary_tells_who_how_and_how_sure(example, number, summary):
    assert example.piece(number).summary == summary


def test_paragraphs_keep_their_region_and_their_text(example):
    assert [p.region for p in example.paragraphs] == ["headline", "caption", "body", "body", "body"]
    texts = ["".join(example.words(run) for run in p.runs) for p in example.paragraphs]
    assert "\n\n".join(texts) == example.text


def test_a_span_shared_by_two_quotations_is_one_mark(example):
    marks = {mark for p in example.paragraphs for run in p.runs for mark in run.marks}
    assert [
        mark.numbers for mark in marks if mark.part == "speaker" and example.text[mark.start :].startswith("she")
    ] == [(4, 5)]


def test_the_content_of_a_quotation_that_is_all_of_it_is_no_mark_of_its_own(example):
    row = dict(example.piece(1).row)
    alone = view(example.article, [row | {"content_start": row["start"], "content_end": row["end"]}])
    assert {mark.part for p in alone.paragraphs for run in p.runs for mark in run.marks} == {"quote"}


@pytest.mark.parametrize(
    ("title", "heading"), [("“Switch  them off,” Council told", 0), ("Something else", None), (None, None)]
)
def test_the_paragraph_that_repeats_the_title_is_the_heading(altered, title, heading):
    shown = altered(title=title)
    assert shown.heading == (None if heading is None else shown.paragraphs[heading])


def test_an_article_without_a_title_goes_by_its_source(altered):
    shown = altered(title=None, outlet=None, published=None)
    assert (shown.title, shown.origin) == ("news.jsonl#7", "")
    assert altered().origin == "Lindey Times, 2032-05-01, news.jsonl#7"


def test_a_span_outside_of_the_text_is_refused(altered):
    with pytest.raises(ValueError, match="ends behind a text"):
        altered({"cue_start": 5, "cue_end": 9999})


UNPRINTABLE = {
    "escape": ("\x1b[2Jgone", "\ufffd[2Jgone"),
    "nul, delete and a C1 control": ("a\0b\x7fc\x9bd", "a\ufffdb\ufffdc\ufffdd"),
    "carriage return": ("a\rb", "a\ufffdb"),
    "half a character": ("a\ud800b", "a\ufffdb"),
    "tab, newline and letters stay": ("a\tb\nç “é” 漢", "a\tb\nç “é” 漢"),
}


@pytest.mark.parametrize(("given_text", "shown"), UNPRINTABLE.values(), ids=UNPRINTABLE)
def test_nothing_steers_the_terminal_and_offsets_stay(given_text, shown):
    assert printable(given_text) == shown


TEXTS = st.text(st.sampled_from("ab “”‘’\n\x1b.\ud800"), min_size=1, max_size=60)


@given(TEXTS, st.data())
def test_any_quotations_of_any_text_are_shown_where_they_stand(text, data):
    article = Article("a", text, "a.txt")
    spans = data.draw(st.lists(st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text))), max_size=5))
    own = {(a, b) for a, b in spans if a < b}
    quotes = [Quote("a", a, b, text[a:b], "direct", True, "a:1", "") for a, b in own]
    shown = view(article, [quote_row(article, quote) for quote in quotes])
    covered = {
        (number, offset)
        for p in shown.paragraphs
        for run in p.runs
        for mark in run.marks
        for number in mark.numbers
        for offset in range(run.start, run.end)
    }
    expected = {(n, i) for n, piece in enumerate(shown.pieces, 1) for i in range(piece.row["start"], piece.row["end"])}
    in_paragraphs = {offset for p in shown.paragraphs for run in p.runs for offset in range(run.start, run.end)}
    assert covered == {(n, i) for n, i in expected if i in in_paragraphs}
    assert all(text[i].isspace() for i in range(len(text)) if i not in in_paragraphs)
