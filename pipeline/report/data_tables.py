"""DataTables, as itables ships it for use without a network: tables that sort and turn pages, by keyboard, too."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from pipeline.report.scripts import Script, closed

_EXPORT = re.compile(r"export\{[^{}]*?([\w$]+) as default[^{}]*\}")


@cache
def data_tables() -> Script:
    """Return the library as a module that makes ``DataTable`` known to the scripts behind it.

    Only one script of a page could import from another that stands in the page under an address, which the content
    security policy forbids. So the export is made a global name.

    Raises
    ------
    ValueError
        If the bundle of this version of itables exports otherwise.
    """
    bundle = (files("itables") / "html" / "dt_bundle.js").read_text(encoding="utf-8")
    source, found = _EXPORT.subn(r"globalThis.DataTable=\1", bundle)
    if found != 1:
        raise ValueError("the bundle of itables has another form than this project knows; pin the version of before")
    return Script(closed(source), module=True)
