"""The page of a scored corpus: what is in it, and that texts of articles stay data."""

import json
import re

import pytest
from corpus import ANTI, NEUTRAL, PRO, cells, corpus
from hypothesis import given
from hypothesis import strategies as st

from pipeline.findings.counting import count_units
from pipeline.records import Article
from pipeline.report.browse import browse_page
from pipeline.report.browse.data import as_json, document, in_sentence
from pipeline.report.data_tables import data_tables
from pipeline.report.parts import safe_link

NASTY = "</script><script>alert(1)</script><!-- \u2028 '\""


def embedded(page):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1])


ROWS = [
    cells(1, PRO, article_id="x", published="2032-01-05"),
    cells(2, PRO, article_id="x", published="2032-01-05", speaker="Oru Baptista"),
    cells(3, ANTI, published="2032-03", outlet=None),
    cells(4, NEUTRAL, published="2032", speaker=None),
    cells(5, is_statement=False),
]


@pytest.fixture(scope="module")
def page():
    articles = [
        Article("x", "Text.", "x.txt", url="https://news.example/x"),
        Article("a3", "Text.", "a.txt", url="javascript:1"),
    ]
    return browse_page(corpus(ROWS, articles), notes=["a note <b>"])


def test_what_quotations_have_in_common_is_told_once_and_numbers_sort_as_names_do(page):
    data = embedded(page)
    assert [speaker["name"] for speaker in data["speakers"]] == ["Mira Olsen", "Oru Baptista", "no speaker named"]
    assert [article["date"] for article in data["articles"]] == ["2032-03", "2032", "2032-01-05"]
    assert [quote[0] for quote in data["quotes"]] == ["r00001", "r00002", "r00003", "r00004"]
    assert data["outlets"] == ["Halden Post"]


def test_months_without_data_are_between_those_with_some(page):
    assert embedded(page)["months"] == {
        "every": ["2032-01", "2032-02", "2032-03"], "data": ["2032-01", "2032-03"], "unknown": 1,
    }  # fmt: skip


def test_links_lead_to_http_alone(page):
    assert [article["url"] for article in embedded(page)["articles"]] == [None, None, "https://news.example/x"]


def test_what_is_left_out_and_noted_is_told(page):
    assert "<li>1 terms, titles and scare quotes are left out: they are no statements</li>" in page
    assert "<li>a note &lt;b&gt;</li>" in page


def test_the_policy_names_each_script_and_no_address_and_no_eval(page):
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[1]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert policy.count("'sha256-") == 3
    assert "unsafe-eval" not in policy
    assert "http" not in policy
    assert "src=" not in page.partition("<script")[0]


def test_texts_cannot_leave_their_element():
    rows = [cells(1, text=NASTY, speaker=NASTY, target=NASTY, title=NASTY, outlet=NASTY, context=NASTY)]
    page = browse_page(corpus(rows))
    assert NASTY not in page
    assert page.count("<!--") == browse_page(corpus([cells(1)])).count("<!--")
    assert page.count("<script") == browse_page(corpus([cells(1)])).count("<script")
    assert embedded(page)["quotes"][0][9] == NASTY


@given(st.text())
def test_json_in_a_page_is_the_same_value_and_ends_nothing(text):
    written = as_json({"a": text})
    assert not set(written) & set("<\u2028\u2029")
    assert json.loads(written) == {"a": "".join("?" if "\ud800" <= c <= "\udfff" else c for c in text)}


def test_several_that_count_once_keep_their_rows():
    text = "“Nobody here has asked for another ban on masts, and nobody will,”"
    units = count_units(
        corpus([cells(1, ANTI, text=text), cells(2, ANTI, text=text), cells(3)]).statements, "utterance"
    )
    data = document(units, {})
    assert len(data["units"]) == 2
    assert [quote[1] for quote in data["quotes"]] == [0, 0, 1]


IN_SENTENCE = [
    ("“so”", "They said “so” today.", ("They said ", "“so”", " today.")),
    ("“so”", None, ("", "“so”", "")),
    ("“so”", "Another sentence.", ("", "“so”", "")),
]


@pytest.mark.parametrize(("text", "context", "expected"), IN_SENTENCE)
def test_a_quotation_is_marked_in_its_sentence_or_stands_alone(text, context, expected):
    (row,) = corpus([cells(1, text=text, context=context)]).rows
    assert in_sentence(row) == expected


LINKS = [
    ("https://a.example/b?c=d", "https://a.example/b?c=d"),
    (" HTTP://a.example ", "HTTP://a.example"),
    ("javascript:alert(1)", None),
    ("java\tscript:alert(1)", None),
    ("data:text/html,x", None),
    ("//a.example", None),
    ("https://a.example/\nb", None),
    ("", None),
    (None, None),
]


@pytest.mark.parametrize(("address", "expected"), LINKS)
def test_a_safe_link_is_an_address_of_the_web(address, expected):
    assert safe_link(address) == expected


def test_nothing_but_terms_makes_a_page_that_says_so():
    page = browse_page(corpus([cells(1, is_statement=False)]))
    assert "There is no quotation in these tables." in page
    assert "<script" not in page


def test_the_same_corpus_makes_the_same_page(page):
    assert browse_page(corpus(ROWS)) == browse_page(corpus(ROWS))


def test_the_table_library_keeps_its_licence_and_names_itself():
    source = data_tables().source
    assert "globalThis.DataTable=" in source
    assert "export{" not in source
    assert "SpryMedia" in source
    assert "</script" not in source.lower()
