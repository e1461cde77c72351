"""What a score rests on, so that two scores can be told to be comparable: items, model, draws and versions."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from pipeline import __version__
from pipeline.evaluation.items import items_hash
from pipeline.evaluation.resampling import Intervals

_PACKAGES = ("numpy", "scikit-learn")


def signature(
    rows: Sequence[Mapping[str, Any]], intervals: Intervals, *, model_sha256: str | None = None
) -> dict[str, Any]:
    """Return what goes beside a score; the same score under the same signature can be had again.

    Parameters
    ----------
    rows
        The items that were measured on.
    model_sha256
        The model's fingerprint, where it is a folder.
    """
    return {
        "test_sha256": items_hash(rows),
        **({"model_sha256": model_sha256} if model_sha256 else {}),
        "seed": intervals.seed,
        "resamples": intervals.resamples,
        "level": intervals.level,
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in _PACKAGES},
            "quotestance": __version__,
        },
    }
