"""Pictures of figures, as PNG."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.records import LABELS, Estimate

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def _figure() -> Figure:
    # The object interface: pyplot keeps global state and may want a display.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.6, 4.6), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def confusion_png(confusion: Sequence[Sequence[int]], labels: Sequence[str] = LABELS) -> bytes:
    """Return a picture of a confusion matrix: counts, shaded by their share of the actual label.

    Parameters
    ----------
    confusion
        Counts [k, k], rows actual, columns predicted.
    labels
        Names of the rows and columns.
    """
    shares = [[count / sum(row) if sum(row) else 0.0 for count in row] for row in confusion]
    figure = _figure()
    axes = figure.add_subplot()
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    ticks = range(len(labels))
    axes.set(xlabel="predicted", ylabel="actual")
    axes.set_xticks(ticks, labels=labels)
    axes.set_yticks(ticks, labels=labels, rotation=90, va="center")
    for i, row in enumerate(confusion):
        for j, count in enumerate(row):
            colour = "white" if shares[i][j] > 0.65 else "black"  # white is hard to read on the middle blues
            axes.text(j, i, f"{count}\n{shares[i][j]:.0%}", ha="center", va="center", color=colour)
    figure.colorbar(image, ax=axes, label="share of the actual label")
    return _png(figure)


def coverage_png(coverages: Sequence[float], risks: Sequence[Estimate], macro_f1: Sequence[Estimate]) -> bytes:
    """Return a picture of risk and macro-F1 against coverage, with their intervals as bands.

    Parameters
    ----------
    coverages
        Shares of the items that are kept, in (0, 1].
    risks, macro_f1
        Among the items kept at each.
    """
    figure = _figure()
    axes = figure.add_subplot()
    for estimates, name, colour in ((macro_f1, "macro-F1", "#1b5fa8"), (risks, "risk", "#b3541e")):
        axes.plot(coverages, [e.value for e in estimates], color=colour, marker="o", markersize=3, label=name)
        lows, highs = [e.low for e in estimates], [e.high for e in estimates]
        axes.fill_between(coverages, lows, highs, color=colour, alpha=0.15, linewidth=0)
    axes.set(xlabel="coverage: share of the items kept", ylim=(0, 1))
    axes.invert_xaxis()  # the curve is read from everything kept to less and less
    axes.grid(alpha=0.3)
    axes.legend()
    return _png(figure)


def learning_png(trained_on: Sequence[float], macro_f1: Sequence[Estimate]) -> bytes:
    """Return a picture of macro-F1 against the number of statements trained on, doublings evenly spaced."""
    figure = _figure()
    axes = figure.add_subplot()
    axes.plot(trained_on, [e.value for e in macro_f1], color="#1b5fa8", marker="o", markersize=3)
    axes.fill_between(
        trained_on, [e.low for e in macro_f1], [e.high for e in macro_f1], color="#1b5fa8", alpha=0.15, linewidth=0
    )
    axes.set(xlabel="statements trained on", ylabel="macro-F1 on test", xscale="log", ylim=(0, 1))
    axes.set_xticks(trained_on, labels=[f"{n:.0f}" for n in trained_on])
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    return _png(figure)
