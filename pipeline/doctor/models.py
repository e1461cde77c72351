"""Configurations and models: what the configured ones need, and whether what comes along is as it was saved."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.doctor.findings import Finding, State
from pipeline.doctor.project import DISTRIBUTION, checkout, install, installed_version, python_command, read_project
from pipeline.errors import ConfigError, ModelError
from pipeline.files import sha256_file

if TYPE_CHECKING:
    from pipeline.config import ScoreConfig
    from pipeline.train_config import TrainConfig


@dataclass(frozen=True, slots=True)
class _Configured:
    """A model's configuration; the one of ``configs/train.yaml`` is ``chosen``."""

    name: str
    chosen: bool
    settings: TrainConfig

    @property
    def fault(self) -> State:
        """What it is that something of the model's is missing."""
        return "broken" if self.chosen else "note"

    def needed(self) -> tuple[str, ...]:
        """Return the packages that it takes to train and score with it."""
        from pipeline import stance

        model = self.settings.model
        needed = stance.build(model.classifier, self.settings.options()).requirements
        return (*needed, "mapie") if model.conformal else tuple(needed)

    def encoders(self) -> set[str]:
        """Return the names of the pretrained weights that it begins with, those of its members included."""
        model = self.settings.model
        named = [model, *getattr(model, "members", {}).values()]
        found = {getattr(each, key, None) for each in named for key in ("encoder", "checkpoint")}
        return {name for name in found if name}


def look() -> Iterator[Finding]:
    """Yield configurations, what their models need, encoders, and the models that are there."""
    from pipeline.config import ScoreConfig, config_folders, load_config

    folders = config_folders()
    if not folders:
        yield Finding("configs", "broken", "none found", _restore("configs"))
        return
    yield Finding("configs", "ok", ", ".join(map(str, folders)))
    configured = []
    for found in _configured():
        if isinstance(found, Finding):
            yield found
        else:
            configured.append(found)
    yield from _needs(configured)
    yield from _encoders(configured)
    try:
        yield from _trained(load_config(ScoreConfig, "score"))
    except ConfigError as error:
        yield _faulty("score", error)
    yield _tagger()


def _configured() -> Iterator[_Configured | Finding]:
    """Yield the model that ``train`` takes, then the others, by name; a finding where one cannot be read."""
    from pipeline.config_files import config_folders, find_config, read_yaml
    from pipeline.train_config import load_train_config

    chosen = ""
    try:
        chosen = str(read_yaml(find_config("train")).get("model"))
        yield _Configured(chosen, True, load_train_config())
    except ConfigError as error:
        yield _faulty("train", error)
    others = {path.stem for folder in config_folders() for path in (folder / "models").glob("*.yaml")}
    for name in sorted(others - {chosen}):
        try:
            yield _Configured(name, False, load_train_config(model=name))
        except ConfigError as error:
            yield _faulty(f"models/{name}", error)


def _faulty(name: str, error: ConfigError) -> Finding:
    from pipeline.config_files import find_config

    try:
        mend = f'"${{EDITOR:-vi}}" {shlex.quote(str(find_config(name)))}'
    except ConfigError:
        mend = _restore("configs")
    return Finding(f"config {name}", "broken", str(error), mend)


def _restore(what: str) -> str:
    """Return the command that brings back files that come with the project."""
    root = checkout()
    if root and (root / ".git").exists():
        return shlex.join(["git", "-C", str(root), "checkout", "--", what])
    return python_command("-m", "pip", "install", "--force-reinstall", "--no-deps", DISTRIBUTION)


def _needs(configured: Sequence[_Configured]) -> Iterator[Finding]:
    project, whole = read_project(), []
    for each in configured:
        lacking = [package for package in each.needed() if installed_version(package) is None]
        if not lacking:
            whole.append(each.name)
            continue
        why = ", and configs/train.yaml names this model" if each.chosen else " (optional)"
        text = f"lacks {', '.join(lacking)}{why}"
        extras = {project.extra_of(package) for package in lacking}
        yield Finding(f"model {each.name}", each.fault, text, install(*extras))
    if whole:
        yield Finding("model packages", "ok", f"all that these need: {', '.join(whole)}")


