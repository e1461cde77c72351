"""Commands that turn scored quotes into figures: ``stance estimate``, and the actors behind them."""

from __future__ import annotations

import typer

from pipeline import options, options_estimate, options_findings
from pipeline.console import note, say_json

app = typer.Typer()
actors = typer.Typer(
    name="actors",
    help="Who speaks, over all articles: names of one actor, and one name of several.",
    epilog="Example: stance actors propose scored.parquet --out actors.csv",
    no_args_is_help=True,
)
app.add_typer(actors)


@app.command(epilog="Example: stance estimate scored.parquet --sample sample.parquet --labels ann.jsonl --by outlet")
def estimate(
    tables: options_findings.Scored,
    by: options_estimate.GroupBy = None,
    sample: options_estimate.LabelledSample = None,
    labels: options_estimate.SampleLabels = None,
    count: options_findings.CountBy = "mention",
    people: options_estimate.ActorsFile = None,
    changes: options_estimate.Changes = False,
    method: options_estimate.EstimateMethod = "ppi",
    level: options_estimate.Level = 0.95,
    resamples: options.Resamples = 1000,
    seed: options.Seed = 13,
    out: options_estimate.EstimateTable = None,
    as_json: options.Json = False,
) -> None:
    """Estimate the share of each stance by group, corrected for the model's errors by a labelled random sample."""
    from pipeline.console_estimate import say_changes, say_estimated
    from pipeline.findings.counting import check_count
    from pipeline.findings.estimates import Asked, check_method
    from pipeline.stages import estimate as stage

    asked = Asked(tuple(options.listed(by)), check_method(method), level, resamples, seed)
    found = stage.run(stage.Task(tables, asked, sample, labels or (), check_count(count), people, changes, out))
    if as_json:
        say_json(found.as_dict())
    else:
        say_estimated(found)
        if found.changes is not None:
            say_changes(found.changes)
    for line in found.notes:
        note(line)
    if out:
        note(f"wrote {out}")


@actors.command(name="propose", epilog="Example: stance actors propose scored.parquet --out actors.csv")
def propose_actors(
    tables: options_findings.Scored,
    out: options_estimate.ActorsOut,
    as_json: options.Json = False,
) -> None:
    """Propose which names are one actor, and which name two, for you to approve in a file; nothing is applied."""
    from pipeline.console_estimate import say_proposed
    from pipeline.stages import actors as stage

    proposed = stage.run(tables, out)
    if as_json:
        say_json(proposed.as_dict())
    else:
        say_proposed(proposed, out)
    for line in proposed.warnings:
        note(line)
