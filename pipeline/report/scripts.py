"""Charts inside a page: their specifications as data, and the libraries that draw them, once, without the network."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from html import escape
from typing import Any

Spec = Mapping[str, Any]

_DRAW = """
for (const place of document.querySelectorAll("[data-chart]")) {
  const spec = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  vegaEmbed(place, spec, {renderer: "svg", actions: false});
}
"""


@cache
def _libraries() -> str:
    import vl_convert

    bundle: str = vl_convert.javascript_bundle()  # type: ignore[call-arg]
    return bundle.replace("</script", "<\\/script")  # within a string of theirs it would end the element


def scripts() -> tuple[str, str]:
    """Return the elements that draw all charts of a page, and the content security policy that allows only them.

    Vega makes functions of the expressions in specifications, which are ours: hence ``unsafe-eval``.
    """
    sources = (_libraries(), _DRAW)
    hashes = " ".join(f"'sha256-{base64.b64encode(sha256(s.encode()).digest()).decode()}'" for s in sources)
    return "\n".join(f"<script>{source}</script>" for source in sources), f"{hashes} 'unsafe-eval'"


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
