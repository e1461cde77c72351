"""Tables on disk: what is written is read again."""

import csv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.storage import read_table, schema_of, write_table

SCHEMA = schema_of(["text", "title", "start"])
TEXTS = st.text(min_size=1) | st.lists(st.sampled_from(["\r", "\n", "\r\n", '"', ",", "a"]), min_size=1).map("".join)


@pytest.fixture(scope="session")
def table(tmp_path_factory):
    return tmp_path_factory.mktemp("tables") / "table"


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.fixed_dictionaries({"text": TEXTS, "title": st.none() | TEXTS, "start": st.integers(0, 9)})))
@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_any_text_comes_back_from_a_table(table, ending, rows):
    path = table.with_suffix(ending)
    write_table(path, rows, SCHEMA)
    assert read_table(path) == rows


def test_only_rows_with_a_bare_carriage_return_are_quoted_throughout(tmp_path):
    path = tmp_path / "table.csv"
    write_table(path, [{"text": "a", "start": 1}, {"text": "b\rc", "title": "d", "start": 2}], SCHEMA)
    assert path.read_bytes() == b'text,title,start\na,,1\n"b\rc","d","2"\n'


@pytest.mark.parametrize("text", ["=1+1", "+1", "-so", "@SUM(A1)", "\t=1", "'=1", "'", "’tis", "a=b"])
def test_csv_holds_no_formulas_and_gives_every_text_back(tmp_path, text):
    path = tmp_path / "t.csv"
    write_table(path, [{"text": text}], schema_of(["text"]))
    assert not next(csv.reader(path.read_text(encoding="utf-8").splitlines()[1:]))[0].startswith(tuple("=+-@\t"))
    assert read_table(path) == [{"text": text}]
