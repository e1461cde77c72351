"""What people see of an evaluation: figures, slices, what people agree on, leaks, and the learning curve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.console import Cell, many, note, say, say_metrics, say_table

_KINDS = {"test_train": "test and train", "dev_train": "dev and train", "test_dev": "test and dev"}


def say_evaluation(metrics: Mapping[str, Any]) -> None:
    """Write what ``metrics.json`` holds, the deciding things first; what makes figures say less goes to stderr."""
    say_metrics(metrics)
    say_slices(metrics.get("slices", {}), metrics.get("n"))
    lines = [*_ceiling(metrics.get("human_ceiling")), *_leaks(metrics.get("leakage"), metrics), *_signature(metrics)]
    for line in ["", *lines] if lines else []:
        say(line)
    for line in metrics.get("notes", ()):
        note(f"note: {line}")


def say_slices(slices: Mapping[str, Mapping[str, Any]], n: int | None = None) -> None:
    """Write the slices that are large enough, the worst first, and how many are too small; one of all ``n`` is none."""
    every = [(name, value, found) for name, by in slices.items() for value, found in by.items() if found["n"] != n]
    told = [(name, value, found) for name, value, found in every if not found["small"]]
    told.sort(key=lambda row: row[2]["macro_f1"]["value"])
    if told:
        say()
        heads = ["slice", "", "n", "macro_f1", "interval", "accuracy"]
        say_table(heads, [_slice(name, value, found) for name, value, found in told])
    if small := len(every) - len(told):
        many = f"{small} slices have" if small > 1 else "one slice has"
        say(f"{many} too few statements to say much; metrics.json has them, too")


def say_learning_curve(curve: Mapping[str, Any]) -> None:
    """Write macro-F1 by the number of statements trained on, and whether more are likely to help."""
    say()
    say_table(
        ["trained on", "parts", "macro_f1", "interval", "least", "most"],
        [
            [
                round(p["trained_on"]),
                p["parts"],
                p["macro_f1"]["value"],
                _interval(p["macro_f1"]),
                p["least"],
                p["most"],
            ]
            for p in curve["points"]
        ],
    )
    say(curve["verdict"])


def note_fit(done: int, total: int, trained_on: int, macro_f1: float) -> None:
    """Write one line about a model of the learning curve to stderr."""
    note(f"learning curve: model {done} of {total}, trained on {trained_on} statements, macro-F1 {macro_f1:.3f}")


def _slice(name: str, value: str, found: Mapping[str, Any]) -> Sequence[Cell]:
    macro_f1 = found["macro_f1"]
    return [name, value, found["n"], macro_f1["value"], _interval(macro_f1), found["accuracy"]["value"]]


def _interval(figure: Mapping[str, float | None]) -> str | None:
    return None if figure["low"] is None else f"{figure['low']:.4g}–{figure['high']:.4g}"


def _with_interval(figure: Mapping[str, float | None]) -> str:
    return f"{_number(figure['value'])} ({_interval(figure) or 'no interval'})"


def _number(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.3f}"


def _ceiling(found: Mapping[str, Any] | None) -> Iterator[str]:
    """Yield what people agree on, and how far the model is from it; nothing of an evaluation that did not look."""
    if found is None:
        return
    if "left_out" in found:
        yield f"human ceiling: not known, {found['left_out']}"
        return
    coders, where = ", ".join(found["coders"]), f"{found['n']} statements of {found['articles']} articles"
    human, model = found["human"]["macro_f1"], found["model"]["macro_f1"]
    yield f"human ceiling: macro-F1 of one person against another {_with_interval(human)}, on {where}, by {coders}"
    yield (
        f"  the model against one person {_with_interval(model)}; difference "
        f"{_with_interval(found['difference']['macro_f1'])}"
    )


def _leaks(found: Mapping[str, Any] | None, metrics: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the parts share, then who speaks in test and train; nothing of an evaluation that did not look."""
    if found is None:
        return
    shared = [f"{kind}: {_leak(found[name])}" for name, kind in _KINDS.items() if _leak(found[name])]
    yield f"leakage: {'; '.join(shared) or 'no story and no near-copy of a quotation is shared between the parts'}"
    speakers = found["test_train"]["speakers"]
    one = speakers["shared"] == 1
    people = "one test speaker speaks" if one else f"{speakers['shared']} of the test speakers speak"
    said, n = speakers["statements"], metrics["n"]
    spoken = f"say{'s' * one} " + (f"{said} of the {n} test statements" if n > 1 else "the one test statement")
    yield f"  {people} in train, too, and {spoken}"


def _leak(found: Mapping[str, Mapping[str, int]]) -> str:
    names = {
        "stories": ("shared story", "shared stories"),
        "near_duplicates": ("pair of near-copies", "pairs of near-copies"),
    }
    told = [
        f"{many(found[kind]['shared'], *name)} ({many(found[kind]['statements'], 'statement')})"
        for kind, name in names.items()
        if found[kind]["shared"]
    ]
    return ", ".join(told)


def _signature(metrics: Mapping[str, Any]) -> Iterator[str]:
    """Yield in one line what the score rests on, hashes cut short; nothing where it is not known."""
    if "signature" not in metrics:
        return
    found = metrics["signature"]
    hashes = {"test": found["test_sha256"], "model": found.get("model_sha256", "")}
    parts = {"n": metrics["n"], "articles": metrics["articles"], **{k: v[:12] for k, v in hashes.items() if v}}
    parts |= {name: found[name] for name in ("seed", "resamples", "level")} | found["versions"]
    yield "signature: " + " ".join(f"{name}:{value}" for name, value in parts.items())
