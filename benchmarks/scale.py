"""What many articles take, worked out from what one takes: the table of docs/scale.md.

usage: python benchmarks/scale.py [--articles 10000000] [--set NAME=VALUE ...]

No benchmark: it multiplies. The unit costs below are those of RESULTS.md ("Batch scoring"), where the command beside
each says how it was measured; ``--set`` replaces one, with figures of another machine, say.
"""

from __future__ import annotations

import argparse
import math
import sys

UNITS = {
    "reading_ms": 5.58,  # CPU, of an article: read, clean, quotes, speakers, rows (rates)
    "row_ms": 28.34,  # CPU, of a row: stance with the shipped model (rates)
    "rows": 14.21,  # of an article (rates)
    "efficiency": 0.967,  # of a second core (rates)
    "driver_ms": 0.226,  # CPU of the driver, of an article (growth, whose articles are a sixth as long)
    "known_ms": 0.0129,  # CPU of the ledger, of an article that is done (ledger)
    "input_bytes": 6910.0,  # of an article (rates)
    "parts_bytes": 4929.0,  # of an article (rates)
    "articles_bytes": 3224.0,  # of an article (rates)
    "ledger_bytes": 368.0,  # of an article (growth)
    "worker_mb": 665.0,  # peak (rates)
    "driver_mb": 98.4,  # peak (growth)
    "shard": 500.0,  # articles: as advised for many
}
CORES = (8, 64, 256)


def table(articles: int, unit: dict[str, float]) -> list[str]:
    """Return the lines of the table in Markdown."""
    stance_ms = unit["rows"] * unit["row_ms"]
    work_ms = unit["reading_ms"] + stance_ms
    core_hours = articles * work_ms / 3.6e6
    lines = ["| | worked out as | |", "|---|---|---:|"]

    def line(what: str, how: str, value: str) -> None:
        lines.append(f"| {what} | {how} | {value} |")

    line("work of an article", f"{unit['reading_ms']:.1f} + {unit['rows']:.1f} x {unit['row_ms']:.1f} ms",
         f"{work_ms:.0f} ms")  # fmt: skip
    line("core-hours", f"articles x {work_ms:.0f} ms", f"{core_hours:,.0f}")
    line("… of them to change the model", f"articles x {stance_ms:.0f} ms", f"{articles * stance_ms / 3.6e6:,.0f}")
    for cores in CORES:
        hours = core_hours / (cores * unit["efficiency"])
        how = f"core-hours / ({cores} x {unit['efficiency']:.2f})"
        line(f"hours on {cores} cores", how, f"{hours:,.1f} ({articles / hours / 3600:,.0f} articles/s)")
    line("most that one driver feeds", f"1 / {unit['driver_ms']:.2f} ms", f"{1000 / unit['driver_ms']:,.0f} articles/s")
    full = work_ms / (unit["driver_ms"] * unit["efficiency"])
    line("… cores that this keeps busy", f"{work_ms:.0f} / ({unit['driver_ms']:.2f} x {unit['efficiency']:.2f})",
         f"{full:,.0f}")  # fmt: skip
    for name in ("input", "parts", "articles", "ledger"):
        size = unit[f"{name}_bytes"]
        line(f"disk: {name}", f"articles x {size:,.0f} bytes", f"{articles * size / 1e9:,.1f} GB")
    for cores in CORES:
        memory = (cores * unit["worker_mb"] + unit["driver_mb"]) / 1024
        line(f"memory, {cores} workers", f"{cores} x {unit['worker_mb']:.0f} + {unit['driver_mb']:.0f} MB",
             f"{memory:,.0f} GB")  # fmt: skip
    for size in (32, int(unit["shard"])):
        line(f"files, shard_articles {size}", f"2 x articles / {size}", f"{2 * math.ceil(articles / size):,}")
    line("reading an input again that is done", f"articles x {unit['driver_ms']:.2f} ms",
         f"{articles * unit['driver_ms'] / 6e4:,.0f} min")  # fmt: skip
    line("… of it in the ledger", f"articles x {unit['known_ms'] * 1000:.0f} us",
         f"{articles * unit['known_ms'] / 6e4:,.1f} min")  # fmt: skip
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=10_000_000, metavar="N")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help=", ".join(UNITS))
    given = parser.parse_args()
    unit = dict(UNITS)
    for assignment in given.set:
        name, _, value = assignment.partition("=")
        if name not in unit:
            parser.error(f"no unit cost {name}; known: {', '.join(UNITS)}")
        unit[name] = float(value)
    print("\n".join(table(given.articles, unit)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
