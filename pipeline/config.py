"""Configuration: frozen pydantic models, one YAML a stage, ``--set a.b=c`` on top, and a stable hash."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.errors import ConfigError
from pipeline.files import read_text, sha256_text


class Config(BaseModel):
    """Base of every configuration: frozen, and a misspelt key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    def digest(self) -> str:
        """Return a SHA-256 over the values, independent of key order and comments."""
        return sha256_text(json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False))


ConfigT = TypeVar("ConfigT", bound=Config)


class Topic(Config):
    """One restriction debate: what the target is called."""

    target: str
    aliases: tuple[str, ...]
    description: str


def config_folders() -> list[Path]:
    """Return the folders searched for configuration, nearest first: ``./configs``, then the packaged defaults."""
    package = Path(__file__).parent
    return [p for p in (Path("configs"), package / "_configs", package.parent / "configs") if p.is_dir()]


def find_config(name: str) -> Path:
    """Return the path of a configuration by name (``"train"``, ``"models/tfidf"``) or by path.

    Raises
    ------
    ConfigError
        If there is none; the message lists the names there are.
    """
    given = Path(name)
    if given.suffix in {".yaml", ".yml"}:
        if given.is_file():
            return given
        raise ConfigError(f"{name}: no such configuration file; check the path")
    for folder in config_folders():
        if (path := folder / f"{name}.yaml").is_file():
            return path
    parent = Path(name).parent
    known = sorted({p.stem for folder in config_folders() for p in (folder / parent).glob("*.yaml")})
    raise ConfigError(f"no configuration is called {name!r}; there are: {', '.join(known) or 'none'}")


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(read_text(path, "configuration file"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise ConfigError(f"{where}: not valid YAML ({getattr(error, 'problem', None) or error})") from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: expected keys and values, found {type(values).__name__}")
    return values


def _override(values: dict[str, Any], assignment: str) -> None:
    key, equals, text = assignment.partition("=")
    if not equals or not key.strip():
        raise ConfigError(f"--set {assignment}: expected key=value, for instance --set seed=7")
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"--set {assignment}: the value is not valid YAML") from error
    *parents, leaf = key.strip().split(".")
    for parent in parents:
        node = values.setdefault(parent, {})
        if not isinstance(node, dict):
            raise ConfigError(f"--set {assignment}: {parent} holds a value, not keys")
        values = node
    values[leaf] = value


def load_config(kind: type[ConfigT], name: str, overrides: Iterable[str] = ()) -> ConfigT:
    """Return the validated configuration ``name`` with the overrides applied.

    Parameters
    ----------
    kind
        The model that the file must fit.
    name
        A stage or ``models/NAME``, looked up in ``config_folders``; or a path that ends in ``.yaml``.
    overrides
        ``a.b=value`` assignments; values are YAML.

    Raises
    ------
    ConfigError
        One line that names the file, the key and what is wrong with it.
    """
    path = find_config(name)
    values = _read_yaml(path)
    for assignment in overrides:
        _override(values, assignment)
    return validate(kind, values, str(path))


def validate(kind: type[ConfigT], values: dict[str, Any], where: str) -> ConfigT:
    """Return the values as a ``kind``; the first fault is a one-line ``ConfigError`` that starts with ``where``."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            known = ", ".join(sorted(kind.model_fields))
            raise ConfigError(f"{where}: unknown key {key!r}; known keys: {known}") from error
        raise ConfigError(f"{where}: {key}: {first['msg']} (found {first['input']!r})") from error


def load_topics() -> tuple[Topic, ...]:
    """Return every topic under ``topics/``, nearest folder first; a name found twice counts once."""
    found: dict[str, Path] = {}
    for folder in config_folders():
        for path in sorted((folder / "topics").glob("*.yaml")):
            found.setdefault(path.stem, path)
    return tuple(validate(Topic, _read_yaml(found[name]), str(found[name])) for name in sorted(found))


# One class a stage; the YAML of the same name holds its values.


class IngestConfig(Config):
    """``configs/ingest.yaml``."""


class LabelConfig(Config):
    """``configs/label.yaml``."""


class TrainConfig(Config):
    """``configs/train.yaml``."""


class EvaluateConfig(Config):
    """``configs/evaluate.yaml``."""


class ScoreConfig(Config):
    """``configs/score.yaml``."""
