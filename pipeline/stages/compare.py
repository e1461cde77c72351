"""Compare: two or more runs -> differences with intervals, a verdict, slices that got worse, flipped quotes, a page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline import tracking
from pipeline.errors import InputError
from pipeline.evaluation.compare import Comparison, compare
from pipeline.evaluation.paired import Draws
from pipeline.files import write_text
from pipeline.report import comparison_page
from pipeline.stages.evaluated_runs import read_run

FOLDER = "comparisons"
"""Of the artifacts of a run: one JSON file for each comparison that it was in."""

_SHORT_ID = 8


def run(
    references: Sequence[str],
    *,
    shared: bool = False,
    draws: Draws | None = None,
    html: Path | None = None,
    log: bool = True,
) -> tuple[Comparison, str | None]:
    """Return the comparison of the first run with the others, and the artifact that each of them has of it.

    The artifact is ``comparisons/ID-ID.json``; None where it was not wanted, a run is a folder, or nothing was tested.

    Parameters
    ----------
    references
        Ids, beginnings of ids, names, or folders that ``evaluate`` wrote.
    shared
        Compare on the statements that all runs have, where they were evaluated on different ones.
    html
        Where to write the page of it; the runs then get the page, too.
    log
        Keep the comparison in MLflow.

    Raises
    ------
    InputError
        If there are fewer than two runs, files cannot be used, or test statements differ.
    LabelError
        If a run was evaluated on labels outside the codebook.
    TrackingError
        If there is no such run, or MLflow cannot be reached.
    """
    if len(references) < 2:
        raise InputError(f"{references[0]}: a comparison needs two runs or more; `stance runs` lists them")
    runs = [read_run(reference) for reference in references]
    comparison = compare(runs, shared=shared, draws=draws)
    document = comparison.as_dict()
    page = comparison_page(document) if html else ""
    if html:
        write_text(html, page)
    if not log or not comparison.pairs or any(found.params is None for found in runs):
        return comparison, None
    path = f"{FOLDER}/{'-'.join(run_id[:_SHORT_ID] for run_id in comparison.run_ids)}"
    for run_id in comparison.run_ids:
        tracking.log_json(run_id, document, f"{path}.json")
        if page:
            tracking.log_text(run_id, page, f"{path}.html")
    return comparison, f"{path}.json"
