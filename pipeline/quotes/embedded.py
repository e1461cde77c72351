"""Reporting verbs inside what another one reports: "Lee said he would advise …", "Lee told a man who argued …"."""

from __future__ import annotations

from pipeline.quotes.lexicon import MODALS, SAY_FORMS
from pipeline.quotes.phrases import Mention, Tokens

_FAR_RELATIVE, _FAR_PRONOUN = 4, 2
"""Tokens between an embedded verb and what it does not introduce."""


def is_embedded(tokens: Tokens, cue: int, at: int, mention: Mention | None) -> bool:
    """Tell a verb that gives way to one further left.

    Parameters
    ----------
    cue, at
        Places of the verb and of the quotation.
    mention
        Its subject.
    """
    behind_modal = cue > 0 and tokens[cue - 1].lower in MODALS and not tokens[cue].lower.endswith("ing")
    if mention is None or mention.kind != "pronoun":
        return behind_modal
    in_relative = mention.antecedent is not None
    far = at - cue > (_FAR_RELATIVE if in_relative else _FAR_PRONOUN)
    return behind_modal or (in_relative and tokens[at - 1].text == ":") or (far and tokens[cue].lower not in SAY_FORMS)
