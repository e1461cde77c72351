"""The command ``stance``: parse, load the configuration, call one stage, print one result.

Stages are imported inside their commands, so that ``stance --help`` stays fast.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import __version__, options, streams
from pipeline.cli_annotate import app as annotate
from pipeline.cli_estimate import app as of_shares
from pipeline.cli_findings import app as of_findings
from pipeline.cli_runs import app as of_runs
from pipeline.cli_score import app as of_scoring
from pipeline.console import (
    note,
    note_trial,
    progress,
    say,
    say_export,
    say_json,
    say_manifest,
    say_page,
    say_quotes,
    say_tuned,
)
from pipeline.errors import PipelineError
from pipeline.files import readable

if TYPE_CHECKING:
    from pipeline.records import Manifest

app = typer.Typer(
    name="stance",
    help="Find every quoted statement in news articles, its speaker, and its stance toward a restriction.",
    epilog="Example: stance score articles/ --out scored.parquet",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(annotate)
app.add_typer(of_runs)
app.add_typer(of_scoring)
app.add_typer(of_findings)
app.add_typer(of_shares)

_STOPPED = 130  # what the parser makes of Ctrl-C


def _say(manifest: Manifest, *, as_json: bool) -> None:
    if as_json:
        say_json(manifest.as_dict())
    else:
        say_manifest(manifest)


def _version(wanted: bool) -> None:
    if wanted:
        say(f"stance {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error, and more of the log.")
    ] = False,
) -> None:
    streams.log_to_stderr(logging.INFO if debug else logging.WARNING)


@app.command(epilog="Example: stance ingest articles/ --out data/quotes.parquet")
def ingest(
    paths: options.MaybePaths = None,
    out: options.QuoteTable = None,
    kinds: options.Kinds = None,
    corrections: options.Corrections = None,
    strict: options.Strict = False,
    config: options.Config = None,
    overrides: options.Set = None,
    as_json: options.Json = False,
) -> None:
    """Read articles, clean them, and find every quote with its speaker."""
    from pipeline.config import IngestConfig, load_config
    from pipeline.stages import ingest as stage

    assigned = options.assigned(
        overrides, paths=paths, out=out, kinds=options.listed(kinds), corrections=corrections, strict=strict
    )
    with progress("reading") as show:
        manifest = stage.run(load_config(IngestConfig, config or "ingest", assigned), progress=show)
    _say(manifest, as_json=as_json)


@app.command(epilog="Example: stance quotes article.txt --html quotes.html")
def quotes(
    paths: options.ToShow,
    html: options.Page = None,
    limit: options.MostArticles = 10,
    kinds: options.Kinds = None,
    corrections: options.Corrections = None,
    strict: options.Strict = False,
    config: options.Config = None,
    overrides: options.Set = None,
    as_json: options.Json = False,
) -> None:
    """Show articles with quotations, cues and speakers marked."""
    from pipeline.config import IngestConfig, load_config
    from pipeline.stages import quotes as stage

    assigned = options.assigned(
        overrides, paths=paths, kinds=options.listed(kinds), corrections=corrections, strict=strict
    )
    settings = load_config(IngestConfig, config or "ingest", assigned)
    with progress("reading") as show:
        shown = stage.run(settings, limit=limit, html=html, progress=show)
    if as_json:
        say_json(shown.as_list())
    elif html is None:
        say_quotes(shown.views)
    else:
        say_page(shown.views, html)
    for line in shown.notes:
        note(line)


@app.command(epilog="Example: stance label --functions my_functions.py")
def label(
    functions: options.Functions = None,
    public: options.PublicData = None,
    codings: options.CodingFiles = None,
    config: options.Config = None,
    overrides: options.Set = None,
    as_json: options.Json = False,
) -> None:
    """Turn gold annotations into labelled statements, split by story; on request, label more by functions."""
    from pipeline.config import LabelConfig, load_config
    from pipeline.console_weak import say_weak
    from pipeline.files import read_json
    from pipeline.stages import label as stage

    weak = {"weak.enabled": True, "weak.functions": functions} if functions else {}
    settings = load_config(
        LabelConfig, config or "label", options.assigned(overrides, public=public, codings=codings, **weak)
    )
    manifest = stage.run(settings)
    told = {"weak": read_json(settings.report, "report")["weak"]} if settings.weak.enabled else {}
    if as_json:
        say_json({**manifest.as_dict(), **told})
        return
    say_manifest(manifest)
    if told:
        say_weak(told["weak"])


@app.command(epilog="Example: stance train --model tfidf --set model.c=4 --register")
def train(
    model: options.ModelName = None,
    register: options.Register = False,
    config: options.Config = None,
    overrides: options.Set = None,
    as_json: options.Json = False,
) -> None:
    """Train a stance model on the labelled statements and log the run."""
    from pipeline import tracking
    from pipeline.config import load_train_config
    from pipeline.files import read_json
    from pipeline.stages import train as stage
    from pipeline.storage import side_path

    settings = load_train_config(overrides or (), model=model, name=config or "train")
    _say(stage.run(settings, register=register), as_json=as_json)
    pointer = side_path(settings.out, "run.json")
    if not as_json and settings.track and pointer.is_file():
        run = tracking.find_run(read_json(pointer, "run pointer")["run_id"])
        say(f"run      {run.run_id[:8]} {run.name}")
        say(f"logged   {run.tags.get('model', 'no model')}")


@app.command(epilog="Example: stance tune --model tfidf --trials 50")
def tune(
    model: options.ModelName = None,
    trials: options.Trials = None,
    seconds: options.Seconds = None,
    config: options.Config = None,
    overrides: options.Set = None,
    as_json: options.Json = False,
) -> None:
    """Look for a model's best values in the ranges that it declares; an earlier search of the same is gone on with."""
    from pipeline.stages import tune as stage
    from pipeline.tune_config import load_tune_config

    assigned = options.assigned(overrides, trials=trials, seconds=seconds)
    settings = load_tune_config(assigned, model=model, name=config or "tune")
    tuned = stage.run(settings, progress=lambda trial, best: note_trial(trial, best, settings.trials))
    if as_json:
        say_json(tuned.as_dict())
    else:
        say_manifest(tuned.manifest)
        say_tuned(tuned)


