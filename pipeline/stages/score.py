"""Score: articles -> scored table, streaming: no more than a batch of rows is held at a time."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline import stance, tracking
from pipeline.articles.sources import STDIN
from pipeline.config import ScoreConfig, load_topics
from pipeline.config_files import model_folders
from pipeline.errors import InputError, ModelError
from pipeline.files import readable
from pipeline.parts import PartWriter, beside, is_folder
from pipeline.records import LABELS, Article, Manifest, text_hash
from pipeline.stages.correction import Corrector
from pipeline.stages.extraction import check_apart, cleaning_counts, extract, open_rejects
from pipeline.stance.conformal import named
from pipeline.storage import (
    ARTICLE_SCHEMA,
    SCORE_SCHEMA,
    Stopwatch,
    TableWriter,
    article_row,
    batches,
    check_table_path,
    write_manifest,
)

_log = logging.getLogger(__name__)

Row = dict[str, Any]

# Of the article table, whichever comes first: articles are of very different length.
_ARTICLES_AT_ONCE, _CHARACTERS_AT_ONCE = 500, 4_000_000


@dataclass(frozen=True, slots=True)
class Scorer:
    """A model that was loaded and checked, with what scored rows and the manifest call it."""

    model: stance.StanceModel
    address: str
    fingerprint: str

    @property
    def name(self) -> str:
        """The bundle's id: kind of model, and the beginning of its hash."""
        return f"{self.model.name}-{self.fingerprint[:12]}"

    def score(self, rows: Sequence[Row], abstain_below: float | None = None) -> list[Row]:
        """Return quote rows with their scores (keys: ``SCORE_COLUMNS``)."""
        table = {column: [row[column] for row in rows] for column in stance.COLUMNS}
        y_prob, conformal = self.model.predict_proba(table), self.model.conformal
        sets: Sequence[str | None] = named(conformal.sets(y_prob)) if conformal else [None] * len(rows)
        scored = []
        for row, probabilities, stance_set in zip(rows, y_prob.tolist(), sets, strict=True):
            confidence = max(probabilities)
            scored.append(
                row
                | dict(zip(("p_anti", "p_neutral", "p_pro"), probabilities, strict=True))
                | {
                    "row_id": text_hash(row["quote_id"], row["target"] or ""),
                    "stance": LABELS[probabilities.index(confidence)],
                    "confidence": confidence,
                    "abstained": abstain_below is not None and confidence < abstain_below,
                    "model": self.name,
                    "stance_set": stance_set,
                }
            )
        return scored


def find_model(config: ScoreConfig) -> str:
    """Return the folder or address of the configured model, or of the first default one that is there.

    Raises
    ------
    ModelError
        If there is none.
    """
    if config.model is not None:
        return config.model
    for name in config.models:
        for folder in model_folders(name):
            if folder.is_dir():
                return str(folder)
    tried = " or ".join(f"models/{name}" for name in config.models)
    raise ModelError(f"no model at {tried}; run `stance train` (in the project: `make run`) or name one with --model")


def load_scorer(config: ScoreConfig) -> Scorer:
    """Return the configured or default model, checked and loaded.

    Raises
    ------
    ModelError
        If there is none, or its folder is damaged.
    TrackingError
        If the registry cannot be reached or knows no such model.
    """
    address = find_model(config)
    folder = tracking.resolve_model(address) if address.startswith("models:/") else Path(address)
    return Scorer(stance.load(folder), address, stance.fingerprint(folder))


@dataclass(slots=True)
class _Tally:
    """What the summary tells about the scored rows; speakers are kept as numbers, a corpus has many."""

    rows: int = 0
    stances: Counter[str] = field(default_factory=Counter)
    _speakers: set[int] = field(default_factory=set)

    def add(self, rows: Sequence[Row]) -> None:
        self.rows += len(rows)
        statements = [row for row in rows if row["is_statement"]]
        self.stances.update(row["stance"] for row in statements)
        self._speakers.update(hash(row["speaker"]) for row in statements if row["speaker"])

    def counts(self) -> dict[str, int]:
        stances = {label: self.stances[label] for label in LABELS}
        return {"rows": self.rows, "speakers": len(self._speakers), **stances}


