"""The training configuration, put together from the stage's file, the model's, those of its members, and the topics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field

from pipeline.config_files import Config, find_config, override, read_yaml, validate
from pipeline.errors import ConfigError
from pipeline.model_configs import MODELS, ModelConfig, NamedClassifier
from pipeline.topic_configs import Topic, load_topics

_MEMBERS = "model.members"


class TrainConfig(Config):
    """``configs/train.yaml``, with the values of ``configs/models/NAME.yaml`` in place of the model's name.

    Parameters
    ----------
    statements
        Labelled statements of ``label``.
    model
        What to train.
    out
        The model folder.
    keep_ambiguous
        Train on statements that careful coders could label otherwise, too.
    weak_weight
        What a weak label counts, times its posterior, where a coder's counts 1; 0 leaves them out.
    track
        Log the run to MLflow.
    topics
        Filled in where the model reads them, for it is made with them; none else.
    """

    statements: Path
    model: ModelConfig
    out: Path
    seed: int = Field(ge=0)
    keep_ambiguous: bool
    weak_weight: float = Field(default=1.0, ge=0)
    track: bool
    topics: tuple[Topic, ...] = ()

    def options(self) -> dict[str, Any]:
        """Return the keyword arguments of the classifier's constructor."""
        return self.model.options({topic.target: topic.told() for topic in self.topics})


TrainConfigT = TypeVar("TrainConfigT", bound=TrainConfig)


def load_train_config(overrides: Iterable[str] = (), *, model: str | None = None, name: str = "train") -> TrainConfig:
    """Return the training configuration with the model's values filled in.

    Parameters
    ----------
    overrides
        ``seed=7``, or ``model.c=4`` for the model's own values; ``model=NAME`` picks a model as ``model`` does. For an
        ensemble ``model.members=[tfidf, embedding]``, and ``model.members.tfidf.c=4`` for a member's values.
    model
        A configuration under ``models/`` or a path that ends in ``.yaml``; None takes the one that the file names.

    Raises
    ------
    ConfigError
        One line that names the file, the key and what is wrong with it.
    """
    return read_with_model(TrainConfig, overrides, model=model, name=name)[0]


def read_with_model(
    kind: type[TrainConfigT], overrides: Iterable[str], *, model: str | None, name: str
) -> tuple[TrainConfigT, Path]:
    """Return the configuration ``name`` with the model's values filled in, and the file that they came from."""
    path = find_config(name)
    values, assignments = read_yaml(path), list(overrides)
    _apply(values, assignments, "model")
    model_path = _model_path(str(model or values.get("model")))
    values["model"] = read_yaml(model_path)
    _apply(values, assignments, _MEMBERS)
    paths = _fill_members(values["model"], model_path)
    for assignment in assignments:
        override(values, assignment)
    for member, where in paths.items():
        _validate(values["model"]["members"][member], where, assignments, under=f"{_MEMBERS}.{member}.")
    _validate(values["model"], model_path, assignments, under="model.")
    return with_topics(validate(kind, values, str(path), assignments)), model_path


def with_topics(settings: TrainConfigT) -> TrainConfigT:
    """Return the configuration with the topics filled in where its model reads them."""
    if not settings.model.reads_topics or settings.topics:
        return settings
    return settings.model_copy(update={"topics": load_topics()})


def _apply(values: dict[str, Any], assignments: list[str], key: str) -> None:
    """Set the assignments of exactly this key and take them out of the list: what it names is read next."""
    for assignment in [a for a in assignments if a.partition("=")[0].strip() == key]:
        override(values, assignment)
        assignments.remove(assignment)


def _model_path(chosen: str) -> Path:
    return find_config(chosen if chosen.endswith((".yaml", ".yml")) else f"models/{chosen}")


def _fill_members(values: dict[str, Any], where: Path) -> dict[str, Path]:
    """Put the values of an ensemble's members in place of their names; return the members' files by name.

    Members may also stand there with their values, as in what ``stance tune`` writes.
    """
    if values.get("classifier") != "ensemble":
        return {}
    named = values.get("members")
    if isinstance(named, list) and all(isinstance(member, str) for member in named):
        named = {Path(member).stem: member for member in named}
    if not isinstance(named, Mapping) or not named or not all(isinstance(m, (str, Mapping)) for m in named.values()):
        raise ConfigError(f"{where}: members: expected names of model configurations, for instance [tfidf, embedding]")
    paths = {str(name): _model_path(member) if isinstance(member, str) else where for name, member in named.items()}
    given = {str(name): dict(member) for name, member in named.items() if isinstance(member, Mapping)}
    values["members"] = {name: given[name] if name in given else read_yaml(path) for name, path in paths.items()}
    for name, path in paths.items():
        if values["members"][name].get("classifier") == "ensemble":
            raise ConfigError(f"{path}: an ensemble cannot be the member {name!r} of another; name its members instead")
    return paths


def _validate(values: dict[str, Any], where: Path, assignments: list[str], *, under: str) -> None:
    """Check a model's values against its own class, so that a fault is told in the words of that class."""
    classifier = validate(NamedClassifier, values, str(where), assignments, under=under).classifier
    validate(MODELS[classifier], values, str(where), assignments, under=under)
