"""Of what a coder said twice the newest counts."""

from dataclasses import replace

import pytest

from pipeline.labels.gold import Gold
from pipeline.labels.revisions import newest

ROW = Gold(
    where="ann.jsonl:1",
    source="a.txt",
    sha256="ab",
    start=1,
    end=9,
    kind="statement",
    target="Quillon",
    label="neutral",
    coder="ann",
    coder_type="human",
    statement_id="a:1-9",
    time="2032-03-01T08:30:00Z",
)
LATER, LATEST = "2032-03-01T08:31:00Z", "2032-03-01T10:32:00+02:00"
PRO = replace(ROW, label="pro-restriction", time=LATER)
LONGER = replace(PRO, end=12, statement_id="a:1-12", replaces="a:1-9")


CASES = {
    "one": ([ROW], [ROW]),
    "a later answer": ([ROW, PRO], [PRO]),
    "a later answer further up": ([PRO, ROW], [PRO]),
    "the line decides where the time does not": ([ROW, replace(PRO, time=ROW.time)], [replace(PRO, time=ROW.time)]),
    "times of other zones": ([replace(PRO, time=LATEST), replace(ROW, time=LATER)], [replace(PRO, time=LATEST)]),
    "no statement after all": ([ROW, replace(PRO, kind="term", label=None)], [replace(PRO, kind="term", label=None)]),
    "other coders": ([ROW, replace(PRO, coder="ben")], [ROW, replace(PRO, coder="ben")]),
    "other kinds of coder": ([ROW, replace(PRO, coder_type="model")], [ROW, replace(PRO, coder_type="model")]),
    "other targets": ([ROW, replace(PRO, target="Tessaly")], [ROW, replace(PRO, target="Tessaly")]),
    "other texts": ([ROW, replace(PRO, sha256="cd")], [ROW, replace(PRO, sha256="cd")]),
    "other spans": ([ROW, replace(PRO, end=12)], [ROW, replace(PRO, end=12)]),
    "without times": ([replace(ROW, time=None), replace(PRO, time=None)],) * 2,
    "one without a time": ([replace(ROW, time=None), PRO],) * 2,
    "a mended span": ([ROW, LONGER], [LONGER]),
    "a mended span of another coder": ([ROW, replace(LONGER, coder="ben")], [ROW, replace(LONGER, coder="ben")]),
    "a span mended back": (
        [ROW, LONGER, replace(ROW, time=LATEST, replaces="a:1-12")],
        [replace(ROW, time=LATEST, replaces="a:1-12")],
    ),
    "a span mended twice": (
        [ROW, LONGER, replace(LONGER, end=15, statement_id="a:1-15", replaces="a:1-9 a:1-12", time=LATEST)],
        [replace(LONGER, end=15, statement_id="a:1-15", replaces="a:1-9 a:1-12", time=LATEST)],
    ),
    "labelled again after the table was made anew": (
        [ROW, LONGER, replace(LONGER, label="neutral", replaces=None, time=LATEST)],
        [replace(LONGER, label="neutral", replaces=None, time=LATEST)],
    ),
    "nothing": ([], []),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_newest_answer_of_each_coder_counts(case):
    given, kept = CASES[case]
    assert newest(given) == kept
