"""What a coder can do with the statement that is asked."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.labels.items import Span


@dataclass(frozen=True, slots=True)
class Label:
    """The coder's label of the statement."""

    label: str


@dataclass(frozen=True, slots=True)
class NoStatement:
    """It is a term, a name or a title, and no statement."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """The next label is ambiguous; once more, and it is not."""


@dataclass(frozen=True, slots=True)
class Skip:
    """Later, behind all others; of a statement seen again: leave it as it is."""


@dataclass(frozen=True, slots=True)
class Back:
    """The answer before, again."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note on the statement; an empty one takes it away."""

    text: str


@dataclass(frozen=True, slots=True)
class Speaker:
    """The right speaker; None where nobody says it."""

    name: str | None


@dataclass(frozen=True, slots=True)
class Extent:
    """The right span of the quotation, in the cleaned text."""

    span: Span


Event = Label | NoStatement | Unclear | Skip | Back | Note | Speaker | Extent
