"""Quotations that no coder has looked at, and which of them may be trained on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.labels.gold import Gold
from pipeline.labels.splits import groups
from pipeline.records import Article, Statement

_KINDS = {"direct": "statement", "mixed": "fragment"}
"""What the codebook calls the kinds of quotation; speech without marks is not coded."""


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """Statements without a label, and how many quotations without gold were left out, by reason."""

    statements: tuple[Statement, ...]
    left_out: dict[str, int]


def unlabelled(quotes: Iterable[Mapping[str, Any]], gold: Iterable[Gold], articles: Iterable[Article]) -> Unlabelled:
    """Return the extracted statements that no annotation touches; a term in the gold counts as looked at, too.

    Parameters
    ----------
    quotes
        Rows of the quote table.
    gold
        All annotations.
    articles
        Those that the quotations were found in.
    """
    coded = _coded(gold, articles)
    statements, left_out = [], Counter({"no-marks": 0, "no-target": 0})
    for row in quotes:
        touched = any(start < row["end"] and row["start"] < end for start, end in coded[row["article_id"]])
        if touched or not row["is_statement"]:
            continue
        if row["kind"] not in _KINDS:
            left_out["no-marks"] += 1
        elif not row["target"]:
            left_out["no-target"] += 1
        else:
            statements.append(_statement(row))
    return Unlabelled(tuple(statements), dict(left_out))


def _coded(gold: Iterable[Gold], articles: Iterable[Article]) -> dict[str, list[tuple[int, int]]]:
    """Return the spans in cleaned text that annotations name, by article."""
    by_source: dict[str, list[Article]] = defaultdict(list)
    for article in articles:
        by_source[article.source].append(article)
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in gold:
        for article in by_source[row.source]:
            if article.raw_sha256 == row.sha256 and (span := article.clean_span(row.start, row.end)):
                spans[article.article_id].append(span)
    return spans


def _statement(row: Mapping[str, Any]) -> Statement:
    return Statement(
        statement_id=row["quote_id"],
        article_id=row["article_id"],
        story_id=row["story_id"],
        text=row["text"],
        context=row["context"] or "",
        title=row["title"] or "",
        target=row["target"],
        speaker=row["speaker"],
        kind=_KINDS[row["kind"]],
        outlet=row["outlet"],
        published=row["published"],
        speaker_type=row.get("speaker_type"),
    )


def free_for_training(
    coded: Sequence[Statement], others: Sequence[Statement], pairs: Sequence[tuple[int, int]]
) -> tuple[list[int], dict[str, int]]:
    """Return the indices of ``others`` that may be trained on, and how many may not, by reason.

    ``held-out``: story, article or a near-copy leads, over however many others, to a statement of dev or test.
    ``copy-of-gold``: a near-copy has a label already.

    Parameters
    ----------
    coded
        Statements with labels and splits.
    others
        Statements of any stories.
    pairs
        Near-duplicates, from ``splits.near_duplicate_pairs`` over both: ``[*coded, *others]``.
    """
    everything, first = [*coded, *others], len(coded)
    copies = {b - first for a, b in pairs if a < first <= b}
    free, left_out = [], Counter({"held-out": 0, "copy-of-gold": 0})
    for group in groups(everything, pairs):
        held_out = any(everything[index].split in ("dev", "test") for index in group)
        for index in (index - first for index in group if index >= first):
            if held_out:
                left_out["held-out"] += 1
            elif index in copies:
                left_out["copy-of-gold"] += 1
            else:
                free.append(index)
    return sorted(free), dict(left_out)
