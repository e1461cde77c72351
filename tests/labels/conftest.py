"""Two articles with quotations: a text that cleaning has changed, and a page."""

from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from pipeline.files import sha256_text
from pipeline.labels.gold import Gold
from pipeline.records import Article, Quote, Segment
from pipeline.rows import quote_row

# Cleaning drops the first line and makes two spaces one.
RAW = "Share this page\n“No,” said Ana Ruiz. “No,” she said again.\n\nShe spoke of “a slow  road” and the “mast tax”."
TEXT = "“No,” said Ana Ruiz. “No,” she said again.\n\nShe spoke of “a slow road” and the “mast tax”."
PAGE_RAW = "Menu\n=cmd() said: “+1 < 2 & 3,” he wrote."
PAGE = "=cmd() said: “+1 < 2 & 3,” he wrote."
TARGET = "Norvane in 5G networks"


@dataclass(frozen=True)
class Corpus:
    """Articles with the source texts they came from, and the rows of their quotations."""

    articles: tuple[Article, ...]
    sources: dict[str, str]
    rows: tuple[dict, ...]

    def gold(self, number: int, **changes) -> Gold:
        """Return an annotation of one quotation."""
        row = self.rows[number]
        article = next(a for a in self.articles if a.article_id == row["article_id"])
        shift = 0 if article.has_raw else len("Menu\n")
        values = {
            "where": "gold.jsonl:1",
            "source": article.source,
            "sha256": article.raw_sha256,
            "start": row["start"] + shift if row["raw_start"] is None else row["raw_start"],
            "end": row["end"] + shift if row["raw_end"] is None else row["raw_end"],
            "kind": "statement",
            "target": TARGET,
            "label": "neutral",
            "coder": "ana",
            "coder_type": "human",
        }
        return Gold(**{**values, **changes})


def text_segments():
    space = RAW.index("  road")
    start = RAW.index("“No,”")
    slow = TEXT.index(" road")
    second = RAW.index("She spoke")
    first_end = TEXT.index("\n\n")
    return (
        Segment(0, first_end, start, start + first_end),
        Segment(first_end + 2, slow, second, space),
        Segment(slow, slow + 1, space, space + 2),
        Segment(slow + 1, len(TEXT), space + 2, len(RAW)),
    )


def quotation(article, surface, *, kind="direct", nth=0, statement=True, context=None, target=TARGET):
    start = -1
    for _ in range(nth + 1):
        start = article.text.index(surface, start + 1)
    end = start + len(surface)
    quote = Quote(article.article_id, start, end, surface, kind, statement, "u", context or article.text, "Ana Ruiz")
    return {**quote_row(article, quote), "target": target}


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    text = Article(
        "a1", TEXT, "talk.txt", title="Roads", story_id="s1", raw_sha256=sha256_text(RAW), segments=text_segments()
    )
    shift = len("Menu\n")
    page = Article(
        "a2",
        PAGE,
        "page.html",
        outlet="The Post",
        story_id="s2",
        raw_sha256=sha256_text(PAGE_RAW),
        has_raw=False,
        segments=(Segment(0, len(PAGE), shift, shift + len(PAGE)),),
    )
    rows = (
        quotation(text, "“No,”"),
        quotation(text, "“No,”", nth=1),
        quotation(text, "“a slow road”", kind="mixed"),
        quotation(text, "“mast tax”", kind="mixed", statement=False),
        quotation(page, "“+1 < 2 & 3,”"),
    )
    return Corpus((text, page), {"talk.txt": RAW, "page.html": PAGE_RAW}, rows)


@pytest.fixture(scope="session")
def expected() -> SimpleNamespace:
    """What the corpus holds, by hand."""
    return SimpleNamespace(
        ids=["a1:16-21", "a1:37-42", "a1:73-87", "a1:96-106", "a2:13-26"],
        # Of the page the offsets count in the extracted text.
        spans=[(16, 21), (37, 42), (73, 87), (96, 106), (18, 31)],
        surfaces=["“No,”", "“No,”", "“a slow  road”", "“mast tax”", "“+1 < 2 & 3,”"],
        kinds=["statement", "statement", "fragment", "term", "statement"],
    )
