"""The train stage, from labelled statements to a model folder and a run."""

import json
import shutil
from dataclasses import fields
from typing import ClassVar

import pytest
import yaml

from pipeline import stance, tracking
from pipeline.config import TrainConfig, load_train_config
from pipeline.errors import InputError, LabelError, ModelError, TrackingError
from pipeline.files import sha256_file
from pipeline.records import Statement
from pipeline.stages import train
from pipeline.stance.linear import TfidfClassifier
from pipeline.storage import schema_of, write_table

COLUMNS = [field.name for field in fields(Statement)]


@pytest.fixture
def rows(labelled):
    """Return 60 train, 60 dev and 3 test statements of three stories each."""
    table, y = labelled
    made = []
    for split in ("train", "dev", "test"):
        for i, label in enumerate(y if split != "test" else y[:3]):
            row = {column: values[i] for column, values in table.items()}
            ids = {"statement_id": f"{split}{i}", "article_id": f"{split}{i % 3}", "story_id": f"{split}{i % 3}"}
            made.append({**row, **ids, "label": label, "split": split, "ambiguous": i % 10 == 0})
    return made


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Work in an empty folder, without a store."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return tmp_path


@pytest.fixture
def store(project, empty_store):
    """Have an empty store in the folder, as after a first run."""
    shutil.copy(empty_store, project)


def write(project, rows) -> None:
    write_table(project / "data" / "statements.parquet", rows, schema_of(COLUMNS))


def config(*overrides: str) -> TrainConfig:
    return load_train_config(["track=false", *overrides])


def test_a_model_a_manifest_and_a_pointer_are_written_and_nothing_else(project, rows):
    write(project, rows)
    manifest = train.run(config())
    found = {str(path.relative_to(project)) for path in project.rglob("*") if path.is_file()}
    assert found == {
        "data/statements.parquet",
        "models/default/MANIFEST.sha256",
        "models/default/bundle.json",
        "models/default/terms.json",
        "models/default/weights.npz",
        "models/default.manifest.json",
        "models/default.run.json",
    }
    assert manifest.counts == {"train": 60, "dev": 60}
    assert manifest.dropped == {}
    assert manifest.seed == config().seed
    assert json.loads((project / "models/default.manifest.json").read_text()) == manifest.as_dict()


def test_the_model_knows_its_data_and_answers(project, rows):
    write(project, rows)
    train.run(config())
    model = stance.load(project / "models/default")
    assert model.training == {
        "sha256": sha256_file(project / "data/statements.parquet"),
        "train": 60,
        "dev": 60,
        "keep_ambiguous": True,
        "weak_weight": 1.0,
    }
    assert model.calibration.method == "temperature"
    y_prob = model.predict_proba({"text": ["“The licence rule is reckless”", "It is overdue"]})
    assert [model.classes_[best] for best in y_prob.argmax(axis=1)] == ["anti-restriction", "pro-restriction"]


def test_the_same_statements_give_the_same_bytes(project, rows):
    write(project, rows)
    train.run(config())
    first = stance.fingerprint(project / "models/default")
    train.run(config())
    assert stance.fingerprint(project / "models/default") == first
    train.run(config("model.c=9"))
    assert stance.fingerprint(project / "models/default") != first


def test_the_test_split_is_not_seen(project, rows):
    write(project, rows)
    train.run(config())
    terms = (project / "models/default/terms.json").read_text()
    seen = json.loads((project / "models/default/bundle.json").read_text())["calibration"]
    write(project, [{**row, "text": "unseen unseen"} if row["split"] == "test" else row for row in rows])
    train.run(config())
    assert (project / "models/default/terms.json").read_text() == terms
    assert json.loads((project / "models/default/bundle.json").read_text())["calibration"] == seen


def test_ambiguous_and_unlabelled_rows_are_counted_where_they_are_left_out(project, rows):
    rows[1]["label"] = None
    write(project, rows)
    manifest = train.run(config("keep_ambiguous=false"))
    assert manifest.counts == {"train": 53, "dev": 60}
    assert manifest.dropped == {"ambiguous": 6, "unlabelled": 1}


@pytest.mark.parametrize(
    ("keep", "error", "message"),
    [
        (
            lambda row: row["split"] != "train",
            InputError,
            r"statements\.parquet: no labelled statement is in the train",
        ),
        (lambda row: row["split"] != "dev", ModelError, "temperature calibration needs 30 dev statements, found 0"),
        (lambda row: row["label"] != "neutral", ModelError, "no training statement is labelled neutral"),
        (
            lambda row: (row["split"], row["label"]) != ("dev", "neutral"),
            ModelError,
            "needs 5 dev statements a class, found 0 neutral",
        ),
    ],
)
def test_what_cannot_be_trained_is_told_and_leaves_nothing(project, rows, keep, error, message):
    write(project, filter_rows(rows, keep))
    with pytest.raises(error, match=message) as caught:
        train.run(config())
    assert "\n" not in str(caught.value)
    assert not (project / "models").exists()


