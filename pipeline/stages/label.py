"""Label: gold annotations and the quote table -> labelled statements in train, dev and test."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from pipeline.config import LabelConfig
from pipeline.errors import LabelError
from pipeline.files import write_json, write_jsonl
from pipeline.labels.align import Alignment, align
from pipeline.labels.gold import read_gold
from pipeline.labels.revisions import newest
from pipeline.labels.splits import SPLITS, assign, check_leakage, near_duplicate_pairs
from pipeline.records import LABELS, Manifest, Statement
from pipeline.rows import QUOTE_COLUMNS
from pipeline.storage import (
    Stopwatch,
    check_table_path,
    read_articles,
    read_table,
    schema_of,
    side_path,
    write_manifest,
    write_table,
)

_log = logging.getLogger(__name__)

STATEMENT_SCHEMA = schema_of([field.name for field in fields(Statement)])


def _check_placed(alignment: Alignment, limit: float, gold: str) -> None:
    rejects = alignment.rejects
    wanted = alignment.counts["gold"] - alignment.counts["terms"]
    if not alignment.statements:
        first = rejects[0].message if rejects else "it holds terms alone"
        raise LabelError(f"{gold}: not one annotation has a place in the articles; {first}")
    if len(rejects) > limit * wanted:
        raise LabelError(
            f"{rejects[0].message}; {len(rejects)} of {wanted} annotations have no place, more than "
            f"max_unplaced={limit:g} allows"
        )


def _table(statements: Sequence[Statement], column: str) -> dict[str, dict[str, int]]:
    """Return counts by split of each value of a column, the most frequent value first."""
    counts = Counter((getattr(s, column), s.split) for s in statements)
    values = Counter(getattr(s, column) for s in statements)
    return {str(value): {split: counts[value, split] for split in SPLITS} for value, _ in values.most_common()}


def summarise(statements: Sequence[Statement]) -> dict[str, Any]:
    """Return the counts of labelled statements by split, label, target, kind and coder."""
    by_split = {
        split: {
            "statements": len(part),
            "articles": len({s.article_id for s in part}),
            "stories": len({s.story_id for s in part}),
            "ambiguous": sum(s.ambiguous for s in part),
            "labels": {label: sum(s.label == label for s in part) for label in LABELS},
        }
        for split in SPLITS
        for part in [[s for s in statements if s.split == split]]
    }
    tables = {f"by_{column}": _table(statements, column) for column in ("label", "target", "kind", "coder_type")}
    return {"statements": len(statements), "splits": by_split, **tables}


def run(config: LabelConfig) -> Manifest:
    """Return the manifest of the labelled statements.

    Writes ``config.out``, its rejects and manifest, and the counts to ``config.report``.

    Raises
    ------
    LabelError
        If the gold does not fit the codebook or its articles, or does not fill three splits.
    LeakageError
        If a story, an article or a near-duplicate quotation stands on two sides.
    """
    watch = Stopwatch()
    check_table_path(config.out)
    given = read_gold(config.gold)
    gold = newest(given)
    articles_path = side_path(config.quotes, "articles.parquet")
    quotes = read_table(config.quotes, required=QUOTE_COLUMNS)
    alignment = align(gold, quotes, read_articles(articles_path))
    _check_placed(alignment, config.max_unplaced, str(config.gold))
    leakage = config.leakage
    pairs = near_duplicate_pairs(alignment.statements, threshold=leakage.threshold, min_words=leakage.min_words)
    statements = assign(
        alignment.statements,
        config.fractions.model_dump(),
        seed=config.seed,
        pairs=pairs if leakage.join_duplicates else (),
    )
    check_leakage(statements, pairs)
    counts = {**alignment.counts, "revised": len(given) - len(gold)}
    report = {**summarise(statements), "gold": counts, "near_duplicate_pairs": len(pairs)}
    rejects = side_path(config.out, "rejected.jsonl")
    write_table(config.out, [asdict(statement) for statement in statements], STATEMENT_SCHEMA)
    write_jsonl(rejects, (asdict(reject) for reject in alignment.rejects))
    write_json(config.report, report)
    if alignment.rejects:
        _log.warning("%d annotations have no place in the articles; see %s", len(alignment.rejects), rejects)
    manifest = watch.manifest(
        "label",
        counts={**counts, "statements": len(statements)},
        dropped=Counter(reject.reason for reject in alignment.rejects),
        inputs=[config.quotes, articles_path, config.gold],
        outputs=[config.out, rejects, config.report],
        config_hash=config.digest(),
        seed=config.seed,
    )
    write_manifest(side_path(config.out, "manifest.json"), manifest)
    return manifest
