"""What people see of ``stance compare``: the verdict first, then figures, parameters, slices and flipped quotes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from pipeline.console import Cell, many, say, say_table

if TYPE_CHECKING:
    from pipeline.evaluation.compare import Comparison
    from pipeline.evaluation.flips import Answer, Flip
    from pipeline.evaluation.items import Items
    from pipeline.evaluation.paired import Difference
    from pipeline.evaluation.pairs import Pair

_SHOWN = 10
"""Flips of a kind that are listed; JSON has all."""

_SHORT_ID = 8
_HEADS = ("difference", "interval", "p")


def say_comparison(comparison: Comparison) -> None:
    """Write the verdict, and what it rests on."""
    if (items := comparison.items) is None:
        say(comparison.verdict)
        say()
        _say_params(comparison)
        _say_logged(comparison)
        return
    for pair in comparison.pairs:
        say(pair.verdict)
    say(_basis(comparison, items))
    say()
    _say_params(comparison)
    if len(comparison.pairs) == 1:
        _say_pair(comparison.pairs[0])
    else:
        _say_pairs(comparison.pairs)


def _basis(comparison: Comparison, items: Items) -> str:
    draws = comparison.draws
    on = f"on {many(items.n, 'quote')} of {many(items.articles, 'article')}{_left_out(comparison.names, items)}"
    if items.articles < 2:
        return on
    drawn = (
        f"intervals of {draws.level:.0%} from {draws.resamples:,} resamples of articles, p from as many swaps of them"
    )
    return f"{on}; {drawn}"


def _left_out(names: Sequence[str], items: Items) -> str:
    """Return how many quotes of each run are not compared; nothing where all are."""
    counts = [f"{count} of {name}" for name, count in zip(names, items.left_out, strict=True) if count]
    relabelled = f", {items.relabelled} of them with different gold labels" if items.relabelled else ""
    return f" (left out: {' and '.join(counts)}{relabelled})" if counts else ""


def _heads(comparison: Comparison) -> list[str]:
    shown = (i if "/" in i else i[:_SHORT_ID] for i in comparison.run_ids)
    return [
        name if "/" in i or name.endswith(")") else f"{name} ({i})"
        for name, i in zip(comparison.names, shown, strict=True)
    ]


def _say_params(comparison: Comparison) -> None:
    if comparison.params:
        say_table(["parameter", *_heads(comparison)], [[name, *values] for name, values in comparison.params.items()])
        say()


def _say_logged(comparison: Comparison) -> None:
    rows = [[name, *values] for name, values in _with_intervals(comparison.logged)]
    say_table(["metric", *_heads(comparison)], rows)


def _with_intervals(metrics: Mapping[str, Sequence[float | None]]) -> Iterator[tuple[str, list[Cell]]]:
    """Yield each metric with its values, each beside its interval where the run has one."""
    for name, values in metrics.items():
        whole = name.removesuffix("_low").removesuffix("_high")
        if whole != name and whole in metrics:
            continue
        lows, highs = metrics.get(f"{name}_low"), metrics.get(f"{name}_high")
        if lows is None or highs is None:
            yield name, list(values)
            continue
        bounds = zip(values, lows, highs, strict=True)
        yield name, [v if None in (v, a, b) else f"{v:.4g} ({a:.4g}–{b:.4g})" for v, a, b in bounds]


def _say_pair(pair: Pair) -> None:
    say_table(["metric", pair.a, pair.b, *_HEADS], [[name, *_cells(found)] for name, found in pair.metrics.items()])
    test = pair.mcnemar
    say(
        f"\nMcNemar ({test.method}), as if quotes were independent: {test.fixed} fixed, {test.broken} broken, "
        f"p {_p(test.p)}"
    )
    _say_slices(pair)
    for change, count in pair.changes().items():
        if count:
            _say_flips([flip for flip in pair.flips if flip.change == change], change, pair)


def _say_pairs(pairs: Sequence[Pair]) -> None:
    """Write macro-F1 of each pair, p corrected for their number, and what flipped; JSON has the rest."""
    rows: list[list[Cell]] = []
    for pair in pairs:
        found = pair.metrics["macro_f1"]
        flipped = ", ".join(f"{count} {change}" for change, count in pair.changes().items() if count)
        rows.append([pair.b, *_cells(found)[1:], _p(pair.p_holm["macro_f1"]), flipped or None])
    say(f"macro_f1 of {pairs[0].a}: {pairs[0].metrics['macro_f1'].a:.4g}")
    say_table(["run", "macro_f1", *_HEADS, "p (Holm)", "flipped"], rows)
    for pair in pairs:
        _say_slices(pair, f"{pair.b}: ")


def _cells(found: Difference) -> list[Cell]:
    interval = None if math.isnan(found.low) else f"{found.low:.4g} to {found.high:.4g}"
    return [*map(_known, (found.a, found.b, found.difference)), interval, _p(found.p)]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _p(value: float) -> str | None:
    return None if math.isnan(value) else "<0.0001" if value < 0.00005 else f"{value:.4f}"


def _say_slices(pair: Pair, before: str = "") -> None:
    judged = sum(part.judged for part in pair.slices)
    if not judged:
        say(f"\n{before}no slice is large enough to tell whether it got worse")
        return
    told = f"{judged} of {len(pair.slices)} are large enough to tell"
    if not pair.worse:
        say(f"\n{before}no slice got significantly worse ({told})")
        return
    say(f"\n{before}slices that got significantly worse in macro-F1, corrected by Holm ({told})")
    say_table(
        ["slice", "value", "quotes", pair.a, pair.b, "difference", "interval", "p (Holm)"],
        [
            [part.name, part.value, part.found.n, *_cells(part.found)[:4], _p(part.p_holm)]
            for part in sorted(pair.worse, key=lambda part: part.found.difference)
        ],
    )


def _say_flips(flips: Sequence[Flip], change: str, pair: Pair) -> None:
    more = f", the {_SHOWN} of which {pair.b} is surest (--json lists all)" if len(flips) > _SHOWN else ""
    say(f"\n{change}: {len(flips)}{more}")
    say_table(
        ["quote", "speaker", "target", "gold", pair.a, pair.b],
        [
            [flip.text, flip.speaker, flip.target, flip.label, _answer(flip.a), _answer(flip.b)]
            for flip in flips[:_SHOWN]
        ],
    )


def _answer(answer: Answer) -> str:
    return f"{answer.stance} {answer.confidence:.2f}"
