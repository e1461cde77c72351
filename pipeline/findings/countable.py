"""What tables and networks are made of: statements toward a target, and how many rows are none."""

from __future__ import annotations

from pipeline.findings.scored import ScoredCorpus, ScoredRow


def countable(corpus: ScoredCorpus) -> tuple[list[ScoredRow], tuple[str, ...]]:
    """Return the statements that have a target, and a line for each kind of row that is left out."""
    statements = corpus.statements
    rows = [row for row in statements if row.target]
    terms, aimless = len(corpus.rows) - len(statements), len(statements) - len(rows)
    lines = (
        (terms, f"{terms} terms, titles and scare quotes are left out: they are no statements"),
        (aimless, f"{aimless} statements without a target are left out: a stance toward nothing is none"),
    )
    return rows, tuple(line for count, line in lines if count)
