"""Disagreements to decide, decisions read back, and both merged into one label a statement."""

import json

import pytest

from pipeline.errors import InputError
from pipeline.labels.adjudication import disagreement_list, disputed, merge
from pipeline.labels.coding_rows import Coding
from pipeline.labels.decisions import read_decisions

FIRST, SECOND, THIRD, FOURTH = (f"a:{n}-{n + 5}" for n in (0, 10, 20, 30))
MASTS = "Norvane in 5G networks"


def coding(statement_id, coder, label, coder_type="human", **cells):
    return Coding(f"{coder}.csv:2", statement_id, MASTS, coder, coder_type, label, cells)


# The first agreed, the second and third disputed, the fourth by one coder alone.
CODINGS = [
    coding(FIRST, "ana", "neutral"),
    coding(FIRST, "gpt", "neutral", "model"),
    coding(SECOND, "ana", "neutral", note="hedged"),
    coding(SECOND, "ben", "pro-restriction", text="“It is overdue,”", speaker="Mira Olsen"),
    coding(THIRD, "ana", "anti-restriction"),
    coding(THIRD, "ben", "anti-restriction"),
    coding(THIRD, "gpt", "pro-restriction", "model"),
    coding(FOURTH, "gpt", "pro-restriction", "model"),
]
ROW = {
    "statement_id": SECOND,
    "target": MASTS,
    "decision": "neutral",
    "adjudicator": "cleo",
    "adjudicator_type": "human",
}


def decide(tmp_path, *rows, codings=CODINGS):
    paths = []
    for number, row in enumerate(rows):
        paths.append(tmp_path / f"list{number}.jsonl")
        paths[-1].write_text(json.dumps(row))
    return read_decisions(paths, codings)


def made(decisions):
    return {unit[0]: (row.label, row.adjudicator, row.adjudicator_type) for unit, row in decisions.made.items()}


def test_the_list_has_what_coders_differ_on_and_who_said_what():
    rows = disagreement_list(disputed(CODINGS), {THIRD: {"text": "“Never,”", "context": "“Never,” she said."}})
    assert rows == [
        {
            "statement_id": SECOND, "target": MASTS, "text": "“It is overdue,”", "context": None,
            "speaker": "Mira Olsen", "codings": "ana: neutral (hedged); ben: pro-restriction", "note": None,
        },
        {
            "statement_id": THIRD, "target": MASTS, "text": "“Never,”", "context": "“Never,” she said.",
            "speaker": None, "note": None,
            "codings": "ana: anti-restriction; ben: anti-restriction; gpt: pro-restriction",
        },
    ]  # fmt: skip


def test_a_filled_row_is_a_decision_and_an_empty_one_is_none(tmp_path):
    found = decide(tmp_path, ROW, {**ROW, "statement_id": THIRD, "decision": "", "note": "ask again"})
    assert made(found) == {SECOND: ("neutral", "cleo", "human")}
    assert (found.notes, found.rejects) == ({(THIRD, MASTS): "ask again"}, ())


def test_an_adjudicators_type_is_told_once_or_known_from_the_codings(tmp_path):
    rows = [
        {**ROW, "adjudicator_type": ""},
        {**ROW, "statement_id": THIRD, "adjudicator": "cleo"},
    ]
    assert made(decide(tmp_path, *rows))[SECOND] == ("neutral", "cleo", "human")
    assert made(decide(tmp_path, {**ROW, "adjudicator": "gpt", "adjudicator_type": None}))[SECOND][2] == "model"


def test_the_only_target_of_a_statement_need_not_be_told(tmp_path):
    assert list(decide(tmp_path, {**ROW, "target": None}).made) == [(SECOND, MASTS)]


# What a row says instead, and the reject.
REJECTS = [
    ({"decision": "pro"}, "unknown-label", "decision 'pro' is not in the codebook"),
    ({"adjudicator": " "}, "no-adjudicator", "names no adjudicator; say who decided"),
    ({"adjudicator_type": None}, "no-adjudicator-type", "say in adjudicator_type whether cleo is human or model"),
    ({"adjudicator_type": "robot"}, "unknown-coder-type", "adjudicator_type 'robot' is none"),
    ({"adjudicator": "gpt"}, "two-coder-types", "gpt is human and model; one who decides has one type"),
    ({"statement_id": "b:0-5"}, "unknown-statement", "b:0-5 is in no file of codings"),
    ({"target": "cranes"}, "which-target", f"{SECOND} was not coded for the target 'cranes'; it was for {MASTS}"),
    ({"statement_id": FIRST, "decision": "pro-restriction"}, "not-disputed", "nobody disputes neutral here"),
]


