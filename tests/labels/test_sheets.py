"""Sheets as CSV and JSON lines: out and back without loss, whatever the texts hold."""

import csv
import io
import json
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.labels import sheets
from pipeline.labels.filled_tables import DELIMITERS, parse_sheet
from pipeline.labels.gold import utc
from pipeline.labels.intake import Coders, settle
from pipeline.labels.places import Places
from pipeline.labels.sheets import COLUMNS, NEEDED, PREDICTED, codings_of, rows_of
from pipeline.labels.spreadsheets import csv_text
from pipeline.labels.units import make_units
from pipeline.records import LABELS


def as_csv(rows, delimiter=","):
    return csv_text(rows, COLUMNS, delimiter=delimiter)


def as_lines(rows):
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def taken(corpus, text, form="csv", coders=None, assumed="human"):
    # Through bytes, as a file goes.
    text = text.encode("utf-8").decode("utf-8-sig")
    codings = codings_of(parse_sheet(text, f"sheet.{form}", [NEEDED]), assumed=assumed)
    return settle(codings, Places(corpus.rows, corpus.articles), coders or Coders())


def as_coded(gold, corpus):
    """What an annotation is after it went out and came back."""
    number = next(n for n, row in enumerate(corpus.rows) if corpus.gold(n).start == gold.start)
    row = corpus.rows[number]
    return replace(gold, where="", statement_id=row["quote_id"], quote=row["text"], speaker=gold.speaker or "Ana Ruiz")


# Beginnings of formulas, marks, and line breaks of all kinds, more often than chance would have them.
STARTS = ["=1+1", "+1", "-1", "@a", "'=", "''=x", "\t=x", "\n=", "＝1", "\ufeff", "\x00"]
AWKWARD = st.sampled_from(
    [*STARTS, "\r", "a\rb", "\r\n", '"', '""', "'", ",", ";", "“x”", "\u2028", "\x85", "\x0b", " x "]
)
TEXTS = (st.text() | st.tuples(AWKWARD, st.text()).map("".join) | st.lists(AWKWARD).map("".join)).filter(str.strip)
GOLD = st.fixed_dictionaries(
    {
        "number": st.integers(0, 4),
        "coder": TEXTS,
        "target": TEXTS,
        "speaker": st.none() | TEXTS,
        "label": st.sampled_from(LABELS),
        "kind": st.sampled_from(["statement", "fragment", "term"]),
        "ambiguous": st.booleans(),
        "note": st.none() | TEXTS,
        "codebook": st.none() | st.sampled_from(["1", "1.2", "2032-01", "second draft"]),
        "time": st.none() | st.datetimes().map(datetime.isoformat).map(utc),
        "seconds": st.none() | st.floats(0, 1e6),
        "coder_type": st.sampled_from(["human", "model", "weak"]),
    }
)
MANY_GOLD = st.lists(GOLD, min_size=1, max_size=6, unique_by=lambda g: (g["number"], g["target"], g["coder"]))


@settings(max_examples=100, deadline=None)
@given(st.data())
@pytest.mark.parametrize("form", ["jsonl", ",", ";"])
def test_gold_goes_out_and_comes_back_the_same(corpus, form, data):
    gold = [corpus.gold(**annotation) for annotation in data.draw(MANY_GOLD)]
    made = make_units(corpus.rows, corpus.articles, gold=gold, terms=True)
    text = as_lines(rows_of(made.units)) if form == "jsonl" else as_csv(rows_of(made.units), form)
    settled = taken(corpus, text, "jsonl" if form == "jsonl" else "csv")
    assert settled.rejects == ()
    found = [replace(row, where="") for row in settled.gold]
    assert sorted(found, key=repr) == sorted((as_coded(row, corpus) for row in gold), key=repr)
    for row in settled.gold:
        spot = corpus.sources[row.source][row.start : row.end]
        assert " ".join(spot.split()) in next(a.text for a in corpus.articles if a.source == row.source)


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXTS | st.just(""), min_size=1, max_size=4), st.sampled_from(DELIMITERS))
def test_no_cell_is_a_formula_and_every_cell_comes_back(texts, delimiter):
    columns = ["statement_id", "label", *(f"c{n}" for n in range(len(texts)))]
    row = dict(zip(columns, ["a", "", *texts], strict=True))
    text = csv_text([row], columns, delimiter=delimiter)
    (header, cells) = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter)
    assert header == columns
    assert not any(cell.startswith(tuple("=+-@\t\r\n＝＋－＠")) for cell in cells)
    (found,) = parse_sheet(text, "sheet.csv", [NEEDED]).rows
    assert found.cells == row


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_whatever_stands_in_json_lines_is_a_row_or_a_reject(text):
    sheet = parse_sheet(text, "x.jsonl", [[]])
    lines = [line for line in text.removeprefix("\ufeff").replace("\r", "\n").split("\n") if line.strip()]
    assert len(sheet.rows) + len(sheet.rejects) == len(lines)
    assert all(isinstance(row.cells, dict) for row in sheet.rows)


