"""Annotate at the keyboard: quote table -> one coder's labels and corrections, on disk as soon as they are given."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import InputError
from pipeline.files import sha256_text
from pipeline.labels.corrections import in_order, parse_correction
from pipeline.labels.gold import parse_gold
from pipeline.labels.items import Stock, take_stock
from pipeline.labels.journal import Journal
from pipeline.labels.progress import progress
from pipeline.labels.session import Session, begin, parse_mark, resume
from pipeline.labels.steps import Sheet
from pipeline.parts import beside, read_parts
from pipeline.records import Manifest
from pipeline.rows import QUOTE_COLUMNS
from pipeline.stages.clerk import Clerk, Desk
from pipeline.stages.correction import RULES
from pipeline.stages.extraction import check_apart
from pipeline.storage import Stopwatch, read_articles, read_table, side_path, write_manifest

_STATEMENT_IDS = ("statement_id", "quote_id")
"""What a queue may call its ids."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be annotated, by whom, into which files.

    Parameters
    ----------
    quotes
        Quote table or scored table, with its articles beside it.
    out
        The coder's labels, ``.jsonl``; gone on with where it is there.
    target
        Every statement is coded toward it; None takes those of the table.
    corrections
        None takes ``X.corrections.jsonl`` beside ``out``.
    show_guess
        Show the model's stance, and say so with every label.
    limit
        The first so many statements; None takes all.
    queue
        Table of ids, and targets perhaps: only these are asked, in this order.
    codebook
        Version of the codebook that is followed.
    """

    quotes: Path
    out: Path
    coder: str
    target: str | None = None
    corrections: Path | None = None
    show_guess: bool = False
    limit: int | None = None
    queue: Path | None = None
    codebook: str | None = None

    @property
    def sheets(self) -> dict[Sheet, Path]:
        """The files that are written."""
        corrections = self.corrections or side_path(self.out, "corrections.jsonl")
        return {"labels": self.out, "corrections": corrections, "marks": side_path(self.out, "marks.jsonl")}


@dataclass(frozen=True, slots=True)
class Worked:
    """What a session has come to.

    Parameters
    ----------
    notes
        Lines about what was found in the files, and what was left out.
    """

    manifest: Manifest
    notes: tuple[str, ...]


def run(
    task: Task,
    desk: AbstractContextManager[Desk],
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    clock: Callable[[], float] = time.monotonic,
) -> Worked:
    """Return what a coder has done when they stop: by leaving, at the end of the input, or by an interrupt.

    Writes ``task.out`` row by row; beside it marks (skips, notes to come) and corrections, and at the end the manifest.

    Parameters
    ----------
    desk
        Opened after everything has been read and checked.
    now, clock
        The time, and seconds that only go forwards.

    Raises
    ------
    InputError
        If a file cannot be read or written, or there is nothing to annotate.
    LabelError
        If a file holds rows of another coder.
    """
    watch = Stopwatch()
    inputs = [task.quotes, beside(task.quotes, "articles.parquet"), *([task.queue] if task.queue else [])]
    _check(task, inputs)
    stock, dropped = _stock(task, inputs[1])
    with ExitStack() as stack:
        files = {sheet: stack.enter_context(Journal(path, task.coder)) for sheet, path in task.sheets.items()}
        notes = [note for journal in files.values() for note in journal.notes]
        clerk = Clerk(_opened(task, stock, files), files, now, clock)
        try:
            with desk as place:
                clerk.work(place, "; ".join(notes))
        except (EOFError, KeyboardInterrupt):
            pass  # all is on disk
        counts = _counts(_opened(task, stock, files), files) | {"answers_this_time": clerk.answers}
        outputs = [journal.path for journal in files.values() if journal.rows]
    manifest = watch.manifest(
        "annotate-run",
        counts=counts,
        dropped=dropped,
        inputs=inputs,
        outputs=outputs,
        config_hash=sha256_text(json.dumps(asdict(task), default=str, sort_keys=True)),
    )
    if outputs:
        write_manifest(side_path(task.out, "manifest.json"), manifest)
    return Worked(manifest, (*notes, *_left_out(dropped)))


def _check(task: Task, inputs: Sequence[Path]) -> None:
    if not task.coder.strip():
        raise InputError("--coder: is empty; give a name, for instance --coder ann")
    written = list(task.sheets.values())
    for path in written[:2]:
        if path.suffix != ".jsonl":
            raise InputError(f"{path}: answers are added line by line; end the name in .jsonl")
    if len(set(written)) < len(written):
        raise InputError(f"{written[1]}: labels and corrections need a file each; choose another --corrections")
    check_apart([str(path) for path in inputs], written)


def _stock(task: Task, articles: Path) -> tuple[Stock, Counter[str]]:
    rows = read_parts(task.quotes, QUOTE_COLUMNS)
    if not task.show_guess:  # what is not there cannot be shown
        rows = [{column: row[column] for column in QUOTE_COLUMNS} for row in rows]
    elif rows and "stance" not in rows[0]:
        raise InputError(f"{task.quotes}: has no stances to show; name a scored table, or leave out --show-guess")
    stock, dropped = take_stock(
        rows,
        read_articles(articles),
        RULES,
        target=task.target,
        queue=_queue(task.queue) if task.queue else None,
        guesses=task.show_guess,
        limit=task.limit,
    )
    if not stock.wanted:
        left_out = "; ".join(_left_out(dropped)) or "it has no quotations"
        raise InputError(f"{task.quotes}: nothing to annotate; {left_out}")
    return stock, dropped


def _queue(path: Path) -> list[tuple[str, str | None]]:
    rows = read_table(path)
    name = next((name for name in _STATEMENT_IDS if rows and name in rows[0]), None)
    if name is None:
        raise InputError(f"{path}: no queue; it needs rows with a column {' or '.join(_STATEMENT_IDS)}")
    return [(str(row[name]), row.get("target")) for row in rows if row[name]]


def _left_out(dropped: Counter[str]) -> list[str]:
    """Return a line for each reason why something is not asked."""
    lines = {
        "term": ("1 term is", "{} terms are", "left out; a queue can name them"),
        "no-target": ("1 statement has", "{} statements have", "no target; name one with --target"),
        "not-in-table": ("1 id of the queue is", "{} ids of the queue are", "not in the table"),
    }
    found = [(dropped[reason], *line) for reason, line in lines.items() if dropped[reason]]
    return [f"{one if n == 1 else many.format(n)} {rest}" for n, one, many, rest in found]


def _opened(task: Task, stock: Stock, files: Mapping[Sheet, Journal]) -> Session:
    """Return the session as the files have it."""
    mended = [parse_correction(row, where) for where, row in files["corrections"].placed]
    session = begin(
        stock,
        task.coder,
        corrections=in_order(mended),
        guess_shown=task.show_guess,
        codebook=task.codebook,
    )
    labels = [parse_gold(row, where) for where, row in files["labels"].placed]
    return resume(session, labels, [parse_mark(row, where) for where, row in files["marks"].placed])


def _counts(session: Session, files: Mapping[Sheet, Journal]) -> dict[str, int]:
    done = progress(session)
    return {
        "statements": done.total,
        "answered": done.done,
        **done.labels,
        "no_statement": done.terms,
        "ambiguous": done.ambiguous,
        "skipped": done.skipped,
        "corrections": len(files["corrections"].rows),
    }
