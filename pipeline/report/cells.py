"""Figures as people read them, and tables of them as HTML."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from html import escape

from pipeline.records import Estimate


def number(value: float) -> str:
    """Return a figure to three digits, or a dash."""
    return "–" if math.isnan(value) else f"{value:.3f}"


def interval(estimate: Estimate) -> str:
    """Return both ends of an interval, or a dash."""
    if math.isnan(estimate.low):
        return "–"
    return f"{number(estimate.low)} to {number(estimate.high)}"


def with_interval(estimate: Estimate) -> str:
    """Return a figure with its interval in brackets."""
    return f"{number(estimate.value)} ({interval(estimate)})"


def level(estimate: Estimate) -> str:
    """Return what an interval is called."""
    return f"{100 * estimate.level:g}% interval"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table that scrolls sideways by itself; all cells are escaped."""
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "\n".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>'


def image(picture: bytes, alt: str) -> str:
    """Return a picture that is part of the page."""
    data = base64.b64encode(picture).decode("ascii")
    return f'<img alt="{escape(alt)}" src="data:image/png;base64,{data}">'
