"""What a tagger reads of a sentence, and the way back."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.quotes.windows import window_of

LONG = "“" + "word after word " * 30 + "ends.”"
TEXT = f"Olsen said {LONG} and left, calling it “a joke”."
QUOTES = [(11, 11 + len(LONG)), (TEXT.index("“a joke"), TEXT.index("”.") + 1)]


def test_a_short_sentence_is_read_as_it_stands() -> None:
    window = window_of("One. Olsen said “no way”. Two.", 5, 25, [(16, 24)])
    assert (window.start, window.end, window.text) == (5, 25, "Olsen said “no way”.")
    assert window.quoted == ((11, 19),)
    assert window.article_offset(11) == 16


def test_the_middle_of_a_long_quotation_is_left_out() -> None:
    window = window_of(TEXT, 0, len(TEXT), QUOTES)
    assert len(window.text) < 220 < len(TEXT)
    assert window.text.startswith("Olsen said “word after")
    assert window.text.endswith("calling it “a joke”.")
    assert [window.text[a:b][-6:] for a, b in window.quoted] == ["ends.”", " joke”"]


def test_offsets_lead_back_to_the_same_characters() -> None:
    window = window_of(TEXT, 0, len(TEXT), QUOTES)
    gap = window.text.index(" … ")
    for at, character in enumerate(window.text):
        if not gap <= at < gap + 3:
            assert TEXT[window.article_offset(at)] == character


@given(st.text(alphabet="ab “”.", max_size=400), st.integers(0, 400), st.integers(0, 400))
def test_any_quotation_leads_back(text: str, low: int, high: int) -> None:
    low, high = sorted((min(low, len(text)), min(high, len(text))))
    window = window_of(text, 0, len(text), [(low, high)] if low < high else [])
    assert all(0 <= window.article_offset(at) < len(text) for at in range(len(window.text)))
