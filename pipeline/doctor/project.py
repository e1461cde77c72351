"""What the project declares, from its checkout or from its installation, and the commands that install it."""

from __future__ import annotations

import shlex
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata, version
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import InputError
from pipeline.files import read_text

if TYPE_CHECKING:
    from packaging.requirements import Requirement

DISTRIBUTION = "quotestance"
LOCK = "requirements.lock"


@dataclass(frozen=True, slots=True)
class Project:
    """Declared versions.

    Parameters
    ----------
    python
        Versions of Python that it runs on (``>=3.11``).
    requirements
        By extra; those of the base installation stand under ``""``.
    """

    python: str
    requirements: Mapping[str, Sequence[Requirement]]

    def extra_of(self, package: str) -> str:
        """Return which extra installs a package; ``""`` for the base installation and for what comes with others."""
        from packaging.utils import canonicalize_name

        for extra, requirements in self.requirements.items():
            if canonicalize_name(package) in {canonicalize_name(requirement.name) for requirement in requirements}:
                return extra
        return ""


def checkout() -> Path | None:
    """Return the project's folder; None where the package was installed from a wheel."""
    root = Path(__file__).parents[2]
    try:
        told = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return root if told.get("project", {}).get("name") == DISTRIBUTION else None


def read_project() -> Project:
    """Return what is declared: by ``pyproject.toml`` in a checkout, whose installation may be older than the file.

    Raises
    ------
    InputError
        If the package is neither in a checkout nor installed.
    """
    if root := checkout():
        told = tomllib.loads(read_text(root / "pyproject.toml", "project file"))["project"]
        base, others = told["dependencies"], told.get("optional-dependencies", {})
        found = {extra: _applying(lines, extra) for extra, lines in {"": base, **others}.items()}
        return Project(told["requires-python"], found)
    try:
        installed = metadata(DISTRIBUTION)
    except PackageNotFoundError as error:
        raise InputError(f"{DISTRIBUTION} is not installed; install it") from error
    lines = installed.get_all("Requires-Dist") or []
    base = _applying(lines, "")
    found = {extra: _applying(lines, extra) for extra in installed.get_all("Provides-Extra") or []}
    return Project(
        installed["Requires-Python"] or "",
        {"": base, **{extra: [r for r in needed if r not in base] for extra, needed in found.items()}},
    )


def _applying(lines: Iterable[str], extra: str) -> list[Requirement]:
    """Return the requirements of an extra that hold on this system."""
    from packaging.requirements import Requirement

    requirements = map(Requirement, lines)
    return [r for r in requirements if r.marker is None or r.marker.evaluate({"extra": extra})]


def locked() -> dict[str, str]:
    """Return the versions of the lock by package; none outside a checkout."""
    root = checkout()
    if root is None or not (root / LOCK).is_file():
        return {}
    lines = [line.partition("==") for line in read_text(root / LOCK, "lock").splitlines()]
    return {name.strip(): number.strip() for name, equals, number in lines if equals}


def installed_version(package: str) -> str | None:
    """Return the version of an installed package; None where it is not there."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def python_command(*words: str) -> str:
    """Return a command for this very Python, quoted for a shell."""
    return shlex.join([sys.executable, *words])


def install(*extras: str, python: str = sys.executable) -> str:
    """Return the command that installs the project with these extras: in a checkout, as locked there."""
    wanted = ",".join(sorted(filter(None, extras)))
    brackets = f"[{wanted}]" if wanted else ""
    command = [python, "-m", "pip", "install"]
    if root := checkout():
        here = root == Path.cwd()
        lock = Path(LOCK) if here else root / LOCK
        locks = ["--constraint", str(lock)] if lock.is_file() else []
        return shlex.join([*command, *locks, "--editable", f"{'.' if here else root}{brackets}"])
    return shlex.join([*command, f"{DISTRIBUTION}{brackets}"])
