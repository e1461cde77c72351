"""Runs and models in a real MLflow store on sqlite."""

import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import stance, tracking
from pipeline.errors import TrackingError
from pipeline.tracking import MlflowTracker, Tracker

OPTIONS = {"features": {"words": {"column": "text", "analyzer": "word", "ngrams": [1, 1]}}}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Return a folder with a store in it; making one takes seconds."""
    folder = tmp_path_factory.mktemp("project")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        with tracking.start_run(name="first") as tracker:
            tracker.log_params({"model": {"c": 1.0}, "seed": 7})
    return folder


@pytest.fixture
def here(store, monkeypatch):
    """Work in the folder of the store."""
    monkeypatch.chdir(store)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return store


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """Work in a folder without a store."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return tmp_path


@pytest.fixture
def bundle(labelled, tmp_path):
    folder = tmp_path / "models" / "default"
    stance.save(stance.fit("tfidf", OPTIONS, *labelled, training={"sha256": "0" * 64}), folder)
    return folder


def test_a_run_keeps_what_it_is_told(here, tmp_path):
    data = tmp_path / "statements.parquet"
    data.write_bytes(b"rows")
    with tracking.start_run(name="told", tags={"config_hash": "c0ffee"}) as tracker:
        tracker.log_params({"model": {"c": 2.0, "features": {"words": {"ngrams": [1, 2]}}}, "seed": 7})
        tracker.log_metrics({"macro_f1": 0.5, "macro_f1_low": 0.4})
        tracker.log_dataset(data, sha256="ab" * 32, context="training")
        tracker.log_artifact(data)
        tracker.log_artifact(data, "copies")
        tracker.set_tags({"note": "a test"})
    run = tracking.find_run("told")
    assert run.run_id == tracker.run_id
    assert run.status == "FINISHED"
    assert run.params == {"model.c": "2.0", "model.features.words.ngrams": "[1, 2]", "seed": "7"}
    assert run.metrics == {"macro_f1": 0.5, "macro_f1_low": 0.4}
    assert run.tags["config_hash"] == "c0ffee"
    assert run.tags["note"] == "a test"
    assert run.evaluated
    assert tracking.run_artifact(run.run_id, "copies/statements.parquet", tmp_path).read_bytes() == b"rows"


def test_the_dataset_is_kept_with_its_whole_hash(here, tmp_path):
    from mlflow import MlflowClient

    data = tmp_path / "rows.parquet"
    data.write_bytes(b"rows")
    with tracking.start_run(name="data") as tracker:
        tracker.log_dataset(data, sha256="cd" * 32, context="training")
    (entry,) = MlflowClient(tracking.store_uri()).get_run(tracker.run_id).inputs.dataset_inputs
    assert entry.dataset.name == "rows.parquet"
    assert entry.dataset.digest == "cd" * 8
    assert {tag.key: tag.value for tag in entry.tags} == {"mlflow.data.context": "training", "sha256": "cd" * 32}


def test_a_block_that_raises_ends_its_run_as_failed(here):
    with pytest.raises(ZeroDivisionError), tracking.start_run(name="broken"):
        _ = 1 / 0
    assert tracking.find_run("broken").status == "FAILED"


def test_the_store_lies_in_the_working_folder_and_nothing_else_does(here):
    assert tracking.store_uri() == f"sqlite:///{here}/mlflow.db"
    assert {path.name for path in here.iterdir()} <= {"mlflow.db", "mlflow.db.lock", "mlartifacts"}


