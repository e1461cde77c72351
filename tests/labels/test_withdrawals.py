"""Labels that their coder has withdrawn are not compared with those of others."""

import json

import pytest

from pipeline.labels.coding_checks import settle
from pipeline.labels.coding_rows import read_codings

EARLY, LATE = "2032-03-01T08:30:00.000Z", "2032-03-01T08:30:00.001Z"
ROW = {
    "statement_id": "a:1-9", "target": "Quillon", "kind": "statement", "label": "neutral", "coder": "ann",
    "coder_type": "human", "time": EARLY,
}  # fmt: skip
BEN = ROW | {"coder": "ben"}
TERM = ROW | {"kind": "term", "label": None, "time": LATE}
LONGER = ROW | {"statement_id": "a:1-12", "replaces": "a:1-5 a:1-9", "time": LATE}

CASES = {
    "no statement after all": ([ROW, BEN, TERM], [("a:1-9", "ben")], ["ann called it no statement at {}:3"]),
    "a statement after all": ([TERM | {"time": EARLY}, ROW | {"time": LATE}], [("a:1-9", "ann")], []),
    "no statement for another target": ([ROW, TERM | {"target": "Tessaly"}], [("a:1-9", "ann")], []),
    "no statement to another coder": ([ROW, TERM | {"coder": "ben"}], [("a:1-9", "ann")], []),
    "a mended span": ([ROW, BEN, LONGER], [("a:1-9", "ben"), ("a:1-12", "ann")], ["ann put its span right at {}:3"]),
    "a span mended back": (
        [LONGER | {"time": EARLY}, ROW | {"time": LATE, "replaces": "a:1-12"}],
        [("a:1-9", "ann")],
        ["ann put its span right at {}:2"],
    ),
    "without times": ([ROW | {"time": None}, BEN, TERM], [("a:1-9", "ann"), ("a:1-9", "ben")], []),
    "times that are none": ([ROW, TERM | {"time": "later"}], [("a:1-9", "ann")], []),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_a_coder_has_withdrawn_is_a_reject_that_says_how(tmp_path, case):
    rows, kept, messages = CASES[case]
    path = tmp_path / "ann.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    read = read_codings([path])
    assert [(c.statement_id, c.coder) for c in settle(read.codings).codings] == kept
    assert [reject.reason for reject in read.rejects] == ["superseded"] * len(messages)
    for reject, message in zip(read.rejects, messages, strict=True):
        assert message.format(path) in reject.message


def test_what_is_withdrawn_in_another_file_counts_too(tmp_path):
    for name, row in (("a", ROW), ("b", TERM), ("c", BEN)):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    read = read_codings([tmp_path / f"{name}.jsonl" for name in "abc"])
    assert [c.coder for c in read.codings] == ["ben"]
