"""Label: gold annotations and the quote table -> labelled statements in train, dev and test."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from pipeline.config import LabelConfig
from pipeline.dataset_configs import load_dataset_config
from pipeline.errors import LabelError
from pipeline.files import write_json, write_jsonl
from pipeline.labels.align import Alignment, align
from pipeline.labels.gold import read_gold
from pipeline.labels.revisions import newest
from pipeline.labels.splits import SPLITS, assign, check_leakage, near_duplicate_pairs
from pipeline.labels.unlabelled import unlabelled
from pipeline.records import LABELS, Manifest, Reject, Statement
from pipeline.rows import QUOTE_COLUMNS
from pipeline.stages.codings import CODING_SCHEMA, Placed, codings_path, place
from pipeline.stages.public_rows import read_public
from pipeline.stages.weak import VOTE_COLUMNS, weak_part
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

    Writes ``config.out``, the codings of its statements by several coders, its rejects and manifest, and the counts to
    ``config.report``; with weak labels, the votes beside ``config.out``.

    Raises
    ------
    ConfigError
        If weak labels are asked of functions or models that are not there.
    LabelError
        If the gold does not fit the codebook or its articles or does not fill three splits, or a labelling function
        fails too often.
    LeakageError
        If a story, an article or a near-duplicate quotation stands on two sides.
    """
    watch = Stopwatch()
    check_table_path(config.out)
    read = read_gold(config.gold)
    gold = newest(read)
    articles_path = side_path(config.quotes, "articles.parquet")
    quotes, articles = read_table(config.quotes, required=QUOTE_COLUMNS), read_articles(articles_path)
    alignment = align(gold, quotes, articles)
    _check_placed(alignment, config.max_unplaced, str(config.gold))
    coded, pairs = _split(config, [s for s in alignment.statements if s.coder_type != "weak"])
    public = [read_public(load_dataset_config(name)) for name in config.public]
    given = [s for s in alignment.statements if s.coder_type == "weak"]
    given += [statement for found in public for statement in found.statements]
    more = weak_part(config, coded, given, unlabelled(quotes, gold, articles) if config.weak.enabled else None)
    statements = [*coded, *more.statements]
    codings = place(config.codings, coded, alignment.names)
    check_leakage(statements, _pairs(config, statements) if more.statements else pairs)
    counts = {**alignment.counts, "revised": len(read) - len(gold)}
    report = {**summarise(statements), "gold": counts, "near_duplicate_pairs": len(pairs), **more.report}
    report |= {"public": {name: dict(found.counts) for name, found in zip(config.public, public, strict=True)}}
    rejects = [*alignment.rejects, *codings.rejects, *(reject for found in public for reject in found.rejects)]
    outputs = _write(config, statements, rejects, report, votes=more.votes, codings=codings)
    manifest = watch.manifest(
        "label",
        counts={**counts, "statements": len(statements), **more.counts, **codings.counts},
        dropped=Counter(reject.reason for reject in rejects) + Counter(more.left_out),
        inputs=[config.quotes, articles_path, config.gold, *config.codings, *config.weak.functions],
        outputs=outputs,
        config_hash=config.digest(),
        seed=config.seed,
    )
    write_manifest(side_path(config.out, "manifest.json"), manifest)
    return manifest


def _pairs(config: LabelConfig, statements: Sequence[Statement]) -> list[tuple[int, int]]:
    leakage = config.leakage
    return near_duplicate_pairs(statements, threshold=leakage.threshold, min_words=leakage.min_words)


def _split(config: LabelConfig, coded: Sequence[Statement]) -> tuple[list[Statement], list[tuple[int, int]]]:
    """Return what coders have labelled with its splits, and the near-duplicates in it."""
    pairs = _pairs(config, coded)
    joined = pairs if config.leakage.join_duplicates else ()
    return assign(coded, config.fractions.model_dump(), seed=config.seed, pairs=joined), pairs


def _write(
    config: LabelConfig,
    statements: Sequence[Statement],
    rejects: Sequence[Reject],
    report: dict[str, Any],
    *,
    votes: Sequence[dict[str, Any]] | None,
    codings: Placed,
) -> list[Path]:
    """Write everything but the manifest and return the paths; votes of an earlier run do not outlive it."""
    kept, votes_path = side_path(config.out, "rejected.jsonl"), side_path(config.out, "votes.parquet")
    write_table(config.out, [asdict(statement) for statement in statements], STATEMENT_SCHEMA)
    write_table(codings_path(config.out), codings.rows, CODING_SCHEMA)
    write_jsonl(kept, (asdict(reject) for reject in rejects))
    write_json(config.report, report)
    if rejects:
        _log.warning("%d annotations cannot be used; see %s", len(rejects), kept)
    outputs = [config.out, codings_path(config.out), kept, config.report]
    if votes is None:
        votes_path.unlink(missing_ok=True)
        return outputs
    write_table(votes_path, votes, schema_of(VOTE_COLUMNS))
    return [*outputs, votes_path]
