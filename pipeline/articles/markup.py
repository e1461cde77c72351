"""Marks that layout left in the text: rules, list marks, Markdown, stray HTML tags. The words around them stay."""

from __future__ import annotations

import re

from pipeline.articles.lines import Line, Page

_RULE = re.compile(r"[\s*_\-=~#>•·–—.…|]+")
_HEADING_MARK = re.compile(r"#{1,6} *(?=\S)")
_QUOTED_BLOCK = re.compile(r"(?:> ?)+")
# A long dash at the start is an attribution or a spoken line, not a list mark.
_BULLET = re.compile(r"[•◦▪▫●○‣⁃∙·■□◆◇►▶▸➤➜→⦁✓✔](?: ?[•◦▪●])* *|[-–*] +(?=\S)")
_BULLET_MARKS = frozenset("•◦▪▫●○‣⁃∙·■□◆◇►▶▸➤➜→⦁✓✔-–*")
_TAG = re.compile(r"</?[a-zA-Z][\w-]{0,20}(?: [^<>]{0,300})?/?>")
_IMAGE = re.compile(r"!\[[^\[\]]{0,200}\]\([^()\s]{0,500}\)")
_LINK = re.compile(r"\[([^\[\]]{1,300})\]\((?:https?:|/|#|mailto:)[^()\s]{0,500}\)")
_STARS = re.compile(r"\*{2,}")
_UNDERLINES = re.compile(r"(?<!\w)__(?=\S)|(?<=\S)__(?!\w)")
_EMPHASIS = re.compile(r"(?<![\w*_])([*_])(?=[^\s*_])([^*_]{1,400}?)(?<=[^\s*_])\1(?![\w*_])")


def _strong_marks(text: str) -> list[tuple[int, int]]:
    """Return the double stars that set words in bold; stars in a word, with none open, mask a swear word."""
    marks: list[tuple[int, int]] = []
    for match in _STARS.finditer(text):
        if len(marks) % 2 or not text[match.start() - 1 : match.start()].isalpha():
            marks.append(match.span())
    return marks


def _inline_cuts(text: str) -> list[tuple[int, int]]:
    """Return the spans of marks inside a line, in order and without overlaps."""
    cuts: list[tuple[int, int]] = []
    if "<" in text:
        cuts += [match.span() for match in _TAG.finditer(text)]
    if "](" in text:
        cuts += [match.span() for match in _IMAGE.finditer(text)]
        for match in _LINK.finditer(text):
            cuts += [(match.start(), match.start(1)), (match.end(1), match.end())]
    if "**" in text:
        cuts += _strong_marks(text)
    if "__" in text:
        cuts += [match.span() for match in _UNDERLINES.finditer(text)]
    for match in _EMPHASIS.finditer(text):
        cuts += [(match.start(), match.start() + 1), (match.end() - 1, match.end())]
    apart: list[tuple[int, int]] = []
    for cut in sorted(cuts):
        if not apart or cut[0] >= apart[-1][1]:
            apart.append(cut)
    return apart


def strip_markup(page: Page) -> None:
    """Drop lines that are mere rules, and cut marks of Markdown and HTML out of the others."""
    for line in page.lines:
        text = line.text
        if not text[0].isalnum() and _RULE.fullmatch(text):
            page.drop(line, "rules")
            continue
        if text[0] == "#" and (match := _HEADING_MARK.match(text)):
            page.cut(line, 0, match.end(), "markup")
            line.bullet = "#"
        elif text[0] == ">" and (match := _QUOTED_BLOCK.match(text)):
            page.cut(line, 0, match.end(), "markup")
            line.bullet = ">"
        if "*" in text or "_" in text or "<" in text or "](" in text:
            cuts = _inline_cuts(line.text)
            if cuts:
                page.cut_all(line, cuts, "markup")


def strip_bullets(page: Page) -> None:
    """Cut list marks from the start of lines; the lines remember them."""
    for line in page.lines:
        if line.region and line.text[0] in _BULLET_MARKS and (match := _BULLET.match(line.text)):
            _cut_bullet(page, line, match.end())


def _cut_bullet(page: Page, line: Line, end: int) -> None:
    """Cut one list mark."""
    line.bullet = line.text[0]
    page.cut(line, 0, end, "bullets")
