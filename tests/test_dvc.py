"""The default pipeline's stages fit the files that the commands read and write."""

from pathlib import Path

import pytest
import yaml

from pipeline.config import EvaluateConfig, IngestConfig, LabelConfig, load_config, load_train_config

ROOT = Path(__file__).parent.parent
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]


def names(stage: str, *kinds: str) -> set[str]:
    """Return the paths that a stage lists, with or without properties."""
    listed = [entry for kind in kinds for entry in STAGES[stage].get(kind, [])]
    return {name for entry in listed for name in ([entry] if isinstance(entry, str) else entry)}


MADE = {stage: names(stage, "outs", "metrics", "plots") for stage in STAGES}


def test_the_stages_are_the_commands():
    assert {name: stage["cmd"] for name, stage in STAGES.items()} == {
        "ingest": "stance ingest",
        "label": "stance label",
        "train": "stance train",
        "evaluate": "stance evaluate",
    }


@pytest.mark.parametrize("stage", STAGES)
def test_what_a_stage_reads_is_in_the_project_or_made_before(stage):
    before = set().union(*(MADE[name] for name in list(STAGES)[: list(STAGES).index(stage)]))
    for path in names(stage, "deps"):
        assert path in before or (ROOT / path).exists(), path
    for path in names(stage, "params"):
        assert (ROOT / path).is_file(), path
        assert STAGES[stage]["params"].count({path: None}) == 1, "the whole file counts"


@pytest.mark.parametrize("stage", STAGES)
def test_manifests_and_run_ids_are_neither_read_nor_made(stage):
    files = names(stage, "deps") | MADE[stage]
    assert [path for path in files if path.endswith(("manifest.json", "run.json")) or "mlflow" in path] == []


def test_the_paths_are_those_of_the_configurations(monkeypatch):
    monkeypatch.chdir(ROOT)
    ingest, label = load_config(IngestConfig, "ingest"), load_config(LabelConfig, "label")
    train, evaluate = load_train_config(), load_config(EvaluateConfig, "evaluate")
    assert {str(path) for path in ingest.paths} <= names("ingest", "deps")
    assert str(ingest.out) in MADE["ingest"]
    assert {str(label.quotes), str(label.gold)} <= names("label", "deps")
    assert {str(label.out), str(label.report)} <= MADE["label"]
    assert str(train.statements) in names("train", "deps")
    assert str(train.out) in MADE["train"]
    assert {str(evaluate.statements), str(evaluate.model)} <= names("evaluate", "deps")
    assert all(path.startswith(f"{evaluate.out}/") for path in MADE["evaluate"])


def test_the_metrics_are_in_the_cache_for_comparison():
    assert STAGES["evaluate"]["metrics"] == ["reports/metrics.json"]