def run(
    config: ScoreConfig,
    paths: Sequence[str],
    out: Path,
    *,
    targets: Sequence[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Manifest:
    """Return the manifest of the scored table.

    Writes ``out`` and beside it its articles, rejects and manifest; all of them or, on an error, none.

    Parameters
    ----------
    paths
        Files, folders, or ``-`` for JSON lines on standard input.
    out
        A table (``.parquet``, ``.jsonl``, ``.csv``), or for Parquet parts a folder or a name without ending.
    targets
        What is to be restricted; with several, each quote has a row for each. A record's own target wins.
    progress
        Called after each article with the number of articles and quotes so far.

    Raises
    ------
    InputError
        If a path is missing, nothing could be read, or the output cannot be written.
    ModelError
        If there is no model, or it is damaged.
    """
    watch = Stopwatch()
    outputs = [out, beside(out, "articles.parquet"), beside(out, "rejected.jsonl")]
    _check_out(out)
    check_apart([*paths, *map(str, config.corrections)], [*outputs, beside(out, "manifest.json")])
    corrector = Corrector(config.corrections)
    scorer = load_scorer(config)
    counts: Counter[str] = Counter(documents=0, articles=0, quotes=0, statements=0)
    tally = _Tally()
    with ExitStack() as stack:
        table = stack.enter_context(_writer(out, config.part_rows))
        articles = stack.enter_context(TableWriter(outputs[1], ARTICLE_SCHEMA))
        rejects = stack.enter_context(open_rejects(outputs[2], strict=config.strict))
        given = [readable(target) for target in targets]
        found = extract(paths, config, load_topics(), rejects, counts, targets=given, corrector=corrector)
        for batch in batches(_rows(found, articles, counts, progress), config.batch_rows):
            scored = scorer.score(batch, config.abstain_below)
            table.write(scored)
            tally.add(scored)
        rejects.check(counts["articles"], config.max_reject_share)
        unfit = corrector.settle(rejects, counts)
    if unfit:
        _log.warning("%s", unfit)
    counted, steps = cleaning_counts(counts)
    manifest = watch.manifest(
        "score",
        counts=counted | tally.counts() | {"rejects": rejects.reasons.total()},
        dropped=steps | {f"rejected-{reason}": count for reason, count in rejects.reasons.items()},
        inputs=[*(Path(path) for path in paths if path != STDIN), *config.corrections],
        outputs=outputs,
        config_hash=config.digest(),
    )
    manifest = replace(manifest, inputs=manifest.inputs | {scorer.address: scorer.fingerprint})
    write_manifest(beside(out, "manifest.json"), manifest)
    return manifest


@contextmanager
def _writer(out: Path, part_rows: int) -> Iterator[PartWriter | TableWriter]:
    with PartWriter(out, SCORE_SCHEMA, part_rows) if is_folder(out) else TableWriter(out, SCORE_SCHEMA) as writer:
        yield writer


def _rows(
    found: Iterator[tuple[Article, list[Row]]],
    writer: TableWriter,
    counts: Counter[str],
    progress: Callable[[int, int], None] | None,
) -> Iterator[Row]:
    """Yield the rows of all quotes; the articles go to their own table on the way."""
    waiting: list[Row] = []
    size = 0
    for article, rows in found:
        waiting.append(article_row(replace(article, story_id=article.article_id)))
        size += len(article.text)
        if len(waiting) >= _ARTICLES_AT_ONCE or size >= _CHARACTERS_AT_ONCE:
            writer.write(waiting)
            waiting, size = [], 0
        yield from rows
        if progress:
            progress(counts["articles"], counts["quotes"])
    writer.write(waiting)


def _check_out(out: Path) -> None:
    """Raise ``InputError`` unless the output is a table, or a folder of its own."""
    if str(out) == STDIN or (is_folder(out) and out.exists() and not out.is_dir()):
        raise InputError(f"{out}: cannot write here; name a table (.parquet, .jsonl, .csv) or a folder")
    if not is_folder(out):
        check_table_path(out)
    # Side files of a folder stand beside it: those of the working folder would land outside of it.
    if is_folder(out) and out.exists() and out.samefile("."):
        raise InputError(f"{out}: is the working folder; name a folder in it, or a table (.parquet, .jsonl, .csv)")
