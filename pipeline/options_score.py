"""Options of ``stance score``."""

from __future__ import annotations

from typing import Annotated

import typer

Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATH",
        help="Files, folders, archives or addresses, e.g. articles/ or s3://bucket/news; - reads JSONL from stdin.",
    ),
]
Out = Annotated[
    str | None,
    typer.Option(
        metavar="FILE|FOLDER",
        help="Table, e.g. scored.parquet (.jsonl, .csv), or a folder, to which later runs add what is new; or an "
        "address, e.g. s3://bucket/scored.",
    ),
]
Engine = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="local: processes of this machine (default), ray: a Ray cluster, inline: this process; e.g. ray.",
        rich_help_panel="Large inputs",
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help="Processes, e.g. 8. Default: one a processor, as far as the memory goes.",
        rich_help_panel="Large inputs",
    ),
]
Memory = Annotated[
    float | None,
    typer.Option(
        metavar="GB", help="Memory for all workers, e.g. 16. Default: what is free.", rich_help_panel="Large inputs"
    ),
]
Address = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Ray cluster to join, e.g. 10.0.0.5:6379. Default: Ray is started here.",
        rich_help_panel="Large inputs",
    ),
]
Retry = Annotated[
    bool,
    typer.Option("--retry", help="Do articles again that could not be worked through.", rich_help_panel="Large inputs"),
]
Prune = Annotated[
    bool,
    typer.Option(
        "--prune",
        help="Take out of the folder all that the input of this command does not have.",
        rich_help_panel="Large inputs",
    ),
]
Status = Annotated[
    str | None,
    typer.Option(
        "--status",
        metavar="FILE|FOLDER",
        help="Show how far the run into it has come, e.g. --status scored; the run goes on.",
        rich_help_panel="Large inputs",
    ),
]
