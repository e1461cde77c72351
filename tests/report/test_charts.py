"""Charts: specifications that hold the figures, pictures that are the same every time."""

import io
import json

import pytest
from PIL import Image

from pipeline.records import LABELS
from pipeline.report import charts
from pipeline.report.scripts import chart, scripts

COUNTS = [[8, 1, 1], [2, 6, 2], [0, 0, 0]]
ROWS = [
    {"name": "a", "value": 0.5, "low": 0.4, "high": 0.6, "n": 30, "x": 1.0},
    {"name": "b", "value": 0.7, "low": None, "high": None, "n": 3, "x": 0.5},
]
SPECS = [
    charts.intervals(ROWS, title="macro-F1", line=0.5),
    charts.confusion(COUNTS),
    charts.reliability([{"confidence": 0.5, "accuracy": 0.4, "n": 12}]),
    charts.curves(ROWS, x="x", title="kept", falling=True),
]


def values(spec):
    """Return the rows of all data in a specification."""
    return [row for part in spec["datasets"].values() for row in part]


def test_a_confusion_matrix_holds_counts_and_shares_of_the_actual_label():
    cells = {(row["actual"], row["predicted"]): (row["n"], row["share"]) for row in values(charts.confusion(COUNTS))}
    anti, neutral, pro = LABELS
    assert cells[anti, anti] == (8, 0.8)
    assert cells[neutral, pro] == (2, 0.2)
    assert cells[pro, pro] == (0, 0.0)
    assert len(cells) == 9


def luminance(colour):
    """Return the relative luminance of red, green and blue from 0 to 1 (WCAG 2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("share", [i / 50 for i in range(51)])
def test_counts_can_be_read_on_every_shade(share):
    light, dark = ([int(shade[i : i + 2], 16) / 255 for i in (1, 3, 5)] for shade in charts.SHADES)
    behind = luminance([a + (b - a) * share for a, b in zip(light, dark, strict=True)])
    contrast = 1.05 / (behind + 0.05) if share > charts.WHITE_FROM else (behind + 0.05) / 0.05
    assert contrast >= 4.4  # the shade is mixed in another space, and 4.5 is not to be had at the turn


def test_intervals_hold_their_figures_and_the_line():
    found = values(charts.intervals(ROWS, title="macro-F1", line=0.5))
    assert [row for row in found if "name" in row][:2] == ROWS
    assert {"at": 0.5} in found


@pytest.mark.parametrize("spec", SPECS)
def test_a_picture_is_the_same_every_time(spec):
    first = charts.png(spec)
    assert first == charts.png(spec)
    with Image.open(io.BytesIO(first)) as image:
        assert image.format == "PNG"
        assert image.width > 900


def test_pictures_differ():
    assert charts.png(charts.confusion(COUNTS)) != charts.png(charts.confusion(COUNTS[::-1]))


def test_a_specification_in_a_page_is_data_that_cannot_end_its_element():
    element = chart("k", {"title": "</script><script>alert(1)</script>"}, 'a "caption" <b>')
    assert element.count("</script>") == 1
    data = element.partition('id="k">')[2].partition("</script>")[0]
    assert json.loads(data) == {"title": "</script><script>alert(1)</script>"}
    assert "<b>" not in element


def test_the_scripts_are_the_same_every_time_and_stand_alone():
    elements, policy = scripts()
    assert elements == scripts()[0]
    assert elements.count("</script>") == 2
    assert policy.count("'sha256-") == 2
    assert "src=" not in elements.partition(">")[0]
