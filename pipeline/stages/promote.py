"""Promote: a run's model is registered, and becomes the champion if the gate holds; and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline import tracking
from pipeline.errors import InputError
from pipeline.evaluation.compare import Run, compare
from pipeline.evaluation.gate import (
    Check,
    Decision,
    Standing,
    above_baseline,
    behaves,
    calibrated,
    no_slice_worse,
    not_worse,
)
from pipeline.evaluation.items import align, items_hash, labels_and_probabilities, shared_items
from pipeline.evaluation.metrics import expected_calibration_error
from pipeline.evaluation.paired import Draws
from pipeline.evaluation.pairs import Pair
from pipeline.gate_config import GateConfig
from pipeline.stages.evaluated_runs import METRICS, from_mlflow, run_json

FOLDER = "promotions"
"""Of the artifacts of a run: one JSON file for each time that it was put to the gate."""

_BEHAVIOUR = "behaviour.json"
_CALIBRATION = "expected_calibration_error"


@dataclass(frozen=True, slots=True)
class RolledBack:
    """An alias that went back: the version that it left, and the one that it points at."""

    alias: str
    left: str
    now: str
    run_id: str
    dry_run: bool

    def as_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {name: getattr(self, name) for name in ("alias", "left", "now", "run_id", "dry_run")}


def run(reference: str, config: GateConfig, *, dry_run: bool = False) -> Decision:
    """Return whether a run's model may take the champion's place; register it, and move the alias if so.

    The decision is an artifact of the run, ``promotions/TIME.json``.

    Parameters
    ----------
    reference
        Id, beginning of an id, or name of an evaluated run.
    dry_run
        Only decide: register, move and keep nothing.

    Raises
    ------
    InputError
        If the run has not been evaluated, or its predictions cannot be used.
    TrackingError
        If there is no such run, it has logged no model, or MLflow cannot be reached.
    """
    record = tracking.find_run(reference)
    trained = tracking.model_run(record)
    challenger = from_mlflow(record)
    if challenger.predictions is None:
        raise InputError(f"run {record.name}: has no predictions; `stance evaluate` its model first")
    champion = tracking.aliased(config.alias)
    version = tracking.find_version(trained) if dry_run else tracking.register(trained)
    number = version.version if version else None
    already = champion is not None and champion.version == number
    judged = _champion(champion, challenger) if champion and not already else None
    checks = () if already else tuple(_checks(challenger, judged, config))
    decision = Decision(
        alias=config.alias,
        model=Standing(number, record.run_id, record.name),
        before=_standing(champion, judged),
        checks=checks,
        dry_run=dry_run,
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        gate=config.model_dump(mode="json"),
    )
    if decision.promoted and number is not None:
        tracking.move_alias(config.alias, number)
    if not dry_run and not already:
        tracking.log_json(record.run_id, decision.as_dict(), f"{FOLDER}/{decision.time.replace(':', '')}.json")
    return decision


def roll_back(config: GateConfig, *, dry_run: bool = False) -> RolledBack:
    """Return what the alias went back to: the champion before the present one.

    Raises
    ------
    TrackingError
        If there is no champion, or none before it.
    """
    left, now = tracking.roll_back(config.alias, dry_run=dry_run)
    return RolledBack(config.alias, left.version, now.version, now.run_id, dry_run)


def _champion(champion: tracking.Version, challenger: Run) -> Run:
    """Return the run that evaluated the champion on the challenger's statements; if none did, the one that made it."""
    made = tracking.find_run(champion.run_id)
    wanted = items_hash(challenger.predictions or ())
    first = from_mlflow(made)
    for found in (first, *(from_mlflow(other) for other in tracking.siblings(made))):
        if found.predictions is not None and items_hash(found.predictions) == wanted:
            return found
    return first


def _standing(champion: tracking.Version | None, judged: Run | None) -> Standing | None:
    if champion is None:
        return None
    name = judged.name if judged else tracking.find_run(champion.run_id).name
    return Standing(champion.version, judged.run_id if judged else champion.run_id, name or "")


def _checks(challenger: Run, champion: Run | None, config: GateConfig) -> Iterator[Check]:
    """Yield the checks, those against the champion where there is one."""
    pair = None
    if champion is None:
        yield above_baseline(run_json(challenger.run_id, METRICS))
    elif fault := _incomparable(champion, challenger, config):
        yield Check("macro_f1", False, fault)
    else:
        pair = _pair(champion, challenger, config)
        yield not_worse(pair.metrics["macro_f1"], config.margin)
        if config.slices.check:
            yield no_slice_worse(pair.slices)
    yield _calibration(challenger, pair, config)
    if config.behaviour.check:
        report = run_json(challenger.run_id, _BEHAVIOUR)
        yield behaves(report, most=config.behaviour.most, capabilities=config.behaviour.capabilities)


def _incomparable(champion: Run, challenger: Run, config: GateConfig) -> str | None:
    """Return why the two cannot be compared; None where they can."""
    advice = "evaluate the champion on this test split, or let --set shared=true compare on what both have"
    if champion.predictions is None:
        return f"the champion's run {champion.name} has no predictions; evaluate the champion on this test split"
    tables = {"champion": champion.predictions, "run": challenger.predictions or ()}
    try:
        align(tables, shared=config.shared)
    except InputError:
        counted = shared_items(*tables.values())
        return f"the champion was evaluated on other statements ({counted} are shared); {advice}"
    return None


def _pair(champion: Run, challenger: Run, config: GateConfig) -> Pair:
    draws = Draws(config.resamples, config.level, config.seed)
    found = compare([champion, challenger], shared=config.shared, draws=draws, smallest_slice=config.slices.smallest)
    return found.pairs[0]


def _calibration(challenger: Run, pair: Pair | None, config: GateConfig) -> Check:
    found = pair.metrics[_CALIBRATION] if pair else None
    error = found.b if found else expected_calibration_error(*labels_and_probabilities(challenger.predictions or ()))
    bounds = config.calibration
    return calibrated(error, found.a if found else None, most=bounds.most, worse_by=bounds.worse_by)
