"""Annotate check: gold files -> what is odd about them, for a person to look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline import stance
from pipeline.config import CheckConfig
from pipeline.errors import InputError, LabelError
from pipeline.labels.align import Aligner
from pipeline.labels.checks import (
    Contradiction,
    Drift,
    FloatArray,
    Labelled,
    Suspect,
    balance,
    contradictions,
    drifts,
    likely_errors,
)
from pipeline.labels.filled_tables import read_sheet
from pipeline.labels.gold import COLUMNS, Gold, parse_gold
from pipeline.labels.refinding import Misplaced, found_again, nearest
from pipeline.labels.revisions import newest
from pipeline.parts import beside, read_parts
from pipeline.records import LABELS, Article
from pipeline.rows import QUOTE_COLUMNS
from pipeline.storage import read_articles
from pipeline.train_config import load_train_config

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found.

    Parameters
    ----------
    labels
        How many could be read; terms are none.
    faults
        Lines that do not fit the codebook, or are no rows.
    misplaced
        Spans that do not fit their article; empty where no quote table was given.
    suspects
        With the label that each is about; None where there are too few labels to learn from, or no quote table.
    agreed
        Share of the labels that the models of the suspects would give themselves: how far to trust them.
    balance
        Counts of the labels by target.
    notes
        What is odd about the files.
    """

    labels: int
    faults: tuple[str, ...]
    misplaced: tuple[Misplaced, ...]
    contradictions: tuple[Contradiction, ...]
    drifts: tuple[Drift, ...]
    suspects: tuple[tuple[Labelled, Suspect], ...] | None
    agreed: float | None
    balance: Mapping[str, Mapping[str, int]]
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether something has to be mended: faults, spans without a place, one coder with two labels for a text."""
        return bool(self.faults or self.misplaced or any(found.within for found in self.contradictions))

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready values."""
        suspects = self.suspects and [asdict(row) | asdict(suspect) for row, suspect in self.suspects]
        told = {"misplaced": self.misplaced, "contradictions": self.contradictions, "drifts": self.drifts}
        return {
            "labels": self.labels,
            "faults": list(self.faults),
            **{name: [asdict(found) for found in values] for name, values in told.items()},  # type: ignore[call-overload]
            "suspects": suspects,
            "agreed": self.agreed,
            "balance": self.balance,
            "notes": list(self.notes),
            "failed": self.failed,
        }


def run(config: CheckConfig, files: Sequence[Path], quotes: Path | None = None) -> Checked:
    """Return what is odd about the labels of gold files; nothing is changed.

    Parameters
    ----------
    quotes
        The quote table of their articles, with the articles beside it; without one neither spans nor texts are looked
        at.

    Raises
    ------
    InputError
        If a file cannot be read, lacks columns or holds nothing.
    """
    gold, faults, notes = _read(files)
    spans = _Spans(quotes)
    rows = [spans.row(label) for label in gold]
    labelled = [_labelled(label, row) for label, row in zip(gold, rows, strict=True)]
    looked_at = _looked_at([(one, row) for one, row in zip(labelled, rows, strict=True) if row], config)
    return Checked(
        labels=len(gold),
        faults=tuple(faults),
        misplaced=tuple(spans.misplaced),
        contradictions=tuple(contradictions(labelled)),
        drifts=tuple(drifts(labelled)),
        suspects=looked_at and looked_at[0],
        agreed=looked_at and round(looked_at[1], 4),
        balance=balance(labelled),
        notes=tuple(notes),
    )


def _read(files: Sequence[Path]) -> tuple[list[Gold], list[str], list[str]]:
    """Return the labels of statements, what is wrong with the lines that hold none, and what is odd about files."""
    gold: list[Gold] = []
    faults: list[str] = []
    notes: list[str] = []
    for file in files:
        sheet = read_sheet(file, [COLUMNS], "gold file")
        notes += sheet.notes
        wrong = {int((reject.position or "L0")[1:]): reject.message for reject in sheet.rejects}
        for row in sheet.rows:
            try:
                gold.append(parse_gold(row.cells, row.where))
            except LabelError as error:
                wrong[row.line] = str(error)
        faults += [wrong[line] for line in sorted(wrong)]
    if not gold and not faults:
        raise InputError(f"{', '.join(map(str, files))}: holds no annotation; name a file with gold rows")
    return [label for label in newest(gold) if label.kind != "term"], faults, notes


