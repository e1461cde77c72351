"""Commands about runs and the registry: ``stance runs``, ``compare``, ``report``, ``promote``."""

from __future__ import annotations

from pathlib import Path

import typer

from pipeline import options
from pipeline.console import note, say, say_json, say_runs
from pipeline.errors import GateError, InputError

app = typer.Typer()


@app.command(name="runs", epilog="Example: stance runs --limit 5")
def list_runs(
    limit: options.Limit = 20,
    as_json: options.Json = False,
) -> None:
    """List the runs in MLflow, newest first."""
    from dataclasses import asdict

    from pipeline import tracking

    found = tracking.runs(limit)
    if as_json:
        say_json([{**asdict(run), "start": run.start.isoformat()} for run in found])
    elif not found:
        note(f"no runs yet at {tracking.store_uri()}; `stance train` makes one")
    else:
        say_runs(found)


@app.command(epilog="Example: stance compare 3f9a2c proud-owl-512")
def compare(
    runs: options.Runs,
    shared: options.Shared = False,
    resamples: options.Resamples = 10_000,
    seed: options.Seed = 13,
    html: options.ComparisonPage = None,
    no_log: options.NoLog = False,
    as_json: options.Json = False,
) -> None:
    """Tell whether a run is better than another: differences with intervals, slices that got worse, flipped quotes."""
    from pipeline.console_compare import say_comparison
    from pipeline.evaluation.paired import Draws
    from pipeline.stages import compare as stage

    comparison, path = stage.run(runs, shared=shared, draws=Draws(resamples, seed=seed), html=html, log=not no_log)
    if as_json:
        say_json(comparison.as_dict())
    else:
        say_comparison(comparison)
    for line in comparison.notes:
        note(line)
    if html:
        note(f"wrote {html}")
    if path:
        note(f"logged to each run as {path}")


@app.command(epilog="Example: stance report 3f9a2c --out report.html")
def report(
    run: options.Reported,
    out: options.ReportPage = Path("reports/report.html"),
    no_log: options.NoLog = False,
) -> None:
    """Write the page of an evaluated run: how good, how sure, where not, with pictures and examples."""
    from pipeline.stages import report as stage

    stage.run(run, out, log=not no_log)
    say(f"wrote {out}")


@app.command(epilog="Example: stance promote 3f9a2c --dry-run")
def promote(
    run: options.Promoted = None,
    rollback: options.RollBack = False,
    dry_run: options.DryRun = False,
    config: options.Config = None,
    overrides: options.Set = None,
    as_json: options.Json = False,
) -> None:
    """Register a run's model and make it the champion, if the gate holds; exit status 1 if not."""
    from pipeline.config_files import load_config
    from pipeline.console_gate import say_decision, say_rollback
    from pipeline.gate_config import GateConfig
    from pipeline.stages import promote as stage

    if (run is None) != rollback:
        raise InputError("stance promote: name one run, or give --rollback; `stance runs` lists runs")
    settings = load_config(GateConfig, config or "gate", overrides or ())
    if run is None:
        moved = stage.roll_back(settings, dry_run=dry_run)
        say_json(moved.as_dict()) if as_json else say_rollback(moved)
        return
    decision = stage.run(run, settings, dry_run=dry_run)
    if as_json:
        say_json(decision.as_dict())
    else:
        say_decision(decision)
    if not decision.passed:
        raise GateError(f"the gate is shut: {'; '.join(decision.reasons)}")
