"""The page of an evaluation: what it shows is what the metrics say, and nothing in it is markup by accident."""

import copy
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from evaluated import evaluated as an_evaluation

from pipeline.evaluation.metrics import METRICS
from pipeline.report import evaluation_page

NASTY = '<script>alert("x")</script> & \'"'
VOID = {"meta", "link", "img", "br"}


@pytest.fixture
def evaluated():
    """Return what a page is made of."""
    return an_evaluation()


class Reader(HTMLParser):
    """Collects texts and tags, and checks that tags close in order; specifications of charts are no text."""

    def __init__(self, page):
        super().__init__()
        self.open, self.seen, self.words = [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] not in {"style", "script"}:
            self.words.append(data)

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.words))

    @property
    def programs(self):
        return [attrs for tag, attrs in self.seen if tag == "script" and attrs.get("type") != "application/json"]


def shown(figure):
    return f"{figure['value']:.3f} ({figure['low']:.3f} to {figure['high']:.3f})"


def test_the_first_screen_says_how_good_how_sure_and_where_not(evaluated):
    text = Reader(evaluation_page(evaluated)).text
    metrics = evaluated.metrics
    assert f"Macro-F1 is {shown(metrics['test']['macro_f1'])} on 90 statements of 15 articles." in text
    assert f"The commonest label alone would give {metrics['baseline_macro_f1']:.3f}." in text
    assert f"How sure? {metrics['test']['expected_calibration_error']['value']:.3f}" in text
    weakest = min((metrics["test"][f"f1_{short}"] for short in ("anti", "neutral", "pro")), key=lambda f: f["value"])
    assert f": F1 {shown(weakest)}" in text.partition("Where not?")[2]


def test_a_model_no_better_than_the_commonest_label_is_told(evaluated):
    metrics = copy.deepcopy(evaluated.metrics)
    metrics["baseline"]["macro_f1"]["value"] = 0.99
    assert (
        "0.990, which the interval does not exclude."
        in Reader(evaluation_page(replace(evaluated, metrics=metrics))).text
    )


def test_every_figure_is_there(evaluated):
    text = Reader(evaluation_page(evaluated)).text
    for name, figure in evaluated.metrics["test"].items():
        assert f"{METRICS[name].title} {shown(figure)}" in text
    for name, point in evaluated.metrics["selective"].items():
        if name != "aurc":
            assert (
                f"{point['threshold']:.3f} {point['risk']['n']} {shown(point['risk'])} {shown(point['macro_f1'])}"
                in text
            )
    for value, figures in evaluated.metrics["slices"]["target"].items():
        assert f"target: {value} {figures['n']} {shown(figures['macro_f1'])}" in text
    assert "target: cranes 20" in text
    assert text.count("small") >= 1


def test_examples_are_the_surest_hits_and_misses(evaluated):
    text = Reader(evaluation_page(evaluated)).text
    wrong = max((r for r in evaluated.predictions if r["stance"] != r["label"]), key=lambda row: row["confidence"])
    part = text.partition("Wrong, and most sure of it")[2].partition("Right, and most")[0]
    assert part.strip().startswith(
        f"{wrong['text']} , said Ana Ruiz. Ana Ruiz, toward {wrong['target']} {wrong['stance']}"
    )
    assert f"coded {wrong['label']}" in part


def test_the_page_is_well_formed_and_loads_nothing(evaluated):
    page = evaluation_page(evaluated)
    reader = Reader(page)
    assert reader.open == []
    assert not [attrs for _, attrs in reader.seen if "src" in attrs]
    assert {attrs["href"] for _, attrs in reader.seen if attrs.get("href")} == {
        "data:,", "#labels", "#slices", "#confidence", "#examples", "#all",
    }  # fmt: skip
    assert len(reader.programs) == 2
    assert page == evaluation_page(evaluated)


def test_an_older_evaluation_without_slices_curve_or_context_is_shown(evaluated):
    metrics = {name: value for name, value in evaluated.metrics.items() if name not in {"slices", "selective"}}
    predictions = [{k: v for k, v in row.items() if k != "context"} for row in evaluated.predictions]
    text = Reader(evaluation_page(replace(evaluated, metrics=metrics, predictions=predictions))).text
    assert "By slice" not in text
    assert "“It stays" in text


@pytest.mark.parametrize("column", ["text", "context", "speaker", "target"])
def test_texts_stay_texts(evaluated, column):
    nasty = [NASTY if column != "context" else f"{row['text']} {NASTY}" for row in evaluated.predictions]
    predictions = [{**row, column: value} for row, value in zip(evaluated.predictions, nasty, strict=True)]
    metrics = {**evaluated.metrics, "slices": {NASTY: {NASTY: evaluated.metrics["slices"]["target"]["drones"]}}}
    changed = replace(evaluated, model=NASTY, metrics=metrics, predictions=predictions, config={NASTY: NASTY})
    reader = Reader(evaluation_page(changed))
    assert reader.open == []
    assert len(reader.programs) == 2
    assert reader.text.count('alert("x")') >= 10
