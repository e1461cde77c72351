"""Estimate: scored tables, and a labelled random sample -> the share of each stance by group, with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.findings.actors import Actor
from pipeline.findings.changes import Change, find_changes
from pipeline.findings.counting import Count, Unit, count_units
from pipeline.findings.estimates import Asked, Found, Group, Shares, find_shares
from pipeline.findings.groups import check_groups
from pipeline.findings.labelled import Answer, Labelled, check_sample, put_labels
from pipeline.findings.scored import ScoredRow
from pipeline.labels.gold import read_gold
from pipeline.labels.revisions import newest
from pipeline.parts import read_parts
from pipeline.records import LABELS
from pipeline.stages.actor_file import actors_of
from pipeline.stages.extraction import check_apart
from pipeline.stages.guarded import write_guarded
from pipeline.stages.scored import counted, read_scored
from pipeline.storage import check_table_path, schema_of, write_table


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be estimated.

    Parameters
    ----------
    tables
        Scored tables.
    sample
        Table of ``stance annotate sample``; None gives naive shares alone.
    labels
        Gold files with the coder's labels of the sample.
    count
        What counts once.
    actors
        The analyst's file of actors; None takes the speakers as they were found.
    changes
        Whether to look for changes of stance over time, too.
    out
        Table to write; None writes none.
    """

    tables: Sequence[Path]
    asked: Asked
    sample: Path | None = None
    labels: Sequence[Path] = ()
    count: Count = "mention"
    actors: Path | None = None
    changes: bool = False
    out: Path | None = None


@dataclass(frozen=True, slots=True)
class Estimated:
    """The shares of a corpus and what is to be known about them.

    Parameters
    ----------
    statements, labelled
        Rows that were counted, and those of them that the sample labels.
    changes
        Of the actors that were tested; None where nobody asked.
    """

    task: Task
    found: Found
    statements: int
    labelled: int
    notes: tuple[str, ...]
    changes: tuple[Change, ...] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as JSON-ready values."""
        asked = self.task.asked
        return {
            "count": self.task.count,
            "by": [*asked.by],
            "method": asked.method if self.task.sample else None,
            "level": asked.level,
            "statements": self.statements,
            "labelled": self.labelled,
            "power": self.found.power,
            "whole": self.found.whole.as_dict(()),
            "groups": [group.as_dict(asked.by) for group in self.found.groups],
            **({"changes": [change.as_dict() for change in self.changes]} if self.changes is not None else {}),
            "notes": [*self.notes],
        }


def run(task: Task) -> Estimated:
    """Return the share of each stance, in the whole corpus and by group; ``task.out`` gets them as a table.

    Raises
    ------
    InputError
        If a table cannot be read, or the sample is none of this corpus, was not drawn at random or is not labelled.
    LabelError
        If a gold row does not fit the codebook.
    """
    check_groups(task.asked.by)
    if task.labels and task.sample is None:
        raise InputError(f"{task.labels[0]}: --labels needs --sample, the table of `stance annotate sample`")
    if task.out:
        check_table_path(task.out)
        read = [*task.tables, *task.labels, *(path for path in (task.sample, task.actors) if path)]
        check_apart(list(map(str, read)), [task.out])
    corpus = read_scored(task.tables)
    rows, left_out = counted(corpus, task.tables)
    labelled = _labelled(task.sample, task.labels, rows) if task.sample else None
    actors, told = actors_of(task.actors, rows)
    units = count_units(rows, task.count, actors=actors)
    found = find_shares(rows, units, task.asked, labelled)
    changes = _changes(rows, units, task, actors) if task.changes else None
    if task.out:
        _write(task.out, found, task.asked.by)
    notes = (*left_out, *corpus.warnings, *told, *(labelled.notes if labelled else ()))
    return Estimated(task, found, len(rows), len(labelled.labels) if labelled else 0, notes, changes)


def _changes(
    rows: Sequence[ScoredRow], units: Sequence[Unit], task: Task, actors: Mapping[str, Actor]
) -> tuple[Change, ...]:
    """Return the changes; mentions are gathered to remarks first, or the copies of one would count as many."""
    said = count_units(rows, "utterance", actors=actors) if task.count == "mention" else units
    return tuple(find_changes(said, seed=task.asked.seed))


def _labelled(sample: Path, files: Sequence[Path], rows: Sequence[ScoredRow]) -> Labelled:
    cells = read_parts(sample)
    check_sample(cells, rows, str(sample))  # before the labels are read: what is wrong here is told first
    answers = [
        Answer(
            label=None if gold.kind == "term" else gold.label,
            target=gold.target,
            source=gold.source,
            start=gold.start,
            end=gold.end,
            quote_ids=tuple(name for name in (gold.statement_id, *(gold.replaces or "").split()) if name),
            coder=gold.coder,
            where=gold.where,
        )
        for path in files
        for gold in newest(read_gold(path))
    ]
    return put_labels(cells, rows, answers, str(sample))


_COUNTS = ("n", "articles", "labelled", "count")
_NAIVE, _CORRECTED = ("naive", "naive_low", "naive_high"), ("share", "low", "high")


def _write(path: Path, found: Found, by: Sequence[str]) -> None:
    """Write a row for each group and stance; the whole corpus first, without group values."""
    rows = [row for group in (found.whole, *found.groups) for row in _rows(group, by)]
    columns = (*by, "stance", *_COUNTS, *_NAIVE, *_CORRECTED, "note")
    if path.suffix == ".csv":  # names come from articles, and a spreadsheet opens it
        write_guarded(path, columns, rows)
    else:
        write_table(path, rows, schema_of(columns, integers=_COUNTS, floats=(*_NAIVE, *_CORRECTED)))


def _rows(group: Group, by: Sequence[str]) -> list[dict[str, Any]]:
    known = dict(zip(by, group.key, strict=False))
    return [
        known
        | {"stance": label, "n": group.n, "articles": group.articles, "labelled": group.labelled, "note": group.note}
        | {"count": group.counts[label]}
        | _cells(group.naive, label, _NAIVE)
        | _cells(group.corrected, label, _CORRECTED)
        for label in LABELS
    ]


def _cells(shares: Shares | None, label: str, names: Sequence[str]) -> dict[str, float | None]:
    if shares is None:
        return dict.fromkeys(names)
    found = shares[label]
    return dict(zip(names, (found.value, found.low, found.high), strict=True))
