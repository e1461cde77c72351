"""What may be loaded when: the start stays fast, and heavy packages stay where they belong."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import pipeline

HEAVY = {
    "torch",
    "transformers",
    "datasets",
    "mlflow",
    "sklearn",
    "pandas",
    "ray",
    "pyarrow",
    "numpy",
    "fsspec",
    "sqlite3",
}
# Of these, importing any module of the package loads none; functions do where they need them.
HEAVIEST = {"torch", "transformers", "datasets", "sentence_transformers", "mlflow", "ray", "dvc", "matplotlib"}
# MLflow loads this file itself, as the code of a served model.
LOADED_BY_MLFLOW = "pipeline.serving"

REPORT = "import json, sys; json.dump(sorted(sys.modules), sys.stderr)"


def run(code):
    """Return the modules loaded at the end of a program."""
    program = f"import atexit\ndef report():\n    {REPORT}\natexit.register(report)\n{code}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stderr))


def packages(names):
    return {name.partition(".")[0] for name in names}


def modules():
    root = Path(pipeline.__file__).parent
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root.parent).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize(
    "command",
    [
        "--help",
        "--version",
        "score --help",
        "quotes --help",
        "browse --help",
        "train --help",
        "behaviour --help",
        "annotate agreement --help",
        "annotate run --help",
    ],
)
def test_help_and_version_load_nothing_heavy(command):
    loaded = packages(run(f"from pipeline.cli import main\nassert main({command.split()!r}) == 0"))
    assert "typer" in loaded
    assert loaded & HEAVY == set()


def test_importing_the_package_loads_none_of_the_heaviest():
    names = [name for name in modules() if name != LOADED_BY_MLFLOW]
    loaded = run("\n".join(f"import {name}" for name in names))
    assert set(names) <= loaded
    assert packages(loaded) & HEAVIEST == set()
