"""What each part of the model that ships is worth: what it reads, its recipe, what it learns from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import _statements as statements
from _baselines import RECIPE, Real, Settings
from _figures import header, line, probabilities
from _shared import need

QUICK = "frozen MiniLM, kernel"
"""What reads the same in a tenth of the time."""

_EVERY = 20
"""Of the debate arguments, which are many, one in so many is learnt from."""

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
    """Print macro-F1 on dev of frozen MiniLM with the kernel, with other texts read, or further ones learnt from."""
    (data,) = need("data")
    parts = real.parts
    fit, held, dev = parts["fit"], parts["held"], parts["dev"]
    header()
    show = partial(_show, settings, dev, held, model=QUICK)
    show("all of it", fit)
    show("without target", fit, "model.blocks=[quote, context]", "model.reading={target: false}")
    show("without cosines with the target", fit, "model.blocks=[quote, context, title, target]")
    show("last layer alone", fit, "model.layers=[-1]")
    show("vendors masked", fit, "model.reading={mask_vendors: true}")
    named = [_with_names(rows, "") for rows in (dev, held, fit)]
    _show(settings, named[0], named[1], "names of those who speak left in", named[2], model=QUICK)
    named = [_with_names(rows, "{speaker}: ") for rows in (dev, held, fit)]
    _show(settings, named[0], named[1], "… and put before the context", named[2], model=QUICK)
    others = {"invented statements": statements.invented(), "debate arguments": statements.debate(data)[::_EVERY]}
    for name, rows in others.items():
        apart = statements.apart_from(rows, [*held, *dev])
        show(f"with {len(apart):,} {name}", [*fit, *apart])
    return True


def _show(
    settings: Settings,
    tests: Sequence[Any],
    held: Sequence[Any],
    name: str,
    rows: Any,
    *changes: str,
    model: str = RECIPE,
) -> None:
    line(name, tests, probabilities(settings.fitted(model, rows, held, *changes), tests))


def _with_names(rows: Sequence[Any], before: str) -> list[dict[str, Any]]:
    """Return the rows with names left where they are, and the speaker's before the context."""
    return [
        row | {"context": (before.format(**row) if row["speaker"] else "") + row["context"], "speaker": None}
        for row in rows
    ]
