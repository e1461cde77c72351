"""What holds of the quotations of any text: offsets, order, utterances, and the way back to the source."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.quotes import find_quotes
from pipeline.records import Article, Quote, Segment
from pipeline.rows import QUOTE_COLUMNS, quote_row

PIECES = st.one_of(
    st.text(max_size=6),
    st.sampled_from(["“", "”", "‘", "’", "„", "«", "»", '"', "'", "``", "''", "'", "s’", '15"', "6'2\"", "’90s"]),
    st.sampled_from(
        ["\n", "\n\n", " ", ". ", ", ", ": ", "? ", "! ", "… ", "; ", " — ", " – ", " (", ") ", ",” ", " “"]
    ),
    st.sampled_from(["said", "says", "told", "added", "quoted", "according to", "adding", "called", "was", "put it"]),
    st.sampled_from(["Mira Olsen", "Olsen", "Ms Olsen", "Robert Lund", "Mr", "J. K.", "Halden Optics", "the U.S."]),
    st.sampled_from(["he", "she", "they", "it", "I", "one", "one of", "as saying", "who", "that", "and", "the", "a"]),
    st.sampled_from(
        ["the minister", "the company", "the ministry", "a spokesman", "the Chinese", "China’s", "officials"]
    ),
    st.sampled_from(["We shall see", "a blow to shops", "“We go,” ", "“Go.” ", "‘We go,’ ", "Traders’ League"]),
)
TEXTS = st.lists(PIECES, max_size=40).map(lambda pieces: " ".join(pieces) if len(pieces) % 2 else "".join(pieces))


def article(text: str, **more: object) -> Article:
    return Article(article_id="a", text=text, source="test.txt", **more)  # type: ignore[arg-type]


def check(text: str, quotes: list[Quote]) -> None:
    """Check what holds of the quotations of every text."""
    own = {f"a:{quote.start}-{quote.end}" for quote in quotes}
    for quote in quotes:
        assert text[quote.start : quote.end] == quote.text
        assert quote.text in quote.context
        assert quote.context in text
        assert any(character.isalnum() for character in quote.text)
        assert quote.utterance_id in own
        for span in (quote.mention, quote.cue):
            assert span is None or text[span.start : span.end] == span.text != ""
        assert quote.speaker is None or quote.speaker.strip()
        assert quote.is_statement or quote.speaker is quote.mention is quote.cue is None
    assert all(a.end <= b.start for a, b in pairwise(quotes))


@given(TEXTS)
def test_any_text_gives_ordered_spans_that_match_it(text: str) -> None:
    check(text, find_quotes(article(text)))


@given(st.text())
def test_any_characters_give_ordered_spans_that_match_them(text: str) -> None:
    check(text, find_quotes(article(text)))


@given(TEXTS)
def test_the_same_text_gives_the_same_quotations(text: str) -> None:
    assert find_quotes(article(text)) == find_quotes(article(text))


@given(TEXTS, st.integers(1, 9))
def test_raw_offsets_find_the_same_surface_in_the_source(text: str, shift: int) -> None:
    source = "#" * shift + text
    shifted = article(text, segments=(Segment(0, len(text), shift, len(source)),))
    for quote in find_quotes(shifted):
        row = quote_row(shifted, quote)
        assert tuple(row) == QUOTE_COLUMNS
        assert source[row["raw_start"] : row["raw_end"]] == row["text"]
        assert row["quote_id"] == f"a:{quote.start + shift}-{quote.end + shift}"
        for name, surface in (("speaker", row["speaker_mention"]), ("cue", row["cue"])):
            a, b = row[f"raw_{name}_start"], row[f"raw_{name}_end"]
            assert surface == (None if a is None else source[a:b])


@given(TEXTS)
def test_an_article_without_raw_text_has_ids_of_cleaned_offsets(text: str) -> None:
    bare = article(text, has_raw=False)
    for quote in find_quotes(bare):
        row = quote_row(bare, quote)
        assert (row["raw_start"], row["raw_end"]) == (None, None)
        assert row["quote_id"] == f"a:{quote.start}-{quote.end}"


@given(TEXTS)
def test_a_caption_changes_no_quotation_of_the_body(text: str) -> None:
    halves = text[: len(text) // 2].replace("\n", " ") or "x", text[len(text) // 2 :]
    whole = "\n\n".join(halves)
    cut = len(halves[0]) + 2
    segments = (Segment(0, cut - 2, 0, cut - 2, "caption"), Segment(cut, len(whole), cut, len(whole)))
    quotes = find_quotes(article(whole, segments=segments))
    check(whole, quotes)
    assert [quote.region for quote in quotes] == ["caption" if quote.start < cut else "body" for quote in quotes]
    alone = find_quotes(article(halves[1]))
    assert [(quote.start - cut, quote.text) for quote in quotes if quote.start >= cut] == [
        (quote.start, quote.text) for quote in alone
    ]


UTTERANCES = [
    ("interrupted", "“We shall wait,” Mira Olsen said, “and then we shall go.”", [0, 0]),
    ("goes on behind the clause", "“We shall wait,” Mira Olsen said. “Then we shall go.”", [0, 0]),
    ("three pieces", "“We wait,” Mira Olsen said, “until dawn. Then we go.” She paused. “Or we stay.”", [0, 0, 2]),
    ("two speakers", "“We shall wait,” Mira Olsen said. “We shall go,” Robert Lund said.", [0, 1]),
    ("another paragraph", "“We shall wait,” Mira Olsen said.\n\n“Then we shall go.”", [0, 1]),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in UTTERANCES], ids=[c[0] for c in UTTERANCES])
def test_pieces_of_one_utterance_share_its_id(text: str, expected: list[int]) -> None:
    quotes = find_quotes(article(text))
    ids = [f"a:{quote.start}-{quote.end}" for quote in quotes]
    assert [ids.index(quote.utterance_id) for quote in quotes] == expected


_TEN = "One two three four five six seven eight nine ten."
CONTEXTS = [
    (
        "a short text as a whole",
        "It rained. Mira Olsen called it “a blow to us”. It stopped.",
        "It rained. Mira Olsen called it “a blow to us”. It stopped.",
    ),
    (
        "paragraphs beside it",
        "It rained.\n\nMira Olsen spoke up.\n\n“This is a blow to all of us.”\n\nIt stopped.",
        "It rained.\n\nMira Olsen spoke up.\n\n“This is a blow to all of us.”\n\nIt stopped.",
    ),
    (
        "whole sentences, up to 45 words before and 25 behind",
        f"It rained. {' '.join([_TEN] * 6)} Mira Olsen called it “a blow to us”. {' '.join([_TEN] * 4)}",
        f"{' '.join([_TEN] * 4)} Mira Olsen called it “a blow to us”. {' '.join([_TEN] * 2)}",
    ),
    (
        "no sentence is cut to fit",
        f"{_TEN} {' '.join(['word'] * 50)}. Mira Olsen called it “a blow to us”. {' '.join(['Word'] * 30)}.",
        "Mira Olsen called it “a blow to us”.",
    ),
    (
        "another quotation is not cut",
        f"“{_TEN} We wait. {' '.join([_TEN] * 4)}” She paused. Mira Olsen called it “a blow to us”.",
        f"“{_TEN} We wait. {' '.join([_TEN] * 4)}” She paused. Mira Olsen called it “a blow to us”.",
    ),
    (
        "another quotation too long to be added",
        f"“{' '.join([_TEN] * 20)}” She paused. Mira Olsen called it “a blow to us”. “{' '.join([_TEN] * 20)}”",
        "She paused. Mira Olsen called it “a blow to us”.",
    ),
]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in CONTEXTS], ids=[c[0] for c in CONTEXTS])
def test_the_context_is_enough_to_read_a_fragment(text: str, expected: str) -> None:
    quotes = {quote.text: quote.context for quote in find_quotes(article(text))}
    assert quotes.get("“a blow to us”", quotes.get("“This is a blow to all of us.”")) == expected


def test_the_context_of_a_sentence_without_end_is_bounded() -> None:
    text = "and then it went on, “some words of his here”, over there " * 400
    quotes = find_quotes(article(text))
    assert len(quotes) == 400
    assert max(len(quote.context) for quote in quotes) < 6000


def test_a_long_quotation_keeps_all_of_its_context() -> None:
    speech = "“" + "We shall see about it. " * 500 + "We go.”"
    (quote,) = find_quotes(article(f"Mira Olsen said: {speech} She left."))
    assert quote.context == f"Mira Olsen said: {speech} She left."
    assert quote.speaker == "Mira Olsen"


KINDS = [
    ("“We shall see about it,” Mira Olsen said.", "direct"),
    ("Mira Olsen said it was “a blow to shops”.", "mixed"),
    ("Mira Olsen said that the rule “is a blow to shops and to all who have ever run one”.", "direct"),
]


@pytest.mark.parametrize(("text", "kind"), KINDS)
def test_a_clause_of_speech_is_direct_and_less_is_mixed(text: str, kind: str) -> None:
    (quote,) = find_quotes(article(text))
    assert quote.kind == kind


@pytest.mark.parametrize("text", ["", "\n\n", "No quotations here.", "“”", "“ ”", "“…”", "‘—’ “?!”"])
def test_nothing_quoted_gives_nothing(text: str) -> None:
    assert find_quotes(article(text)) == []
