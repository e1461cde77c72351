"""What every classifier sees of a statement."""

import pandas as pd
import pytest

from pipeline.stance.base import column, strip_marks

OUTER = [
    ("“We oppose it,”", "We oppose it,"),
    ('"We oppose it"', "We oppose it"),
    ("'We oppose it.'", "We oppose it."),
    ("‘We oppose it’ ", "We oppose it"),
    ("„We oppose it“", "We oppose it"),
    ("« We oppose it »", "We oppose it"),
    ("\u00a0\u200b“ ‘We’ oppose it”\ufeff\n", "We’ oppose it"),
    ("''We oppose it''", "We oppose it"),
    ("「We oppose it」", "We oppose it"),
    ("We don’t “oppose” it.", "We don’t “oppose” it."),
    ("“”", ""),
    ("", ""),
]


@pytest.mark.parametrize(("quote", "expected"), OUTER)
def test_outer_marks_and_spaces_go_and_inner_ones_stay(quote, expected):
    assert strip_marks(quote) == expected


def test_only_the_text_column_loses_its_marks():
    table = {"text": ["“A”"], "context": ["“A” she said."]}
    assert column(table, "text") == ["A"]
    assert column(table, "context") == ["“A” she said."]


def test_nulls_and_missing_columns_read_as_empty():
    table = pd.DataFrame({"text": ["a", None, float("nan")], "context": [None, "c", pd.NA]})
    assert column(table, "text") == ["a", "", ""]
    assert column(table, "context") == ["", "c", ""]
    assert column(table, "title") == ["", "", ""]