def sheet(corpus, **options):
    return list(rows_of(make_units(corpus.rows, corpus.articles, **options).units))


def test_a_sheet_has_its_columns_and_what_a_coder_needs(corpus, expected):
    rows = sheet(corpus, terms=True)
    assert [tuple(row) for row in rows] == [COLUMNS] * 5
    assert [row["kind"] for row in rows] == expected.kinds
    assert [(row["start"], row["end"]) for row in rows] == expected.spans
    assert (rows[0]["quote"], rows[0]["speaker"], rows[0]["title"]) == ("“No,”", "Ana Ruiz", "Roads")
    assert {row[name] for row in rows for name in ("label", "note", "coder", "exported", "time")} == {None}
    assert rows[2]["context"].count("a slow road") == 1


def test_one_coders_speaker_is_not_put_into_the_others_row(corpus):
    gold = [corpus.gold(0, coder="ana"), corpus.gold(0, coder="ben", speaker="Ana R. Ruiz")]
    rows = sheet(corpus, gold=gold)
    assert [(row["coder"], row["speaker"]) for row in rows[:2]] == [("ana", "Ana Ruiz"), ("ben", "Ana R. Ruiz")]


def test_predictions_are_columns_where_asked_for(corpus):
    scored = [{**row, "stance": "neutral", "confidence": 0.5, "model": "m"} for row in corpus.rows]
    units = make_units(scored, corpus.articles, predictions=True).units
    row = next(iter(rows_of(units, predictions=True)))
    assert tuple(row) == (*COLUMNS, *PREDICTED)
    assert [row[name] for name in PREDICTED] == ["neutral", 0.5, "m"]
    assert row["label"] is None


def test_a_filled_sheet_becomes_gold(corpus, expected):
    rows = sheet(corpus)
    rows[0] |= {"label": "neutral", "note": "dry", "ambiguous": True}
    rows[1] |= {"kind": "term"}
    rows[3] |= {"label": "anti-restriction", "speaker": "Cmd", "coder": "ben", "coder_type": "model", "seconds": 2.5}
    for text, form in ((as_csv(rows), "csv"), (as_lines(rows), "jsonl")):
        settled = taken(corpus, text, form, Coders("ana", codebook="1"))
        first, term, last = settled.gold
        assert settled.counts["unlabelled"] == 1
        assert (first.statement_id, first.label, first.note, first.ambiguous) == ("a1:16-21", "neutral", "dry", True)
        assert (first.coder, first.coder_type, first.codebook, first.speaker) == ("ana", "human", "1", "Ana Ruiz")
        assert (term.statement_id, term.kind, term.label) == ("a1:37-42", "term", None)
        assert (last.coder, last.coder_type, last.speaker, last.seconds) == ("ben", "model", "Cmd", 2.5)
        assert (last.source, (last.start, last.end)) == ("page.html", expected.spans[4])
        assert (last.sha256, last.target) == (corpus.articles[1].raw_sha256, "Norvane in 5G networks")


def test_json_lines_do_not_pass_for_human_labels_by_themselves(corpus):
    rows = sheet(corpus)
    rows[0]["label"] = "neutral"
    settled = taken(corpus, as_lines(rows), "jsonl", Coders("ana"), assumed=None)
    assert [reject.reason for reject in settled.rejects] == ["no-coder-type"]
    assert "say so with --coder-type" in settled.rejects[0].message