@app.command(epilog="Example: stance evaluate --learning-curve")
def evaluate(
    learning_curve: options.LearningCurve = False,
    config: options.Config = None,
    overrides: options.Set = None,
    as_json: options.Json = False,
) -> None:
    """Measure the model on the test split, each figure with its interval, and write the report."""
    from pipeline.config import EvaluateConfig, load_config
    from pipeline.console_behaviour import scoring
    from pipeline.console_evaluate import note_fit, say_evaluation, say_learning_curve
    from pipeline.files import read_json
    from pipeline.stages import evaluate as stage

    settings = load_config(EvaluateConfig, config or "evaluate", overrides or ())
    with scoring() as show:
        manifest = stage.run(settings, curve=learning_curve, observe=note_fit, progress=show)
    curve = read_json(settings.out / "learning_curve.json", "learning curve") if learning_curve else None
    if as_json:
        say_json({**manifest.as_dict(), **({"learning_curve": curve} if curve else {})})
        return
    say_manifest(manifest)
    say_evaluation(read_json(settings.out / "metrics.json", "metrics file"))
    if curve:
        say_learning_curve(curve)


@app.command(epilog="Example: stance behaviour models/own --capability negation --failures 5")
def behaviour(
    model: options.MaybeModel = None,
    capability: options.Capability = None,
    cases: options.Cases = None,
    failures: options.Failures = 1,
    as_json: options.Json = False,
) -> None:
    """Ask a model cases with known answers: negation, reported views, another target, typos and more."""
    from pipeline.config import ScoreConfig, load_config
    from pipeline.console_behaviour import say_behaviour, scoring
    from pipeline.stages import behaviour as stage
    from pipeline.stages.score import find_model

    address = find_model(load_config(ScoreConfig, "score", options.assigned(None, model=model)))
    with scoring() as show:
        report = stage.run(address, files=cases or (), capability=capability, progress=show)
    if as_json:
        say_json(report.as_dict())
    else:
        say_behaviour(report, failures)


@app.command(epilog="Example: stance export models/own --out models/own-onnx")
def export(
    model: options.Trained,
    out: options.ExportedFolder,
    statements: options.Statements = None,
    precision: options.Weights = None,
    config: options.Config = None,
    overrides: options.Set = None,
    as_json: options.Json = False,
) -> None:
    """Turn a trained model into one ONNX file, which scores without torch."""
    from pipeline.config import ExportConfig, load_config
    from pipeline.stages import export as stage

    assigned = options.assigned(overrides, statements=statements, precision=precision)
    manifest = stage.run(load_config(ExportConfig, config or "export", assigned), model, out)
    if as_json:
        say_json({**manifest.as_dict(), "export": stage.exported(out)})
    else:
        say_manifest(manifest)
        say_export(stage.exported(out))


@app.command(epilog="Example: stance doctor --json")
def doctor(as_json: options.Json = False) -> None:
    """Show what is installed and found, and the commands that mend what is not well; status 1 if something is broken.

    Versions against the lock, packages that the configured models need, encoders and models by hash, the MLflow store,
    telemetry, leftovers of broken-off commands, disk and memory. Nothing is changed.
    """
    from pipeline.console_doctor import say_findings
    from pipeline.doctor import examine

    findings = list(examine())
    say_findings(findings, as_json=as_json)
    if any(finding.state == "broken" for finding in findings):
        raise typer.Exit(1)


def _debug_first(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with ``--debug`` first, where the parser expects it, wherever it was typed."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    own = [a for a in arguments[:end] if a != "--debug"]
    return [*["--debug"] * (len(own) < end), *own, *arguments[end:]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status.

    0 done, 1 a gate failed or the doctor found something broken, 2 a user's error, told in one line.
    """
    streams.prepare()
    given = _debug_first(sys.argv[1:] if arguments is None else arguments)
    try:
        with streams.stoppable():
            app(args=given)
    except SystemExit as done:
        if done.code == _STOPPED:
            note("stopped")
        gone = isinstance(done.__context__, BrokenPipeError)  # the parser makes a failure of it
        return streams.flushed(0 if gone else int(done.code or 0))
    except (PipelineError, OSError) as error:  # a full disk, say, is no fault of the program either
        if given[:1] == ["--debug"]:
            traceback.print_exc()
        note(f"error: {' '.join(str(error).split())}")
        return getattr(error, "exit_code", 2)
    except UnicodeEncodeError as error:
        if "surrogates" not in error.reason:
            raise
        note(f"error: {readable(error.object)!r}: is no UTF-8 text; rename the file or folder")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
