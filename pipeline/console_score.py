"""What people see of a scoring run: how far it has come, and how shares moved under another model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.console import many, say, say_table

if TYPE_CHECKING:
    from pipeline.stages.score_status import Status


def duration(seconds: float) -> str:
    """Return a time in words.

    Examples
    --------
    >>> duration(41.2), duration(3700), duration(200_000)
    ('41 s', '1 h 1 min', '2 d 7 h')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, hours = divmod(whole // 60, 60)[1], whole // 3600
    if hours < 1:
        return f"{minutes} min {whole % 60} s"
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours // 24} d {hours % 24} h"


def say_status(status: Status) -> None:
    """Write where a run stands, one line a matter."""
    totals = status.totals
    lines = {
        "state": status.state + {"stopped": ": the same command goes on with it"}.get(status.state, ""),
        "ran for": f"{duration(status.seconds)} ({status.engine}, {many(status.workers, 'worker')})",
        "done": f"{many(totals['shards'], 'shard')}, {many(totals['articles'], 'article')}, "
        f"{many(totals['quotes'], 'quote')}, {many(totals['rejects'], 'reject')}",
    }
    if status.share is not None:
        lines["of input"] = f"{status.share:.1%}"
    if status.rate is not None:
        lines["rate"] = f"{status.rate:.2f} articles/s"
    if status.seconds_left is not None:
        lines["time left"] = f"about {duration(status.seconds_left)}"
    lines["model"] = ", ".join(f"{name} ({many(n, 'shard')})" for name, n in status.models.items()) or "-"
    lines["failed"] = f"{many(totals['failed'], 'article')}" + (
        ": `stance score ... --retry` does them again" if totals["failed"] else ""
    )
    for name, text in lines.items():
        say(f"{name:<10}{text}")
    for shard in status.failed:
        say(f"  {shard.shard}  {many(shard.articles, 'article')}: {shard.why}")


def say_drift(rows: Sequence[Mapping[str, Any]]) -> None:
    """Write how the shares of each target moved when another model scored the same quotes."""
    say()
    say_table(
        ["target", "stance", "before", "now", "share before", "share now", "change"],
        [
            [
                row["target"], row["stance"], str(row["before"]), str(row["after"]),
                *(f"{float(row[name]):.3f}" for name in ("share_before", "share_after")),
                f"{float(row['change']):+.3f}",
            ]
            for row in rows
        ],
    )  # fmt: skip
