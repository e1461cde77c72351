"""Search for the best values within ranges: Optuna's studies, kept in a database so that they can be gone on with.

Values are proposed by the tree-structured Parzen estimator (Bergstra et al. 2011, "Algorithms for hyper-parameter
optimization"). Each trial has a generator of its own, seeded by the study's seed and the number of trials before: a
study that was broken off and gone on with proposes what it would have proposed in one go. One process at a time.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.errors import InputError, PipelineError

if TYPE_CHECKING:
    from optuna import Study as OptunaStudy
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial

_FAULT = "fault"
"""Attribute of a trial that failed by its values; one that was broken off has none, and does not count."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """A range of numbers, both ends included; whole ones alone, or by orders of magnitude."""

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def holds(self, value: Any) -> bool:
        """Return whether the value is one of the range."""
        return isinstance(value, int | float) and not isinstance(value, bool) and self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Choices:
    """Values to choose from, of any kind that JSON knows."""

    values: tuple[Any, ...]

    def holds(self, value: Any) -> bool:
        """Return whether the value is one of them."""
        return value in self.values


Range = Numbers | Choices


@dataclass(frozen=True, slots=True)
class Trial:
    """One finished trial.

    Parameters
    ----------
    number
        How many were finished before.
    values
        What was tried, by name.
    figure
        How good it was; None where it failed.
    fault
        Why it failed.
    """

    number: int
    values: dict[str, Any]
    figure: float | None
    fault: str | None = None


class Study:
    """Trials of the same ranges on the same data; what is finished is in the database."""

    def __init__(self, study: OptunaStudy, ranges: Mapping[str, Range], *, seed: int) -> None:
        self._study, self._ranges, self._seed = study, dict(ranges), seed

    @property
    def trials(self) -> list[Trial]:
        """The finished trials, oldest first."""
        finished = [trial for trial in self._study.get_trials(deepcopy=False) if _is_finished(trial)]
        return [self._trial(number, trial) for number, trial in enumerate(finished)]

    @property
    def best(self) -> Trial | None:
        """The best trial, of equals the first; None where none has succeeded."""
        good = [trial for trial in self.trials if trial.figure is not None]
        sign = 1.0 if self._study.direction.name == "MAXIMIZE" else -1.0
        return max(good, key=lambda trial: (sign * (trial.figure or 0.0), -trial.number), default=None)

    def remembered(self, name: str) -> Any:
        """Return what ``remember`` was told; None where nothing was."""
        return self._study.user_attrs.get(name)

    def remember(self, name: str, value: Any) -> None:
        """Keep a JSON value with the study."""
        self._study.set_user_attr(name, value)

    def run(self, objective: Callable[[int, dict[str, Any]], float], *, first: Mapping[str, Any]) -> Trial:
        """Try out values and return the trial, failed if the objective raises a ``PipelineError`` or gives NaN.

        The first trial of all raises it: what fails there fails everywhere. Anything else that is raised breaks the
        trial off, which then counts for nothing.

        Parameters
        ----------
        objective
            ``(number, values) -> figure``.
        first
            Values of the first trial, if the ranges hold them.
        """
        from optuna.trial import TrialState

        number = len(self.trials)
        trial = self._ask(number, first)
        values = self._values(trial.params)
        try:
            figure = objective(number, values)
            fault = "its figure is not defined" if math.isnan(figure) else None
        except PipelineError as error:
            if number == 0:
                self._study.tell(trial, state=TrialState.FAIL)
                raise
            figure, fault = math.nan, str(error)
        except BaseException:
            self._study.tell(trial, state=TrialState.FAIL)
            raise
        if fault is None:
            self._study.tell(trial, figure)
            return Trial(number, values, figure)
        trial.set_user_attr(_FAULT, fault)
        self._study.tell(trial, state=TrialState.FAIL)
        return Trial(number, values, None, fault)

    def _ask(self, number: int, first: Mapping[str, Any]) -> Any:
        from optuna.samplers import TPESampler
        from optuna.trial import TrialState

        waiting = self._study.get_trials(deepcopy=False, states=(TrialState.WAITING,))
        if number == 0 and not waiting and all(held.holds(first[name]) for name, held in self._ranges.items()):
            self._study.enqueue_trial({name: _stored(held, first[name]) for name, held in self._ranges.items()})
        seed = np.random.SeedSequence([self._seed, number]).generate_state(1)[0]
        self._study.sampler = TPESampler(seed=int(seed))
        return self._study.ask({name: _distribution(held) for name, held in self._ranges.items()})

    def _values(self, params: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: json.loads(params[name]) if isinstance(held, Choices) else params[name]
            for name, held in self._ranges.items()
        }

    def _trial(self, number: int, trial: FrozenTrial) -> Trial:
        return Trial(number, self._values(trial.params), trial.value, trial.user_attrs.get(_FAULT))


def _is_finished(trial: FrozenTrial) -> bool:
    return trial.state.name == "COMPLETE" or _FAULT in trial.user_attrs


def _stored(held: Range, value: Any) -> Any:
    # Optuna keeps plain values only; as JSON, a choice may be a list as well.
    return json.dumps(value, sort_keys=True) if isinstance(held, Choices) else value


def _distribution(held: Range) -> BaseDistribution:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(held, Choices):
        return CategoricalDistribution([_stored(held, value) for value in held.values])
    if held.whole:
        return IntDistribution(int(held.low), int(held.high), log=held.log)
    return FloatDistribution(held.low, held.high, log=held.log)


@contextmanager
def open_study(
    database: Path, name: str, ranges: Mapping[str, Range], *, higher_is_better: bool, seed: int = 0
) -> Iterator[Study]:
    """Yield the study of this name, made if it is not there yet.

    Parameters
    ----------
    database
        A sqlite file; it may hold several studies.
    ranges
        By name of the value; the same for all trials of a study.

    Raises
    ------
    InputError
        If Optuna is not installed, or the file cannot be used.
    """
    try:
        import optuna
    except ImportError as error:
        raise InputError("stance tune needs Optuna; pip install 'quotestance[tune]'") from error
    from optuna.exceptions import OptunaError
    from sqlalchemy.exc import SQLAlchemyError
    from sqlalchemy.pool import NullPool

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = None
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        # By a function, for an address cannot hold every name that a folder can have.
        engine = {"creator": partial(sqlite3.connect, database, check_same_thread=False), "poolclass": NullPool}
        storage = optuna.storages.RDBStorage("sqlite://", engine_kwargs=engine)
        study = optuna.create_study(
            storage=storage,
            study_name=name,
            direction="maximize" if higher_is_better else "minimize",
            load_if_exists=True,
        )
    # Optuna tells of a database of another version by a RuntimeError.
    except (OptunaError, SQLAlchemyError, OSError, RuntimeError) as error:
        cause = str(error.__cause__ or error).partition("\n")[0]
        raise InputError(f"{database}: cannot be used for a study ({cause}); move it away") from error
    try:
        yield Study(study, ranges, seed=seed)
    finally:
        with suppress(SQLAlchemyError):
            storage.remove_session()
            storage.engine.dispose()
