"""What every stance classifier is given and gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

import numpy as np
import numpy.typing as npt

from pipeline.records import LABELS
from pipeline.stance.names import unnamed

StatementTable = Mapping[str, Sequence[Any]]
"""One sequence a column, of equal length; a pandas DataFrame fits it too."""

Probabilities = npt.NDArray[np.float64]

COLUMNS = ("text", "context", "title", "target", "speaker")
"""Columns that a classifier may read. Only ``text`` must be there; what is missing or null reads as empty. ``speaker``
is there to be left out: no classifier sees the name of a person who speaks."""

_WRITTEN = ("text", "context", "title")

_SPACES = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\u200b\u200c\u200d\u2060\ufeff"
_OUTER = _SPACES + "\"'`´«»‹›‘’‚‛“”„‟′″〝〞〟「」『』＂＇"


def strip_marks(text: str) -> str:
    """Return the text without its outer quotation marks, of whatever kind, and without outer white space.

    Training and scoring both see statements through this function, so that no model learns an outlet's typography.

    Examples
    --------
    >>> strip_marks('“We oppose the ban,” ')
    'We oppose the ban,'
    >>> strip_marks("« ‘It is safe’ »")
    'It is safe'
    """
    return text.strip(_OUTER)


def column(table: StatementTable, name: str) -> list[str]:
    """Return one column as a classifier reads it.

    Nulls and missing columns are ``""``, ``text`` has no outer marks, and the name of a person who speaks is left out.
    """
    values = table[name] if name in table else [""] * len(table["text"])
    strings = [value if isinstance(value, str) else "" for value in values]
    if name in _WRITTEN and "speaker" in table:
        strings = [unnamed(value, speaker) for value, speaker in zip(strings, column(table, "speaker"), strict=True)]
    return [strip_marks(value) for value in strings] if name == "text" else strings


@dataclass(frozen=True, slots=True)
class Fitting:
    """What a fit may use beside its statements; a classifier that has no use for a part leaves it alone.

    Parameters
    ----------
    dev
        Held-out statements and their labels, for early stopping.
    checkpoints
        Folder for what a broken-off fit goes on from.
    observe
        Called with a step and its figures by name (``loss``, ``dev_macro_f1``) as often as there are some.
    weights
        How much each statement counts, [n]; None counts all alike.
    """

    dev: tuple[StatementTable, Sequence[str]] | None = None
    checkpoints: Path | None = None
    observe: Callable[[int, Mapping[str, float]], None] | None = None
    weights: Sequence[float] | None = None


ALONE = Fitting()
"""Statements and nothing else."""


class StanceClassifier(Protocol):
    """A classifier of statements: the constructor only stores, ``fit`` learns, learned state ends in ``_``."""

    name: ClassVar[str]
    """Its key in the table of classifiers."""

    @property
    def requirements(self) -> tuple[str, ...]:
        """Distributions that scoring needs, mostly a class variable; their versions are recorded with the model."""

    @property
    def classes_(self) -> tuple[str, ...]:
        """The labels, in the order of the probability columns."""

    def fit(self, table: StatementTable, y: Sequence[str], fitting: Fitting = ALONE) -> Self:
        """Learn from labelled statements and return self."""

    def predict_proba(self, table: StatementTable) -> Probabilities:
        """Return probabilities, shape [n, 3], rows sum to 1, columns in the order of ``classes_``."""

    def save(self, folder: Path) -> None:
        """Write the learned state as plain files into an existing folder."""

    def load(self, folder: Path) -> Self:
        """Read the learned state from a folder whose bytes have been checked, and return self."""


def one_hot(y: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return labels as probabilities, shape [n, 3], columns in the order of ``LABELS``."""
    return np.eye(len(LABELS), dtype=np.float64)[[LABELS.index(label) for label in y]]