@pytest.mark.parametrize(
    ("column", "value", "reason", "said"),
    [
        ("label", "pro", "bad-label", f"label 'pro' is not in the codebook; allowed: {', '.join(LABELS)}"),
        ("kind", "quote", "bad-value", "kind 'quote' is not in the codebook"),
        ("ambiguous", "perhaps", "bad-value", "ambiguous is 'perhaps'; write yes"),
        ("coder_type", "robot", "bad-value", "coder_type 'robot'"),
        ("seconds", "soon", "bad-value", "seconds is 'soon'"),
        ("seconds", -1, "bad-value", "seconds is"),
        ("start", "12.May", "turned-into-date", "start is '12.May', which a spreadsheet has made a date of"),
        ("start", "16.5", "turned-into-date", "start is '16.5'"),
        ("end", "21/11/2032", "turned-into-date", "end is '21/11/2032'"),
        ("codebook", "01. Feb", "turned-into-date", "codebook is '01. Feb'"),
        ("time", "23/11/2032 08:30", "turned-into-date", "time is '23/11/2032 08:30'"),
        ("note", "#NAME?", "formula", "note is '#NAME?', which a spreadsheet has made of a formula"),
        ("note", "Err:509", "formula", "write the text again"),
        ("statement_id", "", "no-statement-id", "names no statement_id"),
        ("statement_id", "b7:1-2", "unknown-statement", "statement_id 'b7:1-2' is not in the quote table"),
        ("sha256", "0" * 64, "other-version", "talk.txt is another version than in the quote table"),
        ("start", 17, "other-place", "stands at 17-21, but its statement_id at 16-21"),
        ("quote", "“a slow road”", "other-text", "were columns sorted apart"),
    ],
)
def test_a_value_that_cannot_be_used_names_file_line_value_and_what_to_do(corpus, column, value, reason, said):
    rows = sheet(corpus)
    rows[0] |= {"label": "neutral", column: value}
    rows[1] |= {"label": "neutral"}
    for form, text, line in (("csv", as_csv(rows), 2), ("jsonl", as_lines(rows), 1)):
        settled = taken(corpus, text, form, Coders("ana", coder_type="human"))
        (reject,) = settled.rejects
        assert reject.reason == reason
        assert reject.message.startswith(f"sheet.{form}:{line}: ")
        assert said in reject.message
        assert "\n" not in reject.message
        assert "“No,”" in reject.record or column == "quote"
        assert len(settled.gold) == 1


def test_a_changed_article_is_told_by_its_source_though_its_ids_are_new(corpus):
    row = sheet(corpus)[0] | {"label": "neutral", "statement_id": "old:16-21", "sha256": "0" * 64}
    (reject,) = taken(corpus, as_csv([row]), "csv", Coders("ana")).rejects
    assert reject.reason == "other-version"


@pytest.mark.parametrize(
    ("text", "reason"),
    [("{oops\n", "broken-json"), ('["a"]\n', "broken-json"), ('{"label": 3, "statement_id": "a1:16-21"}', "bad-value")],
)
def test_broken_lines_are_rejects_and_the_others_are_read(corpus, text, reason):
    row = sheet(corpus)[0] | {"label": "neutral"}
    settled = taken(corpus, as_lines([row]) + text, "jsonl", Coders("ana"))
    assert ([reject.reason for reject in settled.rejects], len(settled.gold)) == ([reason], 1)


def test_a_half_written_last_line_is_named(corpus):
    rows = [row | {"label": "neutral"} for row in sheet(corpus)]
    settled = taken(corpus, as_lines(rows)[:-90], "jsonl", Coders("ana"))
    (reject,) = settled.rejects
    assert len(settled.gold) == 3
    assert reject.position == "L4"
    assert "half-written" in reject.message
    assert reject.record.startswith('{"statement_id": "a2:13-26"')


def test_columns_of_sheets_are_told_once():
    assert len({*COLUMNS, *PREDICTED}) == len(COLUMNS) + len(PREDICTED)
    assert set(sheets.NEEDED) < set(COLUMNS)
