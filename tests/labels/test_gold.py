"""Reading gold rows: what is accepted, and how each fault is named."""

import json
from dataclasses import replace

import pytest

from pipeline.errors import InputError, LabelError
from pipeline.labels.gold import CODER_TYPES, COLUMNS, KINDS, read_gold
from pipeline.records import LABELS

ROW = {
    "source": "harbour.txt",
    "sha256": "ab" * 32,
    "start": 10,
    "end": 24,
    "speaker": "Ilse Brandt",
    "kind": "statement",
    "target": "Norvane in 5G networks",
    "label": "neutral",
    "ambiguous": True,
    "coder": "first",
    "coder_type": "human",
    "codebook": "1",
}
TERM = {**ROW, "kind": "term", "label": None, "target": None, "speaker": None}


def write_jsonl(folder, *rows):
    path = folder / "gold.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_row_is_read_with_its_place(tmp_path):
    path = write_jsonl(tmp_path, TERM, ROW)
    gold = read_gold(path)[1]
    assert gold.where == f"{path}:2"
    assert {name: getattr(gold, name) for name in ROW} == ROW


def test_optional_columns_may_be_absent(tmp_path):
    row = {key: value for key, value in ROW.items() if key not in {"speaker", "ambiguous", "codebook"}}
    gold = read_gold(write_jsonl(tmp_path, row))[0]
    assert (gold.speaker, gold.ambiguous, gold.codebook) == (None, False, None)


def test_term_needs_neither_label_nor_target(tmp_path):
    gold = read_gold(write_jsonl(tmp_path, TERM))[0]
    assert (gold.kind, gold.label, gold.target) == ("term", None, "")


CODED = {"statement_id": "a1:16-21", "note": "dry", "time": "2032-03-01T08:30:00Z", "seconds": 12.5}


def test_id_note_time_and_seconds_may_come_along(tmp_path):
    plain, coded = read_gold(write_jsonl(tmp_path, {**ROW, **dict.fromkeys(CODED)}, {**ROW, **CODED}))
    assert [getattr(plain, name) for name in CODED] == [None] * 4
    assert {name: getattr(coded, name) for name in CODED} == CODED


@pytest.mark.parametrize(
    ("given", "utc"),
    [
        ("2032-03-01T10:30:00.25+02:00", "2032-03-01T08:30:00.250000Z"),
        ("2032-03-01T08:30:00", "2032-03-01T08:30:00Z"),
        ("2032-03-01", "2032-03-01T00:00:00Z"),
    ],
)
def test_times_are_kept_in_utc(tmp_path, given, utc):
    assert read_gold(write_jsonl(tmp_path, {**ROW, "time": given}))[0].time == utc


