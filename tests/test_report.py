"""The evaluation page: what it shows, that it stands alone, and that nothing in it is markup by accident."""

import base64
import io
import math
import re
from html.parser import HTMLParser

import pytest

from pipeline.records import LABELS, Estimate
from pipeline.report import Evaluation, Figure, Kept, confusion_png, coverage_png, evaluation_page

CONFUSION = [[8, 1, 1], [2, 6, 2], [0, 3, 7]]
NOWHERE = Estimate(math.nan, math.nan, math.nan, 30)


def evaluation(**changes):
    values = {
        "model": "tfidf",
        "facts": {"statements": 30, "articles": 5},
        "figures": [
            Figure(
                "Macro-F1",
                Estimate(0.6981, 0.61, 0.77, 30),
                Estimate(0.1667, 0.12, 0.2, 30),
                Estimate(0.5, 0.4, 0.6, 9),
            ),
            Figure("Log loss", Estimate(0.91, 0.8, 1.02, 30), Estimate(1.1, 1.0, 1.2, 30)),
        ],
        "per_class": {label: {"Precision": Estimate(0.8, 0.7, 0.9, 30), "F1": NOWHERE} for label in LABELS},
        "confusion": CONFUSION,
        "config": {"seed": 13},
    }
    return Evaluation(**{**values, **changes})


class Reader(HTMLParser):
    """Collects text, tags and attributes, and checks that tags close in order."""

    def __init__(self, page):
        super().__init__()
        self.open, self.seen, self.attributes, self.words = [], [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in {"meta", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.words))


def page(**changes):
    return evaluation_page(evaluation(**changes), b"picture")


def test_page_shows_the_headline_with_its_interval_and_the_baseline_beside_it():
    text = Reader(page()).text
    assert "Macro-F1 0.698 95% interval 0.610 to 0.770" in text
    assert "Majority-class baseline 0.167" in text
    assert "30 statements, 5 articles" in text


def test_page_lists_every_metric_label_and_setting():
    text = Reader(page()).text
    assert "Log loss 0.910 0.800 to 1.020 1.100 –" in re.sub(r" +", " ", text)
    for label, items, guessed in zip(LABELS, (10, 10, 10), (10, 10, 10), strict=True):
        assert f"{label} 0.800 (0.700 to 0.900) – (–) {items} {guessed}" in text
    assert "seed 13" in text


def test_page_says_what_its_figures_mean():
    text = Reader(page()).text
    for explained in ("mean of the F1", "less is better", "The baseline gives", "Dev was used", "shares of the row"):
        assert explained in text


def test_page_is_well_formed_and_every_tag_is_closed():
    reader = Reader(page())
    assert reader.open == []
    assert reader.seen.count("table") == 3


def test_page_loads_nothing_and_embeds_the_picture():
    source = page()
    reader = Reader(source)
    assert not {"script", "link", "iframe"} & set(reader.seen)
    assert "http" not in source
    (picture,) = [value for tag, name, value in reader.attributes if (tag, name) == ("img", "src")]
    assert base64.b64decode(picture.removeprefix("data:image/png;base64,")) == b"picture"


def test_page_reads_on_a_phone_and_in_the_dark():
    source = page()
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in source
    assert "prefers-color-scheme: dark" in source
    assert source.count("<table") == source.count('<div class="wide"><table')


def test_picture_has_words_for_those_who_do_not_see_it():
    (words,) = [value for tag, name, value in Reader(page()).attributes if (tag, name) == ("img", "alt")]
    assert "neutral: 2 as anti-restriction, 6 as neutral, 2 as pro-restriction" in words


NASTY = '<script>alert("x")</script> & \'"'


@pytest.mark.parametrize(
    "changes",
    [
        {"model": NASTY},
        {"facts": {NASTY: 1}},
        {"facts": {"x": NASTY}},
        {"config": {NASTY: 1}},
        {"config": {"x": NASTY}},
        {"per_class": {label + NASTY: {NASTY: NOWHERE} for label in LABELS}},
        {"figures": [Figure(NASTY, NOWHERE, NOWHERE)]},
    ],
)
def test_every_value_is_escaped(changes):
    reader = Reader(page(**changes))
    assert "script" not in reader.seen
    assert 'alert("x")</script> & \'"' in reader.text


def test_confusion_picture_is_a_png_and_the_same_every_time():
    from PIL import Image

    first, second = confusion_png(CONFUSION), confusion_png(CONFUSION)
    assert first == second != confusion_png([[1, 0, 0], [0, 1, 0], [0, 0, 1]])
    with Image.open(io.BytesIO(first)) as image:
        assert image.format == "PNG"
        assert image.width > image.height > 400


def test_confusion_picture_of_a_label_that_never_occurs():
    assert confusion_png([[0, 0, 0], [1, 2, 0], [0, 0, 0]]).startswith(b"\x89PNG")


def test_pictures_leave_pyplot_alone():
    import sys

    confusion_png(CONFUSION)
    assert "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()


KEPT = [
    Kept(1.0, 0.4, Estimate(0.3, 0.25, 0.35, 30), Estimate(0.6, 0.5, 0.7, 30)),
    Kept(0.5, 0.8, Estimate(0.1, 0.05, 0.15, 15), NOWHERE),
]


def test_page_shows_what_abstention_gains():
    source = evaluation_page(evaluation(kept=KEPT, aurc=Estimate(0.2, 0.1, 0.3, 30)), b"picture", b"curve")
    reader = Reader(source)
    assert "50% 0.800 15 0.100 (0.050 to 0.150) – (–)" in reader.text
    assert "mean risk over all coverages) is 0.200 (0.100 to 0.300)" in reader.text
    assert reader.open == []
    pictures = [value for tag, name, value in reader.attributes if (tag, name) == ("img", "src")]
    assert [base64.b64decode(p.removeprefix("data:image/png;base64,")) for p in pictures] == [b"picture", b"curve"]
    alts = [value for tag, name, value in reader.attributes if (tag, name) == ("img", "alt")]
    assert alts[1] == "Risk against coverage. Risk 0.300 at 100% coverage, 0.100 at 50%"


def test_page_shows_figures_of_prediction_sets():
    reader = Reader(page(sets={NASTY: Estimate(0.9, 0.85, 0.95, 30)}))
    assert "0.900 0.850 to 0.950" in reader.text
    assert "script" not in reader.seen
    assert "Prediction sets" not in Reader(page()).text


def test_coverage_picture_is_a_png_and_the_same_every_time():
    shares, risks, f1 = [1.0, 0.5], [kept.risk for kept in KEPT], [kept.macro_f1 for kept in KEPT]
    first = coverage_png(shares, risks, f1)
    assert first.startswith(b"\x89PNG")
    assert first == coverage_png(shares, risks, f1) != coverage_png(shares, risks[::-1], f1)
    assert coverage_png([1.0], [NOWHERE], [NOWHERE]).startswith(b"\x89PNG")
