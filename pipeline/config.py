"""Configuration: frozen pydantic models, one YAML a stage."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from pipeline.config_files import Config, config_folders, find_config, load_config, override, read_yaml, validate

__all__ = [
    "Config", "EvaluateConfig", "FeatureConfig", "IngestConfig", "LabelConfig", "LeakageConfig", "ModelConfig",
    "ReadingConfig", "ScoreConfig", "SplitFractions", "Topic", "TrainConfig", "config_folders", "load_config",
    "load_topics", "load_train_config",
]  # fmt: skip


class Topic(Config):
    """One restriction debate: what the target is called."""

    target: str
    aliases: tuple[str, ...]
    description: str


def load_topics() -> tuple[Topic, ...]:
    """Return every topic under ``topics/``, nearest folder first; a name found twice counts once."""
    found: dict[str, Path] = {}
    for folder in config_folders():
        for path in sorted((folder / "topics").glob("*.yaml")):
            found.setdefault(path.stem, path)
    return tuple(validate(Topic, read_yaml(found[name]), str(found[name])) for name in sorted(found))


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


class LeakageConfig(Config):
    """What counts as the same quotation in two stories.

    Parameters
    ----------
    threshold
        Share of the shorter quotation from which two are near-duplicates.
    min_words
        Shorter quotations are too generic to leak anything.
    join_duplicates
        Keep near-duplicates on one side of the split; else the stage fails where they stand on two.
    """

    threshold: float = Field(gt=0, le=1)
    min_words: int = Field(ge=1)
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
    """

    quotes: Path
    gold: Path
    out: Path
    report: Path
    seed: int = Field(ge=0)
    fractions: SplitFractions
    leakage: LeakageConfig
    max_unplaced: float = Field(ge=0, le=1)


class FeatureConfig(Config):
    """One block of TF-IDF features.

    Parameters
    ----------
    column
        The column of the statement table that it reads.
    analyzer
        ``word``, or ``char_wb`` for character n-grams within words.
    ngrams
        Shortest and longest n-gram.
    min_df
        An n-gram in fewer training statements is left out.
    max_features
        Keep only so many n-grams, the most frequent ones.
    weight
        How much the block counts beside the others.
    """

    column: Literal["text", "context", "title", "target"]
    analyzer: Literal["word", "char_wb"]
    ngrams: tuple[int, int]
    min_df: int = Field(ge=1)
    max_features: int | None = Field(default=None, ge=1)
    weight: float = Field(default=1.0, gt=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        longest = {"word": 3, "char_wb": 8}[self.analyzer]
        if not 1 <= self.ngrams[0] <= self.ngrams[1] <= longest:
            raise ValueError(f"ngrams of {self.analyzer} must rise from 1 or more to {longest} or less")
        return self


class ModelConfig(Config):
    """``configs/models/tfidf.yaml``: TF-IDF and logistic regression.

    Parameters
    ----------
    classifier
        Its name in the table of classifiers.
    calibration
        ``temperature``, ``isotonic`` or ``none``; fitted on the dev split.
    features
        Blocks of features, by name.
    c
        Inverse strength of the penalty; larger fits the training data closer.
    class_weight
        ``balanced`` makes each class count alike.
    """

    classifier: Literal["tfidf"]
    calibration: Literal["temperature", "isotonic", "none"]
    features: dict[str, FeatureConfig] = Field(min_length=1)
    c: float = Field(gt=0)
    class_weight: Literal["balanced"] | None
    max_iterations: int = Field(ge=1)

    def options(self) -> dict[str, Any]:
        """Return the keyword arguments of the classifier's constructor."""
        return self.model_dump(mode="json", exclude={"classifier", "calibration"})


class TrainConfig(Config):
    """``configs/train.yaml``, with the values of ``configs/models/NAME.yaml`` in place of the model's name.

    Parameters
    ----------
    statements
        Labelled statements of ``label``.
    model
        What to train.
    out
        The model folder.
    keep_ambiguous
        Train on statements that careful coders could label otherwise, too.
    track
        Log the run to MLflow.
    """

    statements: Path
    model: ModelConfig
    out: Path
    seed: int = Field(ge=0)
    keep_ambiguous: bool
    track: bool


def load_train_config(overrides: Iterable[str] = (), *, model: str | None = None, name: str = "train") -> TrainConfig:
    """Return the training configuration with the model's values filled in.

    Parameters
    ----------
    overrides
        ``seed=7``, or ``model.c=4`` for the model's own values; ``model=NAME`` picks a model as ``model`` does.
    model
        A configuration under ``models/`` or a path that ends in ``.yaml``; None takes the one that the file names.

    Raises
    ------
    ConfigError
        One line that names the file, the key and what is wrong with it.
    """
    path = find_config(name)
    values, assignments = read_yaml(path), list(overrides)
    for assignment in [a for a in assignments if a.partition("=")[0].strip() == "model"]:
        override(values, assignment)
        assignments.remove(assignment)
    chosen = str(model or values.get("model"))
    model_path = find_config(chosen if chosen.endswith((".yaml", ".yml")) else f"models/{chosen}")
    values["model"] = read_yaml(model_path)
    for assignment in assignments:
        override(values, assignment)
    validate(ModelConfig, values["model"], str(model_path), assignments, under="model.")
    return validate(TrainConfig, values, str(path), assignments)


class EvaluateConfig(Config):
    """``configs/evaluate.yaml``.

    Parameters
    ----------
    statements, model
        Labelled statements of ``label``, and the model folder of ``train``.
    out
        Folder of the metrics, predictions, pictures and report.
    resamples, level, seed
        Number of bootstrap resamples, coverage of the intervals, and where the draws start.
    track
        Log the figures to the MLflow run of ``train``.
    """

    statements: Path
    model: Path
    out: Path
    resamples: int = Field(ge=100)
    level: float = Field(gt=0, lt=1)
    seed: int = Field(ge=0)
    track: bool


class ScoreConfig(ReadingConfig):
    """``configs/score.yaml``.

    Parameters
    ----------
    model
        Model folder, or an MLflow address such as ``models:/stance@champion``; None takes the first of
        ``model_folders`` that is there.
    batch_rows
        Quotes that are scored at a time.
    part_rows
        Rows of one file, where a folder is written.
    abstain_below
        Rows of a lower confidence are flagged as abstained; None flags none. Their stance stays.
    """

    model: str | None
    model_folders: tuple[Path, ...]
    batch_rows: int = Field(ge=1)
    part_rows: int = Field(ge=1)
    abstain_below: float | None = Field(ge=0, le=1)
