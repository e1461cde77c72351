"""What a scoring run leaves: the table or the shards' folder, articles, rejects, how shares moved, and the manifest."""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pipeline.addresses import is_address, shown
from pipeline.articles.sources import STDIN
from pipeline.encodings import escaped
from pipeline.errors import InputError
from pipeline.files import atomic_path, sha256_file, sha256_text
from pipeline.ledger import ShardRecord
from pipeline.places import place
from pipeline.records import LABELS, Manifest, Reject
from pipeline.stages.correction import Corrector
from pipeline.stages.extraction import RejectLog, cleaning_counts
from pipeline.stages.identities import Distinct
from pipeline.stages.output import Output
from pipeline.stages.scored_folder import ScoredFolder, part
from pipeline.stages.shard_run import ShardRun
from pipeline.storage import (
    ARTICLE_SCHEMA,
    SCORE_SCHEMA,
    TableWriter,
    schema_of,
    table_batches,
    write_manifest,
    write_table,
)

_AT_ONCE = 2000
DRIFT_SCHEMA = schema_of(
    ("target", "stance", "model_before", "model", "before", "after", "share_before", "share_after", "change"),
    integers={"before", "after"},
    floats={"share_before", "share_after", "change"},
)
"""Of ``X.drift.csv``: statements of a target by stance, as the model before and the model now have them."""

Row = dict[str, Any]


