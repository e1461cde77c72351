"""Corrections read and applied: what fits, what does not, and what a corrected row says."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from town import COUNCIL, SAID, TARGET, TERM, article, rows_of

from pipeline.errors import InputError, LabelError
from pipeline.labels.corrected import correct, spans_in
from pipeline.labels.corrections import Correction, in_order, parse_correction, read_corrections
from pipeline.rows import QUOTE_COLUMNS
from pipeline.stages.correction import RULES

PAGE = article()
ROWS = rows_of(PAGE)
TIME = "2032-03-01T08:30:00Z"


def row_at(surface, rows=ROWS):
    (row,) = [row for row in rows if row["text"].startswith(surface)]
    return row


def place(row, page=PAGE):
    return spans_in(page).raw_span(row["start"], row["end"])


def span(surface, page=PAGE):
    """Return where a surface stands in the source text."""
    start = page.text.index(surface)
    return spans_in(page).raw_span(start, start + len(surface))


def correction(row, field, old, new, **changes):
    start, end = place(row)
    values = {
        "where": f"c.jsonl:{field}-{new}-{changes}", "quote_id": row["quote_id"], "source": PAGE.source,
        "sha256": PAGE.raw_sha256, "start": start, "end": end, "field": field, "old": old, "new": new, "coder": "ann",
        "coder_type": "human", "time": TIME,
    }  # fmt: skip
    return Correction(**values | changes)


def corrected(*given, page=PAGE, rows=ROWS):
    return correct(page, rows, in_order(given), RULES)


SECOND = row_at(SAID[1])
GIVEN = correction(SECOND, "speaker", "Jonas Veld", "Ada Brandt").as_row()


def test_a_correction_is_read_as_it_was_written(tmp_path):
    path = tmp_path / "c.jsonl"
    made = [correction(SECOND, "span", place(SECOND), (133, 140)), correction(SECOND, "speaker", "x", None)]
    path.write_text("".join(json.dumps(c.as_row()) + "\n" for c in made), encoding="utf-8")
    assert read_corrections([path]) == made
    assert [c.where for c in read_corrections([path])] == [f"{path}:1", f"{path}:2"]


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("quote_id", " ", "quote_id is ' '; it must be text"),
        ("source", None, "source is None; it must be text"),
        ("start", -1, "start is -1; it must be a whole number of characters from 0 on"),
        ("start", True, "start is True"),
        ("end", "9", "end is '9'"),
        ("end", 3, "the span 150-3 is empty"),
        ("field", "text", "field is 'text'; it must be one of speaker, span, is_statement"),
        ("old", 3, "old is 3; it must be a name, or null"),
        ("new", "", "new is ''; it must be a name, or null"),
        ("coder_type", "robot", "coder_type is 'robot'; it must be one of human, model, weak"),
        ("time", "yesterday", "time is 'yesterday'; it must be a moment like"),
        ("time", None, "time is None"),
    ],
)
def test_a_value_of_the_wrong_kind_names_file_line_and_value(column, value, said):
    with pytest.raises(LabelError) as caught:
        parse_correction(GIVEN | {column: value}, "c.jsonl:7")
    assert str(caught.value).startswith(f"c.jsonl:7: {said}")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("span", [4, 4], "new is [4, 4]; it must be two offsets"),
        ("span", [4], "new is [4]"),
        ("span", "4-9", "new is '4-9'"),
        ("is_statement", "false", "new is 'false'; it must be true or false"),
    ],
)
def test_values_are_those_of_the_field(field, value, said):
    old = {"span": [1, 2], "is_statement": True}[field]
    with pytest.raises(LabelError, match="c:1: ") as caught:
        parse_correction(GIVEN | {"field": field, "old": old, "new": value}, "c:1")
    assert said in str(caught.value)


def test_a_missing_column_and_a_missing_file_are_named(tmp_path):
    with pytest.raises(LabelError, match="c:1: lacks time, new; a correction has"):
        parse_correction({k: v for k, v in GIVEN.items() if k not in ("time", "new")}, "c:1")
    with pytest.raises(InputError, match="no such corrections file"):
        read_corrections([tmp_path / "absent.jsonl"])


def test_corrections_of_several_files_come_in_the_order_of_their_times(tmp_path):
    times = {"a": ["2032-03-01T08:30:00Z", "2032-03-01T08:31:00+02:00"], "b": ["2032-03-01T08:30:00.5Z"]}
    for name, moments in times.items():
        lines = [json.dumps(GIVEN | {"time": moment, "coder": f"{name}{n}"}) for n, moment in enumerate(moments)]
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
    assert [c.coder for c in read_corrections([tmp_path / "b", tmp_path / "a"])] == ["a1", "a0", "b0"]


def test_without_corrections_rows_stay_as_they_are():
    found = corrected()
    assert (found.rows, found.former, found.rejects, +found.counts) == (ROWS, [()] * len(ROWS), [], {})


def test_a_speaker_named_elsewhere_in_the_article_brings_what_is_said_of_them_there():
    found = corrected(correction(SECOND, "speaker", "Jonas Veld", "Mira Olsen"))
    row, olsen = row_at(SAID[1], found.rows), row_at(SAID[0])
    columns = ("speaker", "speaker_type", "speaker_role", "speaker_affiliation", "speaker_id")
    assert [row[c] for c in columns] == [olsen[c] for c in columns]
    assert (row["speaker_confidence"], row["speaker_mention"], row["raw_speaker_start"]) == (1.0, None, None)
    assert row["cue"] == SECOND["cue"]
    assert [r for r in found.rows if r is not row] == [r for r in ROWS if r is not SECOND]
    assert found.counts["applied"] == 1


@pytest.mark.parametrize(
    ("name", "speaker_id"),
    [("Ida Ferran", "ida-ferran"), ("Norvane", "norvane"), ("a senior official", None), (None, None)],
)
def test_of_a_new_speaker_little_is_known(name, speaker_id):
    row = row_at(SAID[1], corrected(correction(SECOND, "speaker", "Jonas Veld", name)).rows)
    assert (row["speaker"], row["speaker_id"], row["speaker_type"], row["speaker_role"]) == (
        name,
        speaker_id,
        None,
        None,
    )
    assert row["speaker_confidence"] == (1.0 if name else None)


def test_a_span_gets_a_new_id_and_all_that_goes_with_it():
    longer = "called it “a détour without a map”"
    found = corrected(correction(SECOND, "span", place(SECOND), span(longer)))
    row = row_at(longer, found.rows)
    a, b = span(longer)
    assert COUNCIL[a:b] == longer.replace("é", "e\u0301")
    assert row["quote_id"] == row["utterance_id"] == f"{PAGE.article_id}:{a}-{b}"
    assert (row["raw_start"], row["raw_end"], PAGE.text[row["start"] : row["end"]]) == (a, b, longer)
    assert (row["content_start"], row["content_end"]) == (row["start"], SECOND["content_end"])
    assert longer in row["context"]
    assert found.former[ROWS.index(SECOND)] == (SECOND["quote_id"],)
    assert set(row) == set(QUOTE_COLUMNS)


def test_the_clause_around_a_piece_stays_with_it():
    assert (SECOND["content_start"], SECOND["content_end"]) == (130, 166)
    row = row_at("“a détour", corrected(correction(SECOND, "span", place(SECOND), span("“a détour"))).rows)
    assert (row["content_start"], row["content_end"]) == (130, 166)
    whole = row_at(SAID[0])
    row = row_at("“The ban", corrected(correction(whole, "span", place(whole), span("“The ban"))).rows)
    assert (row["content_start"], row["content_end"]) == (row["start"], row["end"])


@pytest.mark.parametrize(
    ("surface", "kind"), [("“a détour", "mixed"), ("Jonas Veld called it “a détour without a map”", "direct")]
)
def test_a_span_decides_between_piece_and_clause(surface, kind):
    found = corrected(correction(SECOND, "span", place(SECOND), span(surface)))
    assert row_at(surface, found.rows)["kind"] == kind


def test_a_term_loses_what_only_statements_have_and_gets_it_back():
    no = correction(SECOND, "is_statement", True, False)
    row = row_at(SAID[1], corrected(no).rows)
    empty = [
        c for c in QUOTE_COLUMNS if c.startswith(("speaker", "raw_speaker", "cue", "raw_cue", "content", "raw_content"))
    ]
    assert {row[c] for c in empty} == {None}
    assert row["is_statement"] is False
    back = correction(SECOND, "is_statement", False, True, time="2032-03-02T08:30:00Z")
    assert row_at(SAID[1], corrected(no, back).rows) == SECOND


def test_a_statement_that_was_taken_for_a_term_has_its_own_span_for_content():
    term = row_at(TERM)
    row = row_at(TERM, corrected(correction(term, "is_statement", False, True)).rows)
    assert (row["is_statement"], row["content_start"], row["content_end"]) == (True, term["start"], term["end"])
    assert (row["raw_content_start"], row["raw_content_end"]) == place(term)


def test_corrections_of_several_fields_go_together_and_pieces_follow_their_utterance():
    first, second = row_at(SAID[0]), SECOND | {"utterance_id": row_at(SAID[0])["quote_id"]}
    shorter = "“The ban on Quillon routers"
    given = [
        correction(first, "span", place(first), span(shorter)),
        correction(first, "speaker", "Mira Olsen", "Ida Ferran"),
    ]
    rows = corrected(*given, rows=[first, second]).rows
    assert (rows[0]["speaker"], rows[0]["text"]) == ("Ida Ferran", shorter)
    assert rows[1]["utterance_id"] == rows[0]["quote_id"] != first["quote_id"]


def test_the_newest_of_one_field_holds_and_each_may_build_on_the_one_before():
    a = correction(SECOND, "speaker", "Jonas Veld", "Ada Brandt")
    b = correction(SECOND, "speaker", "Ada Brandt", "Ida Ferran", time="2032-03-02T08:30:00Z")
    c = correction(SECOND, "speaker", "Jonas Veld", "Mira Olsen", time="2032-03-03T08:30:00Z")
    for made, name in (((a, b), "Ida Ferran"), ((b, a), "Ida Ferran"), ((c, b, a), "Mira Olsen")):
        found = corrected(*made)
        assert row_at(SAID[1], found.rows)["speaker"] == name
        assert (found.rejects, found.counts["applied"], found.counts["conflicts"]) == ([], len(made), 0)


def test_a_span_corrected_twice_is_found_under_all_its_ids():
    one, two = span("“a détour without a"), span("“a détour")
    first = correction(SECOND, "span", place(SECOND), one)
    under_new = {"quote_id": f"{PAGE.article_id}:{one[0]}-{one[1]}", "start": one[0], "end": one[1]}
    second = correction(SECOND, "span", one, two, **under_new, time="2032-03-02T08:30:00Z")
    third = correction(SECOND, "speaker", "Jonas Veld", "Ada Brandt", **under_new, time="2032-03-02T08:31:00Z")
    found = corrected(first, second, third)
    row = found.rows[ROWS.index(SECOND)]
    assert (row["text"], row["speaker"], found.unplaced) == ("“a détour", "Ada Brandt", [])
    assert found.former[ROWS.index(SECOND)] == (SECOND["quote_id"], under_new["quote_id"])


def test_coders_who_differ_are_a_conflict_and_those_who_agree_are_not():
    a = correction(SECOND, "speaker", "Jonas Veld", "Ada Brandt")
    b = correction(SECOND, "speaker", "Jonas Veld", "Ida Ferran", coder="ben", time="2032-03-02T08:30:00Z")
    agreed = replace(b, new="Ada Brandt")
    assert (corrected(a, b).counts["conflicts"], row_at(SAID[1], corrected(a, b).rows)["speaker"]) == (1, "Ida Ferran")
    assert +corrected(a, agreed).counts == {"applied": 1, "known": 1}
    twice = [a, b, replace(a, new="Ida Ferran", time="2032-03-03T08:30:00Z")]
    assert corrected(*twice).counts["conflicts"] == 0, "the first has come round"


def test_what_the_row_says_already_is_known_and_no_reject():
    assert +corrected(correction(SECOND, "speaker", "Ada Brandt", "Jonas Veld")).counts == {"known": 1}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (correction(SECOND, "speaker", "Ada Brandt", "Ida Ferran"), "old-differs"),
        (correction(SECOND, "is_statement", False, True), None),
        (correction(SECOND, "span", (1, 2), span("“a détour")), "old-differs"),
        (correction(SECOND, "span", place(SECOND), (0, 5)), "no-such-span"),
        (correction(SECOND, "span", place(SECOND), (len(COUNCIL), len(COUNCIL) + 4)), "no-such-span"),
        (correction(SECOND, "span", place(SECOND), span(SAID[0])), "span-taken"),
    ],
)
def test_what_does_not_fit_is_a_reject_and_changes_nothing(given, reason):
    found = corrected(given)
    assert found.rows == ROWS
    assert [r.reason for r in found.rejects] == ([reason] if reason else [])
    if reason:
        (reject,) = found.rejects
        assert (reject.file, reject.position) == ("c.jsonl", f"L{given.where.partition(':')[2]}")
        assert reject.message.startswith(f"{given.field} of {SECOND['quote_id']}: ")


def test_a_quotation_that_is_not_there_is_left_to_the_caller():
    lost = correction(SECOND, "speaker", "Jonas Veld", "Ida Ferran", quote_id="x:1-2", start=1, end=2)
    assert corrected(lost).unplaced == [lost]


def test_a_quotation_is_found_by_its_place_where_its_id_has_changed():
    moved = correction(SECOND, "speaker", "Jonas Veld", "Ida Ferran", quote_id="other:150-175")
    assert row_at(SAID[1], corrected(moved).rows)["speaker"] == "Ida Ferran"


def test_all_rows_of_a_quotation_are_corrected():
    rows = [row | {"target": target} for row in ROWS for target in (TARGET, "other")]
    found = corrected(correction(SECOND, "speaker", "Jonas Veld", "Ida Ferran"), rows=rows)
    assert [r["target"] for r in found.rows if r["speaker"] == "Ida Ferran"] == [TARGET, "other"]
    assert found.counts["applied"] == 1


def test_pages_count_in_their_extracted_text():
    page = article(source="council.html")
    rows = rows_of(page)
    row = row_at(SAID[1], rows)
    assert (row["raw_start"], place(row, page)) == (None, (150, 175))
    given = correction(
        row,
        "span",
        (150, 175),
        span("“a détour", page),
        source="council.html",
        sha256=page.raw_sha256,
        start=150,
        end=175,
    )
    new = corrected(given, page=page, rows=rows).rows[1]
    assert (new["text"], new["raw_start"], new["quote_id"]) == (
        "“a détour",
        None,
        f"{page.article_id}:{new['start']}-{new['end']}",
    )


@given(st.data())
def test_offsets_hold_for_any_corrections(data):
    text = PAGE.text
    given = []
    for n in range(data.draw(st.integers(1, 6))):
        row = data.draw(st.sampled_from(ROWS))
        start = data.draw(st.integers(0, len(text) - 1))
        end = data.draw(st.integers(start + 1, len(text)))
        made = correction(row, "span", place(row), spans_in(PAGE).raw_span(start, end), where=f"c:{n}")
        given.append(made if data.draw(st.booleans()) else correction(row, "is_statement", True, False, where=f"c:{n}"))
    found = corrected(*given)
    assert len({row["quote_id"] for row in found.rows}) == len(ROWS)
    for row in found.rows:
        assert text[row["start"] : row["end"]] == row["text"]
        assert PAGE.raw_span(row["start"], row["end"]) == (row["raw_start"], row["raw_end"])
        assert row["quote_id"] == f"{PAGE.article_id}:{row['raw_start']}-{row['raw_end']}"
        if row["is_statement"]:
            assert row["content_start"] <= row["start"] < row["end"] <= row["content_end"]
            assert PAGE.raw_span(row["content_start"], row["content_end"]) == (
                row["raw_content_start"],
                row["raw_content_end"],
            )
        assert set(row) == set(QUOTE_COLUMNS)
    applied = found.counts["applied"] + found.counts["known"]
    assert applied + len(found.rejects) + len(found.unplaced) == len(given)
