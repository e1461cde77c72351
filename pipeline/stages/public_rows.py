"""Rows of public data sets, from a local file or the Hugging Face hub, as statements to train on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.dataset_configs import DatasetConfig
from pipeline.errors import InputError
from pipeline.files import read_jsonl, read_text
from pipeline.labels.public import Polarity, Public, PublicMap, public_statements
from pipeline.stance.hub import hub_rows
from pipeline.storage import read_table

_TEXT = {".csv": ",", ".tsv": "\t"}


def read_public(config: DatasetConfig) -> Public:
    """Return the statements of a data set.

    Raises
    ------
    InputError
        If there is no such file or data set, or not one of its rows can be used.
    """
    polarities = [Polarity(**polarity.model_dump()) for polarity in config.polarities]
    mapping = PublicMap(
        config.name, {str(k): v for k, v in config.columns.items()}, config.labels, polarities, config.coder_type
    )
    found = public_statements(_rows(config), mapping, config.source)
    if not found.statements:
        why = f"; the first: {found.rejects[0].message}" if found.rejects else f" ({dict(found.counts)})"
        raise InputError(f"{config.source}: not one row can be used{why}")
    return found


def _rows(config: DatasetConfig) -> Iterator[Mapping[str, Any]]:
    path = Path(config.source)
    if path.suffix == ".jsonl":
        yield from (row for _, row in read_jsonl(path, "data set"))
    elif path.suffix == ".parquet":
        yield from read_table(path)
    elif path.suffix in _TEXT:
        text = io.StringIO(read_text(path, "data set").removeprefix("\ufeff"), newline="")
        yield from csv.DictReader(text, delimiter=_TEXT[path.suffix])
    else:
        yield from hub_rows(
            config.source, config.subset, split=config.split, revision=config.revision, download=config.download
        )
