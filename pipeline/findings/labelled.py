"""Coders' labels of a random sample, put to the rows of the corpus that it was drawn from."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.errors import InputError
from pipeline.findings.sampling import SAMPLE_COLUMNS, corpus_hash, strata_names, strata_of
from pipeline.findings.scored import ScoredRow
from pipeline.records import LABELS

_PLACE = re.compile(r".+:(\d+)-(\d+)")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a coder says of one quotation toward one target.

    Parameters
    ----------
    label
        None where the coder calls it no statement.
    quote_ids
        Under which the quotation may be known; with none, the place tells.
    start, end
        In the source, as ids name them.
    where
        File and line.
    """

    label: str | None
    target: str
    source: str
    start: int
    end: int
    quote_ids: tuple[str, ...]
    coder: str
    where: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """A labelled random sample of a corpus.

    Parameters
    ----------
    labels
        By row id; None where the coder calls the row no statement.
    inclusion
        By row id: probability with which it was drawn and labelled, in (0, 1].
    strata
        Of every row of the corpus, in its order.
    drawn
        How many rows were drawn; those without a label were not labelled.
    notes
        Lines about what an analyst has to know.
    """

    labels: Mapping[str, str | None]
    inclusion: Mapping[str, float]
    strata: Sequence[str]
    drawn: int
    notes: tuple[str, ...]


def check_sample(cells: Sequence[Mapping[str, Any]], rows: Sequence[ScoredRow], table: str) -> list[str]:
    """Return the strata of the corpus that a sample was drawn from.

    Parameters
    ----------
    cells
        Of the sample's table.
    rows
        Statements of the corpus.
    table
        What messages call the sample.

    Raises
    ------
    InputError
        If rows were chosen and not drawn, no inclusion probability is recorded, or they are of another corpus.
    """
    if not cells:
        raise InputError(f"{table}: holds no row; draw a sample with `stance annotate sample`")
    first = cells[0]
    if "rank" in first and "novelty" in first:
        raise InputError(
            f"{table}: holds statements chosen by `stance annotate next`, the hardest ones, which say nothing of the "
            "others; label a sample of `stance annotate sample`"
        )
    missing = [name for name in ("row_id", *SAMPLE_COLUMNS) if name not in first]
    if {"sha256", "coder"} <= first.keys() and missing:
        raise InputError(
            f"{table}: is a file of labels; name it with --labels, and the table that was drawn with --sample"
        )
    if missing:
        raise InputError(
            f"{table}: lacks {', '.join(missing)}, so nothing tells with what probability its rows were drawn; draw a "
            "sample with `stance annotate sample`"
        )
    for number, row in enumerate(cells, start=1):
        chance = row["inclusion_probability"]
        if not isinstance(chance, float | int) or not math.isfinite(chance) or not 0 < chance <= 1:
            raise InputError(
                f"{table}: row {number}: inclusion_probability is {chance!r}, not above 0 and up to 1; take the table "
                "as `stance annotate sample` wrote it"
            )
    return _same_corpus(cells, rows, table)


def _same_corpus(cells: Sequence[Mapping[str, Any]], rows: Sequence[ScoredRow], table: str) -> list[str]:
    known = {row.row_id: place for place, row in enumerate(rows)}
    foreign = [row["row_id"] for row in cells if row["row_id"] not in known]
    if foreign:
        raise InputError(
            f"{table}: {len(foreign)} of {len(cells)} rows are not in this corpus (the first: row_id {foreign[0]}); "
            "name the scored table that the sample was drawn from"
        )
    strata = strata_of(rows, strata_names(str(cells[0]["stratum"])))
    if {row["drawn_from"] for row in cells} != {corpus_hash(rows, strata)}:
        raise InputError(
            f"{table}: was drawn from other rows than these {len(rows)}: articles came or went since, or another "
            "model scored them and the strata changed; name the scored table that it was drawn from, or draw anew"
        )
    if len({row["row_id"] for row in cells}) < len(cells):
        raise InputError(f"{table}: holds a row twice; take the table as `stance annotate sample` wrote it")
    return strata


