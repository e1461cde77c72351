"""What ``stance estimate``, ``stance actors`` and ``stance annotate sample`` take, with its help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SampleTable = Annotated[
    Path, typer.Option("--out", metavar="TABLE", help="Sample to write, e.g. sample.parquet (.jsonl, .csv).")
]
SampleSize = Annotated[int, typer.Option("--n", min=1, metavar="N", help="How many statements to draw, e.g. --n 300")]
Strata = Annotated[
    str | None,
    typer.Option(
        metavar="LIST",
        help="Draw from each stance, target, outlet, year, month, kind, region or speaker_type, e.g. stance,target",
    ),
]
Allocate = Annotated[
    str,
    typer.Option(
        "--allocation",
        metavar="proportional|equal",
        help="How many of each stratum: by its size, or as many of each, e.g. equal",
    ),
]
DrawSeed = Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Seed of the draw, e.g. --seed 7")]
GroupBy = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="LIST",
        help="Groups: speaker, organisation, type, country, target, outlet, month, year, model, e.g. speaker,year",
    ),
]
LabelledSample = Annotated[
    Path | None,
    typer.Option(
        "--sample", metavar="TABLE", help="Table of `stance annotate sample`, by which errors are corrected, e.g. "
        "sample.parquet",
    ),
]  # fmt: skip
SampleLabels = Annotated[
    list[Path] | None,
    typer.Option("--labels", metavar="GOLD", help="The coder's labels of the sample, e.g. ann.jsonl; may be repeated."),
]
ActorsFile = Annotated[
    Path | None,
    typer.Option("--actors", metavar="FILE", help="Who belongs together, as you approved it, e.g. actors.csv"),
]
EstimateMethod = Annotated[
    str,
    typer.Option(
        "--method",
        metavar="ppi|confusion",
        help="ppi: each group's own labels; confusion: error rates of the whole sample, taken for the same in all "
        "groups, e.g. confusion",
    ),
]
Level = Annotated[float, typer.Option(min=0.5, max=0.999, metavar="P", help="Coverage of the intervals, e.g. 0.9")]
EstimateTable = Annotated[
    Path | None, typer.Option("--out", metavar="TABLE", help="Write the shares as a table, e.g. shares.csv")
]
Changes = Annotated[
    bool, typer.Option("--changes", help="Tell whose stance changed over time, with the quotations of either side.")
]
ActorsOut = Annotated[
    Path, typer.Option("--out", metavar="FILE", help="Proposals to write, e.g. actors.csv; a file that is there grows.")
]
