"""Two invented articles with the rows of their quotations, for the tests of annotating and correcting."""

from dataclasses import replace

from pipeline.articles.cleaning import clean
from pipeline.labels.items import take_stock
from pipeline.quotes import find_quotes
from pipeline.records import Document
from pipeline.rows import quote_row
from pipeline.stages.correction import RULES

TARGET, OTHER = "Quillon routers", "Tessaly masts"

# The first line is furniture that cleaning drops, and the accents are composed: raw offsets differ from cleaned ones.
COUNCIL = (
    "Share this page\n\n"
    "Council delays the Quillon vote\n\n"
    "“The ban on Quillon routers is overdue,” said Mira Olsen, the mayor of Halden. Jonas Veld called it "
    "“a de\u0301tour without a map” and left.\n\n"
    "“We think this order is reckless and we will fight it,” Veld told reporters. The shop calls its window the “Box” "
    "these days.\n"
)
HARBOUR = (
    "Harbour board meets\n\n"
    "“The masts will stay where they are,” said Ada Brandt, a clerk. It rained. “Nobody has asked us,” she added.\n"
)
SAID = ("“The ban on Quillon routers is overdue,”", "“a détour without a map”", "“We think this order is reckless and")
TERM = "“Box”"


def article(text=COUNCIL, source="council.txt", target=TARGET):
    """Return a cleaned article."""
    (made,) = clean(Document(text, source, has_raw=not source.endswith(".html"))).articles
    return replace(made, target=target)


def rows_of(page):
    """Return the rows of an article's quotations."""
    return [quote_row(page, quote) for quote in find_quotes(page)]


def table(targets=(TARGET,)):
    """Return the articles and the rows of both, a row a quotation and target."""
    articles = [article(), article(HARBOUR, "harbour.txt")]
    return articles, [row | {"target": target} for page in articles for row in rows_of(page) for target in targets]


def stock(targets=(TARGET,), **options):
    """Return what there is to ask of both."""
    articles, rows = table(targets)
    return take_stock(rows, articles, RULES, **options)
