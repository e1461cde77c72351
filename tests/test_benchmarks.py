"""The benchmarks start, tell what they are for, and skip with a reason where the data beside the project is absent."""

import argparse
import hashlib
import importlib
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import stance

FOLDER = Path(__file__).parent.parent / "benchmarks"

# Script to the parts that need the data beside the project.
SHARED_PARTS = {
    "batch.py": ("rates", "overhead"),
    "next.py": (),
    "quotes.py": ("founding", "polnear", "news"),
    "speed.py": (),
    "stance.py": ("real", "target", "curves", "founding"),
    "weak.py": ("functions", "together", "training"),
}


def run(script: str, *arguments: str, shared: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"QUOTESTANCE_SHARED": str(shared)}
    return subprocess.run(
        [sys.executable, FOLDER / script, *arguments], env=environment, capture_output=True, encoding="utf-8"
    )


@pytest.mark.parametrize("script", SHARED_PARTS)
def test_help_shows_the_usage(script, tmp_path):
    done = run(script, "--help", shared=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"python benchmarks/{script}" in done.stdout


@pytest.mark.parametrize("script", SHARED_PARTS)
def test_absent_data_is_a_skip_with_its_reason(script, tmp_path):
    done = run(script, *SHARED_PARTS[script], shared=tmp_path / "nowhere")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("skipped: ") == max(1, len(SHARED_PARTS[script]))
    assert str(tmp_path / "nowhere") in done.stdout
    assert "QUOTESTANCE_SHARED" in done.stdout


@pytest.mark.parametrize("script", [name for name, parts in SHARED_PARTS.items() if parts])
def test_an_unknown_part_is_named_with_the_known_ones(script, tmp_path):
    done = run(script, "telepathy", shared=tmp_path)
    assert done.returncode == 2
    assert "telepathy" in done.stderr
    assert all(part in done.stderr for part in SHARED_PARTS[script])


def test_the_readme_lists_every_benchmark():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    scripts = [path.name for path in FOLDER.glob("*.py") if not path.name.startswith("_")]
    assert [name for name in scripts if f"`{name}`" not in readme] == []


def test_many_articles_are_worked_out_from_the_units(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    units = {
        "reading_ms": 4, "row_ms": 10, "rows": 14, "efficiency": 0.9, "driver_ms": 0.5, "known_ms": 0.02,
        "input_bytes": 6000, "parts_bytes": 3000, "articles_bytes": 2000, "ledger_bytes": 250, "worker_mb": 400,
        "driver_mb": 100, "shard": 500,
    }  # fmt: skip
    lines = importlib.import_module("scale").table(10_000_000, units)
    values = {what.strip(): value.strip() for _, what, _, value, _ in (line.split("|") for line in lines[2:])}
    assert values["core-hours"] == "400"
    assert values["… of them to change the model"] == "389"
    assert values["hours on 64 cores"] == "6.9 (400 articles/s)"
    assert values["most that one driver feeds"] == "2,000 articles/s"
    assert values["… cores that this keeps busy"] == "320"
    assert values["disk: parts"] == "30.0 GB"
    assert values["memory, 256 workers"] == "100 GB"
    assert values["files, shard_articles 500"] == "40,000"
    assert values["reading an input again that is done"] == "83 min"


def test_an_absent_package_is_a_skip_that_says_what_to_install(monkeypatch):
    for name in ("skactiveml", "skactiveml.pool"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.syspath_prepend(FOLDER)
    with pytest.raises(Exception, match="pip install scikit-activeml"):
        importlib.import_module("_activeml").strategies(0)


@pytest.fixture
def maker(monkeypatch, tmp_path):
    """Return the script that makes the model that ships, with small files for data and a quick classifier."""
    monkeypatch.syspath_prepend(FOLDER)
    maker = importlib.import_module("make_starter")
    monkeypatch.setattr(maker.statements, "ANNOTATIONS", tmp_path)
    for name in (*maker.statements.REAL, *maker.statements.OURS):
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(maker, "small_encoder", lambda name, rows, work, plain, invented: "")
    monkeypatch.setattr(maker, "invented_rows", lambda data, held: [{}] * 7)
    words = {"features": {"words": {"column": "text", "analyzer": "word", "ngrams": [1, 1], "min_df": 1}}}

    def embedding(rows, encoder):
        return stance.build("tfidf", words, seed=13).fit(*maker.columns_and_labels(rows)), words

    def export_onnx(model, folder, dev):
        return replace(model, training={**model.training, "export": {"from": "tfidf"}})

    monkeypatch.setattr(maker, "embedding", embedding)
    monkeypatch.setattr("pipeline.stance.export.export_onnx", export_onnx)
    return maker


def test_the_model_that_ships_tells_which_rows_it_learned_from(maker, monkeypatch, tmp_path, labelled):
    table, y = labelled
    rows = [
        {"id": f"a{i}#0-9", "label": label, "speaker": None} | {name: values[i] for name, values in table.items()}
        for i, label in enumerate(y)
    ]
    (tmp_path / "bert").mkdir()
    told = []
    for fit, held, encoder in ((rows[::2], rows[1::2], None), (rows[1::2], rows[::2], tmp_path / "bert")):
        monkeypatch.setattr(maker, "training_rows", lambda data, parts=(fit, held): parts)
        given = {"data": tmp_path, "out": tmp_path / "out", "encoder": encoder and str(encoder), "plain": bool(encoder)}
        maker.make(argparse.Namespace(**given), tmp_path / "work")
        told.append(stance.read_card(tmp_path / "out")["training"])
    lines = sorted(f"{row['id']}\t{row['label']}\n" for row in rows)
    assert [training["rows_sha256"] for training in told] == [hashlib.sha256("".join(lines).encode()).hexdigest()] * 2
    assert (told[0]["rows"], told[0]["statements"], told[0]["held_out"], told[0]["fitted_again_on"]) == (60, 30, 30, 60)
    assert [training["invented"] for training in told] == [7, 0]
    assert told[0]["data"]["additions.jsonl"] == hashlib.sha256(b"additions.jsonl").hexdigest()
    assert set(told[0]["data"]) == {*maker.statements.REAL, *maker.statements.OURS}
    assert [training["command"] for training in told] == [
        "python benchmarks/make_starter.py", "python benchmarks/make_starter.py --encoder bert --plain",
    ]  # fmt: skip
    assert re.fullmatch(r"[0-9a-f]{40}(-dirty)?", told[0]["git_commit"] or "0" * 40)
    assert str(tmp_path) not in str(told)


def test_another_label_or_row_is_another_digest(maker):
    rows = [{"id": "a", "label": "neutral"}, {"id": "b", "label": "neutral"}]
    others = [rows[:1], [*rows, {"id": "c", "label": "neutral"}], [rows[0], rows[1] | {"label": "anti-restriction"}]]
    assert len({maker.statements.digest(some) for some in [rows, *others]}) == 4


def test_outside_git_the_commit_is_not_told(maker, monkeypatch, tmp_path):
    monkeypatch.setattr(maker, "ROOT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert maker.git_commit() is None
