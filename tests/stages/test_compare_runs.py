"""The compare stage: runs of a real MLflow store and report folders."""

import json
import shutil
from html import escape

import pytest
from answered import answers, mixed

from pipeline import tracking
from pipeline.errors import InputError, LabelError, PipelineError, TrackingError
from pipeline.evaluation.paired import Draws
from pipeline.files import write_json
from pipeline.stages import compare, evaluate
from pipeline.storage import schema_of, write_table

DRAWS = Draws(resamples=200)
RIGHT = {"owl": 0.5, "ant": 0.9, "bee": 0.55}


def write(folder, rows):
    """Write a report folder as ``evaluate`` does; its metrics are two figures."""
    write_table(folder / "predictions.parquet", rows, schema_of(evaluate.PREDICTION_COLUMNS))
    figure = {"value": 0.5, "low": 0.4, "high": None, "n": len(rows)}
    write_json(folder / "metrics.json", {"macro_f1": 0.5, "test": {"macro_f1": figure, "f1_pro": figure}})
    return folder


def log(name, folder, **params):
    with tracking.start_run(name=name) as tracker:
        tracker.log_params({"seed": 13, **params})
        if folder:
            for path in sorted(folder.iterdir()):
                tracker.log_artifact(path)
            tracker.log_metrics({"macro_f1": 0.5, "slice.outlet.Müller-7_a.macro_f1": 0.25})
    return tracker.run_id


