"""The page of ``stance quotes`` in a browser: it opens without a network, keeps its texts texts, and fits the screen.

The pictures are kept under reports/browser, to look at.
"""

import json

import pytest

from pipeline.cli import main

pytestmark = pytest.mark.slow

PLANTED = "<script>document.title = 'broken'</script><img src=x onerror=\"document.title = 'broken'\">"
# What looks like a whole tag is taken out of a text; this would be closed by the next tag of the page.
OPEN = "<img src=x onerror=document.title=1 "
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
TEXT = f"""“The ban on Quillon routers is overdue,” said Mira Olsen of Halden. “We waited {OPEN} for a year.”

Oru Baptista, who makes them, called that “{LONG}” and said it was “not fit for use”. {PLANTED}{OPEN}

“Nobody asked me,” he told reporters."""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Return a page of two articles in which scripts are planted."""
    folder = tmp_path_factory.mktemp("page")
    row = {"text": TEXT, "title": f"Routers {PLANTED}", "outlet": PLANTED, "published": "2032"}
    (folder / "news.jsonl").write_text(json.dumps(row), encoding="utf-8")
    (folder / "talk.txt").write_text(TEXT, encoding="utf-8")
    files = [str(folder / name) for name in ("news.jsonl", "talk.txt")]
    assert main(["quotes", *files, "--html", str(folder / "page.html")]) == 0
    return folder / "page.html"


# Name of the picture, width, dark.
SCREENS = [("desktop", 1280, False), ("desktop-dark", 1280, True), ("tablet", 800, False), ("phone", 360, False),
           ("phone-dark", 360, True)]  # fmt: skip


@pytest.mark.parametrize(("name", "width", "dark"), SCREENS, ids=[name for name, *_ in SCREENS])
def test_it_opens_without_network_or_complaint_and_fits_the_screen(tab, page, name, width, dark):
    tab.open(page, width=width, dark=dark)
    tab.picture(f"quotes-{name}")
    assert tab.log == []
    assert set(tab.requests) <= {page.as_uri(), "data:,"}
    assert tab.value("document.documentElement.scrollWidth") <= width
    assert tab.value("getComputedStyle(document.body).backgroundColor") == (
        "rgb(20, 24, 29)" if dark else "rgb(255, 255, 255)"
    )


def test_a_planted_script_stays_text(tab, page):
    tab.open(page)
    assert tab.value("document.title") == "Quotations of 2 articles"
    assert tab.value("document.querySelectorAll('script, img, [onerror]').length") == 0
    shown = tab.value("document.querySelector('main').textContent")
    assert shown.count(PLANTED) >= 2  # title and outlet
    assert shown.count(OPEN) >= 4


def test_a_label_leads_to_the_list_and_back(tab, page):
    tab.open(page)
    tab.value("document.querySelector('#a2q1').click()")
    assert tab.value("document.querySelector(':target').id") == "a2r1"
    tab.value("document.querySelector('#a2r1 a.label').click()")
    assert tab.value("document.querySelector(':target').id") == "a2q1"


def test_the_keyboard_shows_what_a_quotation_is_about(tab, page):
    tab.open(page)
    for _ in range(40):
        tab.page.keyboard.press("Tab")
        if tab.value("document.activeElement.id") == "a1q1":
            break
    about = tab.value("getComputedStyle(document.activeElement, '::after').content")
    tab.picture("quotes-focus")
    assert about.startswith('"1: Mira Olsen')
    assert tab.value("getComputedStyle(document.activeElement, '::after').position") == "fixed"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_has_the_contrast_of_wcag_aa(tab, page, dark):
    tab.open(page, dark=dark)
    seen, lowest = tab.contrast()
    assert seen > 50
    assert lowest >= 4.5


def test_on_paper_it_is_light_and_the_links_of_the_screen_are_gone(tab, page):
    tab.open(page, dark=True)
    tab.page.emulate_media(media="print", color_scheme="dark")
    assert tab.value("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert tab.value("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert tab.page.pdf(print_background=True).startswith(b"%PDF")
