"""Rows of data sets of the Hugging Face hub; with default settings, of its cache on this machine alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.errors import InputError


def hub_rows(
    name: str, subset: str | None, *, split: str, revision: str | None, download: bool
) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a data set.

    Parameters
    ----------
    subset, split, revision
        Its configuration, its part, and the commit.
    download
        Whether it may be fetched.

    Raises
    ------
    InputError
        If it is not to be had, or shall be fetched at no named commit.
    """
    try:
        import datasets
    except ImportError as error:
        raise InputError(f"{name}: a data set of the hub needs {error.name}; pip install datasets") from error
    if download and revision is None:
        raise InputError(f"{name}: name the commit to fetch, revision: COMMIT; what is there changes")
    limits = datasets.DownloadConfig(local_files_only=not download)
    try:
        yield from datasets.load_dataset(name, subset, split=split, revision=revision, download_config=limits)
    except (OSError, ValueError, RuntimeError) as error:
        line = " ".join(str(error).split())[:200]
        raise InputError(
            f"{name}: no such local file, and not to be had from the hub ({line}); give a file, or set download: true "
            "and revision: COMMIT in its configuration"
        ) from error
