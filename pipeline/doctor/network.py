"""Whether anything would call home or look something up on the network."""

from __future__ import annotations

import os
from collections.abc import Iterator

from pipeline.doctor.findings import Finding
from pipeline.streams import QUIET

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


def look() -> Iterator[Finding]:
    """Yield which variables keep libraries quiet and offline, and which the user has set otherwise."""
    kept = [name for name in QUIET if _is_quiet(name)]
    for name in QUIET:
        if name in kept:
            continue
        if (value := os.environ.get(name)) is None:
            text = f"{name} is not set; stance sets it when it starts"
        else:
            text = f"{name}={value} comes from your environment; stance would set {QUIET[name]}"
        yield Finding("network", "note", text, f"export {name}={QUIET[name]}")
    if kept:
        yield Finding("network", "ok", f"quiet and offline: {', '.join(f'{n}={os.environ[n]}' for n in kept)}")


def _is_quiet(name: str) -> bool:
    value = os.environ.get(name, "").lower()
    return value in (_TRUE if QUIET[name].lower() in _TRUE else _FALSE)
