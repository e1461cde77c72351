"""Who speaks: the actor behind each row, under one name in all articles."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.findings.scored import ScoredRow


@dataclass(frozen=True, slots=True)
class Actor:
    """Who speaks, as findings name them.

    Parameters
    ----------
    key
        The same for all rows of the actor and for no others.
    name
        For people to read; two actors may share it.
    type
        ``person``, ``organisation`` or ``unnamed``, or as the analyst's file has it.
    organisation
        To which the actor belongs; of an organisation, itself.
    known
        Whether this is the same actor in every article: a full name, or one that the analyst's file knows.
    """

    key: str
    name: str
    type: str | None = None
    organisation: str | None = None
    country: str | None = None
    known: bool = False


def speaker_key(row: ScoredRow) -> str | None:
    """Return what tells one speaker from another; None where nobody is named as the speaker.

    A full name is one speaker in all articles (``speaker_id``). A surname alone, or "a senior official", may be
    anybody's elsewhere, so it is one speaker in its article only.
    """
    if row.speaker is None:
        return None
    if row.speaker_id is not None:
        return row.speaker_id
    return f"{' '.join(row.speaker.casefold().split())} in {row.article_id}"


def attribute(rows: Iterable[ScoredRow]) -> dict[str, Actor]:
    """Return the actor of each row that has a speaker, by row id.

    Of several spellings of one speaker the commonest is the name, the longest among equals.
    """
    spoken: dict[str, list[ScoredRow]] = defaultdict(list)
    for row in rows:
        key = speaker_key(row)
        if key is not None:
            spoken[key].append(row)
    return {row.row_id: actor for key, own in spoken.items() for actor in [_actor(key, own)] for row in own}


def _actor(key: str, rows: list[ScoredRow]) -> Actor:
    name = _commonest(row.speaker for row in rows) or key
    type_ = _commonest(row.speaker_type for row in rows)
    organisation = name if type_ == "organisation" else _commonest(row.speaker_affiliation for row in rows)
    return Actor(key, name, type_, organisation, known=rows[0].speaker_id is not None)


def _commonest(values: Iterable[str | None]) -> str | None:
    """Return the commonest value, among equals the longest, then the first by alphabet; None where there is none."""
    counted: Mapping[str, int] = Counter(value for value in values if value)
    return min(counted, key=lambda value: (-counted[value], -len(value), value)) if counted else None
