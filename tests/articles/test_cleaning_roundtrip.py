"""Properties of cleaning that hold for any text: offsets, characters, and the round trip to the source."""

import unicodedata
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.articles.cleaning import clean
from pipeline.articles.normalise import normalise
from pipeline.records import Document

# Pieces that the steps look for, between characters of every kind.
PIECES = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "\n",
            "\n\n",
            " ",
            "  ",
            "\u00a0",
            "\u200b",
            "\u00ad",
            "\ufeff",
            "\x00",
            "\r\n",
            "\r",
            "\u0301",
            "e\u0301",
            "\u0338",
            "&amp;",
            "&amp;quot;",
            "&nbsp;",
            "&#8217;",
            "\u212b",
            "\u1112\u1161\u11ab",
            "“",
            "”",
            '"',
            "‘",
            "’",
            "**",
            "*",
            "_",
            "# ",
            "## ",
            "> ",
            "• ",
            "- ",
            "[a](http://b.c)",
            "Advertisement",
            "Share",
            "Read more",
            "Most read",
            "By Ana Silva",
            "By Ana Silva and Bo Lund",
            "LISBON (Reuters) - ",
            "PARIS — ",
            "(Reporting by Ana Silva; Editing by Bo Lund)",
            "Read the full story here.",
            "FILE PHOTO: A mast.",
            "REUTERS/Ana Silva",
            "Getty Images",
            "A title without an end",
            "The minister said so.",
            "Silva said that it would take a long time to build a network that everybody trusts. ",
            "“We will not wait,” Silva said.",
            "Silva says the plan is unfair ",
            "The next one ",
        ]
    ),
)
TEXTS = st.lists(PIECES, max_size=40).map("".join)


@given(TEXTS)
def test_every_kept_segment_is_its_raw_slice_normalised(text: str) -> None:
    for article in clean(Document(text, "t")).articles:
        for s in article.segments:
            assert normalise(text[s.raw_start : s.raw_end]).text == article.text[s.start : s.end]


@given(TEXTS)
def test_segments_are_monotone_and_cover_the_text_but_its_separators(text: str) -> None:
    last_raw = 0
    for article in clean(Document(text, "t")).articles:
        covered = list(article.text)
        last = 0
        for s in article.segments:
            assert last <= s.start < s.end <= len(article.text)
            assert last_raw <= s.raw_start < s.raw_end <= len(text)
            last, last_raw = s.end, s.raw_end
            covered[s.start : s.end] = [""] * (s.end - s.start)
        assert set("".join(covered)) <= {"\n", " "}


@given(TEXTS)
def test_text_is_nfc_and_trimmed(text: str) -> None:
    for article in clean(Document(text, "t")).articles:
        assert unicodedata.is_normalized("NFC", article.text)
        assert all(p and p == p.strip(" ") for p in article.text.split("\n\n"))


@given(TEXTS, st.data())
def test_spans_survive_the_round_trip(text: str, data: st.DataObject) -> None:
    for article in clean(Document(text, "t")).articles:
        first = data.draw(st.sampled_from(article.segments))
        end = data.draw(st.sampled_from([s.end for s in article.segments if s.end > first.start]))
        raw = article.raw_span(first.start, end)
        assert raw is not None
        assert text[raw[0] : raw[1]].startswith(text[first.raw_start : first.raw_end])
        lost = set(article.text[first.start : end].split()) - set(normalise(text[raw[0] : raw[1]]).text.split())
        assert not {word for word in lost if word.isascii() and word.isalpha() and len(word) > 12}


@given(TEXTS)
def test_dropped_and_kept_spans_do_not_overlap(text: str) -> None:
    cleaned = clean(Document(text, "t"))
    spans = [(s.raw_start, s.raw_end) for article in cleaned.articles for s in article.segments]
    spans += [(d.raw_start, d.raw_end) for d in cleaned.raw_dropped]
    spans.sort()
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
