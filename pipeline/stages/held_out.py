"""Labelled statements as evaluation reads them: by split, with what a slice or a leak is told by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import InputError, LabelError
from pipeline.evaluation.leakage import Certificate, Part, certify
from pipeline.quotes.identities import speaker_id
from pipeline.records import LABELS
from pipeline.stages.statement_rows import read_statements

_NEEDED = ("statement_id", "article_id", "story_id", "text", "context", "title", "target", "label", "split")

Rows = Sequence[Mapping[str, Any]]


def read_splits(path: Path) -> dict[str, Rows]:
    """Return the labelled rows of train, dev and test.

    Raises
    ------
    InputError
        If the table cannot be read, or train or test is empty.
    LabelError
        If a statement has no label of the codebook.
    """
    rows = read_statements(path, _NEEDED)
    wrong = next((row for row in rows if row["label"] not in LABELS), None)
    if wrong:
        allowed = ", ".join(LABELS)
        raise LabelError(f"{path}: {wrong['statement_id']} has the label {wrong['label']!r}; allowed: {allowed}")
    splits: dict[str, Rows] = {s: [row for row in rows if row["split"] == s] for s in ("train", "dev", "test")}
    empty = [split for split in ("train", "test") if not splits[split]]
    if empty:
        raise InputError(f"{path}: holds no statements of the {' or '.join(empty)} split; run stance label again")
    return splits


def speaker_key(row: Mapping[str, Any]) -> str | None:
    """Return what tells a speaker again in other articles; None where nobody speaks, or nobody who has a name.

    Tables of before have no ``speaker_type``: there a name is what begins with a capital.
    """
    name, kind = row.get("speaker"), row.get("speaker_type")
    if not name or kind == "unnamed" or (kind is None and not name[:1].isupper()):
        return None
    person = None if kind == "organisation" else speaker_id(name, is_person=True)
    return person or speaker_id(name, is_person=False)


def with_seen(rows: Rows, train: Rows) -> Rows:
    """Return the rows with ``speaker_seen``: whether the speaker speaks in train; None as in ``speaker_key``."""
    known = {speaker_key(row) for row in train}
    keys = [speaker_key(row) for row in rows]
    return [{**row, "speaker_seen": None if key is None else key in known} for row, key in zip(rows, keys, strict=True)]


def certificate(splits: Mapping[str, Rows], *, threshold: float, min_words: int) -> Certificate:
    """Return what the splits have in common."""
    parts = {
        split: Part(
            stories=[row["story_id"] for row in rows],
            texts=[row["text"] for row in rows],
            speakers=[speaker_key(row) for row in rows],
        )
        for split, rows in splits.items()
    }
    return certify(parts, threshold=threshold, min_words=min_words)
