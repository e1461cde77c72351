"""Parts of pages: numbers, tables, cards, quotations, and the page around them; every value is escaped.

A figure is a mapping with ``value, low, high``, as ``metrics.json`` has them; None stands for what is not defined.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from pipeline.html_page import html_page
from pipeline.report.style import STYLE

Figure = Mapping[str, Any]

MISSING = "–"

_AROUND = 60
"""Words that are shown before a quotation, and behind it: its sentence and more in nearly all articles."""
_LETTERS = 12
"""Characters for each of them; a text that has no spaces is cut anywhere."""
_WORD = re.compile(r"\S+")


def number(value: float | None, *, signed: bool = False) -> str:
    """Return three decimals, or a dash for what is not defined."""
    return MISSING if value is None else f"{value:+.3f}" if signed else f"{value:.3f}"


def interval(figure: Figure, *, signed: bool = False) -> str:
    """Return ``LOW to HIGH``, or a dash."""
    if figure.get("low") is None or figure.get("high") is None:
        return MISSING
    return f"{number(figure['low'], signed=signed)} to {number(figure['high'], signed=signed)}"


def with_interval(figure: Figure, *, signed: bool = False) -> str:
    """Return ``VALUE (LOW to HIGH)``."""
    return f"{number(figure['value'], signed=signed)} ({interval(figure, signed=signed)})"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, kind: str = "") -> str:
    """Return a table that scrolls sideways by itself; the first cell of a row is its heading."""
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "\n".join(
        f'<tr><th scope="row">{escape(first)}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in rest) + "</tr>"
        for first, *rest in rows
    )
    start = f"<thead><tr>{top}</tr></thead>\n" if head else ""
    return f'<div class="wide" tabindex="0"><table class="{kind}">{start}<tbody>\n{body}\n</tbody></table></div>'


def card(title: str, figure: str, lines: Sequence[str]) -> str:
    """Return a box of the first screen: a question, the figure that answers it, and what belongs to it."""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    big = f"<strong>{escape(figure)}</strong>" if figure else ""
    return f'<section class="card"><h2>{escape(title)}</h2>{big}<ul class="quiet">{items}</ul></section>'


def settings(values: Mapping[str, Any]) -> str:
    """Return names and values as they are."""
    return table((), [(str(name), str(value)) for name, value in values.items()], kind="config")


def folded(title: str, content: str) -> str:
    """Return content that a click shows."""
    return f"<details><summary>{escape(title)}</summary>\n{content}\n</details>"


def in_context(text: str, context: str | None) -> str:
    """Return a quotation, whole and marked, with the nearest words of its context; alone where that does not hold it.

    Examples
    --------
    >>> in_context("“No”", "He said “No” twice.")
    'He said <mark>“No”</mark> twice.'
    """
    before, after = around(text, context)
    return f"{escape(before)}<mark>{escape(text)}</mark>{escape(after)}"


def around(text: str, context: str | None) -> tuple[str, str]:
    """Return the nearest words of the context before and behind a quotation; none where it does not hold it.

    Examples
    --------
    >>> around("“No”", "He said “No” twice.")
    ('He said ', ' twice.')
    """
    before, found, after = (context or "").partition(text)
    return (_last_words(before), _first_words(after)) if found else ("", "")


def _last_words(text: str) -> str:
    starts = [match.start() for match in _WORD.finditer(text)][-_AROUND:]
    longest = len(text) - _AROUND * _LETTERS
    cut = next((start for start in starts if start >= longest), max(longest, 0))
    return f"… {text[cut:]}" if text[:cut].strip() else text


def _first_words(text: str) -> str:
    ends = [match.end() for match in _WORD.finditer(text)][:_AROUND]
    longest = _AROUND * _LETTERS
    cut = next((end for end in reversed(ends) if end <= longest), min(longest, len(text)))
    return f"{text[:cut]} …" if text[cut:].strip() else text


def quotations(rows: Iterable[Mapping[str, Any]], notes: Iterable[str]) -> str:
    """Return statements, each marked in its context, with who says it, toward what, and an escaped note."""
    items = "\n".join(
        f"<li><p>{in_context(row['text'], row.get('context'))}</p>"
        f'<p class="quiet">{escape(row.get("speaker") or "no speaker")}, toward {escape(row["target"])}</p>'
        f"<p>{note}</p></li>"
        for row, note in zip(rows, notes, strict=True)
    )
    return f'<ol class="quotes">\n{items}\n</ol>'


def safe_link(address: str | None) -> str | None:
    """Return an address that a page may link to, http or https; None for any other, which could run a script.

    Examples
    --------
    >>> safe_link(" https://example.org/a "), safe_link("javascript:alert(1)"), safe_link("https:evil")
    ('https://example.org/a', None, None)
    """
    stripped = (address or "").strip()
    plain = stripped.isprintable() and not any(sign.isspace() for sign in stripped)
    return stripped if plain and stripped.lower().startswith(("http://", "https://")) else None


def page(
    title: str,
    body: str,
    *,
    scripts: str = "",
    policy: str = "",
    sections: Mapping[str, str] | None = None,
    style: str = "",
) -> str:
    """Return one HTML file.

    Parameters
    ----------
    scripts
        Elements for the end of the page.
    policy
        What scripts a browser may run, as sources of a content security policy; none without.
    sections
        Titles of the parts to jump to, by id.
    style
        Rules of this page alone.
    """
    links = "".join(f'<li><a href="#{key}">{escape(name)}</a></li>' for key, name in (sections or {}).items())
    content = f"""<main>
<h1>{escape(title)}</h1>
{body}
</main>
{f'<nav aria-label="Parts"><ul>{links}</ul></nav>' if links else ""}
{scripts}"""
    return html_page(title, content, style=STYLE + style, scripts=policy)
