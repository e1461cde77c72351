"""The commands under ``stance annotate``: from statements to labels that several coders agree on."""

from __future__ import annotations

import typer

from pipeline import options
from pipeline.console import say_json
from pipeline.console_annotate import note_findings, say_agreement

app = typer.Typer(
    name="annotate",
    help="Label statements, alone or with others, and measure how well coders agree.",
    epilog="Example: stance annotate agreement ana.csv ben.csv",
    no_args_is_help=True,
)


@app.callback()
def _group() -> None:
    """Keep the name of a single command: without this it would be the group itself."""


@app.command(epilog="Example: stance annotate agreement ana.csv ben.csv --disagreements todo.csv")
def agreement(
    files: options.Codings,
    disagreements: options.Disagreements = None,
    adjudicate: options.Adjudicated = None,
    out: options.MergedLabels = None,
    quotes: options.TextsFrom = None,
    half_width: options.HalfWidth = 0.05,
    resamples: options.Resamples = 10_000,
    seed: options.Seed = 13,
    as_json: options.Json = False,
) -> None:
    """Measure how well coders agree, list what they differ on, and merge what was decided."""
    from pipeline.labels.reliability import Draws
    from pipeline.stages import agreement as stage

    wanted = stage.Wanted(
        disagreements=disagreements,
        decided=adjudicate or (),
        out=out,
        quotes=quotes,
        half_width=half_width,
        draws=Draws(resamples, seed),
    )
    found = stage.run(files, wanted)
    if as_json:
        say_json(found.as_dict())
    else:
        say_agreement(found)
    note_findings(found)
