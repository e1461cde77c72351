"""The commands under ``stance annotate``: from statements to labels that several coders agree on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from pipeline import options, options_estimate, options_findings
from pipeline.console import note, say_json, say_manifest
from pipeline.console_annotate import note_findings, say_agreement

if TYPE_CHECKING:
    from pipeline.records import Manifest

app = typer.Typer(
    name="annotate",
    help="Label statements, alone or with others, and measure how well coders agree.",
    epilog="Example: stance annotate agreement ana.csv ben.csv",
    no_args_is_help=True,
)


def _say(manifest: Manifest, *, as_json: bool) -> None:
    if as_json:
        say_json(manifest.as_dict())
    else:
        say_manifest(manifest)


@app.command(name="export", epilog="Example: stance annotate export data/quotes.parquet --out sheet.csv")
def export_units(
    quotes: options.Quotes,
    out: options.Sheet,
    form: options.Form = None,
    gold: options.KnownGold = None,
    target: options.CodingTargets = None,
    terms: options.Terms = False,
    predictions: options.ShowPredictions = False,
    delimiter: options.Delimiter = ",",
    as_json: options.Json = False,
) -> None:
    """Write the statements of a quote table for coders: a CSV sheet, JSON lines, or Label Studio tasks."""
    from pipeline.stages import annotate_export as stage

    manifest = stage.run(
        quotes,
        out,
        form=form,
        gold=gold,
        targets=target or (),
        terms=terms,
        predictions=predictions,
        delimiter=delimiter,
    )
    _say(manifest, as_json=as_json)


@app.command(
    name="import", epilog="Example: stance annotate import sheet.csv --quotes data/quotes.parquet --out gold.jsonl"
)
def import_codings(
    files: options.Filled,
    quotes: options.QuotesOfSheet,
    out: options.GoldFile,
    coder: options.CoderNames = None,
    coder_type: options.CoderKind = None,
    codebook: options.Codebook = None,
    as_json: options.Json = False,
) -> None:
    """Read what coders have filled in, sheets or Label Studio exports, into a gold file."""
    from pipeline.stages import annotate_import as stage

    coders = stage.coders_of(coder or (), coder_type, codebook)
    _say(stage.run(files, quotes, out, coders=coders), as_json=as_json)


@app.command(name="next", epilog="Example: stance annotate next scored.parquet --out next.parquet --count 50")
def next_statements(
    quotes: options.Quotes,
    out: options.NextTable,
    labels: options.Labelled = None,
    count: options.HowMany = None,
    per_target: options.PerTarget = None,
    config: options.Config = None,
    overrides: options.Set = None,
    as_json: options.Json = False,
) -> None:
    """Choose the statements most worth annotating: those of which a model is least sure, one a story."""
    from pipeline.config import NextConfig, load_config
    from pipeline.stages import annotate_next as stage

    settings = load_config(
        NextConfig, config or "next", options.assigned(overrides, count=count, per_target=per_target)
    )
    manifest = stage.run(settings, quotes, out, labels or ())
    _say(manifest, as_json=as_json)
    if manifest.counts["chosen"] < settings.count:
        note(f"fewer than {settings.count}: {settings.per_story} of each story; --set per_story=N takes more")


@app.command(name="sample", epilog="Example: stance annotate sample scored.parquet --out sample.parquet --n 200")
def sample_statements(
    tables: options_findings.Scored,
    out: options_estimate.SampleTable,
    n: options_estimate.SampleSize = 200,
    strata: options_estimate.Strata = None,
    allocation: options_estimate.Allocate = "proportional",
    seed: options_estimate.DrawSeed = 13,
    as_json: options.Json = False,
) -> None:
    """Draw a random sample to label, by which `stance estimate` corrects for the model's errors."""
    from pipeline.console_estimate import say_design
    from pipeline.findings.sampling import check_allocation
    from pipeline.stages import annotate_sample as stage

    design = stage.Design(n, tuple(options.listed(strata)), check_allocation(allocation), seed)
    sampled = stage.run(tables, out, design)
    if as_json:
        say_json({**sampled.manifest.as_dict(), "design": sampled.design})
    else:
        say_manifest(sampled.manifest)
        say_design(sampled.design)
    for line in sampled.warnings:
        note(line)


@app.command(name="check", epilog="Example: stance annotate check gold.jsonl --quotes data/quotes.parquet")
def check_labels(
    files: options.GoldFiles,
    quotes: options.QuotesOfGold = None,
    config: options.Config = None,
    overrides: options.Set = None,
    as_json: options.Json = False,
) -> None:
    """Look for what is odd about labels; status 1 where something has to be mended."""
    from pipeline.config import CheckConfig, load_config
    from pipeline.console_check import say_checked
    from pipeline.stages import annotate_check as stage

    checked = stage.run(load_config(CheckConfig, config or "check", overrides or ()), files, quotes)
    if as_json:
        say_json(checked.as_dict())
    else:
        say_checked(checked)
    for line in checked.notes:
        note(line)
    if checked.failed:
        raise typer.Exit(1)


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
