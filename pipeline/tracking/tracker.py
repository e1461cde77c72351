"""The trackers: one that keeps nothing, and one that writes into a run of MLflow."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.tracking.store import reported, selected

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Metric

Observe = Callable[[int, Mapping[str, float]], None]
"""Takes a step and its figures by name."""

STEPS = "train_steps/"
"""Stands before the names of figures that a fit gives step by step, so that they hide none of the final ones."""

_FIGURES, _SECONDS = 200, 10.0
"""Figures of steps go to the store when there are so many, or the oldest has waited so long; each call costs."""

MODEL_NAME = "stance"
"""The name under which models are registered."""

_INPUT = {
    "text": "“We oppose the ban,” she said.",
    "context": "“We oppose the ban,” she told reporters on Monday.",
    "title": "Minister under pressure",
    "target": "video app",
    "speaker": "Mira Olsen",
}
"""One row of a request; only ``text`` must be there."""
_OUTPUT = {"stance": "string", "p_anti": "double", "p_neutral": "double", "p_pro": "double", "confidence": "double"}


class Tracker:
    """Where a stage tells what it did. This one keeps nothing; ``MlflowTracker`` has the same methods."""

    run_id: str | None = None

    def log_params(self, values: Mapping[str, Any]) -> None:
        """Keep parameters; nested ones under dotted names."""

    def log_metrics(self, values: Mapping[str, float]) -> None:
        """Keep figures; give many at once, each call costs."""

    @contextmanager
    def steps(self) -> Iterator[Observe]:
        """Yield a function that keeps a step's figures, as ``train_steps/NAME``; all are kept when the block ends."""
        yield lambda step, figures: None

    def set_tags(self, values: Mapping[str, str]) -> None:
        """Keep tags."""

    def log_dataset(self, path: Path, *, sha256: str, context: str) -> None:
        """Keep a data set's name, our hash over all of it, and what it was for (``training``, ``evaluation``)."""

    def log_artifact(self, path: Path, folder: str | None = None) -> None:
        """Keep a copy of a file, or of a folder's files."""

    def log_config(self, values: Mapping[str, Any], name: str) -> None:
        """Keep a configuration as a YAML file, in the run's folder of them."""

    def log_model(self, bundle: Path, *, requirements: Sequence[str], register: bool = False) -> str | None:
        """Keep a model folder as a model that can be served, registered as ``stance`` if asked; return its address."""
        return None


class MlflowTracker(Tracker):
    """A tracker that writes into one run of an MLflow store."""

    def __init__(self, client: MlflowClient, run_id: str) -> None:
        self._client, self._uri, self.run_id = client, str(client.tracking_uri), run_id
        self._run_id = run_id

    def log_params(self, values: Mapping[str, Any]) -> None:
        """Keep parameters; nested ones under dotted names."""
        from mlflow.entities import Param

        params = [Param(name, str(value)) for name, value in flatten(values).items()]
        with reported(self._uri):
            for start in range(0, len(params), 100):  # as many as a server takes at once
                self._client.log_batch(self._run_id, params=params[start : start + 100])

    def log_metrics(self, values: Mapping[str, float]) -> None:
        """Keep figures; give many at once, each call costs."""
        from mlflow.entities import Metric

        with reported(self._uri):
            self._client.log_batch(self._run_id, [Metric(k, float(v), _now(), 0) for k, v in values.items()])

    @contextmanager
    def steps(self) -> Iterator[Observe]:
        """Yield a function that keeps a step's figures, as ``train_steps/NAME``; all are kept when the block ends."""
        from mlflow.entities import Metric

        waiting: list[Metric] = []
        sent = time.monotonic()

        def send() -> None:
            nonlocal sent
            with reported(self._uri):
                for start in range(0, len(waiting), 1000):  # as many as a server takes at once
                    self._client.log_batch(self._run_id, waiting[start : start + 1000])
            waiting.clear()
            sent = time.monotonic()

        def observe(step: int, figures: Mapping[str, float]) -> None:
            waiting.extend(Metric(f"{STEPS}{name}", float(value), _now(), step) for name, value in figures.items())
            if len(waiting) >= _FIGURES or time.monotonic() - sent > _SECONDS:
                send()

        try:
            yield observe
        finally:
            send()

    def set_tags(self, values: Mapping[str, str]) -> None:
        """Keep tags."""
        from mlflow.entities import RunTag

        with reported(self._uri):
            self._client.log_batch(self._run_id, tags=[RunTag(name, value) for name, value in values.items()])

    def log_dataset(self, path: Path, *, sha256: str, context: str) -> None:
        """Keep a data set's name, our hash over all of it, and what it was for (``training``, ``evaluation``)."""
        from mlflow.entities import Dataset, DatasetInput, InputTag

        # MLflow's own digest covers the first 10,000 rows, and its field is too short for ours: that is a tag.
        source = json.dumps({"uri": path.absolute().as_uri()})
        dataset = Dataset(name=path.name, digest=sha256[:16], source_type="local", source=source)
        tags = [InputTag("mlflow.data.context", context), InputTag("sha256", sha256)]
        with reported(self._uri):
            self._client.log_inputs(self._run_id, [DatasetInput(dataset, tags)])

    def log_artifact(self, path: Path, folder: str | None = None) -> None:
        """Keep a copy of a file, or of a folder's files."""
        with reported(self._uri):
            self._client.log_artifact(self._run_id, str(path), folder)

    def log_config(self, values: Mapping[str, Any], name: str) -> None:
        """Keep a configuration as a YAML file, in the run's folder of them."""
        with reported(self._uri):
            self._client.log_dict(self._run_id, dict(values), f"config/{name}.yaml")

    def log_model(self, bundle: Path, *, requirements: Sequence[str], register: bool = False) -> str | None:
        """Keep a model folder as a model that can be served, registered as ``stance`` if asked; return its address."""
        import mlflow
        import pandas as pd
        from mlflow.models import ModelSignature
        from mlflow.types import ColSpec, Schema

        package = Path(__file__).parent.parent
        signature = ModelSignature(
            Schema([ColSpec("string", name, required=name == "text") for name in _INPUT]),
            Schema([ColSpec(kind, name) for name, kind in _OUTPUT.items()]),
        )
        with reported(self._uri), selected(self._uri), mlflow.start_run(run_id=self._run_id):
            info = mlflow.pyfunc.log_model(
                name="model",
                python_model=str(package / "serving.py"),
                artifacts={"bundle": str(bundle)},
                code_paths=[str(package)],  # the code that made the model goes with it
                signature=signature,
                input_example=pd.DataFrame([_INPUT]),
                pip_requirements=list(requirements),  # inferring them takes MLflow ten seconds
            )
            return register_model(self._client, info.model_id, self._run_id) if register else str(info.model_uri)


def register_model(client: MlflowClient, model_id: str, run_id: str) -> str:
    """Return the address of a new version of the registered model; MLflow's own function prints."""
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(MODEL_NAME)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    version = client.create_model_version(MODEL_NAME, f"models:/{model_id}", run_id=run_id, model_id=model_id)
    return f"models:/{MODEL_NAME}/{version.version}"


def _now() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)


def flatten(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return nested values under dotted names.

    Examples
    --------
    >>> flatten({"model": {"c": 1.0, "ngrams": [1, 2]}, "seed": 7})
    {'model.c': 1.0, 'model.ngrams': [1, 2], 'seed': 7}
    """
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat |= flatten(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return flat