def test_the_environment_names_another_store(nowhere, store, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{store}/mlflow.db")
    assert tracking.find_run("first").params["seed"] == "7"
    (nowhere / "note.txt").write_text("kept beside the database")
    with tracking.start_run(name="from elsewhere") as tracker:
        tracker.log_artifact(nowhere / "note.txt")
    kept = list((store / "mlartifacts").rglob("note.txt"))
    assert [path.read_text() for path in kept] == ["kept beside the database"]
    assert [path.name for path in nowhere.iterdir()] == ["note.txt"]


def test_the_environment_is_left_as_it_was(here, bundle):
    with tracking.start_run(name="environment") as tracker:
        tracker.log_model(bundle, requirements=["numpy"])
    assert "MLFLOW_TRACKING_URI" not in os.environ


def test_a_folder_with_an_odd_name_holds_its_store(tmp_path, monkeypatch):
    folder = tmp_path / "a b" / "ü" / "50%20 #1"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (folder / "note.txt").write_text("kept")
    with tracking.start_run(name="odd") as tracker:
        tracker.log_artifact(folder / "note.txt")
    assert {path.name for path in folder.iterdir()} == {"note.txt", "mlflow.db", "mlflow.db.lock", "mlartifacts"}
    assert tracking.run_artifact(tracker.run_id, "note.txt", tmp_path).read_text() == "kept"


def test_the_commit_is_a_tag_in_git_and_absent_elsewhere(here, tmp_path_factory, monkeypatch):
    with tracking.start_run(name="no git"):
        pass
    assert "mlflow.source.git.commit" not in tracking.find_run("no git").tags
    repository = tmp_path_factory.mktemp("repository")
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@t", "-C", str(repository)]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", tracking.store_uri())
    monkeypatch.chdir(repository)
    with tracking.start_run(name="git"):
        pass
    assert tracking.find_run("git").tags["mlflow.source.git.commit"] == head
    monkeypatch.setenv("PATH", "")
    with tracking.start_run(name="git is not installed"):
        pass
    assert "mlflow.source.git.commit" not in tracking.find_run("git is not installed").tags


def test_runs_come_newest_first_and_no_more_than_asked(here):
    for name in ("older", "newer"):
        with tracking.start_run(name=name):
            pass
    assert [run.name for run in tracking.runs(2)] == ["newer", "older"]


def test_a_run_is_found_by_id_its_beginning_or_name(here):
    run = tracking.find_run("first")
    assert tracking.find_run(run.run_id) == run
    assert tracking.find_run(run.run_id[:12]) == run
    assert not run.evaluated
    assert run.start.tzinfo is not None


def test_an_unknown_short_or_double_reference_is_told_in_one_line(here):
    for _ in range(2):
        with tracking.start_run(name="twin"):
            pass
    for reference, message in (
        ("nonesuch", "run nonesuch: no such run at sqlite"),
        ("", "no such run"),
        (tracking.find_run("first").run_id[:3], "no such run"),
        ("twin", "run twin: 2 runs answer to it"),
    ):
        with pytest.raises(TrackingError, match=message) as caught:
            tracking.find_run(reference)
        assert "\n" not in str(caught.value)


def test_looking_makes_no_store(nowhere):
    assert tracking.runs() == []
    with pytest.raises(TrackingError, match="no such run"):
        tracking.find_run("abcdef")
    with pytest.raises(TrackingError, match="train with --register"):
        tracking.resolve_model("models:/stance@champion")
    assert list(nowhere.iterdir()) == []


@pytest.mark.parametrize(
    "uri",
    ["http://127.0.0.1:9/", "sqlite:////nonesuch/folder/mlflow.db", "nonesuch://host/store", "sqlite:///{file}"],
)
def test_a_store_that_cannot_be_used_is_told_in_one_line(nowhere, monkeypatch, uri):
    (nowhere / "no.db").write_text("certainly no database, but long enough to look at " * 20)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri.format(file=nowhere / "no.db"))
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(TrackingError, match="MLFLOW_TRACKING_URI") as caught, tracking.start_run():
        pytest.fail("the run began")
    assert "\n" not in str(caught.value)