@pytest.fixture(scope="module")
def store(tmp_path_factory, empty_store):
    """Return a folder with three evaluated runs, one that was only trained, and their report folders."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(empty_store, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        for name, right in RIGHT.items():
            log(name, write(folder / "reports" / name, mixed(0, right)), c=right)
        log("fresh", None)
    return folder


@pytest.fixture(autouse=True)
def here(store, monkeypatch):
    monkeypatch.chdir(store)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return store


def artifact(name, path, into):
    return json.loads(tracking.run_artifact(tracking.find_run(name).run_id, path, into).read_text(encoding="utf-8"))


def test_runs_are_found_by_id_its_beginning_name_and_folder():
    owl, ant = (tracking.find_run(name).run_id for name in ("owl", "ant"))
    verdicts = {
        compare.run(references, draws=DRAWS, log=False)[0].pairs[0].metrics["macro_f1"]
        for references in ([owl, "ant"], [owl[:12], ant[:12]], ["owl", "reports/ant"], ["reports/owl", "reports/ant/"])
    }
    assert len(verdicts) == 1


def test_the_comparison_is_an_artifact_of_both_runs(tmp_path):
    comparison, path = compare.run(["owl", "ant"], draws=DRAWS)
    owl, ant = comparison.run_ids
    assert path == f"comparisons/{owl[:8]}-{ant[:8]}.json"
    for name in ("owl", "ant"):
        assert artifact(name, path, tmp_path) == json.loads(json.dumps(comparison.as_dict()))


@pytest.mark.parametrize(
    ("references", "log"), [(["ant", "bee"], False), (["ant", "reports/bee"], True), (["bee", "fresh"], True)]
)
def test_nothing_is_kept_where_that_is_not_wanted_or_a_run_is_a_folder_or_nothing_was_tested(references, log, tmp_path):
    assert compare.run(references, draws=DRAWS, log=log)[1] is None
    assert tracking.find_artifact(tracking.find_run("bee").run_id, "comparisons", tmp_path) is None


def test_the_page_is_written_and_an_artifact_of_both_runs(tmp_path):
    page = tmp_path / "pages" / "compared.html"
    comparison, path = compare.run(["owl", "ant"], draws=DRAWS, html=page)
    written = page.read_text(encoding="utf-8")
    assert escape(comparison.verdict) in written
    for name in ("owl", "ant"):
        run_id = tracking.find_run(name).run_id
        kept = tracking.run_artifact(run_id, path.replace(".json", ".html"), tmp_path)
        assert kept.read_text(encoding="utf-8") == written


def test_runs_that_were_not_tested_have_a_page_too(tmp_path):
    comparison, path = compare.run(["owl", "fresh"], draws=DRAWS, html=tmp_path / "page.html")
    assert path is None
    assert escape(comparison.verdict) in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_run_that_was_only_trained_stands_beside_the_other():
    comparison, _ = compare.run(["owl", "fresh"], draws=DRAWS)
    assert comparison.not_tested == "fresh has no predictions; `stance evaluate` makes them"
    assert comparison.params == {"c": ("0.5", None)}
    assert comparison.logged == {"macro_f1": (0.5, None)}


def test_slices_of_a_run_are_kept_but_not_listed_with_its_figures():
    assert tracking.find_run("owl").metrics == {"macro_f1": 0.5, "slice.outlet.Müller-7_a.macro_f1": 0.25}
    comparison, _ = compare.run(["owl", "ant"], draws=DRAWS, log=False)
    assert comparison.logged == {"macro_f1": (0.5, 0.5)}


def test_a_folders_figures_have_the_names_that_they_have_in_mlflow():
    comparison, _ = compare.run(["reports/owl", "ant"], draws=DRAWS)
    assert comparison.logged == {
        "macro_f1": (0.5, 0.5), "f1_pro": (0.5, None), "f1_pro_low": (0.4, None), "macro_f1_low": (0.4, None),
    }  # fmt: skip


def test_other_statements_are_told_and_compared_on_request(tmp_path):
    few = str(write(tmp_path / "few", mixed(0, 0.9)[:40]))
    with pytest.raises(InputError, match=r"owl on 120, .*few on 40\): 40 are shared; --shared compares on those 40"):
        compare.run(["owl", few], draws=DRAWS)
    comparison, _ = compare.run(["owl", few], draws=DRAWS, shared=True)
    assert (comparison.items.n, comparison.items.left_out) == (40, (80, 0))


def no_statements(folder):
    write(folder, [])
    return InputError, "holds no statements; evaluate it again"


def other_labels(folder):
    write(folder, [{**row, "label": "favour"} for row in mixed(0, 0.5)])
    return LabelError, "q0 has the label 'favour'; allowed: anti-restriction, neutral, pro-restriction"


def no_probabilities(folder):
    write(folder, [{**row, "p_pro": None} for row in answers({"x": ["pp"]})])
    return InputError, "the probabilities of q0 do not sum to 1; evaluate it again"


def an_older_table(folder):
    folder.mkdir()
    rows = [{"statement_id": "q0", "label": "neutral"}]
    write_table(folder / "predictions.parquet", rows, schema_of(["statement_id", "label"]))
    return InputError, "lacks the columns article_id, target, text, p_anti, p_neutral, p_pro"


def a_damaged_table(folder):
    write(folder, mixed(0, 0.5))
    (folder / "predictions.parquet").write_bytes(b"PAR1 and nothing else")
    return InputError, "damaged table"


def an_empty_folder(folder):
    folder.mkdir()
    return InputError, "holds neither predictions.parquet nor metrics.json"


def nothing(folder):
    return TrackingError, "no such run .*; and no folder .*bad holds metrics.json or predictions.parquet"


@pytest.mark.parametrize(
    "fault",
    [no_statements, other_labels, no_probabilities, an_older_table, a_damaged_table, an_empty_folder, nothing],
)
def test_what_cannot_be_read_is_told_in_one_line(fault, tmp_path):
    kind, message = fault(tmp_path / "bad")
    with pytest.raises(PipelineError, match=message) as caught:
        compare.run(["owl", str(tmp_path / "bad")], draws=DRAWS)
    assert type(caught.value) is kind
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("references", "message"),
    [
        (["owl"], "owl: a comparison needs two runs or more"),
        (["owl", "owl"], "is named twice"),
        (["reports/owl", "reports/../reports/owl/"], "is named twice"),
    ],
)
def test_a_run_is_not_compared_with_itself(references, message):
    with pytest.raises(InputError, match=message):
        compare.run(references, draws=DRAWS)
