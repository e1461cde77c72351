"""Labelled statements as the stages that fit models read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import InputError, LabelError
from pipeline.records import LABELS, Statement
from pipeline.stages.statement_rows import read_statements
from pipeline.stance import COLUMNS

_REQUIRED = (*COLUMNS, "statement_id", "article_id", "story_id", "label", "split", "ambiguous")

Rows = list[dict[str, Any]]


def read_splits(
    path: Path, *, keep_ambiguous: bool, weak_weight: float = 1.0
) -> tuple[dict[str, Rows], dict[str, int]]:
    """Return the labelled rows of train and dev, and how many rows were left out by reason; test is not looked at.

    Parameters
    ----------
    keep_ambiguous, weak_weight
        As in ``TrainConfig``.

    Raises
    ------
    InputError
        If the table cannot be read, or no labelled statement is in train.
    LabelError
        If a statement has a label outside the codebook.
    """
    splits: dict[str, Rows] = {"train": [], "dev": []}
    dropped: Counter[str] = Counter()
    for row in read_statements(path, _REQUIRED):
        if row["split"] == "test":
            continue  # held out for evaluation
        if row["split"] not in splits:
            dropped["no-split"] += 1
        elif row["label"] is None:
            dropped["unlabelled"] += 1
        elif row["label"] not in LABELS:
            name, allowed = row["statement_id"], ", ".join(LABELS)
            raise LabelError(f"{path}: {name} has the label {row['label']!r}; allowed: {allowed}")
        elif row["split"] == "train" and (reason := not_trained_on(row, keep_ambiguous, weak_weight)):
            dropped[reason] += 1
        else:
            splits[row["split"]].append(row)
    if not splits["train"]:
        raise InputError(f"{path}: no labelled statement is in the train split; run `stance label` again")
    return splits, dict(dropped)


def not_trained_on(row: Mapping[str, Any], keep_ambiguous: bool, weak_weight: float) -> str | None:
    """Return why a row of train is left out, or None where it is not."""
    if row["ambiguous"] and not keep_ambiguous:
        return "ambiguous"
    return "weak" if is_weak(row) and not weak_weight else None


def is_weak(row: Mapping[str, Any]) -> bool:
    """Return whether a label is by functions and not by a coder."""
    return row.get("coder_type") == "weak"


def weights(rows: Iterable[Mapping[str, Any]], weak_weight: float) -> list[float] | None:
    """Return what each row counts: a weak label its posterior times ``weak_weight``, others 1; None where all count 1.

    A weak label that came in a gold file has no posterior and counts as if it were sure.
    """
    counts = [weak_weight * _posterior(row) if is_weak(row) else 1.0 for row in rows]
    return counts if any(count != 1 for count in counts) else None


def _posterior(row: Mapping[str, Any]) -> float:
    posterior = row.get("posterior")
    return 1.0 if posterior is None else float(posterior)


def table(rows: Iterable[dict[str, Any]]) -> dict[str, list[Any]]:
    """Return what a classifier reads of the rows."""
    kept = list(rows)
    return {name: [row[name] for row in kept] for name in COLUMNS}


def labels(rows: Iterable[dict[str, Any]]) -> list[str]:
    """Return the labels of the rows."""
    return [row["label"] for row in rows]


def statements(rows: Iterable[dict[str, Any]]) -> list[Statement]:
    """Return the rows as what is split by story."""
    names = (*COLUMNS, "statement_id", "article_id", "story_id", "label")
    return [Statement(**{name: row[name] for name in names}) for row in rows]
