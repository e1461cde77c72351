"""Speech without quotation marks, with the tagger that comes along."""

import json
import shutil
import time
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import ModelError
from pipeline.quotes import QuoteOptions, find_quotes
from pipeline.quotes.tagger import Tagger, marked, token_types
from pipeline.quotes.windows import window_of
from pipeline.records import Article, Quote

FOLDER = Path(__file__).parents[2] / "models" / "indirect"
KINDS = frozenset({"direct", "mixed", "indirect"})


@cache
def tagger() -> Tagger:
    return Tagger(FOLDER)


def found(text: str) -> list[Quote]:
    article = Article(article_id="a", text=text, source="test.txt")
    return find_quotes(article, QuoteOptions(KINDS, tagger=tagger()))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "content", "speaker"),
    [
        ("Mira Olsen said the company would appeal against the order.", "the company would appeal", "Mira Olsen"),
        ("The order will cost 200 jobs, according to Halden Optics.", "The order will cost 200 jobs", "Halden Optics"),
        ("Robert Lund urged the government to lift the ban.", "to lift the ban", "Robert Lund"),
        ("Robert Lund warned that prices would rise by a third.", "prices would rise by a third", "Robert Lund"),
    ],
)
def test_a_reported_clause_is_found_with_its_speaker(text: str, content: str, speaker: str) -> None:
    (quote,) = found(text)
    assert (quote.kind, quote.is_statement, quote.speaker) == ("indirect", True, speaker)
    assert content in quote.text
    assert quote.content is not None
    assert quote.content.text == quote.text == text[quote.start : quote.end]
    assert quote.cue is not None
    assert 0 < (quote.speaker_confidence or 0) <= 1


@pytest.mark.parametrize(
    "text",
    [
        "Mira Olsen declined to comment.",
        "Mira Olsen called the office twice on Friday.",
        "The committee met on Friday in the old town hall.",
        "Mira Olsen believes in fair play.",
    ],
)
def test_what_nobody_says_is_not_found(text: str) -> None:
    assert found(text) == []


def test_a_pronoun_is_resolved_over_sentences() -> None:
    first, second = found("Mira Olsen said the order was unlawful. She added that the company would appeal on Monday.")
    assert (first.speaker, second.speaker) == ("Mira Olsen", "Mira Olsen")
    assert second.mention is not None
    assert second.mention.text == "She"


def test_quotations_stay_as_they_are() -> None:
    text = "“We shall see you in court,” Mira Olsen said, adding that the order was unlawful."
    quotes = found(text)
    assert [quote.kind for quote in quotes] == ["direct", "indirect"]
    (direct,) = find_quotes(Article(article_id="a", text=text, source="test.txt"))
    assert quotes[0] == direct


def test_without_the_kind_nothing_is_tagged() -> None:
    assert find_quotes(Article(article_id="a", text="Mira Olsen said the order was unlawful.", source="t")) == []


def test_indirect_speech_without_a_tagger_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a tagger"):
        QuoteOptions(KINDS)  # type: ignore[arg-type]


def test_characters_are_marked_as_quoted_or_as_cues() -> None:
    window = window_of("Lund said “she said no”.", 0, 24, [(10, 23)])
    assert bytes(marked(window, {"said"})) == b"\0" * 5 + b"\2" * 4 + b"\0" + b"\1" * 13 + b"\0"
    assert token_types(window, [(0, 0), (0, 4), (5, 9), (11, 14)], {"said"}) == [0, 0, 2, 1]


def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "tagger"))


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is missing"):
        Tagger(tmp_path / "nothing")


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    folder = copy(tmp_path)
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match=r"tokenizer\.json: is not the file"):
        Tagger(folder)


@pytest.mark.parametrize("change", [{"format": 99}, {"tags": ["O"]}])
def test_another_format_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    folder = copy(tmp_path)
    card = json.loads((folder / "tagger.json").read_text(encoding="utf-8"))
    (folder / "tagger.json").write_text(json.dumps(card | change), encoding="utf-8")
    with pytest.raises(ModelError, match="another format"):
        Tagger(folder)


@pytest.mark.parametrize("name", ["transitions", "max_tokens", "cue_words", "sha256"])
def test_a_card_without_a_field_is_told(tmp_path: Path, name: str) -> None:
    folder = copy(tmp_path)
    card = json.loads((folder / "tagger.json").read_text(encoding="utf-8"))
    del card[name]
    (folder / "tagger.json").write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(ModelError, match="is damaged"):
        Tagger(folder)


def test_a_card_with_other_transitions_is_told(tmp_path: Path) -> None:
    folder = copy(tmp_path)
    card = json.loads((folder / "tagger.json").read_text(encoding="utf-8"))
    (folder / "tagger.json").write_text(json.dumps(card | {"transitions": [[1, 2]]}), encoding="utf-8")
    with pytest.raises(ModelError, match="is damaged"):
        Tagger(folder)


PIECES = st.one_of(
    st.text(max_size=5),
    st.sampled_from(["“", "”", '"', "‘", "’", "\n\n", ". ", ", ", ": ", " $1.5bn ", " İstanbul ", "“go” ", "“a plan”"]),
    st.sampled_from(["Mira Olsen said", "she added that", "according to Halden Optics", "called the ban", "urged"]),
    st.sampled_from(["the order would cost jobs", "that prices rise", "to lift the ban", "Robert Lund", "a risk"]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=25).map(" ".join))
def test_any_text_gives_spans_that_match_it_and_do_not_overlap(text: str) -> None:
    quotes = found(text)
    assert quotes == found(text)
    for quote in quotes:
        assert text[quote.start : quote.end] == quote.text
        for span in (quote.content, quote.mention, quote.cue):
            assert span is None or text[span.start : span.end] == span.text
        assert quote.content is None or quote.content.start <= quote.start < quote.end <= quote.content.end
    stated = [quote for quote in quotes if quote.is_statement]
    assert all(a.end <= b.start for a, b in pairwise(stated))


def test_speech_without_end_is_read_in_linear_time() -> None:
    line = "Mira Olsen said the order was unlawful. “We go now,” she said, adding that it was late. "

    def seconds(times: int) -> float:
        begun = time.process_time()
        found(line * times)
        return time.process_time() - begun

    seconds(1)  # the network is read first
    # Sixteen times the text, and half as much again for a busy machine; quadratic time would take 256 times.
    assert seconds(1600) < 24 * max(seconds(100), 0.2)


@pytest.mark.parametrize("damage", ["", "[]", "{"])
def test_a_damaged_card_is_told(tmp_path: Path, damage: str) -> None:
    folder = copy(tmp_path)
    (folder / "tagger.json").write_text(damage, encoding="utf-8")
    with pytest.raises(ModelError, match="is damaged"):
        Tagger(folder)
