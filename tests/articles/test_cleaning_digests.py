"""Digests cut into their articles, and headlines that stand in running text cut out."""

import gzip
import json
from pathlib import Path

import pytest

from pipeline.articles.cleaning import clean
from pipeline.records import Document

BODY = (
    "The council voted on Tuesday to keep the cameras for another year, after a debate of six hours. "
    "“We looked for a reason to switch them off and found none,” said Mira Olsen, who chairs it."
)
DIGEST = f"""The evening letter
Four stories in five minutes.

Cameras stay for another year

By Ana Silva

LISBON – {BODY}

Read the full story here.

Ports keep their drones, for now

{BODY}

(Reporting by Bo Lund; Editing by Ana Silva)

Drones over the U.S.

A look from above

By Bo Lund and Ana Silva
ROTTERDAM (Northline) - {BODY}

Read the full story here.

You receive this letter because you signed up for it.
"""


def test_a_digest_is_cut_into_its_articles() -> None:
    articles = clean(Document(DIGEST, "d.txt", title="The evening letter")).articles
    assert [(a.title, a.byline, a.dateline) for a in articles] == [
        ("Cameras stay for another year", "Ana Silva", "LISBON"),
        ("Ports keep their drones, for now", None, None),
        ("Drones over the U.S.", "Bo Lund and Ana Silva", "ROTTERDAM (Northline)"),
    ]
    assert len({a.article_id for a in articles}) == 3
    assert len({a.raw_sha256 for a in articles}) == 1
    assert all(a.text.endswith(BODY) for a in articles)


SINGLE = [
    f"Cameras stay\n\nBy Ana Silva\n\nLISBON – {BODY}\n\nTHE LONG DEBATE\n\n{BODY}\n\n(Reporting by Bo Lund)",
    f"{BODY}\n\n(Reporting by Bo Lund)\n\nFerry timetable: what changes\n\nMayor to step down in spring\n",
    f"{BODY}\n\nRead the full story here.\n\nA heading of four words\n\n{BODY}",
    f"{BODY}\nRead more: Mayor to step down\nThe long debate in short\n{BODY}\n{BODY}",
]


@pytest.mark.parametrize("text", SINGLE)
def test_one_article_is_not_cut(text: str) -> None:
    assert len(clean(Document(text, "s.txt")).articles) == 1


SPOKEN = "“If the cameras go, the thieves will come back to this square, and they know it.”"
RUN_ON = f"{BODY} {BODY} Olsen said that she would wait. Olsen also asked for patience. {BODY} {BODY} "
GLUED = [
    ("Ban on cameras needless and costly, shopkeepers’ leader says ", f"{SPOKEN} {BODY}"),
    ("Velmark says the ministry does not want to talk about Tessaly ", "Olsen also accused the ministry of sloth."),
    ("Harbour city bans cameras from playgrounds ", "The move came after a long debate."),
]


@pytest.mark.parametrize(("headline", "after"), GLUED)
def test_a_headline_glued_into_a_run_on_scrape_is_cut_out(headline: str, after: str) -> None:
    result = clean(Document(f"{RUN_ON}{headline}{after}", "g.txt"))
    assert result.dropped.get("glued-headlines") == 1
    assert result.articles[0].text == f"{RUN_ON}{after}"


PLAIN = [
    "Olsen calls the plan a mistake, and The Courier agrees with her.",
    "The minister says the threat Olsen described is real.",
    "Norvane says it is “The People’s Network” and rejects the charge.",
    "“Velmark says the ministry does not want to talk about Tessaly The move came late,” Olsen said.",
]


@pytest.mark.parametrize("sentence", PLAIN)
def test_plain_sentences_of_a_run_on_scrape_stay(sentence: str) -> None:
    text = f"{RUN_ON}{sentence} {BODY}"
    assert clean(Document(text, "p.txt")).articles[0].text == text


def test_link_widgets_are_cut_from_name_to_more() -> None:
    text = f"{BODY}\nSen. Mira Olsen Mira Ann OlsenFerry runs late Mayor to 'step down' MORE (D-Md.) said “no.”\n{BODY}"
    assert "Sen. Mira Olsen (D-Md.) said “no.”" in clean(Document(text, "w.txt")).articles[0].text


def test_no_widget_is_cut_inside_a_quotation() -> None:
    line = "“Sen. Mira Olsen Mira Ann OlsenFerry runs late MORE is wrong,” he said."
    assert line in clean(Document(f"{BODY}\n{line}", "w.txt")).articles[0].text


def test_closing_furniture_of_a_run_on_scrape_goes_sentence_by_sentence() -> None:
    text = f"{RUN_ON}Nobody spoke."
    assert clean(Document(f"{text} Follow us on Chirrup. Contact us.", "c.txt")).articles[0].text == text


def test_founding_documents_keep_every_gold_quote_whole_in_the_body(shared: Path) -> None:
    gold = [json.loads(line) for line in (shared / "seeds" / "gold.jsonl").read_text("utf-8").splitlines()]
    for path in sorted((shared / "seeds").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        articles = clean(Document(text, path.name)).articles
        where = {
            offset: (part, segment.region)
            for part, article in enumerate(articles, start=1)
            for segment in article.segments
            for offset in range(segment.raw_start, segment.raw_end)
        }
        for row in gold:
            if row["doc"] == path.name and row["kind"] != "term":
                seen = {where.get(i) for i in range(row["start"], row["end"]) if not text[i].isspace()}
                assert seen == {(row.get("article", 1), "body")}, row["quote"]


def test_the_founding_digest_is_ten_articles(shared: Path) -> None:
    (path,) = (shared / "seeds").glob("003*.txt")
    articles = clean(Document(path.read_text(encoding="utf-8"), path.name)).articles
    assert len(articles) == 10
    assert all(article.title for article in articles)


def test_the_pool_is_hardly_ever_cut(shared: Path) -> None:
    cut = glued = 0
    with gzip.open(shared / "data" / "news_articles.jsonl.gz", "rt", encoding="utf-8") as rows:
        for line in rows:
            row = json.loads(line)
            result = clean(Document(row["text"], row["id"], title=row["title"], outlet=row["outlet"]))
            cut += len(result.articles) > 1
            glued += result.dropped.get("glued-headlines", 0)
    # One newspaper page among the 836 is a true digest.
    assert cut <= 2
    assert glued <= 2
