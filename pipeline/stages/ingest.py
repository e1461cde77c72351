"""Ingest: files -> quote table, with the articles, the rejects and a manifest beside it."""

from __future__ import annotations

import hashlib
import json
import logging
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Self

from pipeline.addresses import is_address, plain, shown
from pipeline.articles.sources import STDIN
from pipeline.articles.stories import StoryIndex
from pipeline.config import IngestConfig, load_topics
from pipeline.records import Manifest
from pipeline.stages.correction import Corrector
from pipeline.stages.extraction import RejectLog, check_apart, cleaning_counts, extract, open_rejects
from pipeline.storage import (
    ARTICLE_SCHEMA,
    QUOTE_SCHEMA,
    Stopwatch,
    TableWriter,
    article_row,
    batches,
    check_table_path,
    side_path,
    write_manifest,
)

_log = logging.getLogger(__name__)

# Rows in a row group; an article is far larger than a quote.
_QUOTES_AT_ONCE = 5000
_ARTICLES_AT_ONCE = 500


class _Spool:
    """Rows on disk, in a file without a name, until the corpus is read and stories are known."""

    def __init__(self) -> None:
        self._file: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115 - see __exit__

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, article: int, row: dict[str, Any]) -> None:
        """Add a row of an article, which goes by its place in the corpus."""
        self._file.write(json.dumps([article, row], ensure_ascii=False) + "\n")

    def rows(self, stories: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Yield the rows with the story of their article."""
        self._file.seek(0)
        for line in self._file:
            article, row = json.loads(line)
            yield row | {"story_id": stories[article]}


def run(config: IngestConfig, progress: Callable[[int, int], None] | None = None) -> Manifest:
    """Return the manifest of the quote table.

    Writes ``config.out`` and beside it ``.articles.parquet``, ``.rejected.jsonl`` and ``.manifest.json``; all of them,
    or on an error none.

    Parameters
    ----------
    config
        Paths, output and limits.
    progress
        Called after each article with the number of articles and quotes so far.

    Raises
    ------
    InputError
        If a path is missing, nothing could be read, too much was rejected, or, with ``strict``, anything was.
    """
    watch, out = Stopwatch(), config.out
    check_table_path(out)
    outputs = [out, side_path(out, "articles.parquet"), side_path(out, "rejected.jsonl")]
    check_apart([*config.paths, *map(str, config.corrections)], [*outputs, side_path(out, "manifest.json")])
    corrector = Corrector(config.corrections)
    read = hashlib.sha256()
    counts: Counter[str] = Counter(documents=0, articles=0, quotes=0, statements=0)
    with ExitStack() as stack:
        articles, quotes = stack.enter_context(_Spool()), stack.enter_context(_Spool())
        rejects = stack.enter_context(open_rejects(outputs[2], strict=config.strict))
        index = StoryIndex(config.story_threshold)
        found = extract(config.paths, config, load_topics(), rejects, counts, corrector=corrector)
        for number, (article, rows) in enumerate(found):
            index.add(article)
            read.update(f"{article.raw_sha256} {article.source}\n".encode())
            articles.write(number, article_row(article))
            for row in rows:
                quotes.write(number, row)
            if progress:
                progress(counts["articles"], counts["quotes"])
        rejects.check(counts["articles"], config.max_reject_share)
        unfit = corrector.settle(rejects, counts)
        stories = index.in_order()
        _write(outputs[0], quotes.rows(stories), QUOTE_SCHEMA, _QUOTES_AT_ONCE, stack)
        _write(outputs[1], articles.rows(stories), ARTICLE_SCHEMA, _ARTICLES_AT_ONCE, stack)
    counts["stories"] = len(set(stories))
    if unfit:
        _log.warning("%s", unfit)
    return _manifest(config, watch, counts, rejects, outputs, read.hexdigest())


def _write(path: Path, rows: Iterator[dict[str, Any]], schema: Any, size: int, stack: ExitStack) -> None:
    """Write a table; it appears under its name when the stack ends well, with all the others."""
    writer = stack.enter_context(TableWriter(path, schema))
    for batch in batches(rows, size):
        writer.write(batch)


def _manifest(
    config: IngestConfig, watch: Stopwatch, counts: Counter[str], rejects: RejectLog, outputs: list[Path], content: str
) -> Manifest:
    """Return the manifest; ``content`` is the hash of all texts, which stands for what lies at an address."""
    counted, steps = cleaning_counts(counts)
    paths = [plain(path) for path in config.paths]
    manifest = watch.manifest(
        "ingest",
        counts=counted | {"rejects": rejects.reasons.total()},
        dropped=steps | {f"rejected-{reason}": count for reason, count in rejects.reasons.items()},
        inputs=[*(Path(path) for path in paths if path != STDIN and not is_address(path)), *config.corrections],
        outputs=outputs,
        config_hash=config.digest(),
    )
    remote = {shown(path): content for path in paths if is_address(path)}
    manifest = replace(manifest, inputs=manifest.inputs | remote)
    write_manifest(side_path(config.out, "manifest.json"), manifest)
    return manifest
