"""A model's declared ranges -> the values that do best on held-out statements, as a study and a model configuration.

The test split is never read. The best figure of many is flattered: it says which values to take, not how good the model
is.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from pipeline import tracking
from pipeline.errors import ConfigError
from pipeline.evaluation.metrics import METRICS
from pipeline.files import sha256_file, write_text
from pipeline.model_configs.tuning import TuneRange
from pipeline.records import Manifest
from pipeline.search import Choices, Numbers, Range, Study, Trial, open_study
from pipeline.stages.rounds import Round, make_rounds, measured
from pipeline.stages.statements import read_splits
from pipeline.storage import Stopwatch, side_path, write_manifest
from pipeline.tracking import Tracker
from pipeline.tune_config import TuneConfig, is_whole

Progress = Callable[[Trial, Trial | None], None]


@dataclass(frozen=True, slots=True)
class Tuned:
    """What a search has found.

    Parameters
    ----------
    figure, configured_figure
        Of the best values, and of those in the configuration; None where their trial failed or was not made.
    values, configured
        By dotted key.
    trials, before, failed
        Trials of the study, those among them of earlier runs, and those whose values could not be fitted.
    path
        The model's configuration with the best values; None where every trial failed.
    """

    study: str
    metric: str
    figure: float | None
    configured_figure: float | None
    values: dict[str, Any]
    configured: dict[str, Any]
    trials: int
    before: int
    failed: int
    path: Path | None
    manifest: Manifest

    def as_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {**asdict(self), "path": str(self.path) if self.path else None, "manifest": self.manifest.as_dict()}


def run(config: TuneConfig, *, progress: Progress | None = None) -> Tuned:
    """Return the best values after as many trials as configured; those of an earlier run of the same study count.

    Writes the study ``NAME.db``, and whenever there is a better trial ``NAME.best.yaml``, so that a run that is broken
    off has lost no more than its last trial.

    Parameters
    ----------
    config
        From ``tune_config.load_tune_config``.
    progress
        Called after each trial with it and the best so far.

    Raises
    ------
    ConfigError
        If there is no such metric.
    InputError
        If the statements cannot be read, the study's file cannot be used, or Optuna is not installed.
    LabelError
        If there are fewer stories than folds.
    TrackingError
        If MLflow's store cannot be reached; before anything is fitted.
    """
    watch = Stopwatch()
    if config.metric not in METRICS:
        raise ConfigError(
            f"metric {config.metric}: there is none of this name; there are: {', '.join(sorted(METRICS))}"
        )
    splits, dropped = read_splits(
        config.statements, keep_ambiguous=config.keep_ambiguous, weak_weight=config.weak_weight
    )
    rounds = list(make_rounds(config, splits))
    better = METRICS[config.metric].higher_is_better
    with open_study(
        config.out / f"{config.name}.db", config.study(), _ranges(config), higher_is_better=better, seed=config.seed
    ) as study:
        before = len(study.trials)
        _search(config, study, rounds, progress)
        trials, best = study.trials, study.best
    path = _best_path(config) if best else None
    manifest = watch.manifest(
        "tune",
        counts={name: len(rows) for name, rows in splits.items()} | {"trials": len(trials)},
        dropped=dropped,
        inputs=[config.statements],
        outputs=[path] if path else [],
        config_hash=config.digest(),
        seed=config.seed,
    )
    write_manifest(side_path(_best_path(config), "manifest.json"), manifest)
    return Tuned(
        study=config.study(),
        metric=config.metric,
        figure=best.figure if best else None,
        configured_figure=next((t.figure for t in trials if t.values == config.configured()), None),
        values=best.values if best else {},
        configured=config.configured(),
        trials=len(trials),
        before=before,
        failed=sum(trial.figure is None for trial in trials),
        path=path,
        manifest=manifest,
    )


def _best_path(config: TuneConfig) -> Path:
    return config.out / f"{config.name}.best.yaml"


def _ranges(config: TuneConfig) -> dict[str, Range]:
    values = config.configured()
    return {key: _range(tune, values[key]) for key, tune in config.model.tune.items()}


def _range(tune: TuneRange, value: Any) -> Range:
    if tune.choices is not None:
        return Choices(tune.choices)
    low, high = tune.ends
    return Numbers(low, high, log=tune.log, whole=is_whole(value, tune))


def _search(config: TuneConfig, study: Study, rounds: list[Round], progress: Progress | None) -> None:
    """Make the trials that are wanted yet, each a run in MLflow under one of the study."""
    begun = time.monotonic()
    known = study.remembered("run_id")
    run_id = known if config.track and known and tracking.is_known(known) else None
    tags = {"config_hash": config.digest(), "study": config.study()}
    with (
        tracking.start_run(name=f"tune {config.study()}", run_id=run_id, tags=tags, track=config.track) as tracker,
        tracker.steps() as observe,
    ):
        if tracker.run_id not in (None, run_id):
            study.remember("run_id", tracker.run_id)
            _log(tracker, config)
        for number in range(len(study.trials), config.trials):
            if config.seconds is not None and time.monotonic() - begun > config.seconds:
                break
            trial = study.run(_objective(config, rounds, tracker), first=config.configured())
            best = study.best
            if best is not None and best.number == number:
                _write(config, best)
            if trial.figure is not None:
                observe(number, {f"cv_{config.metric}": trial.figure})
            if progress:
                progress(trial, best)
        if (best := study.best) is not None:
            _write(config, best)
            tracker.log_metrics({f"cv_{config.metric}": best.figure or 0.0})
            tracker.log_artifact(_best_path(config))


def _objective(config: TuneConfig, rounds: list[Round], parent: Tracker) -> Callable[[int, dict[str, Any]], float]:
    """Return what measures values in a run of their own."""

    def measure(number: int, values: dict[str, Any]) -> float:
        settings = config.with_values(values)
        with tracking.start_run(name=f"trial {number + 1}", parent=parent.run_id, track=config.track) as tracker:
            tracker.log_params({"model": {"classifier": config.model.classifier, **values}, "seed": config.seed})
            with tracker.steps() as observe:
                figure = measured(settings, rounds, METRICS[config.metric], observe)
            if math.isfinite(figure):
                tracker.log_metrics({f"cv_{config.metric}": figure})
            return figure

    return measure


def _log(tracker: Tracker, config: TuneConfig) -> None:
    ranges = {key: tune.model_dump(mode="json", exclude_defaults=True) for key, tune in config.model.tune.items()}
    told = {key: getattr(config, key) for key in ("seed", "held_out", "folds", "metric", "statements")}
    tracker.log_params({"model": {"classifier": config.model.classifier}, "tune": ranges, **told})
    tracker.log_dataset(config.statements, sha256=sha256_file(config.statements), context="training")
    tracker.log_config(config.model_dump(mode="json"), "tune")


def _write(config: TuneConfig, best: Trial) -> None:
    """Write the best configuration, as ``stance train --model`` takes it."""
    told = f"{config.metric} {best.figure:.4f} on held-out statements, flattered by being the best"
    values = config.with_values(best.values).model.model_dump(mode="json", exclude={"tune"})
    head = f"# Trial {best.number + 1} of study {config.study()} by `stance tune`: {told}.\n"
    write_text(_best_path(config), head + yaml.safe_dump(values, sort_keys=False, allow_unicode=True))
