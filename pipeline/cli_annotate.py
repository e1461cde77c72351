"""The commands under ``stance annotate``: from statements to labels that several coders agree on."""

from __future__ import annotations

import typer

from pipeline import options
from pipeline.console import note, say_json, say_manifest

app = typer.Typer(
    name="annotate",
    help="Label statements, alone or with others, and measure how well coders agree.",
    epilog="Example: stance annotate run data/quotes.parquet --out labels/ann.jsonl --coder ann",
    no_args_is_help=True,
)


@app.callback()
def _group() -> None:
    """Keep the name of a single command: without this it would be the group itself."""


@app.command(epilog="Example: stance annotate run data/quotes.parquet --out labels/ann.jsonl --coder ann")
def run(
    quotes: options.Quotes,
    out: options.OwnLabels,
    coder: options.OwnName,
    target: options.CodedToward = None,
    corrections: options.OwnCorrections = None,
    show_guess: options.ShowGuess = False,
    limit: options.First = None,
    queue: options.Queue = None,
    codebook: options.Codebook = None,
    lines: options.LineByLine = False,
    as_json: options.Json = False,
) -> None:
    """Label statements one after the other at the keyboard; every answer is on disk at once."""
    from pipeline.desk import open_desk
    from pipeline.stages import annotate_run as stage

    task = stage.Task(
        quotes=quotes,
        out=out,
        coder=coder.strip(),
        target=target,
        corrections=corrections,
        show_guess=show_guess,
        limit=limit,
        queue=queue,
        codebook=codebook,
    )
    worked = stage.run(task, open_desk(lines=lines))
    for line in worked.notes:
        note(line)
    if as_json:
        say_json(worked.manifest.as_dict())
    else:
        say_manifest(worked.manifest)
