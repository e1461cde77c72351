"""The page of a comparison: what it shows is what ``stance compare --json`` prints."""

import json
import re
from html import escape

import pytest
from answered import mixed

from pipeline.evaluation.compare import Run, compare
from pipeline.evaluation.paired import Draws
from pipeline.report import comparison_page

NASTY = '<script>alert("x")</script>'


def run(name, right, **options):
    return Run(f"{name}-id", {"seed": right}, {"macro_f1": right}, name, mixed(0, right, **options))


def told(*runs):
    """Return a comparison as it is printed."""
    return json.loads(json.dumps(compare(runs, draws=Draws(resamples=200)).as_dict()))


def shown(page):
    """Return the words of a page."""
    words = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", page, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", words))


TWO = told(run("owl", 0.5), run("ant", 0.9))


def test_the_verdict_stands_first_and_the_figures_are_those_of_the_comparison():
    text = shown(comparison_page(TWO))
    assert text.index(escape(TWO["verdict"])) < text.index("ant against owl")
    found = TWO["metrics"]["macro_f1"]
    assert f"Macro-F1 {found['a']:.3f} {found['b']:.3f} {found['difference']:+.3f}" in text
    assert f"({found['low']:+.3f} to {found['high']:+.3f})" in text
    for kind, count in TWO["changes"].items():
        assert f"{count} {kind}" in text


def test_flips_are_shown_with_what_both_say():
    text = shown(comparison_page(TWO))
    flip = next(flip for flip in TWO["flips"] if flip["change"] == "fixed")
    assert f"{flip['a']['stance']} 0.80 → {flip['b']['stance']} 0.80; coded {flip['label']}" in text
    assert text.count("; coded ") == len(TWO["flips"])


def test_slices_that_got_worse_are_on_the_first_screen():
    found = told(run("owl", 0.95, articles=60), run("ant", 0.95, articles=60, wrong_in=range(30)))
    worse = [part for part in found["slices"] if part["worse"]]
    text = shown(comparison_page(found)).partition("Differences")[0]
    assert f"{len(worse)} of {sum(part['judged'] for part in found['slices'])} slices" in text


def test_each_of_several_runs_has_its_part():
    page = comparison_page(told(run("owl", 0.5), run("ant", 0.9), run("bee", 0.55)))
    assert '<h2 id="p0">ant against owl</h2>' in page
    assert '<h2 id="p1">bee against owl</h2>' in page
    assert len(set(re.findall(r'data-chart="([^"]+)"', page))) == len(re.findall(r'data-chart="', page))


def test_runs_that_could_not_be_tested_have_parameters_and_figures_alone():
    found = told(run("owl", 0.5), Run("fresh-id", {"seed": 1}, {}, "fresh"))
    page = comparison_page(found)
    assert escape(found["verdict"]) in page
    assert "against" not in shown(page)
    assert "Parameters that differ" in page


@pytest.mark.parametrize("column", ["text", "speaker", "target", "context"])
def test_texts_stay_texts(column):
    runs = [run("owl", 0.5), run("ant", 0.9)]
    for found in runs:
        for row in found.predictions:
            row[column] = f"{row['text']} {NASTY}" if column == "context" else NASTY
    page = comparison_page(told(*runs))
    assert NASTY not in page
    assert page.count("&lt;script&gt;") > 5
