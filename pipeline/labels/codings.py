"""Codings: what coders said of statements, as a file has it."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import RecordError
from pipeline.labels.gold import CoderType
from pipeline.labels.rejects import reject, where
from pipeline.records import Reject


@dataclass(frozen=True, slots=True)
class Coding:
    """What one coder said of one statement.

    Parameters
    ----------
    file, position
        Where it stands.
    record
        The record as it was read, for the rejects file.
    kind
        None where the file leaves it to the quote table.
    source, sha256, start, end, quote
        What the file says of the place; None where it says nothing.
    was
        The ``verdict`` that it was exported with.
    replaces
        As in gold: ids that its coder gave up when putting the span right.
    assumed
        What its coder is taken for where nobody says it.
    skipped
        The coder passed it over.
    numbered
        The coder is known by a number that means nothing outside of one server.
    """

    file: str
    position: str
    record: str
    statement_id: str
    target: str | None = None
    label: str | None = None
    kind: str | None = None
    ambiguous: bool = False
    note: str | None = None
    speaker: str | None = None
    coder: str | None = None
    coder_type: CoderType | None = None
    codebook: str | None = None
    time: str | None = None
    seconds: float | None = None
    source: str | None = None
    sha256: str | None = None
    start: int | None = None
    end: int | None = None
    quote: str | None = None
    was: str | None = None
    replaces: str | None = None
    assumed: CoderType | None = None
    skipped: bool = False
    numbered: bool = False

    def rejected(self, message: str, reason: str) -> Reject:
        """Return it as a record that cannot be used."""
        return reject(self.file, self.position, self.record, RecordError(message, reason=reason))

    @property
    def where(self) -> str:
        """File and position, for messages."""
        return where(self.file, self.position)


def verdict(label: str | None, kind: str | None, *, ambiguous: bool) -> str | None:
    """Return what a coding says in one word or two; by it a changed label is told from one that was exported so."""
    if kind == "term":
        return kind
    return f"{label} (ambiguous)" if label and ambiguous else label
