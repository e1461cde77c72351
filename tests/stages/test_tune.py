"""The tune stage, from declared ranges to a study and a configuration that can be trained."""

import json
import shutil
from dataclasses import fields

import pytest
import yaml

from pipeline import stance, tracking
from pipeline.config import load_train_config
from pipeline.errors import ConfigError, InputError, LabelError, ModelError
from pipeline.evaluation.metrics import METRICS
from pipeline.files import sha256_file
from pipeline.records import Statement
from pipeline.stages import rounds, train, tune
from pipeline.stages.statements import read_splits
from pipeline.storage import schema_of, write_table
from pipeline.tune_config import load_tune_config

pytest.importorskip("optuna", reason="needs pip install -e '.[tune]'")

COLUMNS = [field.name for field in fields(Statement)]
MODEL = """\
classifier: tfidf
calibration: none
c: 1.0
class_weight: balanced
max_iterations: 200
features:
  words: {column: text, analyzer: word, ngrams: [1, 1], min_df: 1, weight: 1.0}
tune:
  c: {low: 0.001, high: 10, log: true}
  class_weight: {choices: [balanced, null]}
"""


@pytest.fixture
def project(tmp_path, monkeypatch, labelled):
    """Work in a folder with a model's file, and with 60 train, 60 dev and 3 test statements of six stories each."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (tmp_path / "small.yaml").write_text(MODEL)
    table, y = labelled
    made = []
    for split in ("train", "dev", "test"):
        for i, label in enumerate(y if split != "test" else y[:3]):
            row = {column: values[i] for column, values in table.items()}
            ids = {"statement_id": f"{split}{i}", "article_id": f"{split}{i % 6}", "story_id": f"{split}{i % 6}"}
            # Each quotation is its own, or near-copies would join the folds.
            own = {"text": f"{row['text']} {split} {' '.join(f'{i}x{n}' for n in range(12))}"}
            made.append({**row, **ids, **own, "label": label, "split": split, "ambiguous": i % 10 == 0})
    write(tmp_path, made)
    return tmp_path


@pytest.fixture
def store(project, empty_store):
    """Have an empty store in the folder, as after a first run."""
    shutil.copy(empty_store, project)


def write(folder, rows):
    write_table(folder / "data/statements.parquet", rows, schema_of(COLUMNS))


def config(*overrides, model="small.yaml"):
    return load_tune_config(["track=false", "folds=3", "trials=3", *overrides], model=model)


def test_the_best_values_become_a_configuration_that_can_be_trained(project):
    seen = []
    tuned = tune.run(config(), progress=lambda trial, best: seen.append((trial, best)))
    assert (tuned.trials, tuned.before, tuned.failed) == (3, 0, 0)
    assert tuned.configured == {"c": 1.0, "class_weight": "balanced"}
    assert seen[0][0].values == tuned.configured
    assert tuned.configured_figure == seen[0][0].figure
    assert tuned.figure == max(trial.figure for trial, _ in seen) == seen[-1][1].figure
    assert str(tuned.path) == "models/tune/small.best.yaml"
    written = load_train_config(["track=false"], model=str(tuned.path))
    assert (written.model.c, written.model.class_weight) == (tuned.values["c"], tuned.values["class_weight"])
    assert written.model.tune == {}
    assert train.run(written).counts == {"train": 60, "dev": 60}
    found = {str(path.relative_to(project / "models/tune")) for path in (project / "models/tune").iterdir()}
    assert found == {"small.db", "small.best.yaml", "small.best.manifest.json"}
    assert json.loads(json.dumps(tuned.as_dict()))["path"] == "models/tune/small.best.yaml"
    assert tuned.manifest.counts == {"train": 60, "dev": 60, "trials": 3}
    assert tuned.manifest.inputs == {"data/statements.parquet": sha256_file(project / "data/statements.parquet")}


def test_the_same_study_is_gone_on_with_as_if_it_had_not_been_broken_off(project):
    whole = tune.run(config("out=whole"))
    tune.run(config("trials=1"))

    def stop(trial, best):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tune.run(config("trials=2"), progress=stop)
    assert (project / "models/tune/small.best.yaml").is_file()
    again = tune.run(config())
    assert (again.trials, again.before) == (3, 2)
    assert (again.values, again.figure) == (whole.values, whole.figure)
    done = tune.run(config(), progress=lambda trial, best: pytest.fail("there was nothing left to try"))
    assert (done.trials, done.before, done.values) == (3, 3, whole.values)


def test_other_statements_ranges_or_values_are_another_study(project):
    assert tune.run(config("trials=1")).before == 0
    assert tune.run(config("trials=1", "model.c=2")).before == 0
    assert tune.run(config("trials=1", "model.tune.c.high=20")).before == 0
    assert tune.run(config("trials=1")).before == 1


def test_no_trial_begins_after_the_seconds(project):
    assert tune.run(config("seconds=0.000001")).trials == 0
    assert not (project / "models/tune/small.best.yaml").exists()


@pytest.mark.parametrize(
    ("overrides", "error", "message"),
    [
        (["metric=f2"], ConfigError, "metric f2: there is none of this name; there are: accuracy, .*macro_f1"),
        (["folds=7"], LabelError, "6 stories do not fill 7 folds"),
        (["statements=none.parquet"], InputError, "no such table"),
    ],
)
def test_what_cannot_be_searched_is_told_and_leaves_nothing(project, overrides, error, message):
    with pytest.raises(error, match=message):
        tune.run(config(*overrides))
    assert not (project / "models").exists()


def test_values_that_cannot_be_fitted_are_counted_and_passed_over(project, monkeypatch):
    measured = tune.measured

    def fails_without_weights(settings, *rest):
        if settings.model.class_weight is None:
            raise ModelError("no weights, no model")
        return measured(settings, *rest)

    monkeypatch.setattr(tune, "measured", fails_without_weights)
    faults = []
    tuned = tune.run(config("trials=5"), progress=lambda trial, best: faults.append(trial.fault))
    assert tuned.failed == sum(fault == "no weights, no model" for fault in faults) > 0
    assert tuned.values["class_weight"] == "balanced"


def test_each_trial_is_a_run_under_one_of_the_study(project, store):
    settings = config("track=true", "trials=1")
    tune.run(settings)
    tuned = tune.run(config("track=true", "trials=2"))
    (whole,) = tracking.runs()
    parts = [run for run in tracking.runs(10, parts=True) if run.run_id != whole.run_id]
    assert sorted(run.name for run in parts) == ["trial 1", "trial 2"]
    assert {run.tags["mlflow.parentRunId"] for run in parts} == {whole.run_id}
    assert max(run.metrics["cv_macro_f1"] for run in parts) == pytest.approx(tuned.figure)
    assert {run.params["model.class_weight"] for run in parts} <= {"balanced", "None"}
    assert {"train_steps/round", "cv_macro_f1"} <= set(parts[0].metrics)
    assert (whole.name, whole.status) == (f"tune {settings.study()}", "FINISHED")
    assert whole.metrics["cv_macro_f1"] == pytest.approx(tuned.figure)
    assert whole.params["tune.c.high"] == "10"
    assert not whole.evaluated
    kept = tracking.run_artifact(whole.run_id, "small.best.yaml")
    assert yaml.safe_load(kept.read_text())["c"] == tuned.values["c"]


@pytest.mark.parametrize("held_out", ["folds", "dev"])
@pytest.mark.parametrize("early", [False, True])
def test_no_story_is_in_two_parts_of_a_round(project, held_out, early):
    settings = config(f"held_out={held_out}", model="finetuned" if early else "small.yaml")
    splits, _ = read_splits(settings.statements, keep_ambiguous=True)
    made = list(rounds.make_rounds(settings, splits))
    assert len(made) == (3 if held_out == "folds" else 1)
    for part in made:
        stories = [{row["story_id"] for row in rows} for rows in (part.fit, part.stop, part.measure)]
        assert sum(map(len, stories)) == len(set.union(*stories))
        assert bool(part.stop) == early
        assert {row["label"] for row in part.fit} == {"anti-restriction", "neutral", "pro-restriction"}
        assert not any(story.startswith("test") for story in set.union(*stories))
    measured = sorted(row["statement_id"] for part in made for row in part.measure)
    expected = "train" if held_out == "folds" else "dev"
    assert measured == sorted(f"{expected}{i}" for i in range(60))


def test_copies_of_a_quotation_are_held_out_together(project):
    settings = config()
    splits, _ = read_splits(settings.statements, keep_ambiguous=True)
    copied = splits["train"][0]["text"]
    splits["train"][1]["text"] = splits["train"][2]["text"] = copied
    for part in rounds.make_rounds(settings, splits):
        assert sum(row["text"] == copied for row in part.measure) in (0, 3)


@pytest.mark.parametrize("early", [False, True])
def test_weak_labels_are_fitted_on_and_never_measured_on(project, early):
    settings = config(model="finetuned" if early else "small.yaml")
    splits, _ = read_splits(settings.statements, keep_ambiguous=True)
    for row in splits["train"][::2]:
        row["coder_type"], row["posterior"] = "weak", 0.5
    made = list(rounds.make_rounds(settings, splits))
    assert sum(len(part.measure) for part in made) == 30
    for part in made:
        assert {row["coder_type"] for row in part.measure + part.stop} == {None}
        assert {row["coder_type"] for row in part.fit} == {None, "weak"}
    for row in splits["train"]:
        row["coder_type"] = "weak"
    with pytest.raises(InputError, match="train has weak labels alone"):
        list(rounds.make_rounds(settings, splits))


def test_a_model_that_stops_early_needs_three_folds(project):
    settings = config("folds=2", model="finetuned")
    splits, _ = read_splits(settings.statements, keep_ambiguous=True)
    with pytest.raises(ConfigError, match="folds=2: a model that stops early needs three"):
        list(rounds.make_rounds(settings, splits))


def test_the_figure_is_of_all_held_out_statements_together(project, monkeypatch):
    settings, told = config(), []
    splits, _ = read_splits(settings.statements, keep_ambiguous=True)
    made = list(rounds.make_rounds(settings, splits))
    observed = []
    figure = rounds.measured(
        settings, made, METRICS["macro_f1"], lambda step, figures: observed.append((step, *figures))
    )
    for part in made:
        options = settings.options()
        texts = {name: [row[name] for row in part.fit] for name in stance.COLUMNS}
        y = [row["label"] for row in part.fit]
        model = stance.fit("tfidf", options, texts, y, training={}, seed=settings.seed)
        y_prob = model.predict_proba({name: [row[name] for row in part.measure] for name in stance.COLUMNS})
        told += [(row["label"], model.classes_[k]) for row, k in zip(part.measure, y_prob.argmax(axis=1), strict=True)]
    scores = []
    for label in model.classes_:
        hits = sum(actual == found == label for actual, found in told)
        scores.append(2 * hits / (sum(a == label for a, _ in told) + sum(f == label for _, f in told)))
    assert figure == pytest.approx(sum(scores) / 3)
    assert observed == [(0, "round"), (1, "round"), (2, "round")]
