"""Flips: the statements of which two models say different things."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from pipeline.evaluation.metrics import FloatArray, IntArray, predicted
from pipeline.records import LABELS

Row = Mapping[str, Any]
Change = Literal["broken", "fixed", "still wrong"]

CHANGES: tuple[Change, ...] = ("broken", "fixed", "still wrong")
"""What a flip is for the second model, in the order of a list of them."""

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model says of a statement, and how sure it is."""

    stance: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Flip:
    """A statement whose stance the second model changes; ``label`` is the gold one."""

    change: Change
    statement_id: str
    article_id: str
    target: str | None
    speaker: str | None
    text: str
    context: str | None
    label: str
    a: Answer
    b: Answer

    def as_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return asdict(self)


def flips(rows: Sequence[Row], y_true: IntArray, a: FloatArray, b: FloatArray) -> tuple[Flip, ...]:
    """Return the flips of two models' probabilities, [n, 3]: broken, fixed, then still wrong; surest first in each."""
    said_a, said_b = predicted(a), predicted(b)
    found = [
        _flip(rows[i], _change(y_true[i], said_a[i], said_b[i]), _answer(a[i]), _answer(b[i]))
        for i in (said_a != said_b).nonzero()[0].tolist()
    ]
    return tuple(sorted(found, key=lambda flip: (CHANGES.index(flip.change), -flip.b.confidence, flip.statement_id)))


def _change(actual: int, before: int, after: int) -> Change:
    return "fixed" if after == actual else "broken" if before == actual else "still wrong"


def _answer(probabilities: FloatArray) -> Answer:
    return Answer(LABELS[int(probabilities.argmax())], round(float(probabilities.max()), _DIGITS))


def _flip(row: Row, change: Change, a: Answer, b: Answer) -> Flip:
    shown = {name: row.get(name) for name in ("target", "speaker", "context")}
    return Flip(
        change=change,
        statement_id=row["statement_id"],
        article_id=row["article_id"],
        text=row["text"],
        label=row["label"],
        a=a,
        b=b,
        **shown,
    )