def filter_rows(rows, keep):
    return [row for row in rows if keep(row)]


def test_statements_that_are_missing_or_lack_a_column_are_told(project, rows):
    with pytest.raises(InputError, match="no such table; run the stage that writes it first"):
        train.run(config())
    path = project / "data" / "statements.parquet"
    write_table(path, rows, schema_of([name for name in COLUMNS if name != "split"]))
    with pytest.raises(InputError, match="lacks the column split"):
        train.run(config())


def test_without_calibration_no_dev_split_is_needed(project, rows):
    write(project, filter_rows(rows, lambda row: row["split"] == "train"))
    assert train.run(config("model.calibration=none")).counts == {"train": 60, "dev": 0}


def test_the_run_tells_how_the_model_was_made(project, store, rows):
    write(project, rows)
    settings = load_train_config(["model.c=2.5"])
    train.run(settings, register=True)
    (run,) = tracking.runs()
    model = stance.load(project / "models/default")
    assert run.status == "FINISHED"
    assert run.params["model.c"] == "2.5"
    assert run.params["model.features.quote_words.ngrams"] == "[1, 2]"
    assert run.params["seed"] == str(settings.seed)
    assert set(tracking.flatten(model.params())) <= set(run.params)
    assert run.tags["config_hash"] == settings.digest()
    assert run.tags["model_sha256"] == stance.fingerprint(project / "models/default")
    assert run.tags["model"] == "models:/stance/1"
    assert run.metrics["train_statements"] == 60
    assert run.metrics["dev_macro_f1"] == 1.0
    assert not run.evaluated
    assert json.loads((project / "models/default.run.json").read_text())["run_id"] == run.run_id
    assert stance.fingerprint(tracking.resolve_model("models:/stance/1")) == run.tags["model_sha256"]
    kept = yaml.safe_load(tracking.run_artifact(run.run_id, "config/train.yaml").read_text(encoding="utf-8"))
    assert kept == settings.model_dump(mode="json")


class Slow(TfidfClassifier):
    """A classifier that tells its steps, keeps a checkpoint, and can break off."""

    breaks = False
    seen: ClassVar[list] = []

    def fit(self, table, y, fitting):
        fitting.checkpoints.mkdir(parents=True, exist_ok=True)
        self.seen.append((sorted(path.name for path in fitting.checkpoints.iterdir()), len(fitting.dev[1])))
        for step in range(300):
            fitting.observe(step, {"loss": 1 / (step + 1), "dev_macro_f1": step / 300})
        (fitting.checkpoints / "last").write_text("weights")
        if self.breaks:
            raise ModelError("broken off")
        return super().fit(table, y, fitting)


@pytest.fixture
def slow(monkeypatch):
    monkeypatch.setitem(stance.CLASSIFIERS, "tfidf", f"{__name__}:Slow")
    monkeypatch.setattr(Slow, "seen", [])
    return Slow


def test_a_fit_that_was_broken_off_finds_its_checkpoints_and_a_finished_one_leaves_none(
    project, rows, slow, monkeypatch
):
    write(project, rows)
    monkeypatch.setattr(slow, "breaks", True)
    with pytest.raises(ModelError, match="broken off"):
        train.run(config())
    assert (project / "models/default.checkpoints/last").is_file()
    monkeypatch.setattr(slow, "breaks", False)
    train.run(config())
    assert slow.seen == [([], 60), (["last"], 60)]
    assert sorted(path.name for path in (project / "models").iterdir()) == [
        "default", "default.manifest.json", "default.run.json",
    ]  # fmt: skip


def test_without_dev_statements_a_fit_has_none(project, rows, slow, monkeypatch):
    write(project, filter_rows(rows, lambda row: row["split"] == "train"))
    given = []
    monkeypatch.setattr(
        slow, "fit", lambda self, table, y, fitting: given.append(fitting) or TfidfClassifier.fit(self, table, y)
    )
    train.run(config("model.calibration=none"))
    assert [fitting.dev for fitting in given] == [None]


