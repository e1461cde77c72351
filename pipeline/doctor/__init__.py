"""What is installed and found: for a person who wonders why something does not work, or reports that it does not.

Nothing is changed, and nothing is connected to but a tracking server on this machine. Every part works where packages
are missing that another part needs: that may be what the user is looking for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from pipeline.doctor import ledgers, models, network, packages, project, space, store
from pipeline.doctor.findings import Finding, State
from pipeline.errors import PipelineError

__all__ = ["PARTS", "Finding", "State", "examine"]

PARTS: Mapping[str, Callable[[], Iterable[Finding]]] = {
    "packages": packages.look,
    "models": models.look,
    "mlflow": store.look,
    "network": network.look,
    "files": lambda: ledgers.look(Path()),
    "space": space.look,
}
"""What is looked at, in this order; the name stands in for the findings where a part cannot look."""

# ImportError where a package is missing; the others are what importing a damaged one raises.
_FAULTS = (ImportError, AttributeError, ValueError, OSError, PipelineError)


def examine() -> Iterator[Finding]:
    """Yield all findings, part by part."""
    for name, look in PARTS.items():
        try:
            yield from look()
        except _FAULTS as error:
            told = " ".join(str(error).split())
            yield Finding(name, "broken", f"cannot look ({type(error).__name__}: {told})", project.install())
