"""Tables as spreadsheets and people leave them, and the same rows in every form."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.labels.filled_tables import column_name, parse_sheet, read_sheet
from pipeline.labels.spreadsheets import write_sheet

NEEDED = (("statement_id", "coder", "label"), ("source", "start", "coder", "label"))
HEADER = "statement_id,coder,label,note\n"
ROWS = [
    {"statement_id": "a1:0-5", "coder": "ana", "label": "neutral", "note": "two, at least"},
    {"statement_id": "a1:6-9", "coder": "ána", "label": "pro-restriction", "note": ""},
]


def as_csv(delimiter=",", rows=ROWS):
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def as_jsonl(rows=ROWS):
    return "".join(json.dumps(row) + "\n" for row in rows)


def read(tmp_path, content, name="ana.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_sheet(path, NEEDED, "file of codings")


def lines(sheet):
    return [(int(row.where.rpartition(":")[2]), row.cells["statement_id"]) for row in sheet.rows]


def told(sheet):
    return [(reject.position, reject.reason) for reject in sheet.rejects]


FORMS = {
    "comma": (as_csv(), "ana.csv"),
    "semicolon": (as_csv(";"), "ana.csv"),
    "tab": (as_csv("\t"), "ana.tsv"),
    "tab in a csv": (as_csv("\t"), "ana.csv"),
    "bar": (as_csv("|"), "ana.txt"),
    "byte order mark": (as_csv().encode("utf-8-sig"), "ana.csv"),
    "excel's unicode text": (as_csv("\t").encode("utf-16"), "ana.txt"),
    "windows": (as_csv(";").encode("cp1252"), "ana.csv"),
    "line feeds": (as_csv().replace("\r\n", "\n"), "ana.csv"),
    "old mac": (as_csv().replace("\r\n", "\r"), "ana.csv"),
    "sep line": ("sep=;\n" + as_csv(";"), "ana.csv"),
    "sep line in marks": ('"SEP=;"\n' + as_csv(";"), "ana.csv"),
    "a rarer delimiter that a sep line names": ("sep=^\n" + as_csv("^"), "ana.csv"),
    "wide without a mark": (as_csv().encode("utf-16-le"), "ana.csv"),
    "empty lines": (as_csv().replace("\r\n", "\r\n\r\n"), "ana.csv"),
    "empty columns at the end": (as_csv().replace("\r\n", ",,\r\n"), "ana.csv"),
    "upper case": (as_csv(), "ANA.CSV"),
    "json lines": (as_jsonl(), "ana.jsonl"),
    "json lines with a mark": ("\ufeff" + as_jsonl(), "ana.ndjson"),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_rows(form, tmp_path):
    content, name = FORMS[form]
    sheet = read(tmp_path, content, name)
    assert [{key: row.cells[key] for key in ROWS[0]} for row in sheet.rows] == ROWS
    assert sheet.rejects == ()


def test_an_encoding_that_is_no_utf8_is_told(tmp_path):
    assert "is not UTF-8 and was read as Windows-1252" in read(tmp_path, *FORMS["windows"]).notes[0]
    assert read(tmp_path, *FORMS["comma"]).notes == ()


@pytest.mark.parametrize("name", ["Statement ID", " statement-id ", "“Statement_ID”", "\ufeffstatement id"])
def test_column_names_are_read_as_meant(name):
    assert column_name(name) == "statement_id"


def test_empty_cells_at_the_end_of_a_line_may_be_missing(tmp_path):
    sheet = read(tmp_path, HEADER + "a1:0-5,ana,neutral\n")
    assert dict(sheet.rows[0].cells) == {"statement_id": "a1:0-5", "coder": "ana", "label": "neutral"}


# Lines behind the header; lines that are rows, and the rejects.
BROKEN = {
    "half-written": ("a:1-2,ana,neutral\na:3-4,an", [2], [("L3", "half-written")]),
    "a comma unprotected": ("a:1-2,ana,neutral,one, two\na:3-4,ana,neutral", [3], [("L2", "broken-csv")]),
    "text behind a mark": ('a:1-2,ana,"neutral"ly\na:3-4,ana,neutral', [3], [("L2", "broken-csv")]),
    "a mark never closed": ('a:1-2,ana,"neutral\na:3-4,ana,neutral\na:5-6,ana,neutral', [3, 4], [("L2", "broken-csv")]),
    "a mark closed far below": (
        'a:1-2,ana,"neutral\na:3-4,ana,neutral\na:5-6,ana,neutral,"x"\na:7-8,ana,neutral',
        [3, 4, 5],
        [("L2", "broken-csv")],
    ),
    "a mark that swallows cells": (
        'a:1-2,"ana,neutral\na:3-4,ana,neutral,"\na:5-6,ana,neutral',
        [4],
        [("L2", "half-written"), ("L3", "broken-csv")],
    ),
    "a note of two lines": ('a:1-2,ana,neutral,"one\ntwo"\na:3-4,ana,neutral', [2, 4], []),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_line_is_a_reject_and_the_next_is_read(case, tmp_path):
    content, rows, rejects = BROKEN[case]
    sheet = read(tmp_path, HEADER + content)
    assert [line for line, _ in lines(sheet)] == rows
    assert told(sheet) == rejects
    for reject in sheet.rejects:
        assert reject.message.startswith(f"{tmp_path}/ana.csv:{reject.position[1:]}: ")
        assert reject.record == (HEADER + content).split("\n")[int(reject.position[1:]) - 1]


# Rows of several lines that are wrong as a whole: one reject with all of its lines, and the next row is read.
SPREAD = {
    "a cell too many": 'a:1-2,ana,neutral,"one\ntwo, or\nthree",x\n',
    "text behind a mark": 'a:1-2,ana,neutral,"one\ntwo" or three\n',
    "a cell of many commas": 'a:1-2,ana,"neutral\nor, so it seems, anti""","x"y\n',
}


