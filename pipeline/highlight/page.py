"""Articles as one HTML page: it loads nothing, runs no script, and escapes every text.

It reads on a phone, in light and in dark, by keyboard and aloud, and on paper.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import NamedTuple

from pipeline.highlight.runs import Mark, Run
from pipeline.highlight.style import SPEAKERS, STYLE
from pipeline.highlight.views import Paragraph, Piece, View, Voice, printable
from pipeline.html_page import html_page

_EXCERPT = 140  # characters of a quotation in the list: enough to know it again
_NAMED = 9  # quotations of one cue or mention: a list without end would be repeated in every run
_SAFE = ("http://", "https://")

_LEGEND = (
    ('<mark class="v0"><span class="label">1A</span>“words”</mark>', "quotation 1, said by speaker A"),
    ('<span class="content v0">clause</span>', "what is attributed together with it"),
    ('<mark class="indirect v0"><span class="label">2A</span>report</mark>', "speech without marks"),
    ('<mark class="term v{none}"><span class="label">3t</span>“term”</mark>', "term, name or title: no statement"),
    ('<b class="speaker v0">she<span class="label">A</span></b>', "the speaker as written there"),
    ("<u>said</u>", "the cue"),
)


def page(views: Sequence[View], *, notes: Sequence[str] = ()) -> str:
    """Return one HTML file that shows the articles, one after the other.

    Parameters
    ----------
    notes
        Lines about the whole: how many articles were left out, for instance.
    """
    alone = len(views) == 1
    title = views[0].title if alone else f"Quotations of {len(views)} articles"
    top = "" if alone else f"<h1>{escape(title)}</h1>\n"
    remarks = "".join(f'<p class="quiet">{escape(printable(note))}</p>\n' for note in notes)
    articles = "\n".join(_article(view, number, 1 if alone else 2) for number, view in enumerate(views, start=1))
    body = f"""<header>
<a class="skip" href="#main">To the text</a>
{top}{remarks}{_legend()}{"" if alone else _contents(views)}</header>
<main id="main">
{articles}
</main>
<footer>
<p class="quiet">Quotations, speakers and cues were found by a program and may be wrong. Made by
<code>stance quotes</code>.</p>
</footer>"""
    return html_page(title, body, style=STYLE)


def _legend() -> str:
    items = "\n".join(f"<li>{sample.format(none=SPEAKERS)} {meaning}</li>" for sample, meaning in _LEGEND)
    return f'<details class="key" open>\n<summary>What the marks mean</summary>\n<ul>\n{items}\n</ul>\n</details>\n'


def _contents(views: Sequence[View]) -> str:
    items = "\n".join(
        f'<li><a href="#a{number}">{escape(view.title)}</a> <span class="quiet">{_counted(view)}</span></li>'
        for number, view in enumerate(views, start=1)
    )
    return f'<nav aria-label="Articles">\n<ol>\n{items}\n</ol>\n</nav>\n'


def _counted(view: View) -> str:
    statements = sum(not piece.is_term for piece in view.pieces)
    counts = ((statements, "quotation"), (len(view.pieces) - statements, "term"), (len(view.voices), "speaker"))
    told = [f"{count} {name}{'s' * (count != 1)}" for count, name in counts if count]
    return ", ".join(told) or "no quotations"


def _article(view: View, number: int, level: int) -> str:
    """Return one article; ``level`` is that of its heading, and the lists below it are one level deeper."""
    key = f"a{number}"
    elements = {mark: _element(view, mark, key) for mark in view.marks}
    heading = escape(view.title) if view.heading is None else _runs(view, view.heading, elements)
    body = "\n".join(_paragraph(view, p, elements) for p in view.paragraphs if p is not view.heading)
    return f"""<article id="{key}" aria-labelledby="{key}h">
