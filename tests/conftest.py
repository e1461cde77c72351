"""What several tests need."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from pipeline.tracking import EXPERIMENT
from pipeline.tracking.store import connect

ROOT = Path(__file__).parent.parent

# Invented sentences with one telling word each, so that a right classifier separates them and a wrong one does not.
TELLING = {
    "anti-restriction": ("reckless", "needless", "harmful to customers", "a mistake", "unfair"),
    "neutral": ("on Tuesday's agenda", "under review", "in its second reading", "scheduled", "being counted"),
    "pro-restriction": ("overdue", "necessary", "the only safe course", "vital", "what we asked for"),
}
SUBJECTS = ("the ban on Quillon routers", "this licence rule", "the Tessaly order", "that export control")


# MLflow 3.17's own code causes these, in SQLAlchemy, in pandas, and about itself.
FOREIGN_WARNINGS = (
    "ignore:The ``noload`` loader strategy:DeprecationWarning",
    "ignore:Operation with range is deprecated:DeprecationWarning",
    "ignore:.*Any type hint is inferred as AnyType:UserWarning",
)


def pytest_configure(config: pytest.Config) -> None:
    """Let warnings pass that are not ours to mend."""
    for line in FOREIGN_WARNINGS:
        config.addinivalue_line("filterwarnings", line)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of data that lies beside the project."""
    folder = ROOT / os.environ.get("QUOTESTANCE_SHARED", "../shared")
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here; set QUOTESTANCE_SHARED to the folder that holds seeds/ and data/")
    return folder


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return MLflow's database with its tables and nothing in them; a copy saves the seconds that making one takes."""
    database = tmp_path_factory.mktemp("empty") / "mlflow.db"
    with mock.patch.dict(os.environ, {"MLFLOW_TRACKING_URI": f"sqlite:///{database}"}):
        connect()
    with closing(sqlite3.connect(database)) as connection, connection:
        # The experiment knows its folder by an absolute path: each copy makes its own.
        connection.execute("DELETE FROM experiments WHERE name = ?", [EXPERIMENT])
    return database


@pytest.fixture
def environment() -> Iterator[None]:
    """End what a test does to the environment with the test.

    The environment itself is put back: rich holds on to the one that it found when it was imported, and a copy in its
    place would stay with it.
    """
    with mock.patch.dict(os.environ):
        yield


@pytest.fixture
def memory() -> Iterator[Any]:
    """Return the file system of ``memory://``, emptied afterwards."""
    import fsspec

    system = fsspec.filesystem("memory")
    yield system
    system.store.clear()
    system.pseudo_dirs[:] = [""]


@pytest.fixture
def labelled() -> tuple[dict[str, list[str]], list[str]]:
    """Return a table of 60 invented statements, 20 of each label, and their labels."""
    rows, y = [], []
    for label, words in TELLING.items():
        for word in words:
            for subject in SUBJECTS:
                text = f"“We say {subject} is {word},”"
                rows.append((text, f"{text} Mira Olsen said.", "Olsen speaks", subject))
                y.append(label)
    names = ("text", "context", "title", "target")
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}, y
