"""Configuration: frozen pydantic models, one YAML a stage."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from pipeline.config_files import Config, config_folders, find_config, load_config
from pipeline.evaluate_config import EvaluateConfig, LearningCurveConfig, NearCopyConfig
from pipeline.topic_configs import Topic, load_topics
from pipeline.train_config import TrainConfig, load_train_config
from pipeline.weak_config import WeakConfig

__all__ = [
    "CheckConfig", "Config", "EvaluateConfig", "ExportConfig", "IngestConfig", "LabelConfig", "LeakageConfig",
    "LearningCurveConfig", "NearCopyConfig", "NextConfig", "ReadingConfig", "ScoreConfig", "SplitFractions", "Topic",
    "TrainConfig", "WeakConfig", "config_folders", "find_config", "load_config", "load_topics", "load_train_config",
]  # fmt: skip


# One class a stage; the YAML of the same name holds its values.


QuoteKind = Literal["direct", "mixed", "indirect", "block"]
Column = Literal["text", "title", "outlet", "published", "url", "id", "target"]


class ReadingConfig(Config):
    """What every stage that reads articles takes; the values of ``configs/ingest.yaml`` are the defaults.

    Parameters
    ----------
    columns
        What a table calls its columns, where the usual synonyms do not find them.
    target
        Target of articles that name none of the topics.
    kinds
        Kinds of reported speech to find.
    min_speaker_confidence
        A speaker less sure than this is left null.
    tagger
        Folder of the tagger that finds indirect speech; None takes ``models/indirect``, which comes along.
    corrections
        Files of corrections that coders made, applied to what is found; the newest holds.
    strict
        Any reject is an error.
    max_reject_share
        Largest share of rejects among all records; 1 accepts anything as long as one article can be read.
    max_document_mb
        Largest text file, page, or text of a table's row.
    html_seconds
        Longest time for one HTML page.
    max_members, max_unpacked_mb, max_ratio
        Of one archive or gzip file: most members, most it may unpack to, and how much more that may be than its size.
    """

    columns: dict[Column, str] = Field(default_factory=dict)
    target: str | None = None
    kinds: tuple[QuoteKind, ...] = Field(default=("direct", "mixed"), min_length=1)
    min_speaker_confidence: float = Field(default=0.0, ge=0, le=1)
    tagger: Path | None = None
    corrections: tuple[Path, ...] = ()
    strict: bool = False
    max_reject_share: float = Field(default=1.0, ge=0, le=1)
    max_document_mb: float = Field(default=5, gt=0)
    html_seconds: float = Field(default=10, gt=0)
    max_members: int = Field(default=100_000, ge=1)
    max_unpacked_mb: float = Field(default=4096, gt=0)
    max_ratio: float = Field(default=200, ge=1)


class IngestConfig(ReadingConfig):
    """``configs/ingest.yaml``.

    Parameters
    ----------
    paths
        Files, folders, or ``-`` for JSON lines on standard input.
    out
        The quote table, ``.parquet``, ``.jsonl`` or ``.csv``.
    story_threshold
        Share of the shorter article's four-word runs from which two articles tell one story.
    """

    paths: tuple[str, ...] = Field(min_length=1)
    out: Path
    story_threshold: float = Field(default=0.3, gt=0, le=1)


class SplitFractions(Config):
    """Shares of the labelled statements; they sum to one."""

    train: float = Field(gt=0, lt=1)
    dev: float = Field(gt=0, lt=1)
    test: float = Field(gt=0, lt=1)

    @model_validator(mode="after")
    def _sums_to_one(self) -> Self:
        total = self.train + self.dev + self.test
        if abs(total - 1) > 1e-9:
            raise ValueError(f"train, dev and test must sum to 1, not {total:g}")
        return self


class LeakageConfig(NearCopyConfig):
    """What counts as the same quotation in two stories, and what becomes of it.

    Parameters
    ----------
    join_duplicates
        Keep near-duplicates on one side of the split; else the stage fails where they stand on two.
    """

    join_duplicates: bool


class LabelConfig(Config):
    """``configs/label.yaml``.

    Parameters
    ----------
    quotes, gold
        Quote table of ``ingest``, and annotations on the same articles.
    out, report
        Labelled statements, and their counts as JSON.
    max_unplaced
        Share of the gold, terms aside, that may find no place in the articles.
    weak
        Labels by functions for quotations without gold.
    public
        Public data sets whose statements join train: names under ``configs/datasets``, or paths.
    codings
        Files of several coders who labelled the same statements, for the human ceiling; the labels are those of gold.
    """

    quotes: Path
    gold: Path
    out: Path
    report: Path
    seed: int = Field(ge=0)
    fractions: SplitFractions
    leakage: LeakageConfig
    max_unplaced: float = Field(ge=0, le=1)
    weak: WeakConfig = WeakConfig()
    public: tuple[str, ...] = ()
    codings: tuple[Path, ...] = ()


class ExportConfig(Config):
    """``configs/export.yaml``.

    Parameters
    ----------
    statements
        Labelled statements of ``label``, on whose dev split 8-bit weights are checked; None takes them unchecked.
    precision
        ``int8``: 8-bit weights, unless they cost too much on dev; ``fp32``: weights as they were trained.
    """

    statements: Path | None
    precision: Literal["int8", "fp32"]


class CheckConfig(Config):
    """``configs/check.yaml``.

    Parameters
    ----------
    model
        Configuration under ``configs/models`` of what looks for likely errors.
    folds
        How many models learn, each from the stories of all folds but one.
    fewest
        Labels that it takes.
    """

    model: str
    folds: int = Field(ge=2)
    fewest: int = Field(ge=1)
    seed: int = Field(ge=0)


class NextConfig(Config):
    """``configs/next.yaml``.

    Parameters
    ----------
    count
        How many statements to ask for.
    uncertainty, diversity, per_story
        As in ``labels.queue``.
    per_target
        Most statements of a target; None sets none.
    """

    count: int = Field(ge=1)
    uncertainty: Literal["entropy", "margin", "confidence"]
    diversity: float = Field(ge=0, le=1)
    per_story: int = Field(ge=1)
    per_target: int | None = Field(ge=1)


class ScoreConfig(ReadingConfig):
    """``configs/score.yaml``.

    Parameters
    ----------
    model
        Model folder, or an MLflow address such as ``models:/stance@champion``; None takes the first of ``models``
        that is there.
    models
        Names of folders under ``models/``, here or in the installation.
    batch_rows
        Quotes that are scored at a time.
    shard_articles
        Articles that are scored, written and entered in the ledger together; about so many.
    engine
        ``local``: processes of this machine; ``ray``: a Ray cluster; ``inline``: this process, which an article that
        ends it takes along.
    workers
        Processes; None takes one a processor, and no more than there is memory for.
    memory_gb
        Memory for all workers; None takes what is free.
    address
        Of the Ray cluster to join; None starts Ray on this machine.
    article_seconds
        Longest time for one article; what takes longer is a reject.
    verify
        Read all that a folder holds and compare it with the ledger before anything is added.
    abstain_below
        Rows of a lower confidence are flagged as abstained; None flags none. Their stance stays.
    """

    model: str | None
    models: tuple[str, ...]
    batch_rows: int = Field(ge=1)
    shard_articles: int = Field(ge=1)
    engine: Literal["local", "ray", "inline"]
    workers: int | None = Field(ge=1)
    memory_gb: float | None = Field(gt=0)
    address: str | None
    article_seconds: float = Field(gt=0)
    verify: bool
    abstain_below: float | None = Field(ge=0, le=1)
