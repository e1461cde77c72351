"""What is installed and found: for a person who wonders why something does not work, or reports that it does not."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from pipeline import __version__
from pipeline.errors import PipelineError

DISTRIBUTION = "quotestance"

_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)[^;]*(?:;\s*extra == ['\"](\w+)['\"])?$")


def _requirements() -> dict[str, list[str]]:
    """Return the distributions named in our metadata by extra; the base install stands under ``""``."""
    try:
        lines = requires(DISTRIBUTION) or []
    except PackageNotFoundError:
        return {}
    found = defaultdict(list)
    for match in filter(None, map(_REQUIREMENT.match, lines)):
        found[match[2] or ""].append(match[1])
    return found


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _packages() -> Iterator[tuple[str, str]]:
    requirements = _requirements()
    if not requirements:
        yield "packages", f"{DISTRIBUTION} is not installed; run pip install -e ."
    for extra, names in requirements.items():
        found = {name: _installed(name) for name in names}
        lacking = [name for name in names if found[name] is None]
        if not extra:
            yield "packages", ", ".join(f"{name} {found[name] or 'MISSING'}" for name in names)
        elif lacking:
            yield f"extra {extra}", f"lacks {', '.join(lacking)} (pip install '{DISTRIBUTION}[{extra}]')"
        else:
            yield f"extra {extra}", ", ".join(f"{name} {found[name]}" for name in names)


def _models() -> Iterator[tuple[str, str]]:
    try:
        from pipeline import stance
        from pipeline.config import ScoreConfig, load_config
        from pipeline.config_files import model_folders

        names = load_config(ScoreConfig, "score").models
        folders = [next((f for f in model_folders(name) if f.is_dir()), None) for name in names]
    except (ImportError, PipelineError) as error:
        yield "model", f"cannot look ({error})"
        return
    for folder in filter(None, folders):
        try:
            stance.check(folder)
            yield "model", f"{folder} ({stance.fingerprint(folder)[:12]})"
        except PipelineError as error:
            yield "model", str(error)
    if not any(folders):
        yield "model", "none yet; `stance train` makes one"


def _configs() -> str:
    try:
        from pipeline.config import config_folders
    except ImportError as error:
        return f"cannot look ({error})"
    return ", ".join(str(folder) for folder in config_folders()) or "none found"


def _store() -> str:
    if uri := os.environ.get("MLFLOW_TRACKING_URI"):
        return f"{uri} (MLFLOW_TRACKING_URI)"
    path = Path("mlflow.db").absolute()
    return f"sqlite:///{path} ({'there' if path.is_file() else 'made by the first stance train'})"


def examine() -> Iterator[tuple[str, str]]:
    """Yield name and finding of all that a fault report needs; nothing is changed, and no network is used.

    It works with half of the packages missing: that may be what the user is looking for.
    """
    yield "stance", f"{__version__} in {Path(__file__).parent}"
    yield "python", f"{platform.python_version()} ({sys.executable}, {platform.system()} {platform.machine()})"
    yield from _packages()
    yield "configs", _configs()
    yield from _models()
    yield "mlflow", _store()
