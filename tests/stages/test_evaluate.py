"""The evaluate stage from files to files, with a classifier that reads its answer from the text."""

import json
import shutil
from dataclasses import asdict, fields
from typing import ClassVar

import numpy as np
import pytest
import yaml

from pipeline import stance, tracking
from pipeline.config import EvaluateConfig, LabelConfig, load_config
from pipeline.errors import InputError, LabelError, ModelError
from pipeline.records import LABELS, Statement
from pipeline.stages import evaluate
from pipeline.stance.conformal import Conformal
from pipeline.storage import read_table, schema_of, write_table

# Label of each statement and what the classifier says, by its first letter, of four articles with three statements.
TEST_SPLIT = {
    "a1": ["pp", "pp", "nn"],
    "a2": ["aa", "an", "aa"],
    "a3": ["nn", "np", "pp"],
    "a4": ["aa", "nn", "pn"],
}
NAMES = {label[0]: label for label in LABELS}
SAID = {"a": [0.8, 0.15, 0.05], "n": [0.1, 0.7, 0.2], "p": [0.05, 0.05, 0.9]}
MACRO_F1 = (6 / 7 + 6 / 9 + 6 / 8) / 3


class Oracle:
    """Says what the first letter of the text says; of any other statement, that it is neutral."""

    name = "oracle"
    classes_ = LABELS
    thresholds: ClassVar = {}
    conformal = None

    def __init__(self):
        self.options = {"depth": 3}

    def params(self):
        return {"model": {"classifier": self.name, **self.options}, "seed": 0}

    def predict_proba(self, table):
        assert set(table) == set(stance.COLUMNS)
        return np.array([SAID.get(text[0], SAID["n"]) for text in table["text"]])


def statement(number, article, label, said, split):
    return Statement(
        statement_id=f"q{number}",
        article_id=article,
        story_id=f"story of {article}",
        text=f"{said} “quotation {number}”",
        context="",
        title="",
        target="Norvane",
        speaker="Ana Ruiz",
        speaker_type="person",
        outlet="The Ferry",
        published="2031-04-05",
        label=NAMES[label],
        coder="ana",
        coder_type="human",
        ambiguous=said != label,
        split=split,
    )


def statements():
    cells = [(article, *pair, "test") for article, pairs in TEST_SPLIT.items() for pair in pairs]
    cells += [("d1", "a", "a", "dev"), ("d2", "n", "p", "dev")]
    cells += [(f"t{i}", label, label, "train") for i, label in enumerate("nnnpa")]
    return [asdict(statement(number, *cell)) for number, cell in enumerate(cells)]


def prepare(folder, patch):
    """Work in a folder with statements and a model."""
    patch.chdir(folder)
    patch.setattr(stance, "load", lambda folder: Oracle())
    patch.setattr(stance, "fingerprint", lambda folder: "f" * 64)
    (folder / "models/default").mkdir(parents=True)
    write(folder, statements())
    return folder


