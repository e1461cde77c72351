"""Where MLflow keeps things: the address, made ready once, and its faults as one line."""

from __future__ import annotations

import logging
import os
import sqlite3
import textwrap
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pipeline.errors import TrackingError

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT = "stance"
"""The experiment of all runs."""

VARIABLE = "MLFLOW_TRACKING_URI"

_ENVIRONMENT = {
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING": "false",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "GIT_PYTHON_REFRESH": "quiet",  # MLflow looks for git through GitPython, which complains where there is none
    # An address that does not answer is a user's mistake: say so in seconds, not after MLflow's minutes of retries.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
}

# What the libraries below MLflow write where no server answers.
_UNREACHABLE = ("Max retries exceeded", "Connection refused", "Connection aborted", "timed out")
_LONGEST_CAUSE = 220


def store_uri() -> str:
    """Return the address of the store: ``MLFLOW_TRACKING_URI``, else ``mlflow.db`` in the working folder, absolute."""
    path = (Path.cwd() / "mlflow.db").as_posix()
    for sign in "%?#":  # MLflow reads the path as part of an address, but does not do so everywhere: quote only these
        path = path.replace(sign, f"%{ord(sign):X}")
    return os.environ.get(VARIABLE) or f"sqlite:///{path}"


def database_of(uri: str) -> Path | None:
    """Return the database file of a sqlite address; None for any other store."""
    return Path(unquote(uri.removeprefix("sqlite:///"))).absolute() if uri.startswith("sqlite:///") else None


def _probe(database: Path) -> None:
    """Raise ``TrackingError`` where sqlite cannot work; MLflow would try again for minutes."""
    try:
        if not database.parent.is_dir():
            raise sqlite3.OperationalError(f"there is no folder {database.parent}")
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA schema_version")
    except sqlite3.Error as error:
        raise TrackingError(f"{database}: cannot be used as MLflow's store ({error}); check {VARIABLE}") from error


@contextmanager
def reported(uri: str, *, advice: str = f"check {VARIABLE}") -> Iterator[None]:
    """Turn what MLflow, its database or its artifact store raise into one line that ends with the advice."""
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (MlflowException, SQLAlchemyError, OSError) as error:
        cause = str(error).strip().partition("\n")[0]
        if any(sign in cause for sign in _UNREACHABLE):
            cause, advice = "it cannot be reached", f"start the server or check {VARIABLE}"
        cause = textwrap.shorten(cause, _LONGEST_CAUSE, placeholder=" …").rstrip(".")
        raise TrackingError(f"MLflow at {uri}: {cause}; {advice}") from error


@contextmanager
def selected(uri: str) -> Iterator[None]:
    """Make a store MLflow's current one for a while; some of its functions know no other way."""
    import mlflow

    before = os.environ.get(VARIABLE)
    mlflow.set_tracking_uri(uri)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(before)  # type: ignore[arg-type] # None clears it


def _prepare() -> None:
    """Keep MLflow quiet and at home; it reads its settings from the environment when it is imported."""
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # it tells of every try to reach a server


def connect() -> tuple[MlflowClient, str]:
    """Return a client of the store and the id of our experiment; the store is made ready under a file lock.

    Processes that migrate a fresh database at the same time crash each other.
    """
    _prepare()
    from filelock import FileLock
    from mlflow import MlflowClient

    uri = store_uri()
    database = database_of(uri)
    if database:
        _probe(database)
    with reported(uri), FileLock(f"{database}.lock", timeout=120) if database else nullcontext():
        client = MlflowClient(tracking_uri=uri, registry_uri=uri)
        experiment = client.get_experiment_by_name(EXPERIMENT)
        if experiment is not None:
            return client, str(experiment.experiment_id)
        artifacts = (database.parent / "mlartifacts").as_uri() if database else None
        return client, client.create_experiment(EXPERIMENT, artifact_location=artifacts)


def is_empty() -> bool:
    """Return True where the store is a database that nobody has made yet: looking must not make it."""
    database = database_of(store_uri())
    return database is not None and not database.exists()
