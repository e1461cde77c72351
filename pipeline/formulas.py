"""Texts that a spreadsheet would run as formulas: guarded by an apostrophe, which is taken off again."""

from __future__ import annotations

import re

# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection"), in full width, too. An apostrophe
# before it makes it text. Texts that begin with such apostrophes get one more, so that every one put can be taken off.
_RISKY = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def guarded(value: str) -> str:
    """Return a text that no spreadsheet takes for a formula; ``unguarded`` gives it back.

    Examples
    --------
    >>> guarded("=1+1"), guarded("1+1"), guarded("'=1+1")
    ("'=1+1", '1+1', "''=1+1")
    """
    return f"'{value}" if _RISKY.match(value) else value


def unguarded(value: str) -> str:
    """Return the text that was guarded."""
    return value[1:] if value.startswith("'") and _RISKY.match(value) else value