<header>
<h{level} id="{key}h">{heading}</h{level}>
{_origin(view)}
<p class="meta">{_counted(view)}</p>
{_voices(view, key)}</header>
<div class="columns">
<div class="text">
{body}
</div>
{_list(view, key, level + 1)}</div>
</article>"""


def _origin(view: View) -> str:
    url = view.article.url or ""
    parts = [escape(view.origin)] if view.origin else []
    if url.lower().startswith(_SAFE):
        parts.append(f'<a href="{escape(printable(url))}" rel="noopener noreferrer">original</a>')
    return f'<p class="meta">{", ".join(parts)}</p>' if parts else ""


def _voices(view: View, key: str) -> str:
    if not view.voices:
        return ""
    items = "\n".join(
        f'<li class="{_tint(voice)}"><span class="label">{voice.letter}</span> <b>{escape(voice.name)}</b>'
        f"{escape(''.join(f', {fact}' for fact in voice.facts))}: {_links(voice.numbers, key)}</li>"
        for voice in view.voices
    )
    return f'<ul class="voices" aria-label="Speakers">\n{items}\n</ul>\n'


def _links(numbers: Sequence[int], key: str) -> str:
    return ", ".join(f'<a href="#{key}q{n}">{n}</a>' for n in numbers)


def _tint(voice: Voice | None) -> str:
    return f"v{voice.index % SPEAKERS if voice else SPEAKERS}"


def _paragraph(view: View, paragraph: Paragraph, elements: Mapping[Mark, _Element]) -> str:
    region = paragraph.region
    note = f'<span class="region">{region}</span>' if region != "body" else ""
    return f'<p class="{region}" dir="auto">{note}{_runs(view, paragraph, elements)}</p>'


def _runs(view: View, paragraph: Paragraph, elements: Mapping[Mark, _Element]) -> str:
    return "".join(_run(view.words(run), run, elements) for run in paragraph.runs)


def _run(words: str, run: Run, elements: Mapping[Mark, _Element]) -> str:
    """Return one run within the elements of all its marks, the outermost first."""
    opened, closed = [], []
    for mark in run.marks:
        element = elements[mark]
        opened += [f"<{element.tag}{element.attributes}>", element.first if mark.start == run.start else ""]
        closed += [f"</{element.tag}>", element.last if mark.end == run.end else ""]
    return "".join((*opened, escape(words), *reversed(closed)))


class _Element(NamedTuple):
    """What a mark becomes: ``first`` and ``last`` stand at its beginning and its end, inside."""

    tag: str
    attributes: str
    first: str = ""
    last: str = ""


def _element(view: View, mark: Mark, key: str) -> _Element:
    piece = view.piece(mark.numbers[0])
    numbers, tint = _some(mark.numbers), _tint(piece.voice)
    if mark.part == "cue":
        return _Element("u", f' title="cue of {numbers}"')
    if mark.part == "content":
        about = f"attributed together with {numbers}" + (f": {piece.voice.name}" if piece.voice else "")
        return _Element("span", f' class="content {tint}" title="{escape(about)}"')
    if mark.part == "speaker":
        name = f": {piece.voice.name}" if piece.voice else ""
        letter = f'<span class="label" aria-hidden="true">{piece.voice.letter}</span>' if piece.voice else ""
        return _Element("b", f' class="speaker {tint}" title="{escape(f"speaker of {numbers}{name}")}"', last=letter)
    about = escape(piece.summary)
    label = (
        f'<a class="label" id="{key}q{piece.number}" href="#{key}r{piece.number}" data-about="{about}"'
        f' aria-label="Quotation {about}">{piece.label}</a>'
    )
    return _Element("mark", f' class="{escape(piece.kind)} {tint}" title="{about}"', label)


def _some(numbers: Sequence[int]) -> str:
    more = len(numbers) - _NAMED
    return ", ".join(map(str, numbers[:_NAMED])) + (f" and {more} more" if more > 0 else "")


def _list(view: View, key: str, level: int) -> str:
    if not view.pieces:
        return ""
    items = "\n".join(_entry(view, piece, key) for piece in view.pieces)
    return f"""<section class="side" aria-labelledby="{key}l">
<h{level} id="{key}l">Quotations</h{level}>
<ol class="list">
{items}
</ol>
</section>
"""


def _entry(view: View, piece: Piece, key: str) -> str:
    row, number = piece.row, piece.number
    words = " ".join(view.text[row["start"] : row["end"]].split())
    words = words if len(words) <= _EXCERPT else f"{words[:_EXCERPT].rpartition(' ')[0] or words[:_EXCERPT]}…"
    name = escape(piece.voice.name) if piece.voice else "no speaker"
    facts = escape("".join(f", {fact}" for fact in piece.voice.facts)) if piece.voice else ""
    details = "".join(f"<dt>{escape(term)}</dt><dd>{escape(value)}</dd>" for term, value in _details(piece))
    return f"""<li id="{key}r{number}" class="{_tint(piece.voice)}">
<p><a class="label" href="#{key}q{number}" aria-label="Quotation {number} in the text">{piece.label}</a>
<b>{name}</b>{facts}</p>
<p><q>{escape(words)}</q></p>
<p class="facts">{"; ".join(_facts(piece, key))}</p>
<details class="more"><summary>More<span class="skip"> about quotation {number}</span></summary>
<dl>{details}</dl></details>
</li>"""


def _facts(piece: Piece, key: str) -> Iterator[str]:
    """Yield what the list tells of a quotation besides its speaker, as HTML."""
    yield escape(piece.kind)
    if piece.region:
        yield f"in a {escape(piece.region)}"
    if piece.row["cue"]:
        yield f"cue <u>{escape(printable(piece.row['cue']))}</u>"
    if piece.confidence:
        yield f"confidence {piece.confidence}"
    if piece.first and piece.first != piece.number:
        yield f"one utterance with {_links([piece.first], key)}"


def _details(piece: Piece) -> Iterator[tuple[str, str]]:
    row = piece.row
    if row["speaker_mention"]:
        yield "mention", printable(row["speaker_mention"])
    if row["speaker_id"]:
        yield "speaker id", printable(row["speaker_id"])
    yield "quotation id", printable(row["quote_id"])
    yield "utterance id", printable(row["utterance_id"])
    yield "place", f"characters {row['start']} to {row['end']}"
