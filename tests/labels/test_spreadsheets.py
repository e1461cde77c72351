"""CSV as spreadsheets save it: other delimiters, encodings, marks and line breaks."""

import csv
import io

import pytest

from pipeline.errors import InputError
from pipeline.labels.filled_tables import parse_sheet
from pipeline.labels.intake import Coders, settle
from pipeline.labels.places import Places
from pipeline.labels.sheets import COLUMNS, NEEDED, codings_of, rows_of
from pipeline.labels.spreadsheets import csv_text
from pipeline.labels.units import make_units


@pytest.fixture(scope="module")
def rows(corpus):
    """Return a sheet that is filled."""
    found = list(rows_of(make_units(corpus.rows, corpus.articles).units))
    return [row | {"label": "neutral", "note": 'said, “dryly”\nand "twice"'} for row in found]


@pytest.fixture(scope="module")
def take(corpus):
    def taken(text):
        codings = codings_of(parse_sheet(text, "sheet.csv", [NEEDED]), assumed="human")
        return settle(codings, Places(corpus.rows, corpus.articles), Coders("ana"))

    return taken


def rewritten(rows, **options):
    """Return a sheet as another program writes it."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, **options)
    writer.writeheader()
    writer.writerows({name: "" if row[name] in (None, False) else row[name] for name in COLUMNS} for row in rows)
    return out.getvalue()


NOTE = 'said, “dryly”\nand "twice"'
SAVED = {
    "as it was written": lambda rows: csv_text(rows, COLUMNS),
    "without a byte order mark": lambda rows: csv_text(rows, COLUMNS).removeprefix("\ufeff"),
    "semicolons": lambda rows: rewritten(rows, delimiter=";"),
    "tabs, as Excel's Unicode text": lambda rows: rewritten(rows, delimiter="\t"),
    "bars": lambda rows: rewritten(rows, delimiter="|"),
    "every cell quoted": lambda rows: rewritten(rows, quoting=csv.QUOTE_ALL),
    "line feeds": lambda rows: rewritten(rows, lineterminator="\n"),
    "a hint of the delimiter": lambda rows: "sep=;\r\n" + rewritten(rows, delimiter=";"),
    "empty columns at the end": lambda rows: csv_text(rows, COLUMNS).replace(",21\r\n", ",21,,,\r\n"),
    "empty rows at the end": lambda rows: csv_text(rows, COLUMNS) + ",,,\r\n\r\n",
    "empty cells at the end left out": lambda rows: rewritten(
        [row | {"sha256": "", "start": "", "end": ""} for row in rows]
    ).replace(",,,\r\n", "\r\n"),
    "capitals and curly marks": lambda rows: rewritten([row | {"label": "“Neutral”"} for row in rows]),
    "header in capitals": lambda rows: csv_text(rows, COLUMNS).replace("statement_id,", "“Statement_ID”,", 1),
}  # fmt: skip


@pytest.mark.parametrize("how", SAVED)
def test_what_a_spreadsheet_saves_is_read(rows, take, how):
    settled = take(SAVED[how](rows))
    assert settled.rejects == ()
    assert [(gold.label, gold.note) for gold in settled.gold] == [("neutral", NOTE)] * 4


def test_old_line_ends_are_read(rows, take):
    plain = [row | {"note": "short", "context": ""} for row in rows]
    settled = take(rewritten(plain, lineterminator="\r"))
    assert (settled.rejects, len(settled.gold)) == ((), 4)


def test_marks_that_were_made_curly_or_changed_by_an_encoding_do_not_matter(rows, take):
    changed = [row | {"quote": row["quote"].replace("“", "?").replace("”", '"').replace(",", "")} for row in rows]
    assert take(csv_text(changed, COLUMNS)).rejects == ()


def test_a_lone_carriage_return_in_a_cell_is_quoted(rows, take):
    noted = [row | {"note": "one\rtwo"} for row in rows]
    text = csv_text(noted, COLUMNS)
    assert '"one\rtwo"' in text
    assert [gold.note for gold in take(text).gold] == ["one\rtwo"] * 4


def test_a_lone_carriage_return_outside_marks_is_named_and_the_other_rows_are_read(rows, take):
    text = csv_text([row | {"note": None} for row in rows], COLUMNS)
    settled = take(text.replace('"“No,”"', "No\r", 1))
    assert len(settled.gold) == 3
    assert (settled.rejects[0].reason, settled.rejects[0].message[:12]) == ("half-written", "sheet.csv:2:")
    assert settled.rejects[0].record == "a1:16-21,No"
    assert text.split('“No,”"', 1)[1].startswith(settled.rejects[1].record[:40])


BROKEN = {
    "marks made curly": lambda text: text.replace('"said, “dryly”', "“said, “dryly””", 1),
    "a mark in the middle": lambda text: text.replace('"said', '"sa"id', 1),
    "cells too many": lambda text: text.replace(",Norvane", ',x,"y",Norvane', 1),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_row_is_named_and_the_others_are_read(rows, take, how):
    settled = take(BROKEN[how](csv_text([row | {"note": "said, “dryly”"} for row in rows], COLUMNS)))
    assert [reject.reason for reject in settled.rejects] == ["broken-csv"]
    assert settled.rejects[0].message.startswith("sheet.csv:2: ")
    assert "straight" in settled.rejects[0].message
    assert settled.rejects[0].record.startswith("a1:16-21")
    assert len(settled.gold) == 3


def test_a_mark_that_is_never_closed_loses_nothing(rows, take):
    text = csv_text([row | {"note": None} for row in rows], COLUMNS)
    settled = take(text.replace(",Norvane in 5G", ',"Norvane in 5G', 1))
    assert settled.rejects[0].reason == "broken-csv"
    kept = settled.rejects[0].record + "".join(gold.statement_id for gold in settled.gold)
    assert all(row["statement_id"] in kept for row in rows)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "sheet.csv: is empty"),
        ("name,age\r\nAna,3\r\n", "sheet.csv:1: no column statement_id, label; it has name, age;"),
        ("“statement_id„label”\r\n", "no column statement_id, label; it has statement_id„label;"),
        ('"annotation_id","annotator","label","statement_id"\n1,1,x,y\n', "Label Studio's CSV"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_in_one_line(text, said):
    with pytest.raises(InputError) as caught:
        list(codings_of(parse_sheet(text, "sheet.csv", [NEEDED]), assumed="human"))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_truth_values_have_no_language(corpus, rows):
    text = csv_text([row | {"ambiguous": True} for row in rows], COLUMNS)
    assert "True" not in text
    assert text.count(",yes,") == 4


def test_line_numbers_count_lines_within_cells(rows):
    text = csv_text(rows, COLUMNS)
    found = [row.line for row in parse_sheet(text, "sheet.csv", [NEEDED]).rows]
    lines = io.StringIO(text, newline="").readlines()
    assert [lines[line - 1].split(",")[0] for line in found] == [row["statement_id"] for row in rows]
