"""What the commands of ``stance`` take: one name an option or argument, with its help."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

Paths = Annotated[
    list[str],
    typer.Argument(metavar="PATH", help="Files, folders or archives, e.g. articles/; - reads JSONL from stdin."),
]
MaybePaths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATH",
        help="Files, folders or archives, e.g. articles/; - reads JSONL from stdin. Default: as configured.",
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change one value of the configuration, e.g. --set seed=7"),
]
Config = Annotated[
    str | None,
    typer.Option(metavar="NAME|FILE", help="Another configuration, by name or path, e.g. --config my.yaml"),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]

ToShow = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE", help="An article, e.g. article.txt; also tables, archives, folders; - reads JSONL from stdin."
    ),
]
Page = Annotated[
    Path | None, typer.Option("--html", metavar="PAGE", help="Write an HTML page instead, e.g. --html quotes.html")
]
MostArticles = Annotated[
    int, typer.Option("--limit", min=1, metavar="N", help="How many articles to show at most, e.g. --limit 50")
]
QuoteTable = Annotated[
    str | None, typer.Option(metavar="FILE", help="Table to write, e.g. quotes.parquet; also .jsonl or .csv.")
]
Kinds = Annotated[
    str | None,
    typer.Option(metavar="LIST", help="Kinds of speech to find, e.g. direct,mixed,indirect; also block."),
]
Corrections = Annotated[
    list[str] | None,
    typer.Option(
        "--corrections",
        metavar="FILE",
        help="Corrections that coders made, e.g. labels/ann.corrections.jsonl; may be repeated.",
    ),
]
Strict = Annotated[bool, typer.Option("--strict", help="Stop at the first record that cannot be read.")]
PublicData = Annotated[
    list[str] | None,
    typer.Option(
        "--from",
        metavar="NAME|FILE",
        help="Add a public data set to train, as a file of configs/datasets maps it, e.g. --from claims. May be given "
        "again.",
    ),
]
Functions = Annotated[
    list[str] | None,
    typer.Option(
        "--functions",
        metavar="FILE",
        help="Label more statements by the labelling functions of a Python file, e.g. --functions my_functions.py. "
        "The file is run. May be given again.",
    ),
]
CodingFiles = Annotated[
    list[str] | None,
    typer.Option(
        "--codings",
        metavar="FILE",
        help="Labels of a coder on the same statements, for what people agree on, e.g. ana.jsonl. May be given again.",
    ),
]
LearningCurve = Annotated[
    bool,
    typer.Option("--learning-curve", help="Train on growing parts of train, too, and tell whether more labels help."),
]
ModelName = Annotated[
    str | None, typer.Option(metavar="NAME|FILE", help="A configuration under configs/models, e.g. --model tfidf")
]
Trials = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Trials of the study, those of earlier runs included, e.g. --trials 50"),
]
Seconds = Annotated[
    float | None, typer.Option(min=1, metavar="S", help="Begin no trial after so long, e.g. --seconds 3600")
]
Register = Annotated[bool, typer.Option("--register", help="Register the model in MLflow as 'stance'.")]
ScoredTable = Annotated[
    Path,
    typer.Option(
        metavar="FILE|FOLDER", help="Table, e.g. scored.parquet (.jsonl, .csv), or a folder for Parquet parts."
    ),
]
ModelFolder = Annotated[
    str | None,
    typer.Option(metavar="DIR|ADDRESS", help="Model folder or MLflow address, e.g. models:/stance@champion"),
]
Beside = Annotated[
    str | None,
    typer.Option(metavar="DIR|ADDRESS", help="Print the stances of another model beside, e.g. --beside models/default"),
]
Trained = Annotated[
    str, typer.Argument(metavar="MODEL", help="Model folder or MLflow address, e.g. models/own or models:/stance/1")
]
MaybeModel = Annotated[
    str | None,
    typer.Argument(
        metavar="MODEL", help="Model folder or MLflow address, e.g. models/own. Default: as for `stance score`."
    ),
]
Failures = Annotated[
    int, typer.Option(min=0, metavar="N", help="Failing examples to print of each capability, e.g. --failures 5")
]
Capability = Annotated[
    str | None, typer.Option(metavar="NAME", help="Only the cases of this capability, e.g. --capability negation")
]
Cases = Annotated[
    list[Path] | None,
    typer.Option(
        "--cases", metavar="FILE", help="Ask these cases instead, e.g. --cases sarcasm.yaml; may be given again."
    ),
]
ExportedFolder = Annotated[Path, typer.Option(metavar="FOLDER", help="Model folder to write, e.g. models/own-onnx")]
Statements = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Labelled statements to check 8-bit weights on, e.g. data/statements.parquet"),
]
Weights = Annotated[
    str | None, typer.Option(metavar="int8|fp32", help="Weights of 8 bits, or as they were trained, e.g. fp32")
]
Targets = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        metavar="TEXT",
        help="The vendor or technology at issue, e.g. 'Huawei in 5G networks'; several give a row each.",
    ),
]
Show = Annotated[
    int, typer.Option(min=0, metavar="N", help="Print the statements if there are no more rows, e.g. --show 100")
]
Limit = Annotated[int, typer.Option(min=1, metavar="N", help="How many of the latest runs to list, e.g. --limit 5")]
Runs = Annotated[
    list[str],
    typer.Argument(
        help="Two or more runs: id, beginning of an id, name, or folder of stance evaluate, e.g. 3f9a2c reports; "
        "the first is the reference.",
        metavar="RUN",
    ),
]
Shared = Annotated[
    bool, typer.Option("--shared", help="Compare on the statements that all runs have, where they differ.")
]
ComparisonPage = Annotated[
    Path | None, typer.Option("--html", metavar="PAGE", help="Write an HTML page, too, e.g. --html compared.html")
]
Reported = Annotated[
    str,
    typer.Argument(
        help="An evaluated run: id, beginning of an id, name, or folder of stance evaluate, e.g. 3f9a2c", metavar="RUN"
    ),
]
ReportPage = Annotated[Path, typer.Option("--out", metavar="PAGE", help="The HTML file, e.g. --out report.html")]
NoLog = Annotated[bool, typer.Option("--no-log", help="Keep nothing of it in the MLflow runs.")]
Promoted = Annotated[
    str | None, typer.Argument(help="An evaluated run: id, beginning of an id, or name, e.g. 3f9a2c", metavar="RUN")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only tell what the gate says; change nothing.")]
RollBack = Annotated[bool, typer.Option("--rollback", help="Go back to the champion before this one.")]

Quotes = Annotated[
    Path,
    typer.Argument(
        metavar="QUOTES", help="Quote table or scored table with its articles beside it, e.g. quotes.parquet"
    ),
]
Sheet = Annotated[
    Path, typer.Option(metavar="FILE", help="File for the coders, e.g. sheet.csv; .jsonl, or .json for Label Studio.")
]
Form = Annotated[
    str | None,
    typer.Option("--format", metavar="csv|jsonl|label-studio", help="If the ending does not tell, e.g. csv"),
]
KnownGold = Annotated[
    Path | None, typer.Option("--gold", metavar="FILE", help="Labels to show that are there already, e.g. gold.jsonl")
]
CodingTargets = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        metavar="TEXT",
        help="What would be restricted, instead of the table's targets, e.g. 'Huawei in 5G networks'; may be repeated.",
    ),
]
Terms = Annotated[bool, typer.Option("--terms", help="Terms, titles and scare quotes, too.")]
ShowPredictions = Annotated[
    bool, typer.Option("--predictions", help="Show the stances of a scored table; coders tend to follow them.")
]
Delimiter = Annotated[
    str, typer.Option(metavar="CHAR", help="Between the cells of CSV, e.g. ';' where the decimal sign is a comma")
]
Filled = Annotated[
    list[Path],
    typer.Argument(metavar="FILE", help="Filled sheets (.csv, .jsonl) or Label Studio exports, e.g. ana.csv"),
]
QuotesOfSheet = Annotated[
    Path, typer.Option("--quotes", metavar="TABLE", help="The table that was exported, e.g. data/quotes.parquet")
]
GoldFile = Annotated[Path, typer.Option("--out", metavar="FILE", help="Gold file to write, e.g. gold.jsonl")]
CoderNames = Annotated[
    list[str] | None,
    typer.Option(
        "--coder",
        metavar="NAME|KNOWN=NAME",
        help="Whose labels they are, where the file does not say, e.g. ana; 3=ben renames Label Studio's user 3.",
    ),
]
CoderKind = Annotated[
    str | None,
    typer.Option(
        "--coder-type", metavar="human|model|weak", help="What the coder is, where the file does not say, e.g. human"
    ),
]
OwnLabels = Annotated[
    Path, typer.Option("--out", metavar="FILE", help="Your labels, gone on with if it is there, e.g. labels/ann.jsonl")
]
OwnName = Annotated[str, typer.Option("--coder", metavar="NAME", help="Who you are, e.g. ann; each coder a file.")]
CodedToward = Annotated[
    str | None,
    typer.Option(
        "--target",
        metavar="TEXT",
        help="What would be restricted, instead of the table's targets, e.g. 'Loopi in schools'",
    ),
]
OwnCorrections = Annotated[
    Path | None,
    typer.Option(
        "--corrections", metavar="FILE", help="Your corrections, e.g. labels/mended.jsonl; else beside --out."
    ),
]
ShowGuess = Annotated[
    bool, typer.Option("--show-guess", help="Show the model's stance; coders tend to follow it, so each label says so.")
]
First = Annotated[
    int | None, typer.Option("--limit", min=1, metavar="N", help="Only the first so many statements, e.g. --limit 100")
]
Queue = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Table of statement ids: only these, in this order, e.g. queue.jsonl"),
]
Codebook = Annotated[
    str | None, typer.Option(metavar="VERSION", help="Version of the codebook, where the file does not say, e.g. 1")
]
LineByLine = Annotated[
    bool, typer.Option("--lines", help="Read a line for each key and redraw nothing, as for a screen reader.")
]
NextTable = Annotated[
    Path, typer.Option(metavar="TABLE", help="Table to write, e.g. next.parquet (.jsonl, .csv); it goes in again.")
]
Labelled = Annotated[
    list[Path] | None,
    typer.Option("--labels", metavar="GOLD", help="Gold files: what is labelled is not asked for, e.g. gold.jsonl"),
]
HowMany = Annotated[int | None, typer.Option("--count", min=1, metavar="N", help="How many, e.g. --count 50")]
PerTarget = Annotated[
    int | None, typer.Option("--per-target", min=1, metavar="N", help="Most of one target, e.g. --per-target 20")
]
GoldFiles = Annotated[list[Path], typer.Argument(metavar="GOLD", help="Gold files, e.g. gold.jsonl (.csv)")]
QuotesOfGold = Annotated[
    Path | None,
    typer.Option(
        "--quotes",
        metavar="QUOTES",
        help="Quote table of their articles, to look at texts and spans, too, e.g. data/quotes.parquet",
    ),
]
Codings = Annotated[
    list[Path],
    typer.Argument(metavar="FILE", help="Labels of coders, e.g. ana.csv ben.jsonl; .csv, .tsv or .jsonl; gold too."),
]
Disagreements = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write what coders differ on as a list to decide, e.g. todo.csv; also .jsonl."),
]
Adjudicated = Annotated[
    list[Path] | None,
    typer.Option("--adjudicate", metavar="FILE", help="Read a filled-in list, e.g. todo.csv; may be given again."),
]
MergedLabels = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Labels to write: agreed and decided ones, e.g. gold.jsonl; also .csv."),
]
TextsFrom = Annotated[
    Path | None,
    typer.Option("--quotes", metavar="FILE", help="Table with the statements' text for the list, e.g. quotes.parquet"),
]
HalfWidth = Annotated[
    float,
    typer.Option(min=0.001, max=1, metavar="W", help="Tell how many more statements make intervals ± W, e.g. 0.05"),
]
Resamples = Annotated[
    int, typer.Option(min=100, metavar="N", help="Resamples behind each interval, e.g. --resamples 2000")
]
Seed = Annotated[int, typer.Option(min=0, metavar="N", help="Seed of the resamples, e.g. --seed 7")]


def assigned(overrides: Sequence[str] | None, **values: Any) -> list[str]:
    """Return the overrides with the values that the command line gave by options of their own."""
    given = [f"{key}={json.dumps(value)}" for key, value in values.items() if value not in (None, False, [])]
    return [*(overrides or []), *given]


def listed(value: str | None) -> list[str]:
    """Return the items of a comma-separated option."""
    return [item.strip() for item in (value or "").split(",") if item.strip()]
