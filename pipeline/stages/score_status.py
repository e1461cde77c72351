"""How far a scoring run has come, from the ledger of its shards; nothing is changed, and a run goes on meanwhile."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from pipeline.errors import InputError
from pipeline.ledger import LEDGER, Ledger, ShardRecord
from pipeline.places import LocalPlace, Place
from pipeline.shard_files import Facts, note_of
from pipeline.stages.output import Output
from pipeline.stages.scored_folder import LOCK, part

_SHOWN = 10
_NO_LEDGER = "no ledger of a run here; a folder keeps it, of a table it is there until the table is done"
_RECENT = 20
"""Shards that the rate is taken of."""
_SILENT = 1800.0
"""Seconds after which a run into an address that has told nothing is held to have ended."""

State = Literal["running", "finished", "stopped"]


@dataclass(frozen=True, slots=True)
class FailedShard:
    """A shard with articles that could not be worked through, and why the first of them could not."""

    shard: str
    articles: int
    why: str


@dataclass(frozen=True, slots=True)
class Status:
    """Where a folder stands.

    Parameters
    ----------
    state
        ``stopped``: the run was broken off, and the same command goes on with it.
    totals
        Over all shards: ``shards``, ``articles``, ``quotes``, ``rows``, ``rejects``, ``failed`` (articles).
    models
        Shards by the model that scored them.
    share
        Of the input's bytes that is done, in [0, 1]; None where nobody knows how large the input is.
    rate
        Articles a second, of the newest shards; None where there is none.
    seconds_left
        None where it cannot be told, or nothing runs.
    failed
        Shards with articles that could not be worked through, at most ten.
    """

    where: str
    state: State
    engine: str
    workers: int
    seconds: float
    totals: dict[str, int]
    models: dict[str, int]
    share: float | None
    rate: float | None
    seconds_left: float | None
    failed: tuple[FailedShard, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the status as JSON-ready values."""
        return asdict(self)


def run(out: str | Path) -> Status:
    """Return how far the run into an output has come.

    Raises
    ------
    InputError
        If nothing was ever scored there, or the ledger cannot be read.
    """
    output = Output.of(out)
    parts, _ = output.shards()
    with ExitStack() as stack:
        path = _ledger(parts, output.shown, stack)
        try:
            ledger = stack.enter_context(Ledger(path, read_only=True, check=False))
            last, totals, shards = ledger.last_run(), ledger.totals(), list(ledger.shards())
        except (sqlite3.Error, ValueError, TypeError) as error:
            fault = f"{output.shown}: its ledger cannot be read ({error}); the next run makes it again"
            raise InputError(fault) from error
    if last is None:
        raise InputError(f"{output.shown}: no run is known of; start one with `stance score`")
    state: State = "finished" if last["state"] == "finished" else "running" if _held(parts, last["told"]) else "stopped"
    ended = last["ended"] or (time.time() if state == "running" else last["told"])
    rate = _rate(shards, last)
    share, left = _progress(last, ended if state != "running" else time.time())
    models: dict[str, int] = {}
    for record in shards:
        models[record.model] = models.get(record.model, 0) + 1
    return Status(
        output.shown, state, last["engine"], last["workers"], round(max(0.0, ended - last["began"]), 1), totals, models,
        1.0 if state == "finished" else share, rate, left if state == "running" else None, _failed(parts, shards),
    )  # fmt: skip


def _ledger(parts: Place, where: str, stack: ExitStack) -> Path:
    """Return the path of the ledger, fetched if it is at an address."""
    if isinstance(parts, LocalPlace):
        path = parts.root / LEDGER
        if not path.is_file():
            raise InputError(f"{where}: {_NO_LEDGER}")
        return path
    if not parts.names(LEDGER):
        raise InputError(f"{where}: {_NO_LEDGER}")
    path = Path(stack.enter_context(tempfile.TemporaryDirectory()), LEDGER)
    path.write_bytes(parts.read(LEDGER))
    return path


def _held(parts: Place, told: float) -> bool:
    """Return whether a run holds the folder; at an address, whether it has told of itself not long ago."""
    if not isinstance(parts, LocalPlace):
        return time.time() - told < _SILENT
    from filelock import FileLock, Timeout

    lock = FileLock(parts.root / LOCK, timeout=0)
    if not (parts.root / LOCK).is_file():
        return False
    try:
        with lock:
            return False
    except Timeout:
        return True
    except OSError:
        return False


def _rate(shards: Sequence[ShardRecord], last: dict[str, Any]) -> float | None:
    """Return articles a second of the newest shards of the run."""
    recent = sorted((r for r in shards if r.seconds is not None and r.ended >= last["began"]), key=lambda r: r.ended)
    recent = recent[-_RECENT:]
    if not recent:
        return None
    before = max((r.ended for r in shards if r.ended < recent[0].ended), default=last["began"])
    seconds = recent[-1].ended - max(before, last["began"])
    return round(sum(r.articles for r in recent) / seconds, 3) if seconds > 0 else None


def _progress(last: dict[str, Any], now: float) -> tuple[float | None, float | None]:
    """Return the share of the input that is done, and the seconds that the rest takes at the pace so far."""
    size, done, before = last["bytes"], last["bytes_done"], last["bytes_before"]
    # Clocks are set: what would be a time before the beginning is none.
    spent, ago = max(0.0, last["told"] - last["began"]), max(0.0, now - last["told"])
    if last["rescored"] < last["to_rescore"]:
        share = last["rescored"] / last["to_rescore"]
        return share, max(0.0, spent / share * (1 - share) - ago) if share and spent else None
    if not size:
        return None, None
    share, fresh = min(1.0, done / size), done - min(before, done)
    left = (size - done) / fresh * spent - ago if fresh > 0 and spent > 0 and done < size else None
    return share, None if left is None else max(0.0, left)


def _failed(parts: Place, shards: Sequence[ShardRecord]) -> tuple[FailedShard, ...]:
    found = []
    for record in [record for record in shards if record.failed][:_SHOWN]:
        why = "its file cannot be read"
        with suppress(InputError, ValueError, KeyError, TypeError):
            facts = Facts.of(note_of(parts.read(part(record.name)), record.name))
            why = next(item.rejects[0]["message"] for item in facts.items if item.failed)
        found.append(FailedShard(record.name, record.failed, why))
    return tuple(found)
