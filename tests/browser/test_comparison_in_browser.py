"""The page of ``stance compare --html`` in a browser: offline, with the figures of the comparison, texts stay texts."""

import json

import pytest
from answered import mixed

from pipeline.evaluation.compare import Run, compare
from pipeline.evaluation.paired import Draws
from pipeline.report import comparison_page

pytestmark = pytest.mark.slow

PLANTED = "<script>document.title = 'broken'</script><img src=x onerror=\"document.title = 'broken'\">"
FIRST_TABLE = "[...document.querySelector('main .wide').querySelectorAll('tbody tr')]"
CELLS = f"{FIRST_TABLE}.map(row => [...row.children].map(cell => cell.textContent))"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Return the page of two runs in whose quotations scripts are planted, and the comparison."""
    runs = [Run(f"{name}-id", {"c": right}, {}, name, mixed(0, right)) for name, right in (("owl", 0.5), ("ant", 0.9))]
    for run in runs:
        for row in run.predictions:
            row |= {"text": f"{row['text']} {PLANTED}", "speaker": PLANTED}
    comparison = json.loads(json.dumps(compare(runs, draws=Draws(resamples=200)).as_dict()))
    path = tmp_path_factory.mktemp("page") / "compared.html"
    path.write_text(comparison_page(comparison), encoding="utf-8")
    return path, comparison


SCREENS = [("desktop", 1280, False), ("desktop-dark", 1280, True), ("phone", 360, False)]


@pytest.mark.parametrize(("name", "width", "dark"), SCREENS, ids=[name for name, *_ in SCREENS])
def test_it_opens_offline_without_complaint_and_fits_the_screen(tab, page, name, width, dark):
    tab.open(page[0], width=width, dark=dark).wait_for_selector(".chart svg")
    tab.picture(f"comparison-{name}", whole=True)
    assert tab.log == []
    assert set(tab.requests) <= {page[0].as_uri(), "data:,"}
    assert tab.value("document.documentElement.scrollWidth") <= width


def test_the_figures_are_those_of_the_comparison(tab, page):
    path, comparison = page
    tab.open(path)
    shown = [row[1:4] for row in tab.value(CELLS)]
    assert shown == [
        [f"{f['a']:.3f}", f"{f['b']:.3f}", f"{f['difference']:+.3f} ({f['low']:+.3f} to {f['high']:+.3f})"]
        for f in comparison["metrics"].values()
    ]
    assert tab.value("document.querySelector('.verdict').textContent") == f"{comparison['verdict']}."
    assert tab.value("document.querySelectorAll('ol.quotes > li').length") == len(comparison["flips"])


def test_a_planted_script_stays_text(tab, page):
    tab.open(page[0])
    assert tab.value("document.title") == "owl and ant compared"
    assert tab.value("document.querySelectorAll('main img, [onerror]').length") == 0
    assert tab.value("document.querySelector('main').textContent").count(PLANTED) > 10


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_has_the_contrast_of_wcag_aa(tab, page, dark):
    tab.open(page[0], dark=dark).wait_for_selector(".chart svg")
    seen, lowest = tab.contrast()
    assert seen > 50
    assert lowest >= 4.5