@pytest.fixture
def project(tmp_path, monkeypatch):
    return prepare(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    """Return the folder of an evaluation with nothing changed, and the manifest, for tests that only read."""
    with pytest.MonkeyPatch.context() as patch:
        folder = prepare(tmp_path_factory.mktemp("project"), patch)
        return folder, evaluate.run(config())


@pytest.fixture
def done(evaluated):
    """Return the folder of an evaluation."""
    return evaluated[0]


def write(folder, rows):
    write_table(folder / "data/statements.parquet", rows, schema_of([field.name for field in fields(Statement)]))


def config(*overrides):
    return load_config(EvaluateConfig, "evaluate", ["track=false", "resamples=300", *overrides])


def metrics(folder):
    return json.loads((folder / "reports/metrics.json").read_text())


def test_the_suite_is_asked_and_stands_on_the_page_unless_it_is_left_out(project):
    evaluate.run(config())
    found = json.loads((project / "reports/behaviour.json").read_text(encoding="utf-8"))
    # The oracle says neutral of each, so that two thirds of the plain vocabulary fail and no variant changes anything.
    assert found["capabilities"]["vocabulary"]["failure_rate"]["value"] == pytest.approx(2 / 3, abs=1e-6)
    assert found["capabilities"]["typos"]["failures"] == 0
    assert '<h2 id="behaviour">' in (project / "reports/report.html").read_text(encoding="utf-8")
    evaluate.run(config("behaviour=false"))
    assert not (project / "reports/behaviour.json").exists()
    assert '<h2 id="behaviour">' not in (project / "reports/report.html").read_text(encoding="utf-8")


PAID = [("llm", {}), ("ensemble", {"members": {"a": {"classifier": "tfidf"}, "b": {"classifier": "llm"}}})]


@pytest.mark.parametrize(("name", "options"), PAID)
def test_a_model_whose_answers_cost_money_is_not_asked_the_suite(project, monkeypatch, name, options):
    monkeypatch.setattr(Oracle, "name", name)
    monkeypatch.setattr(Oracle, "__init__", lambda self: setattr(self, "options", options))
    evaluate.run(config())
    assert not (project / "reports/behaviour.json").exists()


def test_headline_stands_on_top_with_interval_count_and_baseline(done):
    found = metrics(done)
    assert list(found)[:6] == ["macro_f1", "macro_f1_low", "macro_f1_high", "baseline_macro_f1", "n", "articles"]
    assert found["macro_f1"] == pytest.approx(MACRO_F1, abs=1e-6)
    assert found["macro_f1_low"] < found["macro_f1"] < found["macro_f1_high"]
    # The baseline says neutral throughout: F1 of neutral is 2 * 4 / (4 + 12), of the others 0.
    assert found["baseline_macro_f1"] == pytest.approx(0.5 / 3, abs=1e-6)
    assert (found["n"], found["articles"]) == (12, 4)


def test_every_metric_is_there_for_test_and_the_overall_ones_for_dev_and_baseline(done):
    found = metrics(done)
    assert found["test"]["recall_anti"]["value"] == pytest.approx(3 / 4)
    assert found["test"]["expected_calibration_error"]["value"] == pytest.approx(
        (abs(0.8 * 3 - 3) + abs(0.7 * 5 - 3) + abs(0.9 * 4 - 3)) / 12, abs=1e-6
    )
    assert found["dev"]["accuracy"] == {"value": 0.5, "low": 0.0, "high": 1.0, "n": 2}
    assert list(found["dev"]) == list(found["baseline"])
    assert found["test_clear"]["macro_f1"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 9}


def test_undefined_figures_are_null(project):
    rows = [row for row in statements() if row["label"] != "anti-restriction" and row["text"][0] != "a"]
    write(project, rows)
    evaluate.run(config("behaviour=false"))
    assert metrics(project)["test"]["f1_anti"] == {"value": None, "low": None, "high": None, "n": len(rows) - 5}


def test_same_seed_gives_the_same_bytes_and_another_seed_others(project):
    written = []
    for seed in (1, 1, 2):
        evaluate.run(config(f"seed={seed}", "behaviour=false"))
        written.append((project / "reports/metrics.json").read_bytes())
    assert written[0] == written[1]
    assert written[0] != written[2]


def test_predictions_of_the_test_split_are_kept(done):
    rows = read_table(done / "reports/predictions.parquet")
    assert len(rows) == 12
    assert rows[4] == {
        "statement_id": "q4",
        "article_id": "a2",
        "story_id": "story of a2",
        "target": "Norvane",
        "speaker": "Ana Ruiz",
        "text": "n “quotation 4”",
        "label": "anti-restriction",
        "ambiguous": True,
        "stance": "neutral",
        "p_anti": 0.1,
        "p_neutral": 0.7,
        "p_pro": 0.2,
        "confidence": 0.7,
        "context": "",
        "title": "",
        "kind": None,
        "outlet": "The Ferry",
        "published": "2031-04-05",
        "speaker_type": "person",
        "speaker_seen": True,
        "coder_type": "human",
    }


def test_plots_hold_what_dvc_draws(done):
    confusion = json.loads((done / "reports/plots/confusion.json").read_text())
    assert confusion[4] == {"actual": "anti-restriction", "predicted": "neutral"}
    assert len(confusion) == 12
    reliability = json.loads((done / "reports/plots/reliability.json").read_text())
    assert [(row["n"], row["confidence"], row["accuracy"]) for row in reliability] == [
        (5, 0.7, 0.6),
        (3, 0.8, 1.0),
        (4, 0.9, 0.75),
    ]


def test_report_and_picture_are_written(done):
    assert (done / "reports/confusion.png").read_bytes().startswith(b"\x89PNG")
    page = (done / "reports/report.html").read_text(encoding="utf-8")
    assert f"{MACRO_F1:.3f}" in page
    assert "model.depth" in page


def test_manifest_counts_the_splits_and_hashes_what_was_read_and_written(evaluated):
    folder, manifest = evaluated
    assert manifest.counts == {"train": 5, "dev": 2, "test": 12}
    assert set(manifest.inputs) == {"data/statements.parquet", "models/default"}
    assert "reports/metrics.json" in manifest.outputs
    assert json.loads((folder / "reports/metrics.manifest.json").read_text())["seed"] == 13


def test_missing_dev_split_leaves_its_figures_undefined(project):
    write(project, [row for row in statements() if row["split"] != "dev"])
    evaluate.run(config("behaviour=false"))
    assert metrics(project)["dev"]["macro_f1"] == {"value": None, "low": None, "high": None, "n": 0}


@pytest.mark.parametrize("split", ["train", "test"])
def test_missing_split_is_named_and_nothing_is_written(project, split):
    write(project, [row for row in statements() if row["split"] != split])
    with pytest.raises(InputError, match=f"holds no statements of the {split} split; run stance label again"):
        evaluate.run(config("behaviour=false"))
    assert not (project / "reports").exists()


def test_statement_without_a_label_of_the_codebook_is_named(project):
    write(project, [{**row, "label": "pro" if row["statement_id"] == "q3" else row["label"]} for row in statements()])
    with pytest.raises(
        LabelError, match=r"data/statements\.parquet: q3 has the label 'pro'; allowed: anti-restriction"
    ):
        evaluate.run(config("behaviour=false"))


def test_missing_model_is_named(project, monkeypatch):
    monkeypatch.undo()
    monkeypatch.chdir(project)
    with pytest.raises(ModelError, match="models/default"):
        evaluate.run(config("behaviour=false"))


# MLflow 3.17 uses what SQLAlchemy 2.1 calls deprecated.
@pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy")
def test_figures_go_to_the_run_that_trained_the_model_and_then_to_a_run_of_their_own(project, empty_store, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    shutil.copy(empty_store, project)
    with tracking.start_run(name="trained") as tracker:
        tracker.log_metrics({"dev_macro_f1": 0.4})
        tracking.write_pointer(project / "models/default.run.json", tracker, model_sha256="f" * 64)
    for _ in range(2):
        evaluate.run(config("track=true"))
    first, second = sorted(tracking.runs(), key=lambda run: run.start)
    assert (first.run_id, first.status) == (tracker.run_id, "FINISHED")
    assert first.metrics["dev_macro_f1"] == 0.4
    for run in (first, second):
        assert run.metrics["macro_f1"] == pytest.approx(MACRO_F1, abs=1e-6)
        assert run.metrics["baseline_macro_f1"] == pytest.approx(0.5 / 3, abs=1e-6)
        assert run.params["evaluate.resamples"] == "300"
        assert run.tags["evaluate_config_hash"] == config("track=true").digest()
        kept = yaml.safe_load(tracking.run_artifact(run.run_id, "config/evaluate.yaml").read_text(encoding="utf-8"))
        assert kept == config("track=true").model_dump(mode="json")
    assert second.params["model.depth"] == "3"
    for name in ("metrics.json", "predictions.parquet", "confusion.png", "report.html"):
        kept = tracking.run_artifact(first.run_id, name)
        assert kept.read_bytes() == (project / "reports" / name).read_bytes()


def test_untracked_evaluation_makes_no_store(done):
    assert not (done / "mlflow.db").exists()


def test_the_risk_coverage_curve_is_in_the_metrics_the_plots_and_the_report(done):
    found = metrics(done)["selective"]
    # The four of "pro" (0.9), one wrong; then those of "anti" (0.8), all right; then "neutral" (0.7), two wrong.
    assert found["coverage_1"]["risk"]["value"] == pytest.approx(3 / 12, abs=1e-6)
    assert found["coverage_0.5"]["risk"]["value"] == pytest.approx(1 / 6, abs=1e-6)
    assert found["coverage_0.5"]["threshold"] == 0.8
    assert found["coverage_0.5"]["risk"]["n"] == 6
    assert found["aurc"]["low"] <= found["aurc"]["value"] <= found["aurc"]["high"]
    plot = json.loads((done / "reports/plots/coverage.json").read_text())
    assert [row["coverage"] for row in plot][:3] == [1.0, 0.95, 0.9]
    assert plot[0]["macro_f1"] == metrics(done)["macro_f1"]
    assert plot[0]["risk_low"] <= plot[0]["risk"] <= plot[0]["risk_high"]
    assert (done / "reports/coverage.png").read_bytes().startswith(b"\x89PNG")
    assert "when the least sure statements are set aside" in (done / "reports/report.html").read_text(encoding="utf-8")


def test_thresholds_and_sets_are_measured_where_the_model_has_them(project, done, monkeypatch):
    assert {"thresholds", "sets"} & set(metrics(done)) == set()
    assert "Prediction sets" not in (done / "reports/report.html").read_text(encoding="utf-8")
    monkeypatch.setattr(Oracle, "thresholds", {"coverage_0.8": 0.75})
    monkeypatch.setattr(Oracle, "conformal", Conformal("lac", 0.9, 0.85, 60))
    evaluate.run(config("behaviour=false"))
    found = metrics(project)
    kept = found["thresholds"]["coverage_0.8"]
    assert kept["threshold"] == 0.75
    assert kept["coverage"]["value"] == pytest.approx(7 / 12, abs=1e-6)
    assert kept["risk"]["value"] == pytest.approx(1 / 7, abs=1e-6)
    # Labels of 0.15 and more: two where the oracle says anti or neutral, one where it says pro.
    assert found["sets"]["set_size"]["value"] == pytest.approx((3 * 2 + 5 * 2 + 4) / 12, abs=1e-6)
    assert found["sets"]["coverage"]["value"] == pytest.approx(10 / 12, abs=1e-6)
    assert found["sets"]["coverage_anti"]["value"] == pytest.approx(3 / 4)
    assert "Prediction sets" in (project / "reports/report.html").read_text(encoding="utf-8")


def test_the_score_stands_under_a_signature(project, done):
    found = metrics(done)["signature"]
    assert {name: found[name] for name in ("model_sha256", "seed", "resamples", "level")} == {
        "model_sha256": "f" * 64,
        "seed": 13,
        "resamples": 300,
        "level": 0.95,
    }
    before = found["test_sha256"]
    write(project, statements()[::-1])
    evaluate.run(config("behaviour=false"))
    assert metrics(project)["signature"]["test_sha256"] == before
    write(project, statements()[1:])
    evaluate.run(config("behaviour=false"))
    assert metrics(project)["signature"]["test_sha256"] != before


def test_slices_ceiling_leaks_and_notes_are_in_the_metrics(done):
    found = metrics(done)
    assert {name: list(by) for name, by in found["slices"].items()} == {
        "target": ["Norvane"],
        "outlet": ["The Ferry"],
        "year": ["2031"],
        "length": ["1 to 5 words"],
        "speaker type": ["person"],
        "speaker": ["in training"],
        "labelled by": ["human"],
    }
    whole = found["slices"]["target"]["Norvane"]
    assert (whole["n"], whole["small"], whole["macro_f1"]) == (12, True, found["test"]["macro_f1"])
    assert "one label alone, by ana (human)" in found["human_ceiling"]["left_out"]
    assert found["leakage"]["clean"] is True
    assert found["leakage"]["test_train"]["speakers"] == {"shared": 1, "statements": 12}
    assert found["notes"][0] == "12 test statements: the figures say little"
    page = (done / "reports/report.html").read_text(encoding="utf-8")
    row = page.partition('<th scope="row">outlet: The Ferry</th>')[2].partition("</tr>")[0]
    assert row.startswith("<td>12</td>")
    assert row.endswith("<td>small</td>")


def test_a_planted_copy_is_in_the_certificate(project):
    rows = statements()
    copied = "“a harbour without ships is a lake that somebody has forgotten to name”"
    for number in (0, 1, len(rows) - 1):  # two of test, one of train
        rows[number]["text"] = f"p {copied}"
    write(project, rows)
    evaluate.run(config("behaviour=false"))
    leak = metrics(project)["leakage"]
    assert leak["clean"] is False
    assert leak["test_train"]["near_duplicates"] == {"shared": 2, "statements": 2}
    assert (leak["threshold"], leak["min_words"]) == (0.6, 8)


NEW_COLUMNS = (
    "speaker_type",
    "posterior",
    "kind",
    "outlet",
    "published",
    "coder",
    "coder_type",
    "ambiguous",
    "speaker",
)


def test_statements_of_an_older_run_are_read_without_what_they_lack(project):
    rows = [{name: value for name, value in row.items() if name not in NEW_COLUMNS} for row in statements()]
    write_table(project / "data/statements.parquet", rows, schema_of(list(rows[0])))
    evaluate.run(config("behaviour=false"))
    found = metrics(project)
    assert list(found["slices"]) == ["target", "length"]
    assert found["human_ceiling"]["left_out"].startswith("each test statement has one label alone; ")
    assert found["leakage"]["test_train"]["speakers"] == {"shared": 0, "statements": 0}
    row = read_table(project / "reports/predictions.parquet")[0]
    assert (row["speaker_seen"], row["outlet"], row["coder_type"]) == (None, None, None)


def test_what_a_near_copy_is_follows_the_label_stage():
    assert load_config(LabelConfig, "label").leakage.model_dump(include={"threshold", "min_words"}) == (
        config().leakage.model_dump()
    )
