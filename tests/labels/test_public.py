"""Rows of public data sets as labelled statements."""

from dataclasses import replace

import pytest

from pipeline.labels.public import Polarity, PublicMap, public_statements

MAP = PublicMap(
    "claims",
    {"text": "argument", "claim": "topic", "label": "stance", "id": "key"},
    {"1": "pro-restriction", "-1": "anti-restriction", "0": "neutral", "2": None},
    [
        Polarity(r"we should (?:ban|prohibit) (.+?)\.?", r"\1"),
        Polarity(r"we should (?:legali[sz]e|allow) (.+?)\.?", r"\1", reverse=True),
        Polarity(r"drones do harm", "drones"),
    ],
)  # fmt: skip

READ = [
    ("We should ban whaling", 1, "whaling", "pro-restriction"),
    ("we should prohibit whaling.", -1, "whaling", "anti-restriction"),
    ("We should legalize fireworks", 1, "fireworks", "anti-restriction"),
    ("We should allow fireworks", "-1", "fireworks", "pro-restriction"),
    ("We should allow fireworks", 0, "fireworks", "neutral"),
    ("Drones do harm", 1.0, None, None),
    ("Drones do harm", "1", "drones", "pro-restriction"),
]


def row(topic="We should ban whaling", stance=1, argument="It is cruel", key="k"):
    return {"argument": argument, "topic": topic, "stance": stance, "key": key}


@pytest.mark.parametrize(("topic", "stance", "target", "label"), READ)
def test_a_claim_tells_the_target_and_turns_the_label(topic, stance, target, label):
    found = public_statements([row(topic, stance)], MAP, "claims.csv")
    if target is None:
        assert [reject.reason for reject in found.rejects] == ["unknown-label"], "1.0 is not 1: the map says how"
        return
    (statement,) = found.statements
    assert (statement.target, statement.label, statement.text) == (target, label, "It is cruel")
    assert (statement.coder, statement.coder_type, statement.statement_id) == ("claims", "human", "claims:k")


def test_what_the_maps_leave_out_is_counted():
    rows = [row(), row("Whales are large"), row(stance=2), row()]
    found = public_statements(rows, MAP, "claims.csv")
    assert len(found.statements) == 1
    assert found.counts == {"rows": 4, "left_out_label": 1, "left_out_claim": 1, "repeated": 1}


@pytest.mark.parametrize(
    ("change", "reason", "told"),
    [
        ({"argument": " "}, "missing-value", "column argument is missing or empty"),
        ({"topic": None}, "missing-value", "column topic"),
        ({"stance": "7"}, "unknown-label", "label '7' is not in the map of labels; there are: 1, -1, 0, 2"),
    ],
)
def test_a_row_that_cannot_be_read_is_kept_with_its_place(change, reason, told):
    found = public_statements([row(), row() | change], MAP, "claims.csv")
    (reject,) = found.rejects
    assert (reject.file, reject.position, reject.reason) == ("claims.csv", "row 2", reason)
    assert told in reject.message
    assert "It is cruel" in reject.record or change.get("argument")


def test_without_a_story_all_of_a_claim_is_one():
    found = public_statements([row(key="a"), row(key="b", argument="No"), row("We should ban bees", key="c")], MAP, "x")
    first, second, third = (statement.story_id for statement in found.statements)
    assert first == second != third
    told = replace(MAP, columns={**MAP.columns, "story": "argument"})
    first, second = (
        s.story_id for s in public_statements([row(key="a"), row(key="b", argument="No")], told, "x").statements
    )
    assert first != second
