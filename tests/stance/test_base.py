"""What every classifier sees of a statement."""

import pandas as pd
import pytest

from pipeline.stance.base import column, strip_marks
from pipeline.stance.names import NOBODY

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


SPOKEN = [
    ("Dana Lee", "“No,” Dana Lee said. Mr Lee left.", f"“No,” {NOBODY} said. Mr {NOBODY} left."),
    ("Ana Mae St. Clair", "Ana Mae St. Clair left.", f"{NOBODY} left."),
    ("Dana Lee", "Leeds, Lee-Ann and Danas met.", f"Leeds, {NOBODY}-Ann and Danas met."),
    ("D. Lee", "D. Lee said no, D! Lee did not.", f"{NOBODY} said no, D! {NOBODY} did not."),
    ("Éva de la Cruz", "Ms de la Cruz and Éva de la Cruz left.", f"Ms de la {NOBODY} and {NOBODY} left."),
    ("Human Rights Watch", "Human Rights Watch said", "Human Rights Watch said"),
    ("Bank of Norvane", "the Bank of Norvane said", "the Bank of Norvane said"),
    ("Trade Union of All Norvane Workers Together", "Together said", "Together said"),
    ("Huawei", "“No,” Huawei said.", "“No,” Huawei said."),
    ("a senior Lee aide", "“No,” a senior Lee aide said.", "“No,” a senior Lee aide said."),
    ("Dana ", "Dana said", "Dana said"),
    ("  ", "“No.”", "“No.”"),
    ("", "“No.”", "“No.”"),
    (None, "“No.”", "“No.”"),
]


@pytest.mark.parametrize(("speaker", "written", "read"), SPOKEN)
@pytest.mark.parametrize("name", ["text", "context", "title"])
def test_the_name_of_a_person_who_speaks_is_left_out(name, speaker, written, read):
    table = pd.DataFrame({"text": ["x"], "speaker": [speaker]}).assign(**{name: [written]})
    assert column(table, name) == [strip_marks(read) if name == "text" else read]


def test_the_target_and_the_speaker_themselves_are_as_they_are():
    table = {"text": ["x"], "target": ["Dana Lee's drones"], "speaker": ["Dana Lee"]}
    assert column(table, "target") == ["Dana Lee's drones"]
    assert column(table, "speaker") == ["Dana Lee"]
