"""Runs, read back as plain values, and what is added to them later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import TrackingError
from pipeline.tracking.store import connect, is_empty, reported, store_uri

if TYPE_CHECKING:
    from mlflow.entities import Run

PARENT = "mlflow.parentRunId"
"""The tag by which MLflow knows the parts of a run."""

_FROM_TRAINING = ("train_", "dev_", "cv_")
"""Metrics that training itself logs; any other metric means that the run has been evaluated."""

_PAGE = 100
"""Runs asked for at a time, at least: most of them may be parts of others, which are not shown."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run, as plain values."""

    run_id: str
    name: str
    start: datetime
    status: str
    params: dict[str, str]
    metrics: dict[str, float]
    tags: dict[str, str]

    @property
    def evaluated(self) -> bool:
        """True if the run has metrics beyond those of training."""
        return any(not name.startswith(_FROM_TRAINING) for name in self.metrics)


def _record(run: Run) -> RunRecord:
    start = datetime.fromtimestamp((run.info.start_time or 0) / 1000, UTC)
    return RunRecord(
        run_id=run.info.run_id,
        name=run.info.run_name or "",
        start=start,
        status=run.info.status,
        params=dict(run.data.params),
        metrics=dict(run.data.metrics),
        tags=dict(run.data.tags),
    )


def runs(limit: int = 20, *, parts: bool = False) -> list[RunRecord]:
    """Return the latest runs, newest first; none where there is no store yet.

    Parameters
    ----------
    parts
        With those that are a part of another, as the trials of a search are.
    """
    if is_empty():
        return []
    client, experiment = connect()
    found: list[RunRecord] = []
    token = None
    with reported(str(client.tracking_uri)):
        while len(found) < limit:
            wanted = min(max(limit - len(found), _PAGE), 1000)
            page = client.search_runs([experiment], max_results=wanted, order_by=["start_time DESC"], page_token=token)
            found += [run for run in map(_record, page) if parts or PARENT not in run.tags]
            token = page.token
            if not token:
                break
    return found[:limit]


def find_run(reference: str) -> RunRecord:
    """Return the one run with this id, name, or beginning of an id (four characters or more).

    Raises
    ------
    TrackingError
        If there is no such run, or more than one.
    """
    known = runs(limit=100_000, parts=True)
    for matches in (
        [run for run in known if run.run_id == reference],
        [run for run in known if run.name == reference],
        [run for run in known if len(reference) >= 4 and run.run_id.startswith(reference)],
    ):
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise TrackingError(f"run {reference}: {len(matches)} runs answer to it; give a longer part of the id")
    raise TrackingError(f"run {reference}: no such run at {store_uri()}; `stance runs` lists them")


def run_artifact(run_id: str, path: str, into: Path | None = None) -> Path:
    """Return the path of a copy of a run's artifact, in an existing folder or a temporary one of its own."""
    client, _ = connect()
    with reported(str(client.tracking_uri)):
        return Path(client.download_artifacts(run_id, path, str(into) if into else None))


def find_artifact(run_id: str, path: str, into: Path) -> Path | None:
    """Return the path of a copy of a run's artifact in an existing folder; None where the run has none such."""
    client, _ = connect()
    with reported(str(client.tracking_uri)):
        folder = path.rpartition("/")[0] or None
        if path not in {found.path for found in client.list_artifacts(run_id, folder)}:
            return None
    return run_artifact(run_id, path, into)


def log_text(run_id: str, text: str, path: str) -> None:
    """Keep a text as an artifact of a run, whether or not it has ended."""
    client, _ = connect()
    with reported(str(client.tracking_uri)):
        client.log_text(run_id, text, path)


def log_json(run_id: str, value: Mapping[str, Any], path: str) -> None:
    """Keep JSON-ready values as an artifact of a run, whether or not it has ended."""
    client, _ = connect()
    with reported(str(client.tracking_uri)):
        client.log_dict(run_id, dict(value), path)