def _encoders(configured: Sequence[_Configured]) -> Iterator[Finding]:
    needing: dict[str, list[_Configured]] = {}
    for each in configured:
        for name in each.encoders():
            needing.setdefault(name, []).append(each)
    for name, models in sorted(needing.items()):
        yield _encoder(name, models[0].name, "broken" if any(model.chosen for model in models) else "note")


def _encoder(name: str, model: str, absent: State) -> Finding:
    """Return whether an encoder is there and has its pinned hashes; none is unpacked or fetched."""
    from pipeline.stance import encoders

    label, package = f"encoder {name}", encoders.package_of(name)
    if package is None:
        try:
            with redirect_stdout(sys.stderr):  # the hub's client prints what it cannot import
                found = encoders.find_encoder(name)
        except ModelError as error:
            fetch = ["--set", "model.download=true", "--set", "model.revision=COMMIT"]
            mend = shlex.join(["stance", "train", "--model", model, *fetch])
            return Finding(label, absent, str(error).removeprefix(f"{label}: "), mend)
        return Finding(label, "ok", f"{found.folder} ({found.source}, {found.sha256[:12]})")
    missing = [part for part in package.distributions if installed_version(part) is None]
    if missing:
        whole = len(missing) == len(package.distributions)
        text = "not installed" if whole else f"parts of it are missing: {', '.join(missing)}"
        return Finding(label, absent, text, python_command("-m", "pip", "install", *missing))
    try:
        folder = encoders.check_package(package)
    except ModelError as error:
        mend = python_command("-m", "pip", "install", "--force-reinstall", "--no-deps", *package.distributions)
        if unpacked := encoders.unpacked(package):
            mend = shlex.join(["rm", "-r", "--", str(unpacked)])
        return Finding(label, "broken", str(error), mend)
    return Finding(label, "ok", f"{folder} (model.safetensors {package.files['model.safetensors'][:12]})")


def _trained(settings: ScoreConfig) -> Iterator[Finding]:
    """Yield the models that scoring takes: the configured one, or the default ones."""
    from pipeline.config_files import model_folders

    if settings.model is not None and not Path(settings.model).is_dir() and ":/" in settings.model:
        yield Finding("model", "ok", f"{settings.model} (configs/score.yaml; not looked at)")
        return
    if settings.model is not None:
        yield _bundle(Path(settings.model))
        return
    found = {name: next((f for f in model_folders(name) if f.is_dir()), None) for name in settings.models}
    for name, folder in found.items():
        if folder is not None:
            yield _bundle(folder)
        elif any(found.values()):
            yield Finding("model", "note", f"models/{name} is not there", _make(Path("models", name)))
    if not any(found.values()):
        places = " or ".join(f"models/{name}" for name in found)
        yield Finding("model", "broken", f"none at {places}", _make(Path("models", next(iter(found), "default"))))


def _make(folder: Path) -> str:
    """Return the command that makes a model again, or brings back the one that comes along."""
    if folder.name == "starter":
        return _restore("models/starter")
    return "stance train" if folder.name == "default" else shlex.join(["stance", "train", "--set", f"out={folder}"])


def _bundle(folder: Path) -> Finding:
    from pipeline import stance
    from pipeline.stance.bundle import MANIFEST

    return _checked("model", folder, stance.check, seal=MANIFEST, mend=_make(folder))


def _tagger() -> Finding:
    from pipeline.config_files import model_folders
    from pipeline.quotes import tagger

    folder = next((f for f in model_folders("indirect") if f.is_dir()), None)
    if folder is None:
        text = "models/indirect is not there; indirect speech needs it (optional)"
        return Finding("tagger", "note", text, _restore("models/indirect"))
    return _checked("tagger", folder, tagger.check, seal="tagger.json", mend=_restore("models/indirect"))


def _checked(name: str, folder: Path, check: Callable[[Path], None], *, seal: str, mend: str) -> Finding:
    """Return whether the files of a folder fit the hashes in one of them, and the hash of that one."""
    try:
        check(folder)
    except ModelError as error:
        return Finding(name, "broken", str(error), mend)
    return Finding(name, "ok", f"{folder} ({sha256_file(folder / seal)[:12]})")
