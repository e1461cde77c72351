"""Codings of several coders: kept by the label stage, and turned into a human ceiling by evaluation."""

import json

import numpy as np
import pytest

from pipeline.config import LabelConfig, load_config
from pipeline.errors import InputError
from pipeline.evaluation.metrics import encode
from pipeline.evaluation.resampling import Intervals
from pipeline.labels.ceiling import FIGURES, SIDES
from pipeline.records import Statement
from pipeline.stages.ceiling import human_ceiling
from pipeline.stages.codings import CODING_SCHEMA, codings_path, place
from pipeline.storage import write_table

STATEMENTS = [
    Statement(f"a{i}:10-40", f"a{i}", f"s{i}", "“x”", "", "", "masts", label="neutral", coder="chair") for i in range(3)
] + [Statement("a0:10-40", "a0", "s0", "“x”", "", "", "drones", label="neutral", coder="chair")]
NAMES = {"page1.txt:12-42": "a1:10-40", "a2:9-41": "a2:10-40"}


def coding(coder, statement_id=None, label="neutral", **more):
    return {"statement_id": statement_id, "coder": coder, "coder_type": "human", "label": label, **more}


def write(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def placed(tmp_path, *rows):
    return place([write(tmp_path / "ana.jsonl", *rows)], STATEMENTS, NAMES)


def units(found):
    return [(row["statement_id"], row["target"], row["coder"], row["label"]) for row in found.rows]


def test_a_coding_finds_its_statement_by_any_name_of_it(tmp_path):
    by_place = {**coding("ana"), "source": "page1.txt", "start": 12, "end": 42}
    found = placed(tmp_path, coding("ana", "a2:10-40"), coding("ben", "a2:9-41", "pro-restriction"), by_place)
    assert units(found) == [
        ("a1:10-40", "masts", "ana", "neutral"),
        ("a2:10-40", "masts", "ana", "neutral"),
        ("a2:10-40", "masts", "ben", "pro-restriction"),
    ]
    assert found.counts == {"codings": 3, "codings_elsewhere": 0}


def test_a_statement_of_two_targets_needs_the_target(tmp_path):
    found = placed(
        tmp_path, coding("ana", "a0:10-40", target="drones"), coding("ben", "a0:10-40"), coding("ana", "b:1-2")
    )
    assert units(found) == [("a0:10-40", "drones", "ana", "neutral"), ("a0:10-40", "drones", "ben", "neutral")]
    assert found.counts == {"codings": 2, "codings_elsewhere": 1}
    assert placed(tmp_path, coding("ana", "a0:10-40")).counts == {"codings": 0, "codings_elsewhere": 1}


def test_two_labels_of_one_coder_under_two_names_are_rejects(tmp_path):
    found = placed(tmp_path, coding("ana", "a2:10-40"), coding("ana", "a2:9-41", "pro-restriction"))
    assert not found.rows
    assert [reject.reason for reject in found.rejects] == ["two-labels", "two-labels"]


def test_without_files_there_are_none_and_a_missing_file_is_named(tmp_path):
    assert place([], STATEMENTS, NAMES).rows == ()
    with pytest.raises(InputError, match=r"absent\.jsonl"):
        place([tmp_path / "absent.jsonl"], STATEMENTS, NAMES)


def test_the_configuration_takes_files():
    assert load_config(LabelConfig, "label").codings == ()
    assert [str(p) for p in load_config(LabelConfig, "label", ["codings=[a.jsonl, b.csv]"]).codings] == [
        "a.jsonl",
        "b.csv",
    ]


# What ana, ben and the model say of five test statements, the last of which ben left out; from two articles.
ANA, BEN, MODEL = "pnaap", "pnnp.", "pnapp"
LETTERS = {"a": "anti-restriction", "n": "neutral", "p": "pro-restriction"}
TEST = [
    {"statement_id": f"x{i // 3}:{i}-9", "article_id": f"x{i // 3}", "target": "masts", "label": LETTERS[letter],
     "coder": "chair", "coder_type": "human"}
    for i, letter in enumerate(ANA)
]  # fmt: skip
# On the four that both labelled, ana with ben: anti 0, neutral 2 * 1 / 3, pro 2 * 1 / 3.
HUMAN = (0 + 2 / 3 + 2 / 3) / 3


def ceiling(tmp_path, coders, *, test=TEST):
    rows = [
        {
            **{name: row[name] for name in ("statement_id", "target")},
            "coder": coder,
            "coder_type": kind,
            "label": LETTERS[x],
        }
        for coder, kind, letters in coders
        for row, x in zip(TEST, letters, strict=True)
        if x != "."
    ]
    statements = tmp_path / "statements.parquet"
    write_table(codings_path(statements), rows, CODING_SCHEMA)
    said = encode([LETTERS[letter] for letter in MODEL])
    return human_ceiling(statements, test, encode([row["label"] for row in TEST]), said, Intervals(resamples=200))


def test_the_ceiling_is_measured_beside_the_model_on_the_same_statements(tmp_path):
    found = ceiling(tmp_path, [("ana", "human", ANA), ("ben", "human", BEN)])
    assert (found["coders"], found["n"], found["articles"]) == (["ana", "ben"], 4, 2)
    assert found["human"]["macro_f1"]["value"] == pytest.approx(HUMAN, abs=1e-6)
    # The model with ana on these four: anti 2 / 3, neutral 1, pro 2 / 3; with ben: 0, 2 / 3, 2 * 2 / 4.
    with_ana, with_ben = (2 / 3 + 1 + 2 / 3) / 3, (0 + 2 / 3 + 1) / 3
    assert found["labels"]["macro_f1"]["value"] == pytest.approx(with_ana, abs=1e-6)
    assert found["model"]["macro_f1"]["value"] == pytest.approx((with_ana + with_ben) / 2, abs=1e-6)
    assert all(set(found[side]) == set(FIGURES) for side in SIDES)
    json.dumps(found, allow_nan=False)


def test_two_models_make_no_human_ceiling(tmp_path):
    found = ceiling(tmp_path, [("bot-1", "model", ANA), ("bot-2", "model", BEN)])
    assert found == {"left_out": "bot-1 and bot-2 are models; agreement of two models is no human ceiling"}


@pytest.mark.parametrize("kept", [True, False])
def test_one_label_a_statement_is_told_with_its_remedy(tmp_path, kept):
    remedy = "name the coders' own files: stance label --codings FILE"
    told = {"left_out": f"each test statement has one label alone, by chair (human); {remedy}"}
    if kept:
        assert ceiling(tmp_path, []) == told
    else:
        none = np.zeros(len(TEST), dtype=np.int64)
        assert human_ceiling(tmp_path / "old.parquet", TEST, none, none, Intervals()) == told


def test_codings_of_other_parts_do_not_count(tmp_path):
    found = ceiling(tmp_path, [("ana", "human", ANA), ("ben", "human", BEN)], test=TEST[:2])
    assert found["n"] == 2