@dataclass(slots=True)
class _Totals:
    """Sums over shards."""

    counts: Counter[str] = field(default_factory=Counter)
    stances: Counter[str] = field(default_factory=Counter)
    moved: defaultdict[tuple[str, str, str | None], Counter[tuple[str, str]]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    rows: int = 0


def write_outputs(
    scored: ScoredFolder,
    output: Output,
    work: ShardRun,
    corrector: Corrector,
    manifest_of: Callable[[dict[str, int], dict[str, int], dict[str, str]], Manifest],
) -> Manifest:
    """Return the manifest, once everything is where it belongs; of a table all files are written, or none.

    Parameters
    ----------
    manifest_of
        Makes the manifest of counts, of what was dropped by reason, and of the hashes of the outputs.

    Raises
    ------
    InputError
        If nothing could be read, too much was rejected, or a file cannot be written.
    """
    totals, rejects = _Totals(), RejectLog(lambda reject: None)
    for row in work.rejects():
        rejects(Reject(**row))
    for record in scored.ledger.shards():
        _add(totals, record, corrector)
        for item in scored.facts(record.name).items if record.rejects else ():
            for found in item.rejects:
                if scored.ledger.is_present(item.digest):
                    work.check_strict(Reject(**found))
                rejects(Reject(**found))
    work.check(rejects, totals.counts["articles"])
    unfit: list[Reject] = []
    line = corrector.settle(unfit.append, totals.counts)
    for reject in unfit:
        rejects(reject)
    if line:
        work.tell(line)
    with output.files() as path, ExitStack() as stack:
        sides = {name: path.with_name(Path(output.side(name)).name) for name in ("rejected.jsonl", "drift.csv")}
        if not output.folder:
            _write_table(scored, path, path.with_name(Path(output.side("articles.parquet")).name), stack)
        earlier = _earlier(output, work.paths) if output.folder and not work.pruned else iter(())
        kept = _write_rejects(sides["rejected.jsonl"], _rejects(scored, work, unfit, earlier))
        stack.close()
        if work.remodelled:
            write_table(sides["drift.csv"], list(_drift(totals)), DRIFT_SCHEMA)
        counted, steps = cleaning_counts(totals.counts)
        stances = {label: totals.stances[label] for label in LABELS}
        counts = counted | {"rows": totals.rows, "speakers": scored.ledger.count_speakers(), **stances, "rejects": kept}
        dropped = steps | {f"rejected-{reason}": count for reason, count in rejects.reasons.items()}
        manifest = manifest_of(counts, dropped, _hashes(scored, output, path, work))
        write_manifest(path.with_name(Path(output.side("manifest.json")).name), manifest)
    return manifest


def _add(totals: _Totals, record: ShardRecord, corrector: Corrector) -> None:
    summary = record.summary
    for found in summary["corrections"]:
        corrector.merge(found)
    totals.counts.update(summary["counts"])
    totals.stances.update(summary["stances"])
    totals.rows += record.rows
    if drift := summary["drift"]:
        for target, before, after, count in drift["moved"]:
            totals.moved[drift["model"], record.model, target][before, after] += count


def _write_table(scored: ScoredFolder, out: Path, side: Path, stack: ExitStack) -> None:
    """Write rows and articles; they appear under their names when the stack is closed."""
    for path, schema in ((out, SCORE_SCHEMA), (side, ARTICLE_SCHEMA)):
        writer = stack.enter_context(TableWriter(path, schema))
        tables = (scored.table(name, articles=path is side) for name in scored.ledger.names())
        for batch in table_batches(tables, _AT_ONCE):
            writer.write_table(batch)


def _write_rejects(path: Path, rows: Iterator[Row]) -> int:
    """Write one reject a line, with nothing in it that would steer a terminal; return the number of lines."""
    count = 0
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as handle:
        for row in rows:
            handle.write(escaped(json.dumps(row, ensure_ascii=False)) + "\n")
            count += 1
    return count


def _rejects(scored: ScoredFolder, work: ShardRun, unfit: list[Reject], earlier: Iterator[Row]) -> Iterator[Row]:
    """Yield all rejects: of the reading, of the shards, of corrections, and of inputs before this one."""
    with Distinct() as told:
        for row in work.rejects():
            told.add(json.dumps(row))
            yield row
        for record in scored.ledger.shards():
            for row in scored.facts(record.name).rejects if record.rejects else ():
                told.add(json.dumps(row))
                yield row
        for row in map(asdict, unfit):
            told.add(json.dumps(row))
            yield row
        yield from (row for row in earlier if told.add(json.dumps(row)))


def _earlier(output: Output, paths: Sequence[str]) -> Iterator[Row]:
    """Yield the rejects of earlier inputs, those below none of the paths that were read now."""
    parent, _, own = output.side("rejected.jsonl").rpartition("/")
    given = [shown(path).rstrip("/") if is_address(path) else os.path.normpath(path) for path in paths]
    try:
        lines = place(parent or ".").read(own).split(b"\n")
    except InputError:
        return
    for line in lines:
        with suppress(ValueError, KeyError, TypeError):  # somebody has changed it
            row = json.loads(line)
            if not any(_below(row["file"], path) for path in given):
                yield row


def _below(file: str, path: str) -> bool:
    if not is_address(file) and file != STDIN:
        file = os.path.normpath(file)
    if path == ".":
        return not is_address(file) and file != STDIN and not file.startswith(("/", "../"))
    return file == path or file.startswith((f"{path}/", f"{path}::"))


def _drift(totals: _Totals) -> Iterator[Row]:
    """Yield the rows of the drift table, by target."""
    for (model_before, model, target), moved in sorted(totals.moved.items(), key=str):
        before, after = Counter[str](), Counter[str]()
        for (was, now), count in moved.items():
            before[was] += count
            after[now] += count
        total = before.total()
        for label in LABELS:
            shares = (before[label] / total, after[label] / total)
            yield {
                "target": target, "stance": label, "model_before": model_before, "model": model,
                "before": before[label], "after": after[label], "share_before": shares[0], "share_after": shares[1],
                "change": shares[1] - shares[0],
            }  # fmt: skip


def _hashes(scored: ScoredFolder, output: Output, path: Path, work: ShardRun) -> dict[str, str]:
    """Return the hashes of all outputs under the names that a user knows."""
    names = ["rejected.jsonl", *(["drift.csv"] if work.remodelled else [])]
    sides = {shown(output.side(name)): sha256_file(path.with_name(Path(output.side(name)).name)) for name in names}
    articles = shown(output.side("articles.parquet"))
    if not output.folder:
        own = {output.shown: sha256_file(path), articles: sha256_file(path.with_name(Path(articles).name))}
        return own | sides
    found = sorted((part(r.name), r.rows_sha256, r.articles_sha256) for r in scored.ledger.shards())
    rows = "\n".join(f"{digest}  {name}" for name, digest, _ in found)
    texts = "\n".join(f"{digest}  {name}" for name, _, digest in found)
    return {output.shown: sha256_text(rows), articles: sha256_text(texts)} | sides
