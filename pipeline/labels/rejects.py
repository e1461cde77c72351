"""Records that cannot be used, kept with their place, the reason and what they said."""

from __future__ import annotations

import json

from pipeline.errors import RecordError
from pipeline.records import Reject

RECORD_SHOWN = 2000
"""Characters of a record that a reject keeps."""


def reject(file: str, position: str, record: object, error: RecordError) -> Reject:
    """Return a record that cannot be used, with its place in the message; what is no text is kept as JSON."""
    shown = record if isinstance(record, str) else json.dumps(record, ensure_ascii=False, default=str)
    return Reject(file, position, error.reason, f"{where(file, position)}: {error}", shown[:RECORD_SHOWN])


def reject_at(place: str, record: object, error: RecordError) -> Reject:
    """Return the record at ``file:line`` that cannot be used."""
    file, _, line = place.rpartition(":")
    return reject(file, f"L{line}", record, error)


def where(file: str, position: str) -> str:
    """Return a place for messages.

    Examples
    --------
    >>> where("sheet.csv", "L12")
    'sheet.csv:12'
    """
    return f"{file}:{position.removeprefix('L')}"
