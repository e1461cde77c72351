"""The configuration of a search for a model's best values, within the ranges that the model declares."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field

from pipeline.config_files import validate
from pipeline.errors import ConfigError
from pipeline.files import sha256_file, sha256_text
from pipeline.model_configs import MODELS
from pipeline.model_configs.base import NOT_OPTIONS
from pipeline.model_configs.tuning import TuneRange
from pipeline.train_config import TrainConfig, read_with_model, with_topics

# What makes no difference to a trial: the same study goes on where these have changed.
_NO_MATTER = {"out", "name", "trials", "seconds", "track"}
_NO_MATTER_OF_MODELS = ("calibration", "conformal")


class TuneConfig(TrainConfig):
    """``configs/tune.yaml``, with the values of ``configs/models/NAME.yaml`` in place of the model's name.

    Parameters
    ----------
    model
        What to tune: its ``tune`` names the ranges.
    out
        Folder of the studies and of the best configurations.
    name
        Of this one's files in the folder; None takes the name of the model's configuration.
    held_out
        ``folds``: each story of train is held out once; ``dev``: the dev split is.
    folds
        Number of folds; the first one is what a fit on all of train would stop early by.
    duplicate_share, duplicate_words
        Quotations that share so much stay in one fold; shorter ones are too generic to matter.
    metric
        What is best; its direction is known.
    trials
        Trials of the study, those of earlier runs included.
    seconds
        No trial begins after so long; None waits for all.
    """

    name: str | None = Field(pattern=r"^[^/\\]+$")
    held_out: Literal["folds", "dev"]
    folds: int = Field(ge=2)
    duplicate_share: float = Field(gt=0, le=1)
    duplicate_words: int = Field(ge=1)
    metric: str
    trials: int = Field(ge=1)
    seconds: float | None = Field(gt=0)

    def configured(self) -> dict[str, Any]:
        """Return the values that the configuration has now, by the dotted keys of its ranges."""
        values = self.model.model_dump(mode="json")
        return {key: _value_at(values, key) for key in self.model.tune}

    def with_values(self, tried: Mapping[str, Any], where: str = "tune") -> Self:
        """Return the configuration with other values, by dotted key, and no ranges.

        Raises
        ------
        ConfigError
            If the values do not fit the model, alone or together.
        """
        values = deepcopy(self.model.model_dump(mode="json")) | {"tune": {}}
        for key, value in tried.items():
            *parents, leaf = key.split(".")
            _value_at(values, ".".join(parents))[leaf] = value
        model = validate(MODELS[self.model.classifier], values, where)
        return with_topics(self.model_copy(update={"model": model}))

    def study(self) -> str:
        """Return a name for all trials that can be compared: of these ranges, values, seed and statements."""
        told = self.model_dump(mode="json", exclude=_NO_MATTER)
        told["statements"] = sha256_file(self.statements)  # and not where they lie
        told["model"] = {key: value for key, value in told["model"].items() if key not in _NO_MATTER_OF_MODELS}
        return f"{self.name}-{sha256_text(json.dumps(told, sort_keys=True))[:8]}"


def _value_at(values: Mapping[str, Any], key: str) -> Any:
    found: Any = values
    for part in filter(None, key.split(".")):
        found = found[part]
    return found


def load_tune_config(overrides: Iterable[str] = (), *, model: str | None = None, name: str = "tune") -> TuneConfig:
    """Return the configuration of a search, whose ranges fit the model.

    Parameters
    ----------
    overrides, model
        As for ``load_train_config``.

    Raises
    ------
    ConfigError
        One line that names the file, the key and what is wrong with it.
    """
    settings, path = read_with_model(TuneConfig, overrides, model=model, name=name)
    if settings.name is None:
        settings = settings.model_copy(update={"name": path.stem})
    if not settings.model.tune:
        example = "tune: {c: {low: 0.1, high: 10, log: true}}"
        raise ConfigError(f"{path}: declares no ranges to look in; add some, for instance {example}")
    for fault in _faults(settings, path):
        raise ConfigError(f"{path}: tune: {fault}")
    return settings


def _faults(settings: TuneConfig, path: Path) -> Iterator[str]:
    """Yield what does not fit the model, and raise ``ConfigError`` for an end of a range that the model refuses."""
    values = settings.model.model_dump(mode="json", exclude=NOT_OPTIONS)
    for key, tune in settings.model.tune.items():
        yield from _key_faults(key, values)
        if inner := next((other for other in settings.model.tune if other.startswith(f"{key}.")), None):
            yield f"{inner} is a part of {key}; give a range for one of the two"
        value = _value_at(values, key)
        if not _is_numeric(value) and tune.choices is None:
            yield f"{key}: {value!r} is no number; give choices instead of low and high"
        for end in tune.ends:
            settings.with_values({key: end}, f"{path}: tune.{key}")


def _key_faults(key: str, values: Any) -> Iterator[str]:
    for part in key.split("."):
        if not isinstance(values, Mapping) or part not in values:
            there = f"; there are: {', '.join(sorted(values))}" if isinstance(values, Mapping) else ""
            yield f"the model has no value {key}{there}"
            return
        values = values[part]


def _is_numeric(value: Any) -> bool:
    """Return whether a range of numbers may stand for the value; None is the lack of one."""
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def is_whole(value: Any, tune: TuneRange) -> bool:
    """Return whether the numbers of a range are whole: where the value is, or there is none and the ends are."""
    return all(isinstance(end, int) for end in (tune.ends if value is None else (value,)))