def test_a_server_that_does_not_answer_is_told_once_and_without_chatter(nowhere):
    code = "from pipeline.cli import main; raise SystemExit(main(['runs']))"
    environment = {**os.environ, "MLFLOW_TRACKING_URI": "http://127.0.0.1:9", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    advice = "start the server or check MLFLOW_TRACKING_URI"
    assert done.stderr == f"error: MLflow at http://127.0.0.1:9: it cannot be reached; {advice}\n"
    assert done.returncode == 2


def test_a_registered_model_comes_back_as_its_folder(here, bundle):
    with tracking.start_run(name="registered") as tracker:
        first = tracker.log_model(bundle, requirements=["numpy"], register=True)
        second = tracker.log_model(bundle, requirements=["numpy"], register=True)
    assert (first, second) == ("models:/stance/1", "models:/stance/2")
    tracking.set_alias("champion", "2")
    for address in (first, "models:/stance@champion"):
        folder = tracking.resolve_model(address)
        assert stance.fingerprint(folder) == stance.fingerprint(bundle)
        stance.load(folder)
    for address in ("models:/stance@nobody", "models:/stance/77", "models:/nonesuch/1", "models:/", "runs:/x/model"):
        with pytest.raises(TrackingError, match="register one with `stance train --register`, or check") as caught:
            tracking.resolve_model(address)
        assert "\n" not in str(caught.value)
    with pytest.raises(TrackingError, match="77"):
        tracking.set_alias("champion", "77")


def test_the_run_that_logged_a_model_is_found_by_its_fingerprint(here):
    for name, tags in (("trained", {"model": "models:/m-1"}), ("evaluated", {}), ("other", {"model": "models:/m-2"})):
        with tracking.start_run(name=name, tags=tags | {"model_sha256": ("cd" if name == "other" else "ab") * 32}):
            pass
    found = tracking.trained("ab" * 32)
    assert found is not None
    assert (found.name, found.tags["model"]) == ("trained", "models:/m-1")
    assert tracking.trained("ef" * 32) is None


def test_the_logged_model_answers_as_the_model_does(here, bundle):
    import mlflow
    import pandas as pd

    with tracking.start_run(name="served") as tracker:
        address = tracker.log_model(bundle, requirements=stance.load(bundle).requirements())
    with tracking.store.selected(tracking.store_uri()):
        served = mlflow.pyfunc.load_model(address)
        info = mlflow.models.get_model_info(address)
    frame = pd.DataFrame({"text": ["“It is overdue,”", "It is reckless"], "target": ["the ban", None]})
    answer = served.predict(frame)
    expected = stance.load(bundle).predict_proba(frame)
    assert answer["stance"].tolist() == ["pro-restriction", "anti-restriction"]
    assert answer[["p_anti", "p_neutral", "p_pro"]].to_numpy().tolist() == expected.tolist()
    assert answer["confidence"].tolist() == expected.max(axis=1).tolist()
    assert info.signature.inputs.input_names() == list(stance.COLUMNS)
    assert info.signature.inputs.required_input_names() == ["text"]
    assert info.signature.outputs.input_names() == ["stance", "p_anti", "p_neutral", "p_pro", "confidence"]
    assert info.saved_input_example_info is not None


def test_no_pickle_is_among_the_files_of_the_logged_model(here, bundle):
    with tracking.start_run(name="files") as tracker:
        tracker.log_model(bundle, requirements=["numpy"], register=True)
    folder = tracking.resolve_model(f"models:/stance/{max(versions())}").parent.parent
    names = [path.name for path in folder.rglob("*") if path.is_file()]
    assert "serving.py" in names
    assert [name for name in names if name.endswith((".pkl", ".pickle", ".pyc"))] == []


def versions() -> list[int]:
    from mlflow import MlflowClient

    return [int(found.version) for found in MlflowClient(tracking.store_uri()).search_model_versions("name='stance'")]


PARAMS = {"model": {"c": 1.0}, "seed": 7}


def test_evaluation_goes_on_with_the_run_of_training_once(here, tmp_path):
    pointer = tmp_path / "default.run.json"
    with tracking.start_run(name="train and evaluate") as trained:
        trained.log_params(PARAMS)
        trained.log_metrics({"train_statements": 60, "dev_macro_f1": 0.5})
        tracking.write_pointer(pointer, trained, model_sha256="aa")
    with tracking.continue_run(pointer, model_sha256="aa", params=PARAMS) as first:
        first.log_metrics({"macro_f1": 0.4})
    assert first.run_id == trained.run_id
    run = tracking.find_run(trained.run_id)
    assert run.status == "FINISHED"
    assert run.metrics == {"train_statements": 60, "dev_macro_f1": 0.5, "macro_f1": 0.4}
    with tracking.continue_run(pointer, model_sha256="aa", params=PARAMS) as second:
        second.log_metrics({"macro_f1": 0.3})
    assert second.run_id != trained.run_id
    assert tracking.find_run(second.run_id).params == {"model.c": "1.0", "seed": "7"}
    assert tracking.find_run(trained.run_id).metrics["macro_f1"] == 0.4


@pytest.mark.parametrize(
    "content",
    [None, "{", "[]", '{"run_id": "0123456789abcdef0123456789abcdef", "model_sha256": "aa"}', "other model"],
    ids=["missing", "broken", "a list", "unknown run", "another model"],
)
def test_evaluation_opens_a_run_where_there_is_none_to_go_on_with(here, tmp_path, content):
    pointer = tmp_path / "default.run.json"
    old = tracking.find_run("first").run_id
    if content == "other model":
        tracking.write_pointer(pointer, MlflowTracker.__new__(MlflowTracker), model_sha256="bb")
        content = pointer.read_text().replace("null", f'"{old}"')
    if content is not None:
        pointer.write_text(content)
    with tracking.continue_run(pointer, model_sha256="aa", params=PARAMS) as tracker:
        pass
    assert tracker.run_id not in (None, old)
    assert tracking.find_run(tracker.run_id).params["model.c"] == "1.0"


def test_what_was_trained_untracked_is_evaluated_untracked(nowhere):
    pointer = nowhere / "default.run.json"
    with tracking.start_run(track=False) as tracker:
        assert tracker.run_id is None
        tracking.write_pointer(pointer, tracker, model_sha256="aa")
    with tracking.continue_run(pointer, model_sha256="aa", params=PARAMS) as tracker:
        tracker.log_metrics({"macro_f1": 0.4})
    assert [path.name for path in nowhere.iterdir()] == ["default.run.json"]


def test_the_null_tracker_has_the_same_methods():
    for name, method in inspect.getmembers(Tracker, inspect.isfunction):
        assert inspect.signature(method) == inspect.signature(getattr(MlflowTracker, name)), name
    extra = {n for n in vars(MlflowTracker) if not n.startswith("_")} - set(vars(Tracker))
    assert extra == set()


def test_the_null_tracker_keeps_nothing(nowhere):
    code = (
        "import sys; from pathlib import Path; from pipeline import tracking\n"
        "with tracking.start_run(track=False) as t:\n"
        "    t.log_params({'a': 1}); t.log_metrics({'b': 2.0}); t.set_tags({}); t.log_artifact(Path('x'))\n"
        "    t.log_dataset(Path('x'), sha256='', context=''); print(t.log_model(Path('x'), requirements=[]))\n"
        "print('mlflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["None", "False"]
    assert list(nowhere.iterdir()) == []


# Processes that have MLflow already, so that they come to the store within milliseconds of each other.
FIRST_USE = """
import os, traceback
from pipeline import tracking
tracking.store._prepare()
import mlflow.store.tracking.sqlalchemy_store
children = []
for number in range(4):
    if not (child := os.fork()):
        try:
            with tracking.start_run(name=f"p{number}") as tracker:
                tracker.log_metrics({"macro_f1": 0.5})
        except BaseException:
            traceback.print_exc()
        os._exit(0)
    children.append(child)
for child in children:
    os.waitpid(child, 0)
"""


def test_four_processes_may_use_a_fresh_store_at_once(nowhere):
    command = [sys.executable, "-W", "error::UserWarning", "-c", FIRST_USE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")  # no traceback, and no chatter either
    assert sorted(run.name for run in tracking.runs()) == ["p0", "p1", "p2", "p3"]
    assert all(run.status == "FINISHED" for run in tracking.runs())


def test_only_tracking_and_serving_import_mlflow():
    package = Path(tracking.__file__).parent.parent
    importers = {
        path.relative_to(package).parts[0]
        for path in package.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip().startswith(("import mlflow", "from mlflow"))
    }
    assert importers == {"tracking", "serving.py"}


def test_a_part_of_a_run_is_found_but_not_listed(here):
    with tracking.start_run(name="whole") as whole:
        for number in range(3):
            with tracking.start_run(name=f"part {number}", parent=whole.run_id) as part:
                part.log_metrics({"cv_macro_f1": number / 10})
    assert [run.name for run in tracking.runs(1)] == ["whole"]
    assert {run.name for run in tracking.runs(4, parts=True)} == {"whole", "part 0", "part 1", "part 2"}
    found = tracking.find_run("part 2")
    assert (found.tags["mlflow.parentRunId"], found.metrics, found.evaluated) == (
        whole.run_id,
        {"cv_macro_f1": 0.2},
        False,
    )


def test_whether_a_run_is_known_is_told_without_making_a_store(here, tmp_path, monkeypatch):
    run_id = tracking.find_run("first").run_id
    assert tracking.is_known(run_id)
    assert not tracking.is_known("0" * 32)
    monkeypatch.chdir(tmp_path)
    assert not tracking.is_known(run_id)
    assert list(tmp_path.iterdir()) == []