def test_a_row_that_is_written_reads_the_same(tmp_path):
    gold = read_gold(write_jsonl(tmp_path, {**ROW, **CODED}, TERM))
    again = read_gold(write_jsonl(tmp_path, *(row.as_row() for row in gold)))
    assert again == gold
    assert next(iter(gold[0].as_row())) == "statement_id"
    assert set(COLUMNS) < set(gold[0].as_row())


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("label", "pro", f"label 'pro' is not in the codebook; allowed: {', '.join(LABELS)}"),
        ("label", None, f"label None is not in the codebook; allowed: {', '.join(LABELS)}"),
        ("kind", "quote", f"kind 'quote' is not in the codebook; allowed: {', '.join(KINDS)}"),
        ("coder_type", "robot", f"coder_type 'robot' is not in the codebook; allowed: {', '.join(CODER_TYPES)}"),
        ("start", -1, "start is -1"),
        ("start", 1.5, "start is 1.5"),
        ("end", "x", "end is 'x'"),
        ("end", True, "end is True"),
        ("end", 10, "the span 10-10 is empty"),
        ("target", " ", "target is ' '"),
        ("source", None, "source is None"),
        ("coder", 3, "coder is 3"),
        ("speaker", ["Ilse Brandt"], "speaker is ['Ilse Brandt']"),
        ("ambiguous", "perhaps", "ambiguous is 'perhaps'"),
        ("time", "yesterday", "time is 'yesterday'; write it like 2032-"),
        ("time", "0001-01-01T00:00:00+14:00", "time is '0001"),
        ("seconds", "-1", "seconds is '-1'"),
        ("seconds", "nan", "seconds is 'nan'"),
        ("seconds", True, "seconds is True"),
        ("statement_id", 7, "statement_id is 7"),
    ],
)
def test_value_outside_the_codebook_names_file_line_value_and_what_is_allowed(tmp_path, column, value, said):
    path = write_jsonl(tmp_path, ROW, {**ROW, column: value})
    with pytest.raises(LabelError) as caught:
        read_gold(path)
    assert str(caught.value).startswith(f"{path}:2: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_column_is_named(tmp_path):
    path = write_jsonl(tmp_path, {key: value for key, value in ROW.items() if key != "label"})
    with pytest.raises(LabelError, match=r"gold\.jsonl:1: lacks label;"):
        read_gold(path)


CSV = """\
source,sha256,start,end,speaker,kind,target,label,ambiguous,coder,coder_type,codebook
harbour.txt,{sha},10,24,Ilse Brandt,statement,"Norvane, in 5G networks",neutral,true,first,human,1
harbour.txt,{sha},30,36,,term,,,,first,human,
"""


def test_csv_reads_like_jsonl(tmp_path):
    path = tmp_path / "gold.csv"
    path.write_text("\ufeff" + CSV.format(sha=ROW["sha256"]), encoding="utf-8")
    statement, term = read_gold(path)
    assert {name: getattr(statement, name) for name in ROW} == {**ROW, "target": "Norvane, in 5G networks"}
    assert (statement.where, term.where) == (f"{path}:2", f"{path}:3")
    assert (term.label, term.target, term.speaker, term.ambiguous) == (None, "", None, False)


def test_csv_as_a_spreadsheet_saves_it_reads_the_same(tmp_path):
    path = tmp_path / "gold.csv"
    text = CSV.format(sha=ROW["sha256"])
    path.write_text(text, encoding="utf-8")
    plain = read_gold(path)
    path.write_text("sep=;\n" + text.replace(",", ";"), encoding="utf-16")
    assert [replace(row, target=row.target.replace(";", ","), where="") for row in read_gold(path)] == [
        replace(row, where="") for row in plain
    ]


def test_gold_whose_encoding_would_be_guessed_is_refused(tmp_path):
    path = tmp_path / "gold.csv"
    path.write_text(CSV.format(sha="x").replace("Brandt", "Brändt"), encoding="cp1252")
    with pytest.raises(InputError, match=r"gold\.csv: is not UTF-8 .* save it as UTF-8"):
        read_gold(path)


def test_csv_row_with_too_many_cells_is_named(tmp_path):
    path = tmp_path / "gold.csv"
    path.write_text(CSV.format(sha="x").replace('"', ""), encoding="utf-8")
    with pytest.raises(InputError, match=r"gold\.csv:2: 13 cells where the header has 12"):
        read_gold(path)


def test_csv_row_with_too_few_cells_is_a_label_error(tmp_path):
    path = tmp_path / "gold.csv"
    path.write_text(CSV.splitlines()[0] + "\nharbour.txt,x,1,2\n", encoding="utf-8")
    with pytest.raises(LabelError, match=r"gold\.csv:2: lacks kind, target, label, coder, coder_type; finish"):
        read_gold(path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("gold.xlsx", "", "save it as .csv, .tsv or .jsonl"),
        ("gold.jsonl", "", "holds no annotation"),
        ("gold.jsonl", "{oops\n", r"gold\.jsonl:1: not valid JSON"),
        ("missing.jsonl", None, "no such gold file"),
    ],
)
def test_file_that_cannot_be_used_is_refused(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_gold(tmp_path / name)
