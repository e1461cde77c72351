"""Parts of pages: numbers, tables, quotations in their context, and that every value is escaped."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.parts import (
    card,
    folded,
    in_context,
    interval,
    number,
    page,
    quotations,
    settings,
    table,
    with_interval,
)

NASTY = '<script>alert("x")</script> & \'"'
SAFE = "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#x27;&quot;"

NUMBERS = [(0.69814, False, "0.698"), (None, False, "–"), (0.0214, True, "+0.021"), (-0.1, True, "-0.100")]


@pytest.mark.parametrize(("value", "signed", "expected"), NUMBERS)
def test_number(value, signed, expected):
    assert number(value, signed=signed) == expected


INTERVALS = [
    ({"value": 0.5, "low": 0.4, "high": 0.61}, "0.400 to 0.610", "0.500 (0.400 to 0.610)"),
    ({"value": 0.5, "low": None, "high": None}, "–", "0.500 (–)"),
    ({"value": None, "low": None, "high": None}, "–", "– (–)"),
]


@pytest.mark.parametrize(("figure", "alone", "both"), INTERVALS)
def test_interval(figure, alone, both):
    assert interval(figure) == alone
    assert with_interval(figure) == both


CONTEXTS = [
    ("“No”", "He said “No” twice.", "He said <mark>“No”</mark> twice."),
    ("“No”", "He said nothing.", "<mark>“No”</mark>"),
    ("“No”", None, "<mark>“No”</mark>"),
    ("“<b>”", "a “<b>” & c", "a <mark>“&lt;b&gt;”</mark> &amp; c"),
]


@pytest.mark.parametrize(("text", "context", "expected"), CONTEXTS)
def test_a_quotation_is_marked_in_its_context(text, context, expected):
    assert in_context(text, context) == expected


def test_sixty_words_stand_on_either_side():
    words = [f"w{i}" for i in range(61)]
    assert in_context("“b”", " ".join([*words[:60], "“b”,", *words[1:60]])).count("…") == 0
    shown = in_context("“b”", " ".join([*words, "“b”,", *words]))
    assert shown == f"… {' '.join(words[1:])} <mark>“b”</mark>, {' '.join(words[:59])} …"


SOME = st.lists(st.sampled_from(["a", "harbour", "w" * 30, "\n", "<b>"]), max_size=150).map(" ".join)


@given(SOME, SOME)
def test_a_long_context_is_cut_between_words_and_the_quotation_never(before, after):
    quotation = "“" + "so many ferries " * 90 + "”"
    shown = unescape(in_context(quotation, f"{before} {quotation}, {after}"))
    head, marked, tail = re.fullmatch(r"(?s)(.*)<mark>(.*)</mark>(.*)", shown).groups()
    assert marked == quotation
    for part, whole, cut in ((head.split(), f"{before} ".split(), 0), (tail.split(), f", {after}".split(), -1)):
        if "…" in part:
            assert part.pop(cut) == "…"
            assert 20 <= len(part) <= 60
            assert len(part) < len(whole)
        else:
            assert len(part) == len(whole)
        assert part == (whole[: len(part)] if cut else whole[len(whole) - len(part) :])


def test_a_context_without_spaces_is_cut_too():
    assert in_context("“b”", f"{'x' * 5000}“b”{'y' * 5000}") == f"… {'x' * 720}<mark>“b”</mark>{'y' * 720} …"


ROW = {"text": NASTY, "context": f"He said {NASTY}", "speaker": NASTY, "target": NASTY}
PARTS = [
    table((NASTY,), [(NASTY, NASTY)]),
    card(NASTY, NASTY, [NASTY]),
    settings({NASTY: NASTY}),
    folded(NASTY, ""),
    quotations([ROW], [""]),
    page(NASTY, "", sections={"a": NASTY}),
]


@pytest.mark.parametrize("part", PARTS)
def test_every_value_is_escaped(part):
    assert "<script>" not in part
    assert SAFE in part


def test_a_page_without_scripts_allows_none():
    assert "script-src" not in page("Title", "")
    assert "default-src 'none'; script-src 'sha256-x'; style-src" in page("Title", "", policy="'sha256-x'")