class _Spans:
    """Where labels stand in the articles of a quote table."""

    def __init__(self, quotes: Path | None) -> None:
        self.misplaced: list[Misplaced] = []
        self._aligner: Aligner | None = None
        if quotes is None:
            return
        table = read_parts(quotes, QUOTE_COLUMNS)
        self._articles: dict[str, list[Article]] = defaultdict(list)
        for article in read_articles(beside(quotes, "articles.parquet")):
            self._articles[article.source].append(article)
        self._aligner = Aligner(self._articles)
        self._aligner.index(table)
        self._rows: dict[str, list[Row]] = defaultdict(list)
        for row in table:
            self._rows[row["source"]].append(row)

    def row(self, label: Gold) -> Row | None:
        """Return what a quote row says of a label's span, with story and title; None where it has no place."""
        if self._aligner is None:
            return None
        try:
            place = self._aligner.locate(label)
        except LabelError:
            place = "article-changed"
        if isinstance(place, str):
            self.misplaced.append(self._misplaced(label, place))
            return None
        article, start, end = place
        row = self._aligner.quote_at(article, start, end)
        return {"story_id": article.story_id or article.article_id, "title": article.title or "", **row}

    def _misplaced(self, label: Gold, reason: str) -> Misplaced:
        if label.quote:
            near = found_again(self._articles[label.source], self._rows[label.source], label.quote, label.start)
        else:
            near = nearest(self._rows[label.source], label.start, label.end)
        return Misplaced(label.where, reason, f"{label.source} {label.start}-{label.end}", near)


def _labelled(label: Gold, row: Row | None) -> Labelled:
    return Labelled(
        where=label.where,
        statement_id=label.statement_id or (row["quote_id"] if row else f"{label.source}:{label.start}-{label.end}"),
        text=row["text"] if row else "",
        target=label.target,
        label=str(label.label),
        coder=label.coder,
        time=label.time,
    )


def _looked_at(
    placed: Sequence[tuple[Labelled, Row]], config: CheckConfig
) -> tuple[tuple[tuple[Labelled, Suspect], ...], float] | None:
    """Return likely errors, and how many labels the model gives itself; None where there are too few to learn from."""
    y = [one.label for one, _ in placed]
    stories = [row["story_id"] for _, row in placed]
    if len(placed) < config.fewest or len(set(stories)) < config.folds or min(map(y.count, LABELS)) < config.folds:
        return None
    table = {name: [row.get(name) for _, row in placed] for name in stance.COLUMNS} | {
        "target": [o.target for o, _ in placed]
    }
    y_prob = unseen(table, y, stories, config)
    agreed = float(np.mean([LABELS[best] == label for best, label in zip(y_prob.argmax(axis=1), y, strict=True)]))
    return tuple((placed[suspect.index][0], suspect) for suspect in likely_errors(y, y_prob)), agreed


def unseen(
    table: Mapping[str, Sequence[Any]], y: Sequence[str], stories: Sequence[str], config: CheckConfig
) -> FloatArray:
    """Return the probabilities of statements, shape [n, 3], each by a model that has not seen its story.

    Parameters
    ----------
    table
        The columns that models read.
    """
    y_prob = np.zeros((len(y), len(LABELS)))
    training = load_train_config(model=config.model)
    for fit, look in _folds(y, stories, config):
        part = {name: [values[i] for i in fit] for name, values in table.items()}
        model = stance.fit(
            training.model.classifier, training.options(), part, [y[i] for i in fit], training={}, seed=config.seed
        )
        y_prob[look] = model.predict_proba({name: [values[i] for i in look] for name, values in table.items()})
    return y_prob


def _folds(y: Sequence[str], stories: Sequence[str], config: CheckConfig) -> Iterator[tuple[Any, Any]]:
    from sklearn.model_selection import StratifiedGroupKFold

    folds = StratifiedGroupKFold(config.folds, shuffle=True, random_state=config.seed)
    yield from folds.split(np.zeros(len(y)), list(y), list(stories))
