"""What the page of quotations holds: one document of lists and numbers, which its script reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pipeline.findings.actors import Actor
from pipeline.findings.counting import Unit
from pipeline.findings.dates import every_month
from pipeline.findings.scored import ScoredRow
from pipeline.records import LABELS, Article
from pipeline.report.parts import around, safe_link

Document = dict[str, Any]
K = TypeVar("K", bound=Hashable)

_DIGITS = 3  # of a probability: more than any model is sure of
_NOBODY = "no speaker named"
_NO_TARGET = "no target"


def document(units: Sequence[Unit], articles: Mapping[str, Article]) -> Document:
    """Return the quotations of all units, with what they have in common told once: speakers, targets, articles.

    Lists of names are sorted, so that a number sorts as its name does; what is not known comes last.

    Parameters
    ----------
    units
        What counts once, at least one.
    articles
        By article id; only they know addresses.
    """
    said = [(row, unit) for unit in units for row in unit.rows]
    speakers = _numbered((unit.actor for unit in units), lambda actor: (actor is None, actor and _folded(actor.name)))
    targets = _numbered((unit.target for unit in units), lambda target: (target is None, _folded(target)))
    first = {row.article_id: row for row, _ in said}
    stories = _numbered(first, lambda key: (_folded(first[key].title), key))
    numbers = {unit.unit_id: index for index, unit in enumerate(units)}
    return {
        "labels": LABELS,
        "speakers": [_speaker(actor) for actor in speakers],
        "targets": [target or _NO_TARGET for target in targets],
        "outlets": sorted({row.outlet for row, _ in said if row.outlet}, key=_folded),
        "articles": [_article(first[key], articles.get(key)) for key in stories],
        "units": [[LABELS.index(unit.stance), stories[unit.cluster]] for unit in units],
        "quotes": [
            [
                row.row_id,
                numbers[unit.unit_id],
                stories[row.article_id],
                speakers[unit.actor],
                targets[unit.target],
                LABELS.index(row.stance),
                [round(p, _DIGITS) for p in row.probabilities],
                int(row.abstained),
                *in_sentence(row),
            ]
            for row, unit in said
        ],
        "months": _months([row.date.month if row.date else None for row, _ in said]),
    }


def as_json(value: Any) -> str:
    r"""Return JSON that may stand in a script element: nothing in it ends the element or begins another.

    Examples
    --------
    >>> as_json("</script><!--")
    '"\\u003c/script>\\u003c!--"'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text.encode("utf-8", "replace").decode("utf-8")  # halves of characters fit into no file


def in_sentence(row: ScoredRow) -> tuple[str, str, str]:
    """Return the words before the quotation, its own, and those behind it; its own alone where they do not hold it."""
    before, after = around(row.text, row.context)
    return before, row.text, after


def _numbered(values: Iterable[K], order: Callable[[K], Any]) -> dict[K, int]:
    """Return the number of each different value, in the order given."""
    return {value: index for index, value in enumerate(sorted(dict.fromkeys(values), key=order))}


def _folded(text: str | None) -> str:
    return (text or "").casefold()


def _speaker(actor: Actor | None) -> Document:
    if actor is None:
        return {"name": _NOBODY, "known": False, "facts": ""}
    facts = [actor.type or ""] if actor.type != "person" else []
    if not actor.known and actor.type != "unnamed":
        facts.append("in this article only")  # anybody's elsewhere, so one speaker in its article alone
    facts += [part for part in (actor.organisation, actor.country) if part and part != actor.name]
    return {"name": actor.name, "known": True, "facts": ", ".join(filter(None, facts))}


def _article(row: ScoredRow, article: Article | None) -> Document:
    date = row.date
    return {
        "title": row.title or row.source,
        "outlet": row.outlet or "",
        "date": str(date) if date else "",
        "month": date.month if date else None,
        "url": safe_link(article.url if article else None),
    }


def _months(told: Sequence[str | None]) -> Document:
    """Return the months from the first to the last quotation, those with data, and how many quotations have none."""
    known = sorted({month for month in told if month})
    return {"every": every_month(known[0], known[-1]) if known else [], "data": known, "unknown": told.count(None)}
