"""Configuration files: where they lie, ``--set a.b=c`` on top, and faults in one line that names the place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.errors import ConfigError
from pipeline.files import read_text, sha256_text

_LONGEST_VALUE = 60


class Config(BaseModel):
    """Base of every configuration: frozen, and a misspelt key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    def digest(self) -> str:
        """Return a SHA-256 over the values, independent of key order and comments."""
        return sha256_text(json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False))


ConfigT = TypeVar("ConfigT", bound=Config)


def config_folders() -> list[Path]:
    """Return the folders searched for configuration, nearest first: ``./configs``, then the packaged defaults."""
    package = Path(__file__).parent
    return [p for p in (Path("configs"), package / "_configs", package.parent / "configs") if p.is_dir()]


def model_folders(name: str) -> list[Path]:
    """Return where a model that comes along may lie, nearest first: ``./models``, then beside the packaged defaults."""
    package = Path(__file__).parent
    return [folder / name for folder in (Path("models"), package / "_models", package.parent / "models")]


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


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the keys and values of a file; an empty file has none.

    Raises
    ------
    ConfigError
        If it is no YAML or holds something else.
    """
    try:
        values = yaml.safe_load(read_text(path, "configuration file"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise ConfigError(f"{where}: not valid YAML ({getattr(error, 'problem', None) or error}); mend it") from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: expected keys and values, found {type(values).__name__}; write key: value")
    return values


def override(values: dict[str, Any], assignment: str) -> None:
    """Set one value by its dotted key, ``a.b=value``; values are YAML.

    Raises
    ------
    ConfigError
        If it is no assignment, or the key leads through a plain value.
    """
    key, equals, text = assignment.partition("=")
    if not equals or not key.strip():
        raise ConfigError(f"--set {assignment}: expected key=value, for instance --set seed=7")
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"--set {assignment}: the value is not valid YAML; put it in quotation marks") from error
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
        One line that names the file or the assignment, the key and what is wrong with it.
    """
    path, assignments = find_config(name), list(overrides)
    values = read_yaml(path)
    for assignment in assignments:
        override(values, assignment)
    return validate(kind, values, str(path), assignments)


def validate(
    kind: type[ConfigT], values: dict[str, Any], where: str, assignments: Sequence[str] = (), *, under: str = ""
) -> ConfigT:
    """Return the values as a ``kind``; the first fault is a one-line ``ConfigError``.

    Parameters
    ----------
    where
        The file that the values came from.
    assignments
        Those laid over it; one that the fault may come from is named beside the file.
    under
        What the assignments write before this file's keys (``"model."``).
    """
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"] if part != "[key]")
        made = [f" with --set {a}" for a in assignments if _touches(a.partition("=")[0].strip(), f"{under}{key}")]
        raise ConfigError(f"{where}{''.join(made[-1:])}: {_fault(kind, key, dict(first))}") from error


def _touches(assigned: str, key: str) -> bool:
    return f"{key}.".startswith(f"{assigned}.") or assigned.startswith(f"{key}.")


def _fault(kind: type[Config], key: str, error: Mapping[str, Any]) -> str:
    """Return what pydantic found, in the words of someone who writes YAML."""
    if error["type"] == "extra_forbidden":
        return f"unknown key {key!r}; known keys: {', '.join(_known(kind, error['loc'][:-1]))}"
    if error["type"] == "missing":
        return f"the key {key!r} is missing; add it"
    found = repr(error["input"])
    found = found if len(found) <= _LONGEST_VALUE else f"{found[: _LONGEST_VALUE - 1]}…"
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] in {"tuple_type", "list_type"}:
        message = "Input should be a list, for instance [a, b]"
    return f"{key}: {message} (found {found})"


def _known(kind: Any, parents: Sequence[Any]) -> list[str]:
    """Return the keys that stand under the parents, sorted."""
    for parent in parents:
        # Of dict[str, Kind] the last argument; of Kind | None the one that has keys.
        kind = kind.model_fields[str(parent)].annotation if _has_keys(kind) else get_args(kind)[-1]
        kind = next(filter(_has_keys, get_args(kind)), kind) if isinstance(kind, UnionType) else kind
    return sorted(kind.model_fields)


def _has_keys(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
