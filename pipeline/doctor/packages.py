"""Python and packages: against what the project declares, and against its lock."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import __version__
from pipeline.doctor.findings import Finding, listed
from pipeline.doctor.project import DISTRIBUTION, checkout, install, installed_version, locked, read_project

if TYPE_CHECKING:
    from packaging.requirements import Requirement

_FOR_DEVELOPERS = "dev"


def look() -> Iterator[Finding]:
    """Yield what is installed, and what is not as it should be."""
    text = f"{__version__} in {Path(__file__).parents[1]}"
    if installed_version(DISTRIBUTION) is None:
        yield Finding("stance", "note", f"{text}; not installed, only found", install())
    else:
        yield Finding("stance", "ok", text)
    project = read_project()
    yield _python(project.python)
    yield _base(project.requirements[""])
    for extra, requirements in project.requirements.items():
        if extra and (extra != _FOR_DEVELOPERS or checkout()):
            yield _extra(extra, requirements)
    whole = [extra for extra, needed in project.requirements.items() if not _lacking(needed)]
    yield from _lock(whole)


def _python(wanted: str) -> Finding:
    from packaging.specifiers import SpecifierSet

    running = platform.python_version()
    text = f"{running} ({sys.executable}, {platform.system()} {platform.machine()})"
    if SpecifierSet(wanted).contains(running, prereleases=True):
        return Finding("python", "ok", text)
    fresh = Path(".venv", "bin", "python")
    mend = f"python3.12 -m venv --clear .venv && {install(python=str(fresh))}"
    return Finding("python", "broken", f"{text}; {wanted} is needed", mend)


def _lacking(requirements: Iterable[Requirement]) -> list[str]:
    return [r.name for r in requirements if installed_version(r.name) is None]


def _misfits(requirements: Iterable[Requirement]) -> list[str]:
    """Return installed packages of versions that are not in the declared range."""
    found = [(r, installed_version(r.name)) for r in requirements]
    return [
        f"{r.name} {number} where {r.name}{r.specifier} is needed"
        for r, number in found
        if number is not None and not r.specifier.contains(number, prereleases=True)
    ]


def _shown(requirements: Iterable[Requirement]) -> str:
    return ", ".join(f"{r.name} {installed_version(r.name)}" for r in requirements if installed_version(r.name))


def _base(requirements: Sequence[Requirement]) -> Finding:
    lacking = _lacking(requirements)
    faults = [f"lacks {', '.join(lacking)}"] if lacking else []
    faults += _misfits(requirements)
    if below := sorted(_missing_below(requirements) - set(lacking)):
        faults.append(f"lacks {listed(below)}, which others need")
    if faults:
        return Finding("packages", "broken", "; ".join(faults), install())
    return Finding("packages", "ok", _shown(requirements))


def _missing_below(requirements: Iterable[Requirement]) -> set[str]:
    """Return what is not installed of all that the requirements lead to."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    missing: set[str] = set()
    seen: set[tuple[str, str]] = set()
    waiting = [(requirement, "") for requirement in requirements]
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        try:
            found = distribution(requirement.name)
        except PackageNotFoundError:
            missing.add(requirement.name)
            continue
        for wanted in {"", *requirement.extras}:
            if (key := (canonicalize_name(requirement.name), wanted)) not in seen:
                seen.add(key)
                waiting += [(Requirement(line), wanted) for line in found.requires or ()]
    return missing


def _extra(extra: str, requirements: Sequence[Requirement]) -> Finding:
    name, lacking, misfits = f"extra {extra}", _lacking(requirements), _misfits(requirements)
    text = "; ".join([*misfits, *([f"lacks {', '.join(lacking)}"] if lacking else [])])
    if misfits:
        return Finding(name, "broken", text, install(extra))
    if lacking:
        return Finding(name, "note", f"{text} (optional)", install(extra))
    return Finding(name, "ok", _shown(requirements))


def _lock(extras: Iterable[str]) -> Iterator[Finding]:
    wanted = locked()
    if not wanted:
        return
    found = {name: installed_version(name) for name in wanted}
    there = {name: number for name, number in found.items() if number is not None}
    # "2.13.0+cpu" is a build of 2.13.0.
    other = [f"{name} {n} (locked: {wanted[name]})" for name, n in there.items() if n.split("+")[0] != wanted[name]]
    text = f"{len(there)} of its {len(wanted)} packages are installed"
    if other:
        yield Finding("lock", "note", f"{text}, {len(other)} in another version: {listed(other)}", install(*extras))
    else:
        yield Finding("lock", "ok", f"{text}, all as locked")
