"""What tests of scoring share: an article of invented people, a model's options, and what a run leaves."""

import json
from pathlib import Path

from pipeline.config import ScoreConfig, load_config

FEATURES = {"words": {"column": "text", "analyzer": "word", "ngrams": [1, 1], "min_df": 1, "weight": 1.0}}
OPTIONS = {"features": FEATURES, "c": 10.0, "class_weight": None, "max_iterations": 300}

# Article text, and its rows: speaker, is_statement.
TALK = (
    "Council delays the Quillon vote\n\n"
    "“The ban on Quillon routers is overdue,” said Mira Olsen, the mayor of Halden.\n\n"
    "“We think this order is reckless and we will fight it,” Jonas Veld told reporters.\n\n"
    "The shop calls its window the “Box” these days.\n\n"
    "“The rule is scheduled for its second reading on Tuesday,” said Ada Brandt, a clerk.\n"
)


def configured(model, **values):
    overrides = [f"{name}={json.dumps(value)}" for name, value in values.items()]
    return load_config(ScoreConfig, "score", [f"model={json.dumps(str(model))}", "engine=inline", *overrides])


def contents(folder: Path):
    """Return all that a user reads, by name; the ledger and the manifest know of times."""
    skipped = ("_ledger.sqlite", "_ledger.sqlite-shm", "_ledger.sqlite-wal", "_ledger.left", "_lock", "_runs.jsonl")
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in skipped and not path.name.endswith(".manifest.json")
    }
