"""The human ceiling on the test statements, from the codings that ``stance label`` keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.evaluation.documents import figure
from pipeline.evaluation.metrics import IntArray
from pipeline.evaluation.resampling import Intervals
from pipeline.labels.ceiling import FIGURES, SIDES, ceiling
from pipeline.labels.coding_rows import Coding, codes_of
from pipeline.labels.reliability import Draws
from pipeline.stages.codings import codings_path
from pipeline.stages.held_out import Rows
from pipeline.storage import read_table

_REMEDY = "name the coders' own files: stance label --codings FILE"


def human_ceiling(
    statements: Path, test: Rows, y_true: IntArray, predicted: IntArray, intervals: Intervals
) -> dict[str, Any]:
    """Return how well people agree on test statements, and the model with them; or ``left_out``, why that is not known.

    Parameters
    ----------
    statements
        The table of labelled statements, beside which the codings are.
    test
        Its rows of test.
    y_true, predicted
        Their label indices, and the model's, [n].
    """
    at = {(row["statement_id"], row["target"]): index for index, row in enumerate(test)}
    codings = [coding for coding in _codings(codings_path(statements)) if coding.unit in at]
    if not codings:
        return {"left_out": f"{_alone(test)}; {_REMEDY}"}
    data = codes_of(codings)
    rows = [at[unit] for unit in data.units]
    data = replace(data, clusters=tuple(test[row]["article_id"] for row in rows))
    draws = Draws(intervals.resamples, intervals.seed, intervals.level)
    found = ceiling(data, predicted[rows], y_true[rows], draws)
    if isinstance(found, str):
        return {"left_out": found}
    told = {side: {name: figure(getattr(found, side)[name]) for name in FIGURES} for side in SIDES}
    return {"coders": list(found.coders), "n": found.n, "articles": found.articles, **told}


def _codings(path: Path) -> Iterable[Coding]:
    """Yield the codings; none where the statements are of a run that kept none."""
    if path.is_file():
        columns = ("statement_id", "target", "coder", "coder_type", "label")
        for row in read_table(path, required=columns):
            yield Coding(str(path), **{name: row[name] for name in columns})


def _alone(test: Sequence[Mapping[str, Any]]) -> str:
    """Return who labelled the test statements, where each has one label alone."""
    coders = sorted({f"{row['coder']} ({row.get('coder_type')})" for row in test if row.get("coder")})
    by = f", by {' or '.join(coders)}" if 0 < len(coders) < 4 else ""
    return f"each test statement has one label alone{by}"
