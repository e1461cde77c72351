"""What people see: tables, summaries and progress. Results go to stdout, everything else to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pipeline.encodings import escaped
from pipeline.records import LABELS, Manifest
from pipeline.streams import on_one_line, takes_unicode

if TYPE_CHECKING:
    from pipeline.highlight import View
    from pipeline.search import Trial
    from pipeline.stages.tune import Tuned
    from pipeline.tracking import RunRecord

Cell = str | int | float | None

_PLAIN_WIDTH = 60  # of one cell where the output is no terminal that could wrap it
_LISTED = 4  # files named in a summary
_SHORT_ID = 8  # of a run: enough to tell runs apart, and to type


class Progress(Protocol):
    """Called with what has been done so far."""

    def __call__(self, articles: int, quotes: int) -> None:
        """Show the counts."""


def say(line: str = "") -> None:
    """Write one line of a result to stdout; what would steer a terminal is escaped."""
    sys.stdout.write(escaped(line) + "\n")


def note(line: str) -> None:
    """Write one line about the work, not its result, to stderr; what would steer a terminal is escaped."""
    sys.stderr.write(on_one_line(line) + "\n")


def say_json(value: Any) -> None:
    """Write a result as indented JSON to stdout."""
    say(json.dumps(value, ensure_ascii=not takes_unicode(), indent=2))


def _cell(value: Cell) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else escaped(" ".join(str(value).split()))


def say_table(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """Write a table to stdout: drawn and wrapped for a terminal, else plain columns with long cells cut."""
    cells = [[_cell(value) for value in row] for row in rows]
    if sys.stdout.isatty():
        _draw(columns, cells)
        return
    cut = [[c if len(c) <= _PLAIN_WIDTH else c[: _PLAIN_WIDTH - 1] + "…" for c in row] for row in cells]
    widths = [max(map(len, column)) for column in zip(columns, *cut, strict=True)]
    for row in [list(columns), *cut]:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _draw(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in cells:
        # Not strings: square brackets in a quotation are no markup.
        table.add_row(*map(Text, row))
    Console().print(table)


def _counted(values: Mapping[str, int]) -> str:
    ordered = sorted(values.items(), key=lambda item: (-item[1], item[0]))
    parts = ", ".join(f"{name} {count}" for name, count in ordered)
    return f"{sum(values.values())} ({parts})" if values else "0"


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _LISTED
    return ", ".join(names[:_LISTED]) + (f" and {more} more" if more > 0 else "")


def say_manifest(manifest: Manifest) -> None:
    """Write what a stage did, one line a count; cleaning steps are left to the manifest."""
    counts = dict(manifest.counts)
    left_out = {
        reason.removeprefix("rejected-"): count
        for reason, count in manifest.dropped.items()
        if not reason.startswith("cleaning-")
    }
    # A stage that counts rejects drops nothing else.
    left_out_name = "rejects" if counts.pop("rejects", None) is not None else "dropped"
    shares = {label: counts.pop(label) for label in LABELS if label in counts}
    total = sum(shares.values())
    lines: dict[str, str] = {name: str(count) for name, count in counts.items()}
    lines |= {label: f"{count} ({count / total:.0%})" if total else "0" for label, count in shares.items()}
    lines |= {
        left_out_name: _counted(left_out),
        "seconds": f"{manifest.seconds:.1f}",
        "read": _listed(list(manifest.inputs)) or "standard input",
        "wrote": _listed(list(manifest.outputs)),
    }
    width = max(map(len, lines))
    for name, value in lines.items():
        say(f"{name.ljust(width)}  {on_one_line(value)}")


def many(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> many(1, "quote"), many(0, "quote"), many(2, "story", "stories")
    ('1 quote', '0 quotes', '2 stories')
    """
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


def say_metrics(metrics: Mapping[str, Any]) -> None:
    """Write an evaluation: each overall figure with its interval, and the majority baseline beside it."""
    say()
    rows = []
    for name, baseline in metrics["baseline"].items():
        figure = metrics["test"][name]
        low, high = figure["low"], figure["high"]
        interval = None if low is None or high is None else f"{_cell(low)}–{_cell(high)}"
        rows.append([name, figure["value"], interval, baseline["value"]])
    say_table(["metric", "test", "interval", "baseline"], rows)