def put_labels(
    cells: Sequence[Mapping[str, Any]], rows: Sequence[ScoredRow], answers: Iterable[Answer], table: str
) -> Labelled:
    """Return the labels of a sample that was checked, by the rows of its corpus.

    Answers on rows that were not drawn are left out and counted. Where only a part of the sample is labelled, that part
    of each stratum is taken for a random one, as it is if the coder went by the order of the table.

    Raises
    ------
    InputError
        If a row has two labels, no row has one, or a stratum has none.
    """
    strata = check_sample(cells, rows, table)
    said, others = _answers(cells, rows, answers)
    for cell in cells:
        if cell.get("label") is not None and cell.get("label") != "":
            _add(said, cell["row_id"], _own_label(cell, table), f"{table}: row_id {cell['row_id']}")
    if not said:
        raise InputError(
            f"{table}: none of its {len(cells)} rows is labelled; label them with `stance annotate run` or "
            "`annotate export`, and name the labels with --labels"
        )
    labels = {row_id: label for row_id, (label, _) in said.items()}
    inclusion, notes = _inclusion(cells, labels, table)
    if others:
        notes.append(f"{others} labels are of statements outside the sample and do not count")
    none = sum(label is None for label in labels.values())
    if none:
        notes.append(f"{none} of {len(labels)} labelled rows are no statements to their coder; shares leave them out")
    return Labelled(labels, inclusion, strata, len(cells), tuple(notes))


def _own_label(cell: Mapping[str, Any], table: str) -> str:
    if cell["label"] not in LABELS:
        raise InputError(
            f"{table}: row_id {cell['row_id']}: label {cell['label']!r} is not one of {', '.join(LABELS)}; mend it"
        )
    return str(cell["label"])


def _add(said: dict[str, tuple[str | None, str]], row_id: str, label: str | None, where: str) -> None:
    known = said.setdefault(row_id, (label, where))
    if known[0] != label:
        raise InputError(
            f"{where}: is {label or 'no statement'}, and {known[0] or 'no statement'} at {known[1]}; decide such rows "
            "with `stance annotate agreement --adjudicate`, and name the merged labels"
        )


def _answers(
    cells: Sequence[Mapping[str, Any]], rows: Sequence[ScoredRow], answers: Iterable[Answer]
) -> tuple[dict[str, tuple[str | None, str]], int]:
    """Return label and place by row id of the sample, and how many answers belong to no row of it."""
    drawn = {cell["row_id"] for cell in cells}
    by_key: dict[tuple[object, ...], list[ScoredRow]] = defaultdict(list)
    for row in rows:
        if row.row_id in drawn:
            by_key[row.quote_id,].append(row)
            if place := _PLACE.fullmatch(row.quote_id):
                by_key[row.source, int(place[1]), int(place[2])].append(row)
    said: dict[str, tuple[str | None, str]] = {}
    others = 0
    for answer in answers:
        keys = [*((quote_id,) for quote_id in answer.quote_ids), (answer.source, answer.start, answer.end)]
        found = next((by_key[key] for key in keys if key in by_key), [])
        # What is no statement is none toward any target.
        own = [row for row in found if row.target == answer.target or answer.label is None]
        others += not own
        for row in own:
            _add(said, row.row_id, answer.label, answer.where)
    return said, others


def _inclusion(
    cells: Sequence[Mapping[str, Any]], labels: Mapping[str, str | None], table: str
) -> tuple[dict[str, float], list[str]]:
    drawn: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for cell in cells:
        drawn[cell["stratum"]].append(cell)
    inclusion: dict[str, float] = {}
    for stratum, own in drawn.items():
        done = [cell for cell in own if cell["row_id"] in labels]
        if not done:
            raise InputError(
                f"{table}: none of the {len(own)} rows of the stratum {stratum!r} is labelled, so nothing is known of "
                "it; label some"
            )
        for cell in done:
            inclusion[cell["row_id"]] = float(cell["inclusion_probability"]) * len(done) / len(own)
    notes = []
    if len(labels) < len(cells):
        notes.append(
            f"{len(labels)} of {len(cells)} rows of the sample are labelled; they stand for the others as long as "
            "nobody chose which to label"
        )
    return inclusion, notes
