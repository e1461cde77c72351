"""Charts inside a page: their specifications as data, and the libraries that draw them, once, without the network."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from html import escape
from typing import Any, NamedTuple

Spec = Mapping[str, Any]

_DRAW = """
for (const place of document.querySelectorAll("[data-chart]")) {
  const spec = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  vegaEmbed(place, spec, {renderer: "svg", actions: false, ast: true});
}
"""


class Script(NamedTuple):
    """A script of a page; one with ``module`` keeps its names to itself, and runs when the page has been read."""

    source: str
    module: bool = False


@cache
def libraries() -> Script:
    """Return what draws charts: Vega, Vega-Lite and vega-embed, as vl-convert bundles them."""
    import vl_convert

    return Script(closed(vl_convert.javascript_bundle()))  # type: ignore[call-arg]


def closed(source: str) -> str:
    """Return a script of others in which no string ends the element."""
    return source.replace("</script", "<\\/script")


def scripted(*given: Script) -> tuple[str, str]:
    """Return the elements of scripts, in order, and the content security policy that allows only them."""
    kinds = [' type="module"' if script.module else "" for script in given]
    elements = [f"<script{kind}>{script.source}</script>" for kind, script in zip(kinds, given, strict=True)]
    hashes = [base64.b64encode(sha256(script.source.encode()).digest()).decode() for script in given]
    return "\n".join(elements), " ".join(f"'sha256-{digest}'" for digest in hashes)


def scripts() -> tuple[str, str]:
    """Return the elements that draw all charts of a page, and the content security policy that allows only them.

    Vega reads the expressions of specifications by its interpreter (``ast``), so the policy forbids ``eval``.
    """
    return scripted(libraries(), Script(_DRAW))


def chart(key: str, spec: Spec, caption: str) -> str:
    """Return the place of a chart with its specification, which is data and never run.

    Parameters
    ----------
    key
        Unique on the page.
    caption
        What the chart shows, in words, for those who do not see it too.
    """
    data = json.dumps(spec, sort_keys=True).replace("<", "\\u003c")
    return (
        f'<figure><div class="chart" data-chart="{escape(key)}" role="img" aria-label="{escape(caption)}"></div>\n'
        f'<script type="application/json" id="{escape(key)}">{data}</script>\n'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )
