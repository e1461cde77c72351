"""Where a coder is: what is asked, what has an answer, and how that is read back from what was written.

Nothing here knows of a terminal, a file or a clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from pipeline.errors import LabelError
from pipeline.labels.corrections import Correction
from pipeline.labels.gold import Gold
from pipeline.labels.items import Item, Key, Stock


@dataclass(frozen=True, slots=True)
class Answer:
    """The newest answer about an item; ``label`` is None where it is no statement."""

    label: str | None
    ambiguous: bool = False
    note: str | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Mark:
    """What was said of an item and is not part of a label yet: a note, or, without one, that it was skipped."""

    key: Key
    note: str | None


@dataclass(frozen=True)
class Session:
    """Where a coder is.

    Parameters
    ----------
    guess_shown
        Whether the coder sees what a model makes of the statements.
    codebook
        Its version, where it was named.
    answers
        The newest of each key, the latest one last; also of keys that no item has any more.
    skipped
        Keys, the one skipped last at the end.
    notes
        Of keys that have no answer yet.
    revisited
        The item that the coder has gone back to; None otherwise.
    unclear
        Whether the next label is ambiguous.
    """

    stock: Stock = field(repr=False)
    coder: str
    guess_shown: bool
    items: tuple[Item, ...]
    codebook: str | None = None
    corrections: tuple[Correction, ...] = ()
    answers: Mapping[Key, Answer] = field(default_factory=dict)
    skipped: tuple[Key, ...] = ()
    notes: Mapping[Key, str] = field(default_factory=dict)
    revisited: Key | None = None
    unclear: bool = False

    @cached_property
    def by_key(self) -> dict[Key, Item]:
        """The items by what labels name."""
        return {item.key: item for item in self.items}

    @cached_property
    def answered(self) -> list[Key]:
        """Keys of the items that have an answer, in the order of the answers."""
        return [key for key in self.answers if key in self.by_key]

    @cached_property
    def open(self) -> list[Item]:
        """The items to come: in their order, those skipped at the end."""
        later = [key for key in self.skipped if key in self.by_key and key not in self.answers]
        first = [item for item in self.items if item.key not in self.answers and item.key not in self.skipped]
        return [*first, *(self.by_key[key] for key in later)]

    @cached_property
    def current(self) -> Item | None:
        """The item that is asked; None where all have an answer."""
        if self.revisited is not None:
            return self.by_key[self.revisited]
        return self.open[0] if self.open else None

    @property
    def earlier(self) -> Answer | None:
        """The answer that the current item has already."""
        return self.answers.get(self.current.key) if self.current else None

    @property
    def note(self) -> str | None:
        """The note on the current item."""
        if self.current is None:
            return None
        return self.notes.get(self.current.key) or (self.earlier.note if self.earlier else None)


def begin(
    stock: Stock,
    coder: str,
    *,
    corrections: Iterable[Correction] = (),
    guess_shown: bool = False,
    codebook: str | None = None,
) -> Session:
    """Return a session without answers, its items corrected."""
    known = tuple(corrections)
    return Session(stock, coder, guess_shown, stock.items(known), codebook, known)


def parse_mark(row: Mapping[str, Any], where: str) -> Mark:
    """Return one mark.

    Raises
    ------
    LabelError
        If the row, from ``where`` (``file:line``), is no mark.
    """
    try:
        key = (row["source"], row["sha256"], row["start"], row["end"], row["target"])
        return Mark(key, None if row["mark"] == "skip" else str(row["note"]))
    except KeyError as error:
        raise LabelError(f"{where}: lacks {error}; delete the line") from error


def resume(session: Session, labels: Iterable[Gold], marks: Iterable[Mark]) -> Session:
    """Return the session with what was written before; the same as if it had never been stopped.

    What was not written is gone: the item gone back to, and a mark for the next label.
    """
    answers: dict[Key, Answer] = {}
    for gold in labels:
        key = (gold.source, gold.sha256, gold.start, gold.end, gold.target)
        answers.pop(key, None)  # the latest one stands last
        label = None if gold.kind == "term" else gold.label
        answers[key] = Answer(label, gold.ambiguous, gold.note, gold.seconds or 0.0)
    skipped: dict[Key, None] = {}
    notes: dict[Key, str] = {}
    for mark in marks:
        if mark.note is None:
            skipped.pop(mark.key, None)
            skipped[mark.key] = None
        else:
            notes[mark.key] = mark.note
    return replace(
        session,
        answers=answers,
        skipped=tuple(key for key in skipped if key not in answers),
        notes={key: note for key, note in notes.items() if note and key not in answers},
    )
