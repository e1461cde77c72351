"""Titles and section headings: kept as paragraphs of their own region, so that they never run into the text below."""

from __future__ import annotations

import re

from pipeline.articles.lines import Line, Page

_LONGEST_TITLE = 170
_LONGEST_HEADING = 80
_HEADING_WORDS = 12
_LONGEST_LEAD = 12  # lines above the first paragraph that can still be titles and decks
_BODY = 160
_CLOSING_MARKS = 8
_LONGEST_ABBREVIATED = 110  # "… in U.S." may end a title as well as a sentence
_SENTENCE_END = re.compile(r"[.!?…][\"”’')\]]*$")
_OPEN_END = re.compile(r"(?:[.…:;,]|[-–—])[\"”’')\]]*$")
_ABBREVIATION_END = re.compile(r"\b(?:[A-Z]\.){2,}$")
# The last characters that these two can end in.
_LAST, _LAST_OPEN = frozenset(".!?…\"”’')]"), frozenset(".…:;,-–—\"”’')]")
_STARTS = re.compile(r"[A-ZÀ-Þ0-9“\"‘'«¿¡$€£#@(]")
_LONG_QUOTE = re.compile(r"[“\"][^“”\"]{45,}|[“\"](?:[^ ”\"]+ ){6,}")
_REPORTING = re.compile(r"\b(?:said|told|added|asked|replied|wrote)\b")
_LIST_LEAD = re.compile(
    r"(?:(?:important|key|main) )?(?:takeaways?|points?|facts|highlights|story highlights)\b.{0,20}", re.IGNORECASE
)
_WORD = re.compile(r"\w+")


def plain(text: str) -> str:
    """Return the words of a text in lower case, for telling whether two lines say the same."""
    return " ".join(_WORD.findall(text.casefold()))


def is_body(line: Line) -> bool:
    """Whether a line is running text: a whole sentence, or too long for anything else."""
    text = line.text
    if line.region != "body" or len(text) > _BODY:
        return line.region == "body"
    if text[-1] not in _LAST or not _SENTENCE_END.search(text, max(0, len(text) - _CLOSING_MARKS)):
        return False
    return len(text) >= _LONGEST_ABBREVIATED or not _ends_abbreviated(text)


def _ends_abbreviated(text: str) -> bool:
    """Whether a line ends in an abbreviation like "U.S."; two points tell most others before the pattern is tried."""
    return text[-1] == "." and text[-3:-2] == "." and bool(_ABBREVIATION_END.search(text))


def title_like(text: str) -> bool:
    """Whether a line could be a title: short, begun like one, and not ended like a sentence."""
    if len(text) > _LONGEST_TITLE or not _STARTS.match(text):
        return False
    if text[-1] in _LAST_OPEN and _OPEN_END.search(text) and not _ends_abbreviated(text):
        return False
    return not (("“" in text or '"' in text) and _REPORTING.search(text))


def _heading_like(line: Line) -> bool:
    """Whether a line amid the text could be a section heading."""
    text = line.text
    if len(text) > _LONGEST_HEADING or (line.bullet and line.bullet != "#"):
        return False
    if line.bullet == "#" or _LIST_LEAD.fullmatch(text):
        return True
    if text.count(" ") >= _HEADING_WORDS or _SENTENCE_END.search(text) or not title_like(text):
        return False
    return not _LONG_QUOTE.search(text)


def _same_title(text: str, title: str | None) -> bool:
    """Whether a line repeats the title that the source gives, with or without the site's name."""
    if not title or len(text) > 2 * _LONGEST_TITLE:
        return False
    a, b = plain(text), plain(title)
    return a == b or (min(len(a), len(b)) > 20 and (a.startswith(b) or b.startswith(a)))


def _is_lead_title(line: Line, title: str | None) -> bool:
    """Whether a line above the first paragraph is a title, a deck or a kicker."""
    if line.bullet == "#" or _same_title(line.text, title) or _LIST_LEAD.fullmatch(line.text):
        return True
    return (not line.bullet and title_like(line.text) and not line.text.endswith(("”", '"'))) or _heading_like(line)


def mark_headlines(page: Page, lines: list[Line], title: str | None) -> str | None:
    """Mark the titles and headings among these lines of one article; return the title it gives itself.

    Nothing is marked where no running text would be left.
    """
    kept = [line for line in lines if line.region == "body"]
    first = next(
        (index for index, line in enumerate(kept) if is_body(line) and not _same_title(line.text, title)), None
    )
    if first is None or first > _LONGEST_LEAD:
        first = 0
    titles = [line for line in kept[:first] if _is_lead_title(line, title)]
    for line in titles:
        page.mark(line, "headline", "headlines")
    for before, line, after in zip(kept[first:], kept[first + 1 :], kept[first + 2 :], strict=False):
        if _is_heading(before, line, after):
            page.mark(line, "headline", "headings")
    return _own_title(titles)


def _is_heading(before: Line, line: Line, after: Line) -> bool:
    """Whether a line between two others is a heading: the text before it has ended, and text follows."""
    if not _heading_like(line) or not (is_body(before) or before.region == "headline"):
        return False
    return line.bullet == "#" or len(after.text) > len(line.text) or is_body(after)


def _own_title(titles: list[Line]) -> str | None:
    """Return the first title of at least four words, else the first."""
    texts = [line.text for line in titles if line.bullet in ("", "#")]
    return next((text for text in texts if text.count(" ") >= 3), texts[0] if texts else None)


def drop_tail(page: Page, lines: list[Line]) -> None:
    """Drop the crumbs below an article's last paragraph: a few words that end nothing."""
    kept = [line for line in lines if line.region == "body"]
    if sum(is_body(line) for line in kept) < 2:
        return
    while kept and not is_body(kept[-1]):
        line = kept.pop()
        if (
            len(line.text) > 40
            or line.text.count(" ") > 4
            or line.text[-1] in ",:;"
            or _LONG_QUOTE.search(line.text)
            or line.bullet
        ):
            return
        page.drop(line, "tail")
