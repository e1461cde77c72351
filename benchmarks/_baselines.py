"""The statements that stance models are compared on, and the models they are compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import _statements as statements
from _figures import fitted
from _shared import Absent, need
from make_starter import training_rows

_TWO = "model.blocks=[quote, context]"
_LINEAR = ("model.kernel=null", "model.layers=[-1]", "model.balance_targets=0")
_PRODUCTS = (
    "model.blocks=[quote, context, title, target, quote_by_target, context_by_target]",
    "model.augmentation={swap_targets: 0.3}",
)
BASELINES = {
    "TF-IDF": ("tfidf",),
    "frozen MiniLM, quotation and context": ("embedding", *_LINEAR, _TWO),
    "frozen MiniLM, title, target, products": ("embedding", *_LINEAR, *_PRODUCTS),
    "frozen mpnet, quotation and context": ("embedding", *_LINEAR, _TWO, "model.encoder=MPNET"),
    "frozen mpnet, title, target, products": ("embedding", *_LINEAR, *_PRODUCTS, "model.encoder=MPNET"),
    "frozen MiniLM, kernel": ("embedding",),
    "frozen mpnet, kernel": ("mpnet", "model.encoder=MPNET"),
    "eight layers of mpnet, rounded, kernel": ("mpnet", "model.encoder=PLAIN"),
    "what ships, in 32 bits": ("mpnet", "model.encoder=TUNED"),
}
"""Configurations under ``configs/models`` and values set in them; encoders in capitals are named by options."""

UNTUNED, RECIPE = "eight layers of mpnet, rounded, kernel", "what ships, in 32 bits"


@dataclass(frozen=True, slots=True)
class Settings:
    """The model that is reported on, and encoders by the capitals in ``BASELINES``."""

    model: Path
    encoders: Mapping[str, str]

    def fitted(self, name: str, rows: Sequence[Any], held: Sequence[Any], *changes: str) -> Any:
        """Return a model of ``BASELINES`` fitted on rows, as the files of ``configs/models`` have it, with changes."""
        model, *overrides = BASELINES[name]
        for encoder, place in self.encoders.items():
            overrides = [value.replace(encoder, place) for value in overrides]
        return fitted(model, rows, *overrides, *changes, held=held)

    def loaded(self) -> Any:
        """Return the model, or raise ``Absent``."""
        from pipeline import stance

        if not self.model.is_dir():
            raise Absent(f"{self.model} is not here; make it with benchmarks/make_starter.py, or name one with --model")
        return stance.load(self.model)


class Real:
    """The real quotations, put together when they are first asked for."""

    @cached_property
    def parts(self) -> dict[str, list[dict[str, Any]]]:
        """Rows of ``fit`` (further articles among them), ``held`` (a fifth of train), ``dev``, ``gold``."""
        data, seeds = need("data", "seeds")
        fit, held = training_rows(data)
        return {"fit": fit, "held": held, "dev": statements.real(data)["dev"], "gold": statements.founding(seeds)}

    def tests(self) -> dict[str, list[dict[str, Any]]]:
        """Return what is reported on."""
        return {"dev": self.parts["dev"], "founding": self.parts["gold"]}
