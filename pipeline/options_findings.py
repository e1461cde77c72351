"""What the commands about a scored corpus take: one name an option or argument, with its help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Scored = Annotated[
    list[Path],
    typer.Argument(metavar="SCORED", help="Tables of stance score, or folders of parts, e.g. scored.parquet"),
]
CountBy = Annotated[
    str,
    typer.Option(
        "--count",
        metavar="mention|utterance|actor-day|actor-month",
        help="What counts once, e.g. utterance: a remark, however many articles carry it.",
    ),
]
BrowsePage = Annotated[Path, typer.Option("--out", metavar="PAGE", help="The HTML file, e.g. --out page.html")]
PageTitle = Annotated[str, typer.Option("--title", metavar="TEXT", help="Heading of the page, e.g. 'Huawei, 2019'")]
NetworkOut = Annotated[
    Path,
    typer.Option(
        "--out",
        metavar="FOLDER|FILE",
        help="A folder for all three networks, e.g. networks; or one file for --mode (.graphml, .csv, .svg).",
    ),
]
NetworkMode = Annotated[
    str,
    typer.Option(
        "--mode", metavar="two-mode|congruence|conflict", help="Which network a single file is to hold, e.g. conflict"
    ),
]
MinWeight = Annotated[
    int, typer.Option("--min-weight", min=1, metavar="N", help="Leave out edges of less weight, e.g. --min-weight 3")
]
Neutral = Annotated[bool, typer.Option("--neutral", help="Keep neutral statements in the two-mode network.")]
CsvFolder = Annotated[
    Path | None, typer.Option("--csv", metavar="FOLDER", help="Write the tables as CSV, too, e.g. --csv tables")
]
Listed = Annotated[
    int, typer.Option("--limit", min=1, metavar="N", help="Rows of each table to print, e.g. --limit 25")
]
RowId = Annotated[
    str, typer.Argument(metavar="ROW_ID", help="row_id of a scored row, or its beginning, e.g. 3fa1c0; see --scored")
]
ScoredTable = Annotated[
    Path, typer.Option("--scored", metavar="TABLE", help="Table of stance score that has it, e.g. scored.parquet")
]
TrainedOn = Annotated[
    Path, typer.Option("--statements", metavar="FILE", help="Labelled statements, e.g. data/statements.parquet")
]
ModelFolder = Annotated[
    Path | None,
    typer.Option(
        "--model", metavar="MODEL", help="The model, if it was moved: a folder or address, e.g. models/default"
    ),
]
Similar = Annotated[
    int, typer.Option("--similar", min=1, metavar="N", help="Most similar training statements, e.g. --similar 10")
]
