"""From annotated attributions to tagged tokens, by hand."""

from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from pipeline.quotes.tag_examples import IGNORED, Annotation, cue_words, tagged, windows_of
from pipeline.quotes.tagger import TAGS
from pipeline.records import Article

TEXT = "Olsen said the plan failed. The hall was cold. Lund hopes to win."
ARTICLE = Article(article_id="a", text=TEXT, source="t")


def span(words: str) -> tuple[tuple[int, int], ...]:
    start = TEXT.index(words)
    return ((start, start + len(words)),)


SAID = Annotation(span("the plan failed"), span("Olsen"), span("said"), speech=True)
HOPED = Annotation(span("to win"), span("Lund"), span("hopes"), speech=False)


def words_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    return tokenizer


def test_windows_are_the_sentences() -> None:
    assert [window.text for window in windows_of(ARTICLE)] == [
        "Olsen said the plan failed.", "The hall was cold.", "Lund hopes to win."
    ]  # fmt: skip


def test_tokens_carry_roles_and_point_to_source_and_cue() -> None:
    first, second = tagged(ARTICLE, [SAID, HOPED], words_tokenizer(), {"said", "hopes"})
    assert [TAGS[tag] for tag in first.tags] == ["B-source", "B-cue", "B-content", "I-content", "I-content", "O"]
    assert first.types == [0, 2, 0, 0, 0, 0]
    assert first.sources == [IGNORED, IGNORED, 0, 0, 0, IGNORED]
    assert first.cues == [IGNORED, IGNORED, 1, 1, 1, IGNORED]
    assert [TAGS[tag] for tag in second.tags] == ["B-source", "B-cue", "B-other", "I-other", "O"]


def test_windows_without_a_cue_word_are_left_out() -> None:
    assert len(list(tagged(ARTICLE, [SAID], words_tokenizer(), {"said"}))) == 1


def test_cue_words_report_often_enough() -> None:
    corpus = [(ARTICLE, [SAID, HOPED])] * 6
    words = cue_words(corpus, least_share=0.5)
    assert "said" in words
    assert "hopes" not in words  # nobody says it
    assert "hall" not in words