@pytest.mark.parametrize("case", SPREAD)
def test_a_broken_row_of_several_lines_is_one_reject(case, tmp_path):
    sheet = read(tmp_path, HEADER + SPREAD[case] + "a:3-4,ana,neutral\n")
    assert told(sheet) == [("L2", "broken-csv")]
    assert sheet.rejects[0].record == SPREAD[case].rstrip("\n")
    assert [cells for _, cells in lines(sheet)] == ["a:3-4"]


MARKED_UP = st.lists(st.sampled_from(['"', ",", "\n", "\r\n", "a", " b", '""', '"\n', ',"', "a,b,c\n"]), max_size=40)


@given(MARKED_UP.map("".join))
def test_whatever_marks_stand_where_every_line_is_kept_once(text):
    sheet = parse_sheet(HEADER + text, "ana.csv", NEEDED)
    records = [row.record for row in sheet.rows] + [reject.record for reject in sheet.rejects]
    kept = [line for record in records for line in record.splitlines() if line.strip(' ,"')]
    assert sorted(kept) == sorted(line for line in text.splitlines() if line.strip(' ,"'))


def test_a_mark_left_open_in_every_line_costs_no_row_but_its_own(tmp_path):
    sheet = read(tmp_path, HEADER + 'a:1-2,ana,"neutral\n' * 5000 + "a:3-4,ana,neutral\n")
    assert (len(sheet.rows), len(sheet.rejects)) == (1, 5000)


def test_broken_json_lines_are_rejects(tmp_path):
    row = json.dumps(ROWS[0])
    sheet = read(tmp_path, f'{row}\n\n[1]\n{row[:20]}\n{{"coder": "ana"}}\n{row}\n', "ana.jsonl")
    assert [line for line, _ in lines(sheet)] == [1, 6]
    assert told(sheet) == [("L3", "broken-json"), ("L4", "broken-json"), ("L5", "half-written")]


def test_a_key_that_holds_null_is_there(tmp_path):
    sheet = read(tmp_path, json.dumps({**ROWS[0], "label": None}), "ana.jsonl")
    assert sheet.rows[0].cells["label"] is None


# What the file is, and the line of the error.
FAULTS = [
    (None, "ana.csv", "no such file of codings; check the path"),
    ("", "ana.csv", "is empty; name a file with a header and rows"),
    ("x", "ana.xlsx", "cannot tell the format of this file of codings; save it as .csv, .tsv or .jsonl"),
    (
        "id,label\n1,neutral\n",
        "ana.csv",
        "ana.csv:1: no column statement_id, coder; it has id, label; name",
    ),
    ("\nsource,start,label\n", "ana.csv", "ana.csv:2: no column coder; it has source, start, label"),
    ("statement_id,coder,label,Label\n", "ana.csv", "ana.csv:1: has two columns label; rename one"),
]


@pytest.mark.parametrize(("content", "name", "line"), FAULTS)
def test_a_file_that_cannot_be_read_is_an_error_of_one_line(content, name, line, tmp_path):
    with pytest.raises(InputError) as raised:
        read(tmp_path, content, name) if content is not None else read_sheet(tmp_path / name, NEEDED, "file of codings")
    assert line in str(raised.value)


def test_a_workbook_by_another_name_is_no_sheet(tmp_path):
    with pytest.raises(InputError, match=r"ana\.csv: binary data, not text"):
        read(tmp_path, b"PK\x03\x04" + bytes(range(256)) * 9)


def test_a_cell_may_be_longer_than_the_csv_module_takes_by_itself(tmp_path):
    sheet = read(tmp_path, HEADER + "a:1-2,ana,neutral," + "x" * 200_000)
    assert len(sheet.rows[0].cells["note"]) == 200_000


def test_a_folder_is_no_sheet(tmp_path):
    (tmp_path / "ana.csv").mkdir()
    with pytest.raises(InputError, match="cannot read this file of codings"):
        read_sheet(tmp_path / "ana.csv", NEEDED, "file of codings")


CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n'=-"), max_size=20)
TABLE = st.lists(st.fixed_dictionaries({"statement_id": CELL, "coder": CELL, "label": CELL, "note": CELL}), max_size=6)


@given(TABLE, st.sampled_from(["out.csv", "out.jsonl"]))
def test_what_is_written_is_read_again(tmp_path_factory, rows, name):
    path = tmp_path_factory.getbasetemp() / name
    write_sheet(path, rows, ["statement_id", "coder", "label", "note"])
    sheet = read_sheet(path, NEEDED, "list")
    kept = rows if name == "out.jsonl" else [row for row in rows if any(cell.strip() for cell in row.values())]
    assert [dict(row.cells) for row in sheet.rows] == kept
    assert sheet.rejects == ()


def test_a_spreadsheet_is_told_the_encoding_and_given_no_formula(tmp_path):
    path = tmp_path / "todo.csv"
    write_sheet(path, [{"a": '=HYPERLINK("x")', "b": 1, "c": None}], ["a", "b", "c"])
    assert path.read_bytes() == '\ufeffa,b,c\r\n"\'=HYPERLINK(""x"")",1,\r\n'.encode()


@pytest.mark.parametrize("name", ["todo.xlsx", "todo"])
def test_a_table_is_written_in_a_form_that_is_known(name, tmp_path):
    with pytest.raises(InputError, match=r"end the name in \.csv or \.jsonl"):
        write_sheet(tmp_path / name, [], ["a"])