@pytest.mark.parametrize(("change", "reason", "message"), REJECTS)
def test_a_row_that_is_no_decision_is_a_reject_with_its_line(change, reason, message, tmp_path):
    found = decide(tmp_path, {**ROW, **change})
    assert found.made == {}
    (reject,) = found.rejects
    assert reject.reason == reason
    assert reject.message.startswith(f"{tmp_path}/list0.jsonl:1: {message}")


def test_of_two_decisions_that_differ_neither_counts(tmp_path):
    found = decide(
        tmp_path, ROW, {**ROW, "decision": "pro-restriction", "adjudicator": "dana"}, {**ROW, "note": "sure"}
    )
    assert found.made == {}
    assert [reject.reason for reject in found.rejects] == ["two-labels"] * 3
    assert "list0.jsonl:1: neutral here and pro-restriction at" in found.rejects[0].message


def test_the_same_decision_twice_is_one(tmp_path):
    assert len(decide(tmp_path, ROW, ROW).made) == 1


def test_a_list_needs_its_columns(tmp_path):
    (tmp_path / "list.csv").write_text("statement_id,decision\n")
    with pytest.raises(InputError, match="no column adjudicator; it has statement_id, decision"):
        read_decisions([tmp_path / "list.csv"], CODINGS)


def test_labels_are_agreed_or_decided_and_the_rest_is_kept(tmp_path):
    merged = merge(CODINGS, decide(tmp_path, {**ROW, "note": "see the headline"}).made)
    told = [(row["statement_id"], row["label"], row["coder"], row["coder_type"], row["basis"]) for row in merged.rows]
    assert told == [
        (FIRST, "neutral", "ana", "human", "unanimous"),
        (SECOND, "neutral", "cleo", "human", "adjudicated"),
        (FOURTH, "pro-restriction", "gpt", "model", "single"),
    ]
    assert [row.get("note") for row in merged.rows] == [None, "see the headline", None]
    assert merged.rows[1]["codings"] == "ana: neutral (hedged); ben: pro-restriction"
    assert list(merged.undecided) == [(THIRD, MASTS)]
    assert merged.counts == {"unanimous": 1, "single": 1, "adjudicated": 1, "undecided": 1}


def test_an_agreed_label_names_all_coders_of_the_highest_type():
    group = [coding(FIRST, name, "neutral", kind) for name, kind in
             (("ana", "human"), ("ben", "human"), ("gpt", "model"), ("rule", "weak"), ("x", None))]  # fmt: skip
    (row,) = merge(group, {}).rows
    assert (row["coder"], row["coder_type"]) == ("ana, ben", "human")
    (row,) = merge(group[2:], {}).rows
    assert (row["coder"], row["coder_type"]) == ("gpt", "model")


# What coders say of ambiguity, and what the label says.
@pytest.mark.parametrize(
    ("flags", "merged"), [((True, False), True), (("no", "false"), False), ((None, "yes"), True), ((None, ""), None)]
)
def test_ambiguous_if_one_coder_says_so(flags, merged):
    group = [coding(FIRST, name, "neutral", ambiguous=flag) for name, flag in zip(("ana", "ben"), flags, strict=True)]
    assert merge(group, {}).rows[0]["ambiguous"] is merged


def test_gold_stays_gold():
    place = {"source": "a.txt", "sha256": "ab", "start": "0", "end": 5, "kind": "statement", "speaker": "Mira Olsen"}
    group = [coding(FIRST, "ana", "neutral"), coding(FIRST, "ben", "neutral", codebook="2", **place)]
    (row,) = merge(group, {}).rows
    assert {name: row[name] for name in place} == {**place, "start": 0}
    assert row["codebook"] == "2"
