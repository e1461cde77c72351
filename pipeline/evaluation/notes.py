"""What a reader of figures has to know first: labels that are missing, articles and statements that are few."""

from __future__ import annotations

from pipeline.evaluation.slices import SMALL
from pipeline.evaluation.summary import Scored
from pipeline.records import LABELS

FEW_ARTICLES = 20
"""Intervals from fewer articles are too narrow: ``benchmarks/intervals.py`` has by how much."""


def notes(test: Scored) -> list[str]:
    """Return what makes the figures on these statements say less, a sentence each; nothing where all is well."""
    n, articles = len(test.y_true), len(set(test.articles))
    found = []
    if missing := [label for index, label in enumerate(LABELS) if index not in test.y_true]:
        found.append(
            f"no test statement is {' or '.join(missing)}; macro-F1 is of the labels that occur or are predicted"
        )
    if n < SMALL:
        found.append(f"{n} test statement{'s' * (n != 1)}: the figures say little")
    if articles == 1:
        found.append("all test statements are from one article: there are no intervals, for they draw articles")
    elif articles < FEW_ARTICLES:
        found.append(f"the test statements are from {articles} articles: intervals from so few are too narrow")
    return found
