"""The report stage: the page of a run in MLflow, and of a folder."""

import json
import shutil

import pytest
from evaluated import evaluated

from pipeline import tracking
from pipeline.cli import main
from pipeline.files import write_json
from pipeline.stages import evaluate, report
from pipeline.storage import schema_of, write_table


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Return a folder as ``evaluate`` leaves it, in a working folder without runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    found = tmp_path / "reports" / "one"
    rows = [{**row, "title": None} for row in evaluated().predictions]
    write_table(found / "predictions.parquet", rows, schema_of(evaluate.PREDICTION_COLUMNS))
    write_json(found / "metrics.json", evaluated().metrics)
    return found


def test_the_page_of_a_folder(folder, tmp_path):
    report.run(str(folder), tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert f"{evaluated().metrics['macro_f1']:.3f}" in page
    assert "Behaviour" not in page
    assert not (tmp_path / "mlflow.db").exists()


@pytest.mark.parametrize("log", [True, False])
def test_the_page_of_a_run_is_kept_with_it(folder, tmp_path, empty_store, log):
    shutil.copy(empty_store, tmp_path)
    rate = {"value": 0.5, "low": 0.1, "high": 0.9}
    negation = {"n": 2, "failures": 1, "failure_rate": rate, "failing": []}
    write_json(folder / "behaviour.json", {"capabilities": {"negation": negation}})
    with tracking.start_run(name="owl") as tracker:
        tracker.log_params({"model": {"depth": 3}})
        for path in sorted(folder.iterdir()):
            tracker.log_artifact(path)
    report.run("owl", tmp_path / "page.html", log=log)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Evaluation of owl" in page
    assert "negation: fails 50% of 2 cases" in page
    assert "model.depth" in page
    kept = tracking.find_artifact(tracker.run_id, report.ARTIFACT, tmp_path / "kept")
    assert (kept is not None) == log
    if kept:
        assert kept.read_text(encoding="utf-8") == page


def test_a_run_that_was_not_evaluated_is_told(folder, capsys):
    (folder / "metrics.json").unlink()
    assert main(["report", str(folder), "--out", "page.html"]) == 2
    assert "has not been evaluated; `stance evaluate` makes metrics.json" in capsys.readouterr().err


def test_the_command_says_what_it_wrote(folder, capsys):
    assert main(["report", str(folder), "--out", "page.html"]) == 0
    assert capsys.readouterr().out == "wrote page.html\n"
    assert json.dumps("") not in capsys.readouterr().err
