"""Public data sets, ``configs/datasets/*.yaml``: where one is, and how its rows become statements."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import Field, model_validator

from pipeline.config_files import Config, load_config

Label = Literal["anti-restriction", "neutral", "pro-restriction"]
Column = Literal["text", "claim", "label", "id", "story", "context", "title"]
_NEEDED = ("text", "claim", "label")


class PolarityConfig(Config):
    """What claims of one form would restrict: a ``labels.public.Polarity``, checked."""

    claim: str
    target: str
    reverse: bool = False

    @model_validator(mode="after")
    def _fits(self) -> Self:
        try:
            groups = re.compile(self.claim).groups
            wanted = max(map(int, re.findall(r"\\(\d)", self.target)), default=0)
        except re.error as error:
            raise ValueError(f"claim {self.claim!r} is no regular expression ({error})") from error
        if wanted > groups:
            raise ValueError(f"target {self.target!r} names a group that {self.claim!r} does not have")
        return self


class DatasetConfig(Config):
    """One data set.

    Parameters
    ----------
    name
        Goes before the ids of its statements, and is their coder.
    source
        A local file (``.jsonl``, ``.csv``, ``.tsv``, ``.parquet``), or a name in the Hugging Face hub.
    subset, split, revision
        Of a data set of the hub: its configuration, its part, and the commit.
    download
        Whether it may be fetched; else it has to be in the hub's cache.
    licence
        Under which it may be used; nobody checks whether your use fits it but you.
    columns, labels, polarities
        As in ``labels.public.PublicMap``.
    coder_type
        Who labelled it.
    """

    name: str = Field(pattern=r"[a-z0-9-]+")
    source: str
    subset: str | None = None
    split: str = "train"
    revision: str | None = None
    download: bool = False
    licence: str = Field(min_length=1)
    columns: dict[Column, str]
    labels: dict[str, Label | None] = Field(min_length=1)
    polarities: tuple[PolarityConfig, ...] = Field(min_length=1)
    coder_type: Literal["human", "model", "weak"] = "human"

    @model_validator(mode="after")
    def _has_columns(self) -> Self:
        if missing := [name for name in _NEEDED if name not in self.columns]:
            raise ValueError(f"columns: say what the data set calls {', '.join(missing)}")
        return self


def load_dataset_config(name: str) -> DatasetConfig:
    """Return the configuration of a data set, by its name under ``configs/datasets`` or by a path.

    Raises
    ------
    ConfigError
        If there is none, or it does not fit.
    """
    return load_config(DatasetConfig, name if name.endswith((".yaml", ".yml")) else f"datasets/{name}")
