"""Codings from files: what a row says, what is left out and why, and that no order of rows matters."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.labels.agreement import MISSING
from pipeline.labels.coding_cells import article_of, unit_order
from pipeline.labels.coding_checks import settle
from pipeline.labels.coding_rows import Coding, by_unit, codes_of, read_codings

HEADER = "statement_id,coder,label,coder_type,target\n"
GOLD = {
    "source": "harbour.txt", "sha256": "ab" * 32, "start": 10, "end": 24, "kind": "statement", "target": "masts",
    "label": "neutral", "ambiguous": True, "coder": "first", "coder_type": "human",
}  # fmt: skip


def read(folder, *contents, endings="csv"):
    """Read files named a.csv, b.csv … that hold these contents."""
    paths = []
    for letter, content in zip("abc", contents, strict=False):
        paths.append(folder / f"{letter}.{endings}")
        paths[-1].write_text(content if isinstance(content, str) else "".join(json.dumps(r) + "\n" for r in content))
    return read_codings(paths)


def coding(where="a.csv:2", unit=("a:1-2", None), coder="ana", label="neutral", kind="human", **cells):
    return Coding(where, *unit, coder, kind, label, cells)


def reasons(settled):
    return sorted((reject.position, reject.reason) for reject in settled.rejects)


def test_a_row_is_a_coding_with_its_place(tmp_path):
    found = read(tmp_path, HEADER + "a:1-2, ana ,neutral,human,masts\n")
    assert found.codings == (
        Coding(f"{tmp_path}/a.csv:2", "a:1-2", "masts", "ana", "human", "neutral", found.codings[0].cells),
    )
    assert found.counts == {"rows": 1, "blank": 0, "terms": 0}


def test_a_gold_row_is_a_coding_of_its_span(tmp_path):
    term = {**GOLD, "kind": "term", "label": None, "target": None}
    found = read(tmp_path, [GOLD, term, {**GOLD, "statement_id": "q7"}], endings="jsonl")
    assert [row.unit for row in found.codings] == [
        ("harbour.txt:10-24", "masts"),
        ("q7", "masts"),
    ]
    assert found.counts == {"rows": 3, "blank": 0, "terms": 1}
    assert found.codings[0].text("ambiguous") == "True"


def test_a_span_of_an_article_is_a_statement(tmp_path):
    rows = read(tmp_path, "article_id,start,end,coder,label\nagg:7,10,24,ana,neutral\n").codings
    assert [row.statement_id for row in rows] == ["agg:7:10-24"]


def test_a_quote_id_is_a_statement_id(tmp_path):
    assert read(tmp_path, "quote_id;coder;label\na:1-2;ana;neutral\n").codings[0].statement_id == "a:1-2"


# A cell as typed, and the label that is meant.
MEANT = [
    ("neutral", "neutral"),
    (" Neutral ", "neutral"),
    ("“neutral”", "neutral"),
    ("PRO-RESTRICTION", "pro-restriction"),
    ("pro–restriction", "pro-restriction"),
    ("pro‑restriction", "pro-restriction"),
]


@pytest.mark.parametrize(("typed", "label"), MEANT)
def test_labels_are_read_as_meant(typed, label, tmp_path):
    assert read(tmp_path, HEADER + f"a:1-2,ana,{typed},,\n").codings[0].label == label


def test_curly_marks_around_cells_are_taken_off_and_told(tmp_path):
    found = read(tmp_path, HEADER + "“a:1-2”,“ana”,“neutral”,“human”,“masts”\na:3-4,ana,neutral,human,masts\n")
    assert found.codings[0] == replace(
        found.codings[1], where=f"{tmp_path}/a.csv:2", statement_id="a:1-2", cells=found.codings[0].cells
    )
    assert found.notes == (f"{tmp_path}/a.csv:2: curly marks around cells were taken off, in 1 row of a.csv",)


# A row, and the reject: its reason and a part of its message.
REJECTS = [
    ("a:1-2,ana,pro,human,", "unknown-label", "label 'pro' is not in the codebook; allowed: anti-restriction, neutral"),
    ("a:1-2,ana,neutral,robot,", "unknown-coder-type", "coder_type 'robot' is none; allowed: human, model, weak"),
    ("a:1-2,,neutral,human,", "no-coder", "names no coder; say who gave this label"),
    (",ana,neutral,human,", "no-statement", "names no statement; fill in statement_id"),
    ("a:1-2,ana", "half-written", "lacks label; finish or delete the line"),
]


@pytest.mark.parametrize(("row", "reason", "message"), REJECTS)
def test_a_row_that_is_no_coding_is_a_reject_with_its_line(row, reason, message, tmp_path):
    (reject,) = read(tmp_path, HEADER + "a:3-4,ana,neutral,,\n" + row + "\n").rejects
    assert (reject.position, reject.reason) == ("L3", reason)
    assert reject.message.startswith(f"{tmp_path}/a.csv:3: {message}")


def test_json_that_is_no_text_is_a_reject(tmp_path):
    rows = [GOLD, {**GOLD, "coder": ["ana"]}, {**GOLD, "start": -1}, {**GOLD, "start": True}]
    found = read(tmp_path, rows, endings="jsonl")
    assert [reject.reason for reject in found.rejects] == ["not-text", "no-statement", "not-text"]


def test_rows_without_a_label_are_not_coded_yet(tmp_path):
    found = read(tmp_path, HEADER + "a:1-2,,,,\na:3-4,ana,neutral,,\n")
    assert (len(found.codings), found.counts["blank"], found.rejects) == (1, 1, ())


# What the only file holds, and the line of the error.
NOTHING = [
    (HEADER, "a.csv: has no rows"),
    (HEADER + "a:1-2,ana,,,\n", "a.csv: no row has a label yet; fill in the column label"),
    (
        HEADER + "a:1-2,ana,pro,,\na:3-4,ana,yes,,\n",
        "allowed: anti-restriction, neutral, pro-restriction; not one of 2",
    ),
]


@pytest.mark.parametrize(("content", "line"), NOTHING)
def test_files_without_one_coding_are_an_error(content, line, tmp_path):
    with pytest.raises(InputError) as raised:
        read(tmp_path, content)
    assert line in str(raised.value)


def test_units_go_by_article_and_place():
    ids = ["b:2-9", "a:10-12", "loose", "a:9-11", "x:y:1-2"]
    assert sorted(ids, key=lambda name: unit_order((name, None))) == ["a:9-11", "a:10-12", "b:2-9", "loose", "x:y:1-2"]
    assert [article_of(name) for name in ids] == ["b", "a", "loose", "a", "x:y"]


def test_codes_have_a_row_a_unit_and_a_column_a_coder():
    rows = [
        coding(coder="ben", kind="model", label="pro-restriction"),
        coding(coder="ana", unit=("b", "masts"), label="anti-restriction"),
        coding(coder="ana"),
    ]
    data = codes_of(settle(rows).codings)
    assert (data.coders, data.types) == (("ana", "ben"), ("human", "model"))
    assert data.units == (("a:1-2", None), ("b", "masts"))
    assert data.codes.tolist() == [[1, 2], [0, MISSING]]
    assert (data.clusters, data.clustered) == (("a", "b"), True)


# Codings that contradict each other; places and reasons of the rejects; a part of the first message.
CONTRADICTIONS = {
    "two labels": (
        [coding("a:2"), coding("b:7", label="pro-restriction")],
        [("L2", "two-labels"), ("L7", "two-labels")],
        "a:2: ana says neutral here and pro-restriction at b:7; delete one",
    ),
    "a coder of two types": (
        [coding("a:2"), coding("b:7", unit=("b", None), kind="model"), coding("b:8", unit=("c", None), kind=None)],
        [("L2", "two-coder-types"), ("L7", "two-coder-types"), ("L8", "two-coder-types")],
        "a:2: ana is human at a:2 and model at b:7; a coder has one type: name the two apart",
    ),
    "two versions of a text": (
        [coding("a:2", sha256="ab" * 32), coding("b:7", coder="ben", sha256="cd" * 32), coding("b:8", coder="cy")],
        [("L2", "two-texts"), ("L7", "two-texts"), ("L8", "two-texts")],
        "a:2: a:1-2 was coded on two versions of its text (abababab at a:2 and cdcdcdcd at b:7); code one text",
    ),
    "which target": (
        [coding(unit=("s", "masts")), coding(unit=("s", "cranes"), coder="ben"), coding("b:7", unit=("s", None))],
        [("L7", "which-target")],
        "b:7: s has the targets cranes and masts; say which this label is for",
    ),
    "a changed mind": (
        [
            coding("a:2", time="2031-05-01T10:00:00Z"),
            coding("a:3", label="pro-restriction", time="2031-05-01T12:30:00"),
        ],
        [("L2", "superseded")],
        "a:2: ana changed neutral into pro-restriction at a:3",
    ),
    "a mind changed at no time": (
        [coding("a:2", time="2031-05-01T10:00:00Z"), coding("a:3", label="pro-restriction", time="later")],
        [("L2", "two-labels"), ("L3", "two-labels")],
        "a:2: ana says neutral here and pro-restriction at a:3; delete one",
    ),
}


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_codings_that_contradict_each_other_are_rejects(case):
    rows, rejects, message = CONTRADICTIONS[case]
    settled = settle(rows)
    assert reasons(settled) == rejects
    assert settled.rejects[0].message == message
    assert len(settled.codings) == len(rows) - len(rejects)


def test_the_same_label_twice_counts_once():
    settled = settle([coding("a:2"), coding("b:2"), coding("a:3", coder="ben")])
    assert ([row.coder for row in settled.codings], settled.repeated, settled.rejects) == (["ana", "ben"], 1, ())


def test_a_type_told_once_holds_for_all_rows_of_a_coder():
    settled = settle([coding(kind=None), coding(unit=("b", None)), coding(coder="ben", kind=None)])
    assert [(row.coder, row.coder_type) for row in settled.codings] == [
        ("ana", "human"), ("ben", None), ("ana", "human"),
    ]  # fmt: skip


def test_a_row_without_target_has_the_only_one_of_its_statement():
    settled = settle([coding(unit=("s", "masts")), coding(unit=("s", None), coder="ben"), coding(unit=("t", None))])
    assert list(by_unit(settled.codings)) == [("s", "masts"), ("t", None)]


def test_versions_of_one_coders_file_are_told_by_their_names():
    rows = [
        coding(f"{file}.csv:{line}", unit=(f"s{line}", None), label=label)
        for file, label in (("old", "neutral"), ("new", "pro-restriction"))
        for line in (2, 3)
    ]
    settled = settle(rows)
    assert len(settled.rejects) == 4
    assert settled.notes == (
        "ana has other labels in new.csv than in old.csv for 2 statements: if they are versions of one file, give the "
        "last alone; if two people, name them apart",
    )


def test_labels_by_different_codebooks_are_told():
    assert settle([coding(codebook="1"), coding(coder="ben", codebook=2)]).notes == (
        "labels by different codebooks are compared (1: ana; 2: ben)",
    )
    assert settle([coding(codebook="1"), coding(coder="ben")]).notes == ()


CODING = st.builds(
    coding,
    where=st.integers(2, 99).map(lambda line: f"a.csv:{line}"),
    unit=st.tuples(st.sampled_from(["s", "a:1-2", "a:10-12"]), st.sampled_from([None, "masts", "cranes"])),
    coder=st.sampled_from(["ana", "ben", "gpt"]),
    label=st.sampled_from(["neutral", "pro-restriction"]),
    kind=st.sampled_from([None, "human", "human", "model"]),
    sha256=st.sampled_from([None, None, "ab", "cd"]),
    time=st.sampled_from([None, "2031-05-01", "2031-05-02"]),
)


@given(st.lists(CODING, max_size=12), st.randoms(use_true_random=False))
def test_no_order_of_rows_matters_and_none_is_lost(rows, random):
    def told(settled):
        kept = [(row.unit, row.coder, row.coder_type, row.label) for row in settled.codings]
        return kept, reasons(settled), settled.repeated, sorted(settled.notes)

    settled = settle(rows)
    assert len(settled.codings) + len(settled.rejects) + settled.repeated == len(rows)
    assert len({(row.unit, row.coder) for row in settled.codings}) == len(settled.codings)
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert told(settle(shuffled)) == told(settled)
