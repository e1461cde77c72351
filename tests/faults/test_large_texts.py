"""Texts of a megabyte that nobody writes, from bytes to rows: seconds, and twice the seconds for twice the text."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.articles.cleaning import clean
from pipeline.articles.readers import ReadOptions, read
from pipeline.quotes import find_quotes
from pipeline.records import Reject
from pipeline.rows import quote_row

MEGABYTE = 1 << 20
# The promise is two seconds of a processor to itself; a tested machine is seldom left alone.
SECONDS, BUSY = 2.0, 3.0
# Twice the text takes twice the time, and some more on a busy machine; quadratic work takes four times as much.
GROWTH = 3.0
QUICK = 0.3  # seconds: too short to say how they grow
END = " “We go now,” he said."
"""Ends every text, so that names and sentences are read as in any article with a quotation."""

SPEECH = "“We will wait for the report,” said Ann Lee. "
HOSTILE = {
    "one paragraph": SPEECH + "The board met again on Monday and spoke of the plan at length. ",
    "one paragraph without speech": "The board met again on Monday and spoke of the plan at length. ",
    "curly opening marks": "“",
    "curly closing marks": "”",
    "straight marks": '"',
    "single opening marks": "‘",
    "single closing marks": "’",
    "apostrophes": "'",
    "guillemets": "«",
    "low marks": "„",
    "typewriter marks": "``",
    "doubled apostrophes": "''",
    "pairs of marks": "“”",
    "mixed marks": "“‘\"'«”’»„`",
    "nested brackets": "([{",
    "closing brackets": ")]}",
    "brackets and words": "(a ",
    "one word": "a",
    "one capital word": "A",
    "one word in capitals and points": "A.",
    "words without end": "word ",
    "colons": ":",
    "colons and words": "a: ",
    "capitalised words": "Ann Lee Bo ",
    "capitalised words with stops": "Ann Lee. ",
    "capitalised words with commas": "Ann Lee, ",
    "titles and names": "President Ann Lee of the Bo ",
    "digits": "7",
    "figures": "7.5, ",
    "dates": "May 7, ",
    "newlines": "\n",
    "lines of one word": "word\n",
    "paragraphs of one word": "Word\n\n",
    "lines of marks": "“\n",
    "lines of brackets": "(\n",
    "he said": "he said ",
    "he said and marks": "he said “",
    "said and names": "said Ann Lee ",
    "unclosed marks": "“We go ",
    "unclosed paragraphs": "“We go on with the plan.\n\n",
    "quoted words": '"a" ',
    "quoted words in curly marks": "“a” ",
    "quoted words in single marks": "‘a’ ",
    "quoted sentences": '"We go now," ',
    "speakers and colons": "Ann Lee: We go now.\n",
    "speakers, colons and marks": "Ann Lee: “We go now.”\n\n",
    "capital speakers": "LEE: We go now and will not wait.\n\n",
    "questions and answers": "Q: Do we go?\n\nA: We go now.\n\n",
    "dashes": "—",
    "dashes and names": "— Ann Lee ",
    "signed quotations": "“We go,” — Ann Lee\n\n",
    "commas": ",",
    "full stops": ".",
    "full stops and spaces": ". ",
    "ellipses": "… ",
    "hyphens": "a-",
    "spaces": " ",
    "tabs": "\t",
    "carriage returns": "\r",
    "no-break spaces": "a\u00a0",
    "accents": "e\u0301",
    "accents without a letter": "\u0301",
    "zero-width spaces": "\u200b",
    "entities": "&quot;a&quot; ",
    "entities without end": "&amp;",
    "tags": "<b>",
    "tags without end": "<b ",
    "links": "[a](",
    "stars": "**",
    "stars and words": "*a ",
    "underlines": "_a ",
    "headings": "# A\n",
    "bullets": "• a\n",
    "quoted blocks": "> a\n",
    "handles": "@a ",
    "share buttons": "Facebook Twitter ",
    "credits": "AP Photo/",
    "captions": "FILE PHOTO: A man. REUTERS/Ann Lee\n\n",
    "bylines": "By Ann Lee\n\n",
    "datelines": "LONDON (AP) — ",
    "possessives": "Ann’s ",
    "according to": "according to ",
    "the company": "“We go now,” the company said. Halden Optics rose. ",
    "the minister": "“We go now,” the minister said. ",
    "spokesmen": "“We go now,” a spokesman for Halden said. ",
    "pronouns": "“We go now,” he said. She did not. ",
    "indirect speech": "Ann Lee said that they would go. ",
}  # fmt: skip


def from_bytes_to_rows(path: Path) -> int:
    """Return the number of rows of a text file."""
    rejects: list[Reject] = []
    rows = 0
    for document in read([str(path)], ReadOptions(), rejects.append):
        for article in clean(document).articles:
            rows += len([quote_row(article, quote) for quote in find_quotes(article)])
    return rows


def seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def taken(name: str, size: int, path: Path) -> float:
    """Return the CPU seconds that a text of a size takes, the better of two turns."""
    piece = HOSTILE[name]
    path.write_text(piece * (size // len(piece)) + END, encoding="utf-8")
    return min(seconds(lambda: from_bytes_to_rows(path)) for _ in range(2))


PROMISED = [
    *("one paragraph", "one paragraph without speech", "curly opening marks", "curly closing marks", "straight marks"),
    *("single opening marks", "single closing marks", "apostrophes", "guillemets", "low marks", "typewriter marks"),
    *("mixed marks", "nested brackets", "closing brackets", "one word", "one capital word", "colons", "newlines"),
    *("capitalised words", "digits", "he said", "unclosed marks", "spaces"),
]


@pytest.mark.parametrize("name", PROMISED)
def test_a_megabyte_takes_seconds(name: str, tmp_path: Path) -> None:
    assert taken(name, MEGABYTE, tmp_path / "a.txt") < SECONDS * BUSY


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_twice_the_text_takes_twice_the_time(name: str, tmp_path: Path) -> None:
    more = taken(name, MEGABYTE // 4, tmp_path / "a.txt")
    assert more < QUICK or more < GROWTH * taken(name, MEGABYTE // 8, tmp_path / "a.txt")
