"""What all our HTML pages have in common: one file that loads nothing, its head, and the colours of paper and text."""

from __future__ import annotations

from html import escape
from typing import NamedTuple


class Colours(NamedTuple):
    """Colours of a page: ``soft`` is behind what stands apart, ``line`` is of rules, ``quiet`` of lesser text."""

    page: str
    soft: str
    line: str
    text: str
    quiet: str


LIGHT = Colours(page="#ffffff", soft="#f4f5f7", line="#d5d9de", text="#1b2026", quiet="#56606b")
DARK = Colours(page="#14181d", soft="#1e242b", line="#3a424c", text="#e6eaee", quiet="#a7b1bc")


def variables(colours: Colours) -> str:
    """Return the colours as declarations of a style sheet.

    Examples
    --------
    >>> variables(LIGHT)
    '--page: #ffffff; --soft: #f4f5f7; --line: #d5d9de; --text: #1b2026; --quiet: #56606b;'
    """
    return " ".join(f"--{name}: {value};" for name, value in colours._asdict().items())


def html_page(title: str, body: str, *, style: str, scripts: str = "") -> str:
    """Return one HTML file; a browser loads nothing else for it, and runs no script but those that are allowed.

    Parameters
    ----------
    title
        Of the browser's tab; it is escaped.
    body
        Elements; what they hold has to be escaped.
    style
        The style sheet.
    scripts
        Sources of the content security policy for scripts; none without.
    """
    allowed = (
        f"default-src 'none'; {f'script-src {scripts}; ' if scripts else ''}style-src 'unsafe-inline'; img-src data:"
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{allowed}">
<meta name="referrer" content="no-referrer">
<title>{escape(title)}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
"""
