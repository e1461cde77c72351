"""The page of ``stance evaluate`` in a browser: offline, with the figures of metrics.json, and its texts stay texts."""

import json

import pytest
from evaluated import evaluated

from pipeline.report import Evaluated, evaluation_page

pytestmark = pytest.mark.slow

PLANTED = "<script>document.title = 'broken'</script><img src=x onerror=\"document.title = 'broken'\">"
ALL = "[...document.querySelectorAll('#all ~ .wide')][0].querySelectorAll('tbody tr')"
CELLS = f"[...{ALL}].map(row => [...row.children].map(cell => cell.textContent))"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Return the page of an evaluation in which scripts are planted, and its metrics."""
    metrics = json.loads(json.dumps(evaluated().metrics))
    metrics["slices"][PLANTED] = {PLANTED: metrics["slices"]["target"]["drones"]}
    rows = [{**row, "text": f"{row['text']} {PLANTED}", "speaker": PLANTED} for row in evaluated().predictions]
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(evaluation_page(Evaluated("tfidf", metrics, rows)), encoding="utf-8")
    return path, metrics


SCREENS = [("desktop", 1280, False), ("desktop-dark", 1280, True), ("phone", 360, False), ("phone-dark", 360, True)]


def drawn(tab, path, **screen):
    """Open the page and wait for its charts."""
    opened = tab.open(path, **screen)
    tab.until("document.querySelectorAll('.chart svg').length === 4")
    return opened


@pytest.mark.parametrize(("name", "width", "dark"), SCREENS, ids=[name for name, *_ in SCREENS])
def test_it_opens_offline_without_complaint_and_fits_the_screen(tab, page, name, width, dark):
    drawn(tab, page[0], width=width, dark=dark)
    tab.picture(f"evaluation-{name}", whole=True)
    assert tab.log == []
    assert set(tab.requests) <= {page[0].as_uri(), "data:,"}
    assert tab.value("document.documentElement.scrollWidth") <= width


def test_the_figures_are_those_of_the_metrics(tab, page):
    path, metrics = page
    drawn(tab, path)
    cells = [row[1] for row in tab.value(CELLS)]
    assert cells == [f"{f['value']:.3f} ({f['low']:.3f} to {f['high']:.3f})" for f in metrics["test"].values()]
    assert tab.value("document.querySelector('.card strong').textContent") == f"{metrics['macro_f1']:.3f}"


def test_the_charts_draw_the_figures_of_the_metrics(tab, page):
    path, metrics = page
    drawn(tab, path)
    told = tab.value(
        "[...document.querySelectorAll('[data-chart=by-slice] [aria-label*=value]')].map(e => e.ariaLabel)"
    )
    drones = metrics["slices"]["target"]["drones"]["macro_f1"]["value"]
    assert any("target: drones" in label and f"value: {drones:.3f}"[:10] in label for label in told)


def test_a_planted_script_stays_text(tab, page):
    drawn(tab, page[0])
    assert tab.value("document.title") == "Evaluation of tfidf"
    assert tab.value("document.querySelectorAll('main img, [onerror]').length") == 0
    assert tab.value("document.querySelector('#examples ~ ol').textContent").count(PLANTED) >= 6
    assert PLANTED in tab.value(
        "document.querySelector('[data-chart=by-slice]').textContent + document.body.textContent"
    )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_has_the_contrast_of_wcag_aa(tab, page, dark):
    drawn(tab, page[0], dark=dark)
    seen, lowest = tab.contrast()
    assert seen > 50
    assert lowest >= 4.5


def test_on_paper_it_is_light_and_no_column_is_cut_off(tab, page):
    opened = drawn(tab, page[0], width=680, dark=True)  # A4 within its margins
    opened.emulate_media(media="print", color_scheme="dark")
    assert tab.value("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert tab.value("[...document.querySelectorAll('.wide')].filter(e => e.scrollWidth > e.clientWidth).length") == 0
    assert opened.pdf(print_background=True).startswith(b"%PDF")
