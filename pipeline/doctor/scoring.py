"""Scoring runs that were broken off or are under way, by the ledgers that they leave in folders."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pipeline.doctor.findings import Finding
from pipeline.errors import InputError
from pipeline.ledger import LEDGER

_HIDDEN = ".shards"


def runs(places: Sequence[Path], children: Iterable[Path]) -> Iterator[Finding]:
    """Yield what is to be told of scored folders, and of the hidden shards of tables that were not finished.

    Parameters
    ----------
    places
        Folders that may be scored ones.
    children
        What is in them.
    """
    for folder in places:
        if (folder / LEDGER).is_file():
            yield from _run(folder, None)
    for hidden in sorted(children):
        name = hidden.name[1:].removesuffix(_HIDDEN)
        if name and hidden.name == f".{name}{_HIDDEN}" and (hidden / LEDGER).is_file():
            yield from _run(hidden.with_name(name), hidden)


def _run(out: Path, hidden: Path | None) -> Iterator[Finding]:
    """Yield how the run into an output stands, unless it has ended well."""
    from pipeline.stages import score_status

    remove = shlex.join(["rm", "-r", "--", str(hidden)]) if hidden else None
    try:
        status = score_status.run(out)
    except InputError as error:
        yield Finding("scoring", "note", str(error), remove)
        return
    done = f"{status.totals['articles']} articles are done"
    if status.state == "running":
        yield Finding("scoring", "ok", f"{out}: a run is under way; {done}")
    elif status.state == "stopped":
        goes_on = f"`stance score ... --out {shlex.quote(str(out))}` with the same input goes on with it"
        or_not = "; to give it up, remove its shards" if remove else ""
        yield Finding("scoring", "note", f"{out}: a run was broken off; {done}, {goes_on}{or_not}", remove)
