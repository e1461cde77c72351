"""What the doctor says of one thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "note", "broken"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    name
        What it is, in a word or two.
    state
        ``broken``: a command will fail, or gives what it should not; ``note``: good to know, nothing fails.
    text
        What was found, in one line.
    mend
        The command that mends it; None where nothing has to be mended, or no command can.
    """

    name: str
    state: State
    text: str
    mend: str | None = None


def listed(names: list[str], most: int = 5) -> str:
    """Return names in one line, the first few and the number of the others.

    Examples
    --------
    >>> listed(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
