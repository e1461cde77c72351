"""Page furniture: what a site puts around an article for its readers' clicks, dropped line by line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pipeline.articles.lines import Line, Page
from pipeline.articles.wording import furniture_step

_LONGEST_LINK = 160
_LONGEST_HEADER = 60
_MASTHEAD_EXTRA = 15
_RUN_ON = 800  # a paragraph this long comes from a page that lost its lines
_LONGEST_RUN_ON = 200_000  # nothing a person wrote
_LONGEST_CLOSING = 100

# Headers over a list of links: the link lines after them go too. Under a weak header only marked lines are links.
_WEAK_HEADER = re.compile(r"\W*read (?:more|next|also)\W*", re.IGNORECASE)
_LIST_HEADER = re.compile(
    r"\W*(?:related(?: (?:stories|articles|content|coverage|topics|links|posts|news|reading))?(?: around the web)?"
    r"|(?:most|more) (?:read|popular|viewed|shared|commented|watched|recent|discussed|stories|news"
    r"|headlines|coverage|articles|like this)(?: .{0,40})?"
    r"|more (?:from|on|in|about) .{1,40}|read more .{1,40}|also read|read also|see also"
    r"|also in .{1,30}|from (?:your|our|the) .{0,30}(?:articles|web|archives?)"
    r"|top (?:\d+ )?(?:stories|news|headlines)|trending(?: now| stories| articles)?|popular(?: now"
    r"| stories)?|recommended(?: for you| stories| reading)?|what to read next|up next"
    r"|editors?[’']?s?[’']? (?:picks?|choice)|latest(?: news| stories| headlines| in .{1,30})?"
    r"|you (?:may|might|could) (?:also |have )?(?:like|missed|be interested in).{0,20}"
    r"|in case you missed it|don[’']t miss|featured(?: stories)?|topics|tags|filed under"
    r"|further reading|stay connected|explore more(?: .{1,40})?|other stories|next stories"
    r"|must[- ]reads?)\W*",
    re.IGNORECASE,
)
_SENTENCE_START = re.compile(r"[.!?…][”\"’')]* (?=[A-ZÀ-Þ©])")
_NUMBERED = re.compile(r"\d{1,2}[.)]? ")
_SENTENCE_END = re.compile(r"[.!…:;,][\"”’')\]]*$")


def _marked(line: Line) -> bool:
    """Whether a line is an item of a list."""
    return bool(line.bullet) or bool(_NUMBERED.match(line.text))


def _link_list(lines: list[Line], start: int, *, marked: bool) -> list[Line]:
    """Return the lines of links that follow a list header: one kind of list, short, no sentences, no blank line."""
    links: list[Line] = []
    for index in range(start, len(lines)):
        line = lines[index]
        only_marked = marked or (bool(links) and _marked(links[0]))
        if line.region is None or (links and line.gap) or line.bullet == "#" or (only_marked and not _marked(line)):
            break
        if len(line.text) > _LONGEST_LINK or _SENTENCE_END.search(line.text):
            break
        links.append(line)
    return links


def _unknown_buttons(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield items of a word or two that follow known share buttons in their list."""
    near = False
    for line in lines:
        short = bool(line.bullet) and line.text.count(" ") < 2 and not _SENTENCE_END.search(line.text)
        near = line.step == "share-buttons" or (near and short)
        if near and line.region == "body":
            yield line


def _is_masthead(text: str, outlet: str | None) -> bool:
    """Whether a line is little more than the outlet's name."""
    if not outlet or len(text) > len(outlet) + _MASTHEAD_EXTRA or _SENTENCE_END.search(text):
        return False
    return outlet.casefold() in text.casefold()


def _drop_links(page: Page, index: int) -> bool:
    """Drop the links under a list header, with the header; return False for any other line."""
    line = page.lines[index]
    if line.bullet or len(line.text) > _LONGEST_HEADER:
        return False
    weak = bool(_WEAK_HEADER.fullmatch(line.text))
    if not weak and not _LIST_HEADER.fullmatch(line.text):
        return False
    links = _link_list(page.lines, index + 1, marked=weak)
    for dropped in (line, *links):
        page.drop(dropped, "link-lists" if links or not weak else "read-more")
    return True


def drop_furniture(page: Page) -> None:
    """Drop lines of page furniture, and the links under headers such as "Most read"."""
    for index, line in enumerate(page.lines):
        if line.region is None or _drop_links(page, index):
            continue
        if step := furniture_step(line.text):
            page.drop(line, step)
        elif _is_masthead(line.text, page.outlet):
            page.drop(line, "masthead")
    if page.counts.get("share-buttons"):
        for ordered in (page.lines, page.lines[::-1]):
            for line in _unknown_buttons(ordered):
                page.drop(line, "share-buttons")


def drop_closing_sentences(page: Page, lines: list[Line]) -> None:
    """Cut furniture that a run-on scrape glued to its last paragraph, a sentence at a time."""
    last = next((line for line in reversed(lines) if line.region == "body"), None)
    if last is None or not _RUN_ON <= len(last.text) <= _LONGEST_RUN_ON:
        return
    for match in reversed(list(_SENTENCE_START.finditer(last.text))):
        sentence = last.text[match.end() :].rstrip(".")
        if len(sentence) > _LONGEST_CLOSING or furniture_step(sentence) is None:
            return
        page.cut(last, match.end(), len(last.text), "closing-sentences")
