"""What people see of weak labels: the table of functions, and what the labels add on dev."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.console import Cell, say, say_table

_HEADS = ("function", "votes for", "coverage", "overlap", "conflict", "faults", "gold", "accuracy")


def say_weak(weak: Mapping[str, Any]) -> None:
    """Write the functions, how many statements got a label, and macro-F1 on dev without and with them."""
    say()
    say_table(_HEADS, [_function(function) for function in weak["functions"]])
    say()
    labelled, dev = weak["labelled"], weak["dev"]
    by_label = ", ".join(f"{label} {count}" for label, count in labelled.items())
    say(f"{sum(labelled.values())} of {weak['asked']} statements got a label by {weak['label_model']}: {by_label}")
    if "left_out" in dev:
        say(f"not measured on dev: {dev['left_out']}")
        return
    say()
    names = {"without": "without weak labels", "with": "with weak labels", "difference": "difference"}
    say_table(
        [f"{dev['model']} on dev, n = {dev['n']}", "macro_f1", "interval"],
        [[name, dev[key]["value"], _interval(dev[key])] for key, name in names.items()],
    )


def _interval(figure: Mapping[str, Any]) -> str | None:
    return None if figure["low"] is None else f"{figure['low']:.4g} to {figure['high']:.4g}"


def _function(function: Mapping[str, Any]) -> list[Cell]:
    sides = " ".join(label.removesuffix("-restriction") for label in function["labels"])
    return [function["name"], sides or None, *(function[key] for key in _HEADS[2:])]
