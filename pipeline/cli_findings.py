"""Commands about a scored corpus: ``stance browse``, ``network``, ``summary``, ``why``."""

from __future__ import annotations

from pathlib import Path

import typer

from pipeline import options, options_estimate, options_findings
from pipeline.console import note, progress, say, say_json

app = typer.Typer()


@app.command(epilog="Example: stance browse scored.parquet --out page.html")
def browse(
    scored: options_findings.Scored,
    out: options_findings.BrowsePage = Path("reports/browse.html"),
    count: options_findings.CountBy = "mention",
    people: options_estimate.ActorsFile = None,
    title: options_findings.PageTitle = "Who said what",
) -> None:
    """Write one page of who said what, with filters, a timeline and links to each quote; it opens offline."""
    from pipeline.findings.counting import check_count
    from pipeline.stages import browse as stage

    with progress("making the page"):
        browsed = stage.run(scored, out, count=check_count(count), people=people, title=title)
    for name, value in (("quotes", browsed.quotes), ("articles", browsed.articles), ("wrote", out)):
        say(f"{name:<8}  {value}")
    for line in browsed.notes:
        note(line)


@app.command(epilog="Example: stance network scored.parquet --out networks --count utterance")
def network(
    scored: options_findings.Scored,
    out: options_findings.NetworkOut = Path("reports/networks"),
    mode: options_findings.NetworkMode = "two-mode",
    count: options_findings.CountBy = "mention",
    people: options_estimate.ActorsFile = None,
    min_weight: options_findings.MinWeight = 1,
    neutral: options_findings.Neutral = False,
    as_json: options.Json = False,
) -> None:
    """Write who agrees with whom as networks for Gephi, visone and spreadsheets, and as pictures."""
    from pipeline.console_findings import say_networks
    from pipeline.findings.counting import check_count
    from pipeline.findings.networks import check_mode
    from pipeline.stages import network as stage

    kind, once = check_mode(mode), check_count(count)
    with progress("drawing the networks"):
        drawn = stage.run(scored, out, mode=kind, count=once, people=people, min_weight=min_weight, neutral=neutral)
    if as_json:
        say_json(drawn.as_dict())
    else:
        say_networks(drawn)
    for line in drawn.notes:
        note(line)


@app.command(epilog="Example: stance summary scored.parquet --count utterance --csv tables")
def summary(
    scored: options_findings.Scored,
    count: options_findings.CountBy = "mention",
    people: options_estimate.ActorsFile = None,
    limit: options_findings.Listed = 10,
    csv: options_findings.CsvFolder = None,
    as_json: options.Json = False,
) -> None:
    """Show stances by speaker, target, outlet and month, and the surest and most contested quotes."""
    from pipeline.console_findings import say_summary
    from pipeline.findings.counting import check_count
    from pipeline.stages import summary as stage

    with progress("counting"):
        found = stage.run(scored, count=check_count(count), people=people, shown=limit, folder=csv)
    if as_json:
        say_json(found.as_dict())
    else:
        say_summary(found, limit)
    for line in found.notes:
        note(line)
    for path in found.outputs:
        note(f"wrote {path}")


@app.command(epilog="Example: stance why 3fa1c0 --scored scored.parquet")
def why(
    row_id: options_findings.RowId,
    scored: options_findings.ScoredTable,
    statements: options_findings.TrainedOn = Path("data/statements.parquet"),
    model: options_findings.ModelFolder = None,
    similar: options_findings.Similar = 5,
    as_json: options.Json = False,
) -> None:
    """Show what is behind a scored row: article, speaker, model, training run, labels, similar training statements."""
    from pipeline.console_why import say_why
    from pipeline.stages import why as stage

    with progress("looking it up"):
        found = stage.run(row_id, scored, statements, model=model, shown=similar)
    if as_json:
        say_json(found.told)
    else:
        say_why(found)
