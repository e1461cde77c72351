"""Annotate next: a table of quotes -> those of its statements that are most worth annotating."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.config import NextConfig
from pipeline.errors import InputError
from pipeline.labels.gold import Gold, read_gold
from pipeline.labels.queue import Choice, FloatArray, choose, uncertainties, word_vectors
from pipeline.parts import beside, read_parts
from pipeline.records import Manifest
from pipeline.rows import QUOTE_COLUMNS, SCORE_COLUMNS
from pipeline.stages.extraction import check_apart
from pipeline.stages.side_articles import copy_articles
from pipeline.storage import (
    Stopwatch,
    check_table_path,
    schema_of,
    side_path,
    write_manifest,
    write_table,
)

Row = Mapping[str, Any]

_PROBABILITIES = ("p_anti", "p_neutral", "p_pro")
_WHY = ("rank", "uncertainty", "novelty")
_SIDE = ("articles.parquet", "manifest.json")


def run(config: NextConfig, table: Path, out: Path, labels: Sequence[Path] = ()) -> Manifest:
    """Return the manifest of the statements to annotate.

    ``out`` is a table like the one given, in the order in which to annotate, with ``rank``, ``uncertainty`` and
    ``novelty``; its articles stand beside it, so that every command takes it as it takes the whole.

    Parameters
    ----------
    table
        Of quotes, or of scored ones: without a model's probabilities novelty alone counts.
    labels
        Gold files: what is labelled in them toward its target is not asked for again.

    Raises
    ------
    InputError
        If a table cannot be read, or ``out`` would replace one that is read.
    LabelError
        If a gold row does not fit the codebook.
    """
    watch = Stopwatch()
    check_table_path(out)
    # A table's side files are another's where only the endings differ.
    read = [table, *labels, *(beside(table, name) for name in _SIDE)]
    check_apart(list(map(str, read)), [out, *(side_path(out, name) for name in _SIDE)])
    rows = [row for row in read_parts(table, QUOTE_COLUMNS) if row["is_statement"]]
    done = {_span(label) for path in labels for label in read_gold(path)}
    left = [row for row in rows if _place(row) not in done]
    known = [row for row in rows if _place(row) in done]
    chosen = _chosen(left, known, config)
    columns = SCORE_COLUMNS if rows and "row_id" in rows[0] else QUOTE_COLUMNS
    write_table(out, [left[choice.index] | _why(rank, choice) for rank, choice in chosen], schema_of([*columns, *_WHY]))
    outputs = [out, *copy_articles([table], out, {left[choice.index]["article_id"] for _, choice in chosen})]
    manifest = watch.manifest(
        "annotate next",
        counts={"statements": len(rows), "labelled": len(known), "chosen": len(chosen)},
        dropped={},
        inputs=[table, *labels],
        outputs=outputs,
        config_hash=config.digest(),
    )
    write_manifest(side_path(out, "manifest.json"), manifest)
    return manifest


def _chosen(left: Sequence[Row], known: Sequence[Row], config: NextConfig) -> list[tuple[int, Choice]]:
    """Return the choices with their ranks, from 1."""
    if not left:
        return []
    vectors, before = word_vectors(
        *([f"{row['text']} {row['context'] or ''}" for row in part] for part in (left, known))
    )
    targets = [row["target"] or "" for row in left]
    unsure = _uncertainty(left, config)
    found = choose(
        config.count, np.zeros(len(left)) if unsure is None else unsure, vectors, before,
        stories=[row["story_id"] or row["article_id"] for row in left], targets=targets,
        quotas=dict.fromkeys(targets, config.per_target) if config.per_target else None,
        per_story=config.per_story, diversity=1.0 if unsure is None else config.diversity,
    )  # fmt: skip
    return list(enumerate(found, start=1))


def _uncertainty(rows: Sequence[Row], config: NextConfig) -> FloatArray | None:
    """Return how unsure the model was, shape [n]; None where there was none."""
    if any(rows[0].get(name) is None for name in _PROBABILITIES):
        return None
    y_prob = np.array([[row[name] for name in _PROBABILITIES] for row in rows], dtype=np.float64)
    odd = np.flatnonzero(~np.isfinite(y_prob).all(axis=1))
    if odd.size:
        name = rows[int(odd[0])]["quote_id"]
        raise InputError(f"{name}: its probabilities are none; write the table again with `stance score`")
    return uncertainties(y_prob, config.uncertainty)


def _why(rank: int, choice: Choice) -> dict[str, Any]:
    return {"rank": rank, "uncertainty": round(choice.uncertainty, 4), "novelty": round(choice.novelty, 4)}


def _place(row: Row) -> tuple[str, int, int, str]:
    """Return where a row stands and what it is asked about: raw offsets, where there are some."""
    start, end = (row["raw_start"], row["raw_end"]) if row["raw_start"] is not None else (row["start"], row["end"])
    return row["source"], start, end, row["target"] or ""


def _span(label: Gold) -> tuple[str, int, int, str]:
    return label.source, label.start, label.end, label.target
