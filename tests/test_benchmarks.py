"""The benchmarks start, tell what they are for, and skip with a reason where the data beside the project is absent."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "benchmarks"

# Script to the parts that need the data beside the project.
SHARED_PARTS = {
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


def test_an_absent_package_is_a_skip_that_says_what_to_install(monkeypatch):
    for name in ("skactiveml", "skactiveml.pool"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.syspath_prepend(FOLDER)
    with pytest.raises(Exception, match="pip install scikit-activeml"):
        importlib.import_module("_activeml").strategies(0)