def test_the_steps_of_a_fit_are_kept_few_calls_at_a_time_and_hide_no_final_figure(
    project, store, rows, slow, monkeypatch
):
    from mlflow import MlflowClient

    write(project, rows)
    calls, log_batch = [], MlflowClient.log_batch

    def counted(self, run_id, metrics=(), **others):
        calls.append(len(metrics))
        return log_batch(self, run_id, metrics, **others)

    monkeypatch.setattr(MlflowClient, "log_batch", counted)
    train.run(load_train_config())
    (run,) = tracking.runs()
    history = MlflowClient(tracking.store_uri()).get_metric_history(run.run_id, "train_steps/loss")
    assert [(entry.step, entry.value) for entry in history] == [(step, 1 / (step + 1)) for step in range(300)]
    assert run.metrics["train_steps/dev_macro_f1"] == 299 / 300
    assert run.metrics["dev_macro_f1"] == 1.0
    assert not run.evaluated
    assert len([size for size in calls if size]) <= 600 / 200 + 2 + 3  # final figures, and a slow machine


def test_the_steps_of_a_fit_that_breaks_off_are_kept(project, store, rows, slow, monkeypatch):
    write(project, rows)
    monkeypatch.setattr(slow, "breaks", True)
    with pytest.raises(ModelError, match="broken off"):
        train.run(load_train_config())
    (run,) = tracking.runs()
    assert run.status == "FAILED"
    assert run.metrics["train_steps/loss"] == 1 / 300


def test_a_store_that_cannot_be_reached_is_told_before_anything_is_fitted(project, rows, monkeypatch):
    write(project, rows)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:////nonesuch/mlflow.db")
    with pytest.raises(TrackingError, match="no folder /nonesuch"):
        train.run(load_train_config())
    assert not (project / "models").exists()


def test_thresholds_keep_their_share_of_dev(project, rows):
    write(project, rows)
    train.run(config("model.c=0.05"))
    model = stance.load(project / "models/default")
    dev = [row for row in rows if row["split"] == "dev"]
    confidence = model.predict_proba({name: [row.get(name) for row in dev] for name in stance.COLUMNS}).max(axis=1)
    assert set(model.thresholds) == {f"coverage_{share:g}" for share in (0.9, 0.8, 0.7, 0.6, 0.5)}
    for name, threshold in model.thresholds.items():
        assert (confidence >= threshold).mean() >= float(name.partition("_")[2])
        assert (confidence > threshold).mean() < float(name.partition("_")[2])
    assert model.conformal is None


@pytest.fixture
def more_dev(rows):
    """Return the rows with 120 dev statements in four stories."""
    dev = [row for row in rows if row["split"] == "dev"]
    again = [{**row, "statement_id": f"more{i}"} for i, row in enumerate(dev)]
    for i, row in enumerate(dev + again):
        row["story_id"] = row["article_id"] = f"dev{i % 4}"
    return rows + again


def watched(original, used, name):
    """Return the method, which notes the texts that it is given."""

    def method(self, table, y, **options):
        used[name] = list(table["text"])
        return original(self, table, y, **options)

    return method


def test_sets_of_labels_rest_on_dev_stories_that_nothing_else_was_fitted_on(project, more_dev, monkeypatch):
    pytest.importorskip("mapie", reason="needs pip install -e '.[conformal]'")
    used = {}
    for name in ("calibrated", "conformalized"):
        monkeypatch.setattr(stance.StanceModel, name, watched(getattr(stance.StanceModel, name), used, name))
    monkeypatch.setattr(
        stance, "fit", lambda *a, _fit=stance.fit, **k: used.update(fit=k["fitting"].dev[0]["text"]) or _fit(*a, **k)
    )
    for i, row in enumerate(more_dev):
        row["text"] = f"{row['text']} {i}"
    write(project, more_dev)
    train.run(config("model.conformal={method: aps, level: 0.8}"))
    story = {row["text"]: row["story_id"] for row in more_dev}
    stories = {name: {story[text] for text in texts} for name, texts in used.items()}
    assert stories["fit"] == stories["calibrated"]
    assert stories["calibrated"] | stories["conformalized"] == {"dev0", "dev1", "dev2", "dev3"}
    assert stories["calibrated"] & stories["conformalized"] == set()
    made = stance.load(project / "models/default").conformal
    assert (made.method, made.level, made.n) == ("aps", 0.8, 60)


def test_sets_of_labels_need_two_stories_in_dev(project, rows):
    for row in rows:
        row["story_id"] = row["article_id"] = row["split"]
    write(project, rows)
    with pytest.raises(LabelError, match="1 stories do not fill 2 folds"):
        train.run(config("model.conformal={method: lac, level: 0.9}"))
    assert not (project / "models").exists()
