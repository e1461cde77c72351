"""One spelling for every character, and the way back to the source."""

import pytest

from pipeline.articles.normalise import Run, normalise

SPELLINGS = [
    ("plain text, left as it is", "plain text, left as it is"),
    ("a\u00a0b\u2009c\u3000d\te", "a b c d e"),
    ("zero\u200bwidth, soft\u00adhyphen, \ufeffmark", "zerowidth, softhyphen, mark"),
    ("nul\x00s and bells\x07", "nuls and bells"),
    ("one\r\ntwo\rthree\u2028four\x0bfive", "one\ntwo\nthree\nfour\nfive"),
    ("cafe\u0301 \u212bngstro\u0308m", "café Ångström"),
    ("\u1112\u1161\u11ab", "\ud55c"),
    ("\u0044\u0323\u0307", "\u1e0c\u0307"),
    (
        "AT&amp;T &lt;b&gt; &quot;yes&quot; &#8217;tis&nbsp;so &amp;quot;twice&amp;quot;",
        'AT&T <b> "yes" ’tis so "twice"',
    ),
    ("R&D; Q&A; &c; &unknownname;", "R&D; Q&A; &c; &unknownname;"),
    ("he said \x93no\x94 and didn\x92t\x85", "he said “no” and didn’t…"),
    ("a  b   c", "a b c"),
    ("a &nbsp; b", "a b"),
    ("half \ud800 pair", "half \ufffd pair"),
    ("", ""),
]


@pytest.mark.parametrize(("raw", "text"), SPELLINGS)
def test_characters_are_spelt_in_one_way(raw: str, text: str) -> None:
    assert normalise(raw).text == text


@pytest.mark.parametrize("raw", [raw for raw, _ in SPELLINGS])
def test_normalising_again_changes_nothing_but_further_entities(raw: str) -> None:
    once = normalise(raw.replace("&", "+")).text
    assert normalise(once).text == once


def test_a_clean_text_is_one_run() -> None:
    assert normalise("“Nothing to do,” she said.\n\nÉté.").runs == (Run(0, 32, 0, 32),)


def test_characters_of_the_same_length_do_not_break_a_run() -> None:
    assert normalise("a\u00a0b\u2028c").runs == (Run(0, 5, 0, 5),)


def test_removed_and_composed_characters_break_runs() -> None:
    result = normalise("so\u00adft cafe\u0301 &amp; bar")
    assert result.text == "soft café & bar"
    assert result.runs == (
        Run(0, 2, 0, 2),
        Run(2, 8, 3, 9),
        Run(8, 9, 9, 11),
        Run(9, 10, 11, 12),
        Run(10, 11, 12, 17),
        Run(11, 15, 17, 21),
    )


def test_raw_runs_of_a_part_keep_whole_what_has_no_middle() -> None:
    result = normalise("x&amp;y")
    assert list(result.raw_runs(1, 2)) == [Run(1, 2, 1, 6)]
    assert list(result.raw_runs(0, 3)) == [Run(0, 1, 0, 1), Run(1, 2, 1, 6), Run(2, 3, 6, 7)]


def test_edits_are_counted_by_kind() -> None:
    assert normalise("a\u00a0b\u200b &amp;").edits == {"spaces": 1, "invisible": 1, "entities": 1}
