"""Promotion in a real MLflow store: the gate as a whole, the alias, its history, and the way back."""

import json
import shutil

import pytest
from gated import BEHAVIOUR, RUNS, log, rows

from pipeline import stance, tracking
from pipeline.config_files import load_config
from pipeline.errors import InputError, TrackingError
from pipeline.evaluation.items import items_hash
from pipeline.gate_config import GateConfig
from pipeline.stages import promote

OPTIONS = {"features": {"words": {"column": "text", "analyzer": "word", "ngrams": [1, 1]}}}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    words = ("reckless", "on the agenda", "overdue")
    texts = [f"“The ban is {word},”" for word in words for _ in range(4)]
    table = {"text": texts, "context": texts, "title": [""] * 12, "target": ["the ban"] * 12}
    labels = [label for label in ("anti-restriction", "neutral", "pro-restriction") for _ in range(4)]
    folder = tmp_path_factory.mktemp("models") / "default"
    stance.save(stance.fit("tfidf", OPTIONS, table, labels, training={"sha256": "0" * 64}), folder)
    return folder


@pytest.fixture(scope="module")
def store(tmp_path_factory, bundle, empty_store):
    """Return a folder with evaluated runs, all of one logged model; logging one takes seconds."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(empty_store, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        with tracking.start_run(name="made") as tracker:
            address = tracker.log_model(bundle, requirements=["numpy"])
            tracker.set_tags({"model": address, "model_sha256": "made"})
        for name, predictions in RUNS.items():
            behaviour = None if name == "silent" else BEHAVIOUR
            log(name, predictions, folder / "reports" / name, model=address, behaviour=behaviour)
        log("again", rows(0.9), folder / "reports" / "again", sha256="better")
        log("plain on others", RUNS["other"], folder / "reports" / "others", sha256="plain")
        log("unlogged", rows(0.9), folder / "reports" / "unlogged")
    return folder


@pytest.fixture(autouse=True)
def here(store, monkeypatch):
    """Work in the folder of the store, with nothing registered."""
    monkeypatch.chdir(store)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    yield store
    from mlflow import MlflowClient

    client = MlflowClient(tracking.store_uri())
    for model in client.search_registered_models():
        client.delete_registered_model(model.name)


def gate(*overrides):
    return load_config(GateConfig, "gate", ["resamples=300", *overrides])


def decide(name, *overrides, **options):
    return promote.run(name, gate(*overrides), **options)


def passed(decision):
    return {check.name: check.passed for check in decision.checks}


def champion():
    found = tracking.aliased("champion")
    return tracking.find_run(found.run_id).name if found else None


def test_the_first_model_becomes_champion_above_the_baseline_and_is_found_by_its_alias(bundle):
    decision = decide("plain")
    assert passed(decision) == {"macro_f1": True, "calibration": True, "behaviour": True}
    assert (decision.promoted, decision.before, decision.model.version) == (True, None, "1")
    assert champion() == "plain"
    assert stance.fingerprint(tracking.resolve_model("models:/stance@champion")) == stance.fingerprint(bundle)


def test_the_first_model_has_to_be_above_the_baseline():
    decision = decide("guess", "calibration.most=1")
    assert passed(decision) == {"macro_f1": False, "calibration": True, "behaviour": True}
    assert champion() is None
    # Registered it is all the same.
    assert tracking.find_version(tracking.find_run("guess")).version == "1"


def test_a_better_model_takes_the_place_and_the_decision_is_kept(tmp_path):
    decide("plain")
    decision = decide("better")
    assert passed(decision) == dict.fromkeys(("macro_f1", "slices", "calibration", "behaviour"), True)
    assert (decision.before.version, decision.before.name, decision.model.version) == ("1", "plain", "2")
    assert champion() == "better"
    path = f"promotions/{decision.time.replace(':', '')}.json"
    kept = tracking.run_artifact(tracking.find_run("better").run_id, path, tmp_path)
    assert json.loads(kept.read_text(encoding="utf-8")) == json.loads(json.dumps(decision.as_dict()))


# The run, the gate, and the one check that fails.
ALONE = [
    ("guess", ["calibration.most=1"], "macro_f1"),
    ("same", ["margin=0"], "macro_f1"),
    ("sliced", ["margin=1", "calibration.most=1"], "slices"),
    ("unsure", [], "calibration"),
    ("better", ["behaviour.most=0.2"], "behaviour"),
    ("better", ["behaviour.capabilities={negation: 0.1}"], "behaviour"),
    ("silent", [], "behaviour"),
]


@pytest.mark.parametrize(("name", "overrides", "failed"), ALONE)
def test_one_check_that_fails_is_enough_and_the_champion_stays(name, overrides, failed):
    decide("plain")
    decision = decide(name, *overrides)
    if name == "guess":  # worse everywhere, so that its slices are, too
        decision = decide(name, *overrides, "slices.check=false")
    assert [check for check, ok in passed(decision).items() if not ok] == [failed]
    assert (decision.passed, decision.promoted) == (False, False)
    assert champion() == "plain"


# What is switched off or let pass, for the runs that fail by it.
LET_PASS = [
    ("same", ["margin=0.1"]),
    ("sliced", ["margin=1", "calibration.most=1", "slices.check=false"]),
    ("unsure", ["calibration.worse_by=0.5"]),
    ("silent", ["behaviour.check=false"]),
    ("other", []),  # the champion has been evaluated on these statements, too
    ("half", ["shared=true"]),
]


@pytest.mark.parametrize(("name", "overrides"), LET_PASS)
def test_the_gate_asks_for_no_more_than_its_configuration(name, overrides):
    decide("plain")
    assert decide(name, *overrides).reasons == []
    assert champion() == name


def test_the_champion_is_judged_by_its_run_on_the_same_statements():
    decide("plain")
    decision = decide("other", dry_run=True)
    assert decision.before.name == "plain on others"
    assert items_hash(RUNS["other"]) != items_hash(RUNS["plain"])


def test_a_champion_evaluated_on_other_statements_is_no_measure():
    decide("plain")
    decision = decide("half", "calibration.most=1")
    assert passed(decision) == {"macro_f1": False, "calibration": True, "behaviour": True}
    assert decision.reasons[0].startswith("the champion was evaluated on other statements (60 are shared); evaluate")


def test_a_run_that_evaluated_a_model_again_promotes_that_model():
    decision = decide("again")
    version = tracking.aliased("champion")
    assert decision.promoted
    assert tracking.find_run(version.run_id).name == "better"


def artifacts(name):
    from mlflow import MlflowClient

    client, run_id = MlflowClient(tracking.store_uri()), tracking.find_run(name).run_id
    return {found.path for folder in ("", promote.FOLDER) for found in client.list_artifacts(run_id, folder or None)}


def test_a_dry_run_changes_nothing():
    before = artifacts("same")
    decision = decide("same", dry_run=True)
    assert (decision.passed, decision.promoted, decision.model.version) == (True, False, None)
    assert champion() is None
    assert tracking.find_version(tracking.find_run("same")) is None
    assert artifacts("same") == before


def test_the_champion_itself_is_left_alone():
    decide("plain")
    decision = decide("plain")
    assert (decision.already, decision.passed, decision.promoted, decision.checks) == (True, True, False, ())
    assert champion() == "plain"


def test_a_model_is_registered_once():
    assert {decide("guess", "calibration.most=1").model.version for _ in range(2)} == {"1"}


def test_rolling_back_goes_from_champion_to_champion():
    for name in ("plain", "same", "better"):
        assert decide(name, "margin=1", "slices.check=false").promoted
    assert promote.roll_back(gate(), dry_run=True).now == "2"
    assert champion() == "better"
    moved = promote.roll_back(gate())
    assert moved.as_dict() == {
        "alias": "champion", "left": "3", "now": "2", "run_id": tracking.find_run("same").run_id, "dry_run": False,
    }  # fmt: skip
    assert champion() == "same"
    assert promote.roll_back(gate()).now == "1"
    assert champion() == "plain"
    with pytest.raises(TrackingError, match="stance@champion: no earlier model is remembered; it stays at version 1"):
        promote.roll_back(gate())
    assert champion() == "plain"


def test_after_a_rollback_the_history_goes_on_from_there():
    for name in ("plain", "better"):
        decide(name)
    promote.roll_back(gate())
    decide("same", "margin=1", "slices.check=false")
    assert promote.roll_back(gate()).now == "1"


def test_an_alias_moved_by_hand_is_remembered_when_it_moves_on():
    decide("guess", "calibration.most=1")
    tracking.set_alias("champion", "1")
    assert decide("better").promoted
    promote.roll_back(gate())
    assert champion() == "guess"


def test_without_a_champion_there_is_no_way_back():
    with pytest.raises(TrackingError, match="stance@champion: points at no model"):
        promote.roll_back(gate())


def test_another_alias_has_a_history_of_its_own():
    decide("plain")
    decide("better", "alias=challenger")
    assert champion() == "plain"
    with pytest.raises(TrackingError, match="stance@challenger: no earlier model"):
        promote.roll_back(gate("alias=challenger"))


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("nobody", TrackingError, "run nobody: no such run"),
        ("made", InputError, "run made: has no predictions; `stance evaluate` its model first"),
        ("unlogged", TrackingError, "run unlogged: its model was not logged in MLflow"),
    ],
)
def test_what_cannot_be_promoted_is_told_in_one_line(name, kind, message):
    with pytest.raises(kind, match=message) as caught:
        decide(name)
    assert "\n" not in str(caught.value)
    assert champion() is None