def say_statements(rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the scored statements as a table for people."""
    say()
    columns = ["speaker", "quote", "stance", "confidence"]
    several = len({row["target"] for row in rows}) > 1
    say_table(
        [*columns, "target"] if several else columns,
        [
            [row["speaker"], row["text"], row["stance"], f"{row['confidence']:.2f}", *[row["target"]] * several]
            for row in rows
            if row["is_statement"]
        ],
    )


def say_beside(scored: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Write the same statements as several models scored them, a column a model with stance and confidence.

    Parameters
    ----------
    scored
        Rows of the scored table by model, in the same order.
    """
    say()
    say_table(
        ["speaker", "quote", *scored],
        [
            [rows[0]["speaker"], rows[0]["text"], *[f"{row['stance']} {row['confidence']:.2f}" for row in rows]]
            for rows in zip(*scored.values(), strict=True)
            if rows[0]["is_statement"]
        ],
    )


def say_export(told: Mapping[str, Any]) -> None:
    """Write which weights were kept, and macro-F1 on dev with either."""
    figures = told["dev_macro_f1"]
    kept = "8-bit weights" if told["precision"] == "int8" else "weights as they were trained"
    if figures is None:
        say(f"kept {kept}; not checked on labelled statements")
        return
    lost = ", which is too much lower" if told["precision"] == "fp32" and "int8" in figures else ""
    shown = ", ".join(f"{figures[name]:.4f} with {name}" for name in ("fp32", "int8") if name in figures)
    say(f"kept {kept}: macro-F1 on dev (n = {figures['n']}) {shown}{lost}")


def note_trial(trial: Trial, best: Trial | None, wanted: int) -> None:
    """Write one line about a trial of a search to stderr."""
    if trial.fault is not None:
        note(f"trial {trial.number + 1} of {wanted}: failed, {trial.fault}")
        return
    shown = f", best {_cell(best.figure)} (trial {best.number + 1})" if best else ""
    note(f"trial {trial.number + 1} of {wanted}: {_cell(trial.figure)}{shown}")


def _setting(value: Any) -> str:
    """Return a value of a configuration as YAML has it, numbers to four digits."""
    return value if isinstance(value, str) else _cell(value) if isinstance(value, float) else json.dumps(value)


def say_tuned(tuned: Tuned) -> None:
    """Write what a search has found: the best values beside those configured, and where they are."""
    say()
    before = f", {tuned.before} of them earlier" if tuned.before else ""
    failed = f", {tuned.failed} failed" if tuned.failed else ""
    say(f"study {tuned.study}: {tuned.trials} trials{before}{failed}")
    if tuned.path is None:
        say("no trial has succeeded")
        return
    rows = [[key, _setting(tuned.configured[key]), _setting(value)] for key, value in tuned.values.items()]
    say_table(["", "configured", "best"], [[tuned.metric, tuned.configured_figure, tuned.figure], *rows])
    say(f"train it with: stance train --model {tuned.path}")


def say_quotes(views: Sequence[View]) -> None:
    """Write articles with their quotations marked, one after the other, and what the marks mean."""
    from rich.console import Console

    from pipeline.highlight import Screen, drawn, legend

    console = Console()
    screen = Screen(console.width, styled=console.color_system is not None and not console.no_color)
    # Not escaped: the styles are escape sequences, and the texts have been made printable.
    shown = "\n".join([*(drawn(view, screen) for view in views), legend(views, screen)]).rstrip("\n")
    sys.stdout.write(shown + "\n")


def say_page(views: Sequence[View], path: Path) -> None:
    """Write what stands on a page of articles, and where the page is."""
    quotes = sum(len(view.pieces) for view in views)
    for name, value in (("articles", len(views)), ("quotes", quotes), ("wrote", path)):
        say(f"{name:<8}  {value}")


def say_runs(runs: Sequence[RunRecord]) -> None:
    """Write runs as a table, the newest first."""
    say_table(
        ["run", "name", "started", "status", "classifier", "macro_f1"],
        [
            [
                run.run_id[:_SHORT_ID],
                run.name,
                run.start.astimezone().strftime("%Y-%m-%d %H:%M"),
                run.status.lower(),
                run.params.get("model.classifier"),
                run.metrics.get("macro_f1"),
            ]
            for run in runs
        ],
    )


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on stderr that something goes on, where it is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


@contextmanager
def progress(what: str) -> Iterator[Progress | None]:
    """Yield a callback that moves a line on stderr; None where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    # How many articles there are is known at the end only: nothing is read twice to count them.
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what)

        def show(articles: int, quotes: int) -> None:
            bar.update(task, description=f"{what}: {articles:,} articles, {quotes:,} quotes")

        yield show
