"""Charts of figures, as Vega-Lite specifications made by altair; for a page, or as PNG."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.records import LABELS

if TYPE_CHECKING:
    import altair as alt

Rows = Sequence[Mapping[str, Any]]
Spec = dict[str, Any]

BLUE, ORANGE, GREY = "#2f74c0", "#c05a1c", "#7d8894"
_INK = "#1b2026"
SHADES = ("#eef4fb", "#0f3f78")
"""Of the confusion matrix, for no share of the actual label and for all of it."""
WHITE_FROM = 0.67
"""The share from which white is easier to read on the shade than black."""
_WIDTH, _SCALE = 520, 2.0  # of a PNG: pixels before scaling
_ROW = 22  # pixels
_NETWORK_WIDTH, _NETWORK = 1000, 700


def _spec(chart: alt.TopLevelMixin) -> Spec:
    spec: Spec = (
        chart.properties(width="container", background="transparent", autosize={"type": "fit-x", "contains": "padding"})
        .configure_view(stroke=None)
        .configure(font="system-ui, sans-serif")
        .configure_axis(labelFontSize=12, titleFontSize=12, titleFontWeight="normal", labelFlush=False, tickCount=6)
        .configure_text(fontSize=13)
        .configure_legend(labelFontSize=12)
        .to_dict()
    )
    return spec


def _data(rows: Rows) -> alt.InlineData:
    import altair as alt

    return alt.InlineData(values=[dict(row) for row in rows])


def intervals(rows: Rows, *, title: str, line: float | None = None, zero_to_one: bool = True) -> Spec:
    """Return figures as dots on their intervals, in the order given.

    Parameters
    ----------
    rows
        ``name, value, low, high, n``.
    title
        Of the axis.
    line
        Where to draw a line to compare with.
    """
    import altair as alt

    names = [row["name"] for row in rows]
    y = alt.Y("name:N", sort=names, title=None, axis=alt.Axis(labelLimit=220, ticks=False, domain=False))
    scale = alt.Scale(domain=[0, 1]) if zero_to_one else alt.Undefined
    told = [
        alt.Tooltip(f"{field}:{kind}")
        for field, kind in (("name", "N"), ("value", "Q"), ("low", "Q"), ("high", "Q"), ("n", "Q"))
    ]
    base = alt.Chart(_data(rows)).encode(y=y, tooltip=told)
    layers: list[alt.Chart] = [
        base.mark_rule(color=BLUE, strokeWidth=2).encode(x=alt.X("low:Q", title=title, scale=scale), x2="high:Q"),
        base.mark_point(color=BLUE, filled=True, size=70, opacity=1).encode(x=alt.X("value:Q", scale=scale)),
    ]
    if line is not None:
        layers.insert(0, alt.Chart(_data([{"at": line}])).mark_rule(color=GREY, strokeDash=[4, 4]).encode(x="at:Q"))
    return _spec(alt.layer(*layers).properties(height=_ROW * len(rows)))


def confusion(counts: Sequence[Sequence[int]], labels: Sequence[str] = LABELS) -> Spec:
    """Return a confusion matrix: counts [k, k], rows actual, columns predicted, shaded by share of the actual label."""
    import altair as alt

    rows = [
        {"actual": actual, "predicted": guess, "n": n, "share": n / sum(row) if sum(row) else 0.0}
        for actual, row in zip(labels, counts, strict=True)
        for guess, n in zip(labels, row, strict=True)
    ]
    base = (
        alt.Chart(_data(rows))
        .transform_calculate(words="datum.n + ' (' + format(datum.share, '.0%') + ')'")
        .encode(
            x=alt.X(
                "predicted:N", sort=list(labels), axis=alt.Axis(labelAngle=0, orient="top", domain=False, ticks=False)
            ),
            y=alt.Y("actual:N", sort=list(labels), axis=alt.Axis(domain=False, ticks=False)),
        )
    )
    shade = alt.Color("share:Q", scale=alt.Scale(domain=[0, 1], range=list(SHADES)), legend=None)
    ink = alt.condition(f"datum.share > {WHITE_FROM}", alt.value("#fff"), alt.value("#000"))
    return _spec(
        (base.mark_rect().encode(color=shade) + base.mark_text().encode(text="words:N", color=ink)).properties(
            height=3 * 48
        )
    )


def reliability(bins: Rows) -> Spec:
    """Return accuracy against confidence; points on the line are right as often as they say.

    Parameters
    ----------
    bins
        ``confidence, accuracy, n``.
    """
    import altair as alt

    axis = alt.Scale(domain=[0, 1])
    line = (
        alt.Chart(_data([{"at": 0}, {"at": 1}]))
        .mark_line(color=GREY, strokeDash=[4, 4])
        .encode(x=alt.X("at:Q", scale=axis), y=alt.Y("at:Q", scale=axis))
    )
    points = (
        alt.Chart(_data(bins))
        .mark_circle(color=BLUE, opacity=0.8)
        .encode(
            x=alt.X("confidence:Q", scale=axis, title="confidence"),
            y=alt.Y("accuracy:Q", scale=axis, title="share that is right"),
            size=alt.Size("n:Q", legend=None, scale=alt.Scale(range=[20, 500])),
            tooltip=["confidence:Q", "accuracy:Q", "n:Q"],
        )
    )
    return _spec((line + points).properties(height=280))


def curves(rows: Rows, *, x: str, title: str, falling: bool = False, doublings: bool = False) -> Spec:
    """Return named lines with their intervals as bands.

    Parameters
    ----------
    rows
        ``name, value, low, high`` and the column ``x``.
    title
        Of the horizontal axis.
    falling
        Whether that axis runs from large to small.
    doublings
        Whether each doubling takes the same room on it.
    """
    import altair as alt

    names = list(dict.fromkeys(row["name"] for row in rows))
    colour = alt.Color(
        "name:N", title=None, sort=names, scale=alt.Scale(range=[BLUE, ORANGE]), legend=alt.Legend(orient="top")
    )
    scale = alt.Scale(type="log", base=2) if doublings else alt.Scale(reverse=falling, zero=False, nice=not falling)
    across = alt.X(f"{x}:Q", title=title, scale=scale)
    base = alt.Chart(_data(rows)).encode(x=across, color=colour)
    unit = alt.Scale(domain=[0, 1])
    band = base.mark_area(opacity=0.15).encode(y=alt.Y("low:Q", scale=unit, title=None), y2="high:Q")
    line = base.mark_line(point=True).encode(
        y=alt.Y("value:Q", scale=unit, title=None), tooltip=["name:N", f"{x}:Q", "value:Q", "low:Q", "high:Q"]
    )
    return _spec((band + line).properties(height=260))


def months(noun: str = "quotes", labels: Sequence[str] = LABELS) -> Spec:
    """Return stacked counts by month without their data, which a script fills in: ``months`` and ``gaps``.

    ``months`` has ``month`` (``2032-03``), ``stance`` and ``n``. ``gaps`` has ``start`` and ``end`` of runs of months
    without data, which are shaded: they are no zeros.

    Parameters
    ----------
    noun
        What is counted.
    """
    import altair as alt

    scale = alt.Scale(type="utc")
    x = alt.X("month:T", timeUnit="utcyearmonth", title=None, scale=scale)
    parsed = alt.JsonDataFormat(parse={"month": "utc:'%Y-%m'", "start": "utc:'%Y-%m'", "end": "utc:'%Y-%m'"})
    gaps = (
        alt.Chart(alt.NamedData("gaps", format=parsed))
        .mark_rect(color=GREY, opacity=0.16)
        .encode(x=alt.X("start:T", scale=scale, title=None), x2="end:T", tooltip=alt.value("no data"))
    )
    order = {label: index for index, label in enumerate(reversed(labels))}
    bars = (
        alt.Chart(alt.NamedData("months", format=parsed))
        .transform_calculate(order=f"indexof({json.dumps(list(order))}, datum.stance)")
        .mark_bar()
        .encode(
            x=x,
            y=alt.Y("n:Q", title=noun, axis=alt.Axis(tickMinStep=1, format="d")),
            color=alt.Color("stance:N", scale=alt.Scale(domain=list(order), range=[BLUE, GREY, ORANGE]), legend=None),
            order=alt.Order("order:Q"),
            tooltip=[alt.Tooltip("month:T", timeUnit="utcyearmonth", format="%Y-%m"), "stance:N", "n:Q"],
        )
    )
    return _spec((gaps + bars).properties(height=180))


def network(nodes: Rows, edges: Rows, *, title: str) -> Spec:
    """Return a network: actors as circles, blue where they agree and orange where they disagree, concepts as squares.

    Parameters
    ----------
    nodes
        ``x, y, label, kind, statements, position``.
    edges
        ``x, y, x2, y2, weight, position``.
    """
    import altair as alt

    colours = {"agree": BLUE, "disagree": ORANGE, "mixed": GREY, "neutral": GREY, "alike": GREY, "concept": _INK}
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    colour = alt.Color("position:N", scale=scale, legend=None)
    free = alt.Scale(zero=False, nice=False, padding=60)
    x, y = (alt.X("x:Q", axis=None, scale=free), alt.Y("y:Q", axis=None, scale=free))
    width = alt.Size("weight:Q", scale=alt.Scale(range=[0.6, 5]), legend=None)
    lines = alt.Chart(_data(edges)).mark_rule(opacity=0.45).encode(x=x, y=y, x2="x2", y2="y2", color=colour, size=width)
    base = alt.Chart(_data(nodes)).encode(x=x, y=y)
    dots = base.mark_point(filled=True, opacity=1).encode(
        color=colour,
        shape=alt.Shape(
            "kind:N", scale=alt.Scale(domain=["actor", "concept"], range=["circle", "square"]), legend=None
        ),
        size=alt.Size("statements:Q", scale=alt.Scale(range=[40, 500]), legend=None),
    )
    names = base.mark_text(dy=-13, fontSize=11, limit=220, color=_INK, stroke="white", strokeWidth=3, strokeOpacity=0.9)
    names = names.encode(text="label:N")
    inked = base.mark_text(dy=-13, fontSize=11, limit=220, color=_INK).encode(text="label:N")
    layers = alt.layer(lines, dots, names, inked).resolve_scale(size="independent")
    return _spec(layers.properties(height=_NETWORK, title=alt.TitleParams(title, anchor="start", fontWeight="normal")))


def svg(spec: Spec) -> str:
    """Return a chart as SVG on white; the same bytes every time."""
    import vl_convert

    drawn: str = vl_convert.vegalite_to_svg({**spec, "width": _NETWORK_WIDTH, "background": "white"})
    return drawn


def png(spec: Spec) -> bytes:
    """Return a chart as a picture on white; the same bytes every time."""
    import vl_convert

    fixed = {**spec, "width": _WIDTH, "background": "white"}
    picture: bytes = vl_convert.vegalite_to_png(fixed, scale=_SCALE)
    return picture
