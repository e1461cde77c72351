"""What holds for every text, however odd: quotations lie in it, apart from one another, and the same each time."""

from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.articles.cleaning import clean
from pipeline.quotes import QuoteOptions, find_quotes
from pipeline.records import Article, Document, Quote
from pipeline.rows import QUOTE_COLUMNS, quote_row
from pipeline.storage import QUOTE_SCHEMA, read_table, write_table

RULES = QuoteOptions(kinds=frozenset({"direct", "mixed", "block"}))

MARKS = [*"“”„«»‹›\"'‘’‚`", "``", "''"]
SPEECH = ["We go now,", "It is over.", "I do not know what they want", "a risk", "Will they wait?", "not the plan"]
QUOTED = [f"{opening}{words}{closing}" for words in SPEECH for opening, closing in ("“”", '""', "‘’", "«»")]
PIECES = [
    *QUOTED,
    *QUOTED,
    *MARKS,
    *MARKS,
    *(
        " ",
        " ",
        " ",
        "\n\n",
        "\n",
        ", ",
        ". ",
        "? ",
        ": ",
        "; ",
        " — ",
        "(",
        ")",
        "[",
        "]",
        "…",
        "-",
        "\u00a0",
        "\u200b",
    ),
    *("Ann Lee", "Lee", "Mr Bo", "the Ministry of Roads", "Halden Optics", "the company", "a spokesman", "he", "she"),
    *("said", " said ", "told reporters that", "according to", "asked", "wrote", "adding", "called", "says"),
    *(
        "we go now",
        "I do not know",
        "It is over",
        "a risk",
        "not",
        "the plan",
        "rock ’n’ roll",
        "firms’",
        "isn’t",
        "6'2\"",
    ),
    *("Q:", "A:", "LEE:", "# Head", "FILE PHOTO: A man", "By Ann Lee", "LONDON (AP) —", "READ MORE", "* a", "e\u0301"),
    *("\x00", "\u2028", "\r\n", "é", "ß", "İ", "日本", "\U0001f600", "&quot;", "<b>", "\ud800", "1", "$5bn"),
]
soup = st.lists(st.sampled_from(PIECES), max_size=60).map("".join) | st.lists(st.sampled_from(PIECES), max_size=40).map(
    " ".join
)
# Nothing that cleaning would rewrite or cut.
plain = (
    st.lists(st.sampled_from(PIECES[: PIECES.index("Q:")]), max_size=40)
    .map(" ".join)
    .map(lambda t: t.replace("\u200b", ""))
)
texts = soup | soup | st.text(max_size=200) | st.text(alphabet=st.sampled_from("“”\"'‘’ a.\nA,"), max_size=80)

quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def articles_of(text: str) -> tuple[Article, ...]:
    """Return the cleaned articles of a source text, and the text taken as an article as it is."""
    cleaned = clean(Document(text=text, source="a.txt", title="Ann Lee: “we go”")).articles
    return (*cleaned, Article(article_id="0" * 16, text=text, source="b.txt"))


def test_the_texts_hold_quotations_with_speakers() -> None:
    found: list[Quote] = []

    @settings(parent=quick, max_examples=200)
    @given(soup)
    def gather(text: str) -> None:
        found.extend(quote for article in articles_of(text) for quote in find_quotes(article, RULES))

    gather()
    assert len(found) > 500
    assert sum(quote.speaker is not None for quote in found) > 100


def spans_of(quote: Quote) -> list[tuple[int, int]]:
    parts = (quote, quote.content, quote.mention, quote.cue)
    return [(part.start, part.end) for part in parts if part is not None]


@quick
@given(texts)
def test_spans_lie_in_the_text_and_hold_what_they_say(text: str) -> None:
    for article in articles_of(text):
        for quote in find_quotes(article, RULES):
            assert article.text[quote.start : quote.end] == quote.text
            for part in (quote.content, quote.mention, quote.cue):
                assert part is None or article.text[part.start : part.end] == part.text
            assert all(0 <= start < end <= len(article.text) for start, end in spans_of(quote))


@quick
@given(texts)
def test_quotations_stand_in_order_and_apart_and_contents_hold_their_quotations(text: str) -> None:
    for article in articles_of(text):
        quotes = find_quotes(article, RULES)
        assert all(one.end <= two.start for one, two in pairwise(quotes))
        for quote in quotes:
            content = quote.content
            assert content is None or (content.start <= quote.start and quote.end <= content.end)


@quick
@given(texts)
def test_names_and_figures_of_a_quotation_are_in_their_ranges(text: str) -> None:
    for article in articles_of(text):
        seen: set[str] = set()
        for quote in find_quotes(article, RULES):
            assert quote.kind in RULES.kinds
            assert quote.region == article.region(quote.start)
            assert quote.speaker_confidence is None or 0 <= quote.speaker_confidence <= 1
            assert quote.speaker is None or quote.speaker.strip()
            seen.add(quote_row(article, quote)["quote_id"])
            assert quote.utterance_id in seen  # the first piece of an utterance gives it its id
        assert len(seen) == len(find_quotes(article, RULES))


@quick
@given(plain)
def test_raw_spans_hold_the_same_words_before_cleaning(text: str) -> None:
    for article in clean(Document(text=text, source="a.txt")).articles:
        for quote in find_quotes(article, RULES):
            row = quote_row(article, quote)
            for name, part in {
                "": quote,
                "content_": quote.content,
                "speaker_": quote.mention,
                "cue_": quote.cue,
            }.items():
                if part is not None:
                    assert text[row[f"raw_{name}start"] : row[f"raw_{name}end"]].split() == part.text.split()


@quick
@given(texts)
def test_the_same_text_gives_the_same_rows(text: str) -> None:
    def rows() -> list[dict[str, object]]:
        return [quote_row(article, quote) for article in articles_of(text) for quote in find_quotes(article, RULES)]

    assert rows() == rows()


@quick
@given(texts)
def test_fewer_kinds_give_the_quotations_of_those_kinds(text: str) -> None:
    marked = QuoteOptions(kinds=frozenset({"direct", "mixed"}))
    for article in articles_of(text):
        spans = [(quote.start, quote.end) for quote in find_quotes(article, marked)]
        every = [(quote.start, quote.end) for quote in find_quotes(article, RULES) if quote.kind != "block"]
        assert spans == every


def test_rows_come_back_from_every_kind_of_table(tmp_path_factory) -> None:
    folder: Path = tmp_path_factory.mktemp("tables")

    @settings(parent=quick, max_examples=40)
    @given(soup.filter(lambda text: "\ud800" not in text), st.sampled_from([".parquet", ".jsonl", ".csv"]))
    def comes_back(text: str, ending: str) -> None:
        articles = clean(Document(text=text, source="a.txt", title="“A, b”\n; c")).articles
        rows = [quote_row(article, quote) for article in articles for quote in find_quotes(article, RULES)]
        write_table(folder / f"q{ending}", rows, QUOTE_SCHEMA)
        assert read_table(folder / f"q{ending}") == [{name: row[name] for name in QUOTE_COLUMNS} for row in rows]

    comes_back()
