"""The learning curve of a trained model, from files to files."""

import json
from dataclasses import asdict, fields
from itertools import pairwise

import pytest

from pipeline import stance
from pipeline.config import EvaluateConfig, LearningCurveConfig, load_config, load_train_config
from pipeline.errors import ConfigError, ModelError
from pipeline.records import LABELS, Statement
from pipeline.stages import evaluate
from pipeline.stages.learning_curve import _parts
from pipeline.storage import schema_of, write_table

SMALL = {
    "learning_curve.shares": "[0.25, 0.5, 1]",
    "learning_curve.draws": "2",
    "resamples": "200",
    "track": "false",
    "behaviour": "false",
}


COLUMNS = [field.name for field in fields(Statement)]


@pytest.fixture
def rows(labelled):
    """Return sixty statements of thirty stories, two of each; the stories of a zero are the test."""
    table, labels = labelled
    found = []
    for number, (text, context, subject, label) in enumerate(
        zip(table["text"], table["context"], table["target"], labels, strict=True)
    ):
        story = f"{label[0]}{number % 10}"
        split = "test" if number % 10 == 0 else "train"
        told = {"text": text, "context": context, "title": "", "target": subject, "label": label, "split": split}
        found.append(asdict(Statement(f"{story}:{number}-{number + 9}", story, story, **told)))
    return found


@pytest.fixture
def project(rows, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_table(tmp_path / "data/statements.parquet", rows, schema_of(COLUMNS))
    train = [row for row in rows if row["split"] == "train"]
    table = {name: [row[name] for row in train] for name in stance.COLUMNS}
    options = load_train_config(model="tfidf").options()
    model = stance.fit("tfidf", options, table, [row["label"] for row in train], training={}, seed=3)
    stance.save(model, tmp_path / "models/default")
    return tmp_path


def run(seen=None, **changes):
    values = {**SMALL, **changes}
    config = load_config(EvaluateConfig, "evaluate", [f"{name}={value}" for name, value in values.items()])
    return evaluate.run(config, curve=seen is not None, observe=lambda *told: seen.append(told))


def test_the_curve_is_written_and_its_end_is_the_model_itself(project):
    seen = []
    manifest = run(seen)
    found = json.loads((project / "reports/learning_curve.json").read_text())
    metrics = json.loads((project / "reports/metrics.json").read_text())
    assert [point["share"] for point in found["points"]] == [0.25, 0.5, 1]
    assert [point["parts"] for point in found["points"]] == [2, 2, 1]
    assert found["points"][-1]["trained_on"] == 54
    assert found["points"][-1]["macro_f1"] == metrics["test"]["macro_f1"]
    assert found["signature"] == metrics["signature"]
    assert "more labels" in found["verdict"]
    assert [told[:2] for told in seen] == [(number, 5) for number in range(1, 6)]
    assert (project / "reports/learning_curve.png").read_bytes().startswith(b"\x89PNG")
    assert "reports/learning_curve.json" in manifest.outputs


def test_the_same_seed_gives_the_same_bytes(project):
    written = []
    for seed in (1, 1, 2):
        run([], **{"learning_curve.seed": seed})
        written.append((project / "reports/learning_curve.json").read_bytes())
    assert written[0] == written[1]
    assert written[0] != written[2]


def test_parts_are_whole_stories_with_each_label_and_grow(rows):
    train = [row for row in rows if row["split"] == "train"]
    config = LearningCurveConfig(shares=(0.01, 0.25, 0.5, 1.0))
    parts = _parts(train, config, draw=0)
    assert all(set(small) <= set(large) for small, large in pairwise(parts))
    assert [len(part) for part in parts][2:] == [28, 54]  # stories have two statements
    assert {train[index]["label"] for index in parts[0]} == set(LABELS)
    for part in parts:
        inside = {train[index]["story_id"] for index in part}
        assert sum(row["story_id"] in inside for row in train) == len(part)
    assert parts != _parts(train, config, draw=1)


def test_a_curve_of_the_same_model_is_kept_and_of_another_test_removed(project, rows):
    run([])
    run()
    assert (project / "reports/learning_curve.json").is_file()
    table = [row for row in rows if row["story_id"] != "p0"]
    write_table(project / "data/statements.parquet", table, schema_of(COLUMNS))
    run()
    assert not (project / "reports/learning_curve.json").exists()
    assert not (project / "reports/learning_curve.png").exists()


def test_a_model_that_learns_from_no_labels_is_refused_before_anything_is_written(project, monkeypatch):
    class Fixed:
        name, learns, training, thresholds, conformal = "zero_shot", False, {}, {}, None
        classifier = property(lambda self: self)

    monkeypatch.setattr(stance, "load", lambda folder: Fixed())
    with pytest.raises(
        ModelError,
        match=r"models/default: a model of the kind zero_shot is not trained on labels.*leave --learning-curve out",
    ):
        run([])
    assert not (project / "reports").exists()


@pytest.mark.parametrize("shares", ["[0.5, 0.5]", "[0.5, 0.25]", "[0, 1]", "[0.5, 2]", "[1]"])
def test_shares_that_do_not_grow_are_refused(shares):
    with pytest.raises(ConfigError, match="shares"):
        load_config(EvaluateConfig, "evaluate", [f"learning_curve.shares={shares}"])
