"""Which tokens of a text are averaged."""

from __future__ import annotations

from typing import Any

from pipeline.stance.inputs import quotation

Text = str | tuple[str, str]
"""A text for itself, or a pair of ``inputs.pairs``."""

OUTSIDE, CONTEXT, FOCUS = 0, 1, 2


def spans(encoding: Any, text: Text) -> list[int]:
    """Return for each token whether it is of the focus, of what stands around it, or of neither.

    Parameters
    ----------
    encoding
        Of the tokenizers library.
    text
        What was encoded. A text for itself is all focus, as sentence encoders take it. Of a pair the quotation is, and
        the rest of the second text stands around it; where the quotation was cut off, the rest takes its place.
    """
    if isinstance(text, str):
        return [FOCUS] * len(encoding.ids)
    start, end = quotation(text[1])
    found = [
        OUTSIDE if sequence != 1 else FOCUS if first < end and last > start else CONTEXT
        for sequence, (first, last) in zip(encoding.sequence_ids, encoding.offsets, strict=True)
    ]
    return found if FOCUS in found else [FOCUS] * len(found)
