"""What each part of the model that ships is worth: what it reads, its recipe, what it learns from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import _statements as statements
from _baselines import RECIPE, Real, Settings
from _figures import header, line, probabilities
from _shared import need

READ = ("quote_read", "context_read", "title", "target", "match_read")
"""Its blocks, as ``configs/models/mpnet.yaml`` has them."""


def on_ablations(real: Real, settings: Settings) -> bool:
    """Print macro-F1 on dev of the model that ships, in 32 bits, with parts of it left out."""
    parts = real.parts
    fit, dev = parts["fit"], parts["dev"]

    def without(name: str) -> str:
        return f"model.blocks=[{', '.join(block for block in READ if block != name)}]"

    header()
    show = partial(_show, settings, dev, parts["held"])
    show("all of it", fit)
    show("without title", fit, without("title"))
    show("without context, but for the quotation in it", fit, without("context_read"))
    show("without cosines with the target", fit, without("match_read"))
    show("logistic regression over the same", fit, "model.kernel=null")
    show("labels of a target as they come", fit, "model.balance_targets=0")
    show("no statement copied toward another target", fit, "model.augmentation=null")
    show("without annotations of further articles", [row for row in fit if row["split"] != "more"])
    show("labels voted for by all coders", [row | {"label": statements.voted(row["codings"])[0]} for row in fit])
    return True


def on_readings(real: Real, settings: Settings) -> bool:
    """Print macro-F1 on dev of the model that ships, in 32 bits, with other texts read, or further ones learnt from."""
    (data,) = need("data")
    parts = real.parts
    fit, held, dev = parts["fit"], parts["held"], parts["dev"]
    header()
    show = partial(_show, settings, dev, held)
    show("without target", fit, "model.blocks=[quote_read, context_read, title]", "model.reading={target: false}")
    show("quotation and context each alone", fit, "model.blocks=[quote, context, title, target, match]")
    show("last layer of the eight", fit, "model.layers=[8]")
    show("vendors masked", fit, "model.reading={mask_vendors: true}")
    _show(settings, _spoken(dev), _spoken(held), "with the speaker's name before the context", _spoken(fit))
    others = {"invented statements": statements.invented(), "debate arguments": statements.debate(data)}
    for name, rows in others.items():
        show(f"with {len(rows):,} {name}", [*fit, *statements.apart_from(rows, [*held, *dev])])
    return True


def _show(settings: Settings, tests: Sequence[Any], held: Sequence[Any], name: str, rows: Any, *changes: str) -> None:
    line(name, tests, probabilities(settings.fitted(RECIPE, rows, held, *changes), tests))


def _spoken(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the rows with names left where they are."""
    return [
        row | {"context": f"{row['speaker']}: {row['context']}" if row["speaker"] else row["context"], "speaker": None}
        for row in rows
    ]
