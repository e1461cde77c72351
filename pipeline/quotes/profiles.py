"""What an article says of its speakers: type, role, affiliation and id."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypedDict

from pipeline.quotes.descriptions import company
from pipeline.quotes.gazetteer import PLACES
from pipeline.quotes.identities import speaker_id
from pipeline.quotes.lexicon import (
    CLAUSE_WORDS,
    DETERMINERS,
    ORGANISATION_NOUNS,
    PREPOSITIONS,
    SPEECH_FORMS,
    TITLES,
    is_role,
    words,
)
from pipeline.quotes.names import Person
from pipeline.quotes.offices import Office, read_office
from pipeline.quotes.phrases import Mention
from pipeline.quotes.resolution import Resolver, Speaker
from pipeline.records import SpeakerType

_MENTIONS = 6
"""Mentions of a person that are looked at for a role: the first ones give it."""
_WINDOW = 110
"""Characters read on either side of a mention."""
_SEAT = re.compile(r",? ?\(?((?:[RDI]|LD|Lab|Con)[-–][A-Z][\w.]+(?: [A-Z][\w.]+)?)[,).]")
_WORD = re.compile(r"[^\W_](?:[\w.&/-]*\w)?(?:[’'](?:s\b)?)?\.?|&")
# What ends a stretch beside a name (no initial's or title's full stop); the engine skips to the first class at once.
_BREAK = re.compile(
    r"[,;:()\[\]“”\"\n—–…?! .](?:(?<![ .])|(?<= )- "
    r"|(?<=\.) (?<!\b[A-Z]\. )(?<!\b(?:Sen|Rep|Gov|Gen|Col)\. )(?<!\bLt\. )(?<!\bProf\. ))"
)
_IS = re.compile(r", who (is|was|serves as|served as|works as|heads|leads|runs|chairs) ")
_VERBS_OF_OFFICE = {"heads": "head", "leads": "leader", "runs": "head", "chairs": "chair"}
_OF = (" of ", " from ", " at ", ", of ", ", from ", ", at ")
_OPENS_ROLE = (", ", " (", " of ", " from ", " at ")
_PARTISANS = frozenset({"republican", "democrat"})
_MONTHS = words("january february march april june july august september october november december")
_PARTICIPIAL = words("acting outgoing incoming managing founding marketing operating leading retired united")
_BEFORE_TITLE = SPEECH_FORMS | (CLAUSE_WORDS - {"and"}) | _MONTHS
_SMALL = PREPOSITIONS | DETERMINERS | {"and"}
_NOTHING = Office(None, None)


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a speaker; the fields are those of ``records.Quote``."""

    type: SpeakerType
    role: str | None = None
    affiliation: str | None = None
    id: str | None = None


class Known(TypedDict):
    """The fields of ``records.Quote`` about its speaker."""

    speaker: str | None
    speaker_type: SpeakerType | None
    speaker_role: str | None
    speaker_affiliation: str | None
    speaker_id: str | None
    speaker_confidence: float | None


class Profiles:
    """Reads what one article says of its speakers, each person once.

    Parameters
    ----------
    resolver
        The article's resolver, whose names it shares.
    """

    def __init__(self, resolver: Resolver) -> None:
        self._resolver, self._text = resolver, resolver.text
        self._offices: dict[int, Office] = {}

    def of(self, speaker: Speaker) -> Profile:
        """Return what the article says of a resolved speaker."""
        kind = speaker_type(speaker)
        if kind == "person":
            office = self._person_office(speaker)
            return Profile(kind, office.role, office.affiliation, speaker_id(speaker.name, is_person=True))
        own = self._phrase_office(speaker.mention) if speaker.mention.kind == "phrase" else _NOTHING
        if kind == "unnamed":
            return Profile(kind, own.role, own.affiliation)
        name = speaker.name if any(c.isupper() for c in speaker.name) else None
        number = speaker_id(name, is_person=False) if name else None
        if speaker.way in {"spokesperson", "bare spokesperson"}:
            return Profile(kind, own.role, name, number)
        return Profile(kind, None, None, number)

    def known(self, speaker: Speaker | None, sure: float | None, minimum: float = 0.0) -> Known:
        """Return the speaker's fields of a quotation; none but the confidence where that is below a minimum.

        Parameters
        ----------
        sure
            Probability that the speaker is right, in [0, 1].
        """
        named = speaker if speaker is not None and (sure or 0.0) >= minimum else None
        profile = self.of(named) if named is not None else None
        return Known(
            speaker=named.name if named else None,
            speaker_type=profile.type if profile else None,
            speaker_role=profile.role if profile else None,
            speaker_affiliation=profile.affiliation if profile else None,
            speaker_id=profile.id if profile else None,
            speaker_confidence=round(sure, 3) if speaker is not None and sure is not None else None,
        )

    # --- people

    def office(self, person: Person) -> Office:
        """Return what the article says that a person is."""
        key = id(person)
        if key not in self._offices:
            self._offices[key] = self._collected(person)
        return self._offices[key]

    def _person_office(self, speaker: Speaker) -> Office:
        person = speaker.person
        if person is None:
            return self._office_at(speaker.mention.start, speaker.mention.end)
        office = self.office(person)
        if office.role is None and speaker.mention.kind == "phrase":
            own = self._phrase_office(speaker.mention)  # "the Chinese ambassador" is what Lee is
            office = Office(own.role, office.affiliation or own.affiliation)
        return office

    def _collected(self, person: Person) -> Office:
        """Return the first role that stands at a mention of a person, and the first body that goes with it."""
        role = affiliation = None
        for at in person.at[:_MENTIONS]:
            start, end = self._name_span(person, at)
            if not self._may_tell(start, end):
                continue
            found = self._office_at(start, end)
            if role is None:
                role, affiliation = found.role, found.affiliation or affiliation
            elif affiliation is None and found.role in (None, role):
                affiliation = found.affiliation
            if role and affiliation:
                break
        return Office(role, affiliation)

    def _name_span(self, person: Person, at: int) -> tuple[int, int]:
        """Return the span of the name itself at one of a person's mentions, which may begin with titles."""
        limit = at + _WINDOW + len(person.name)
        start = self._text.find(person.words[0], at, limit)
        last = self._text.find(person.words[-1], max(start, at), limit)
        if last < 0:
            return at, at
        return (start if 0 <= start <= last else last), last + len(person.words[-1])

    def _may_tell(self, start: int, end: int) -> bool:
        """Tell at a glance a mention with nothing beside it, as most are."""
        return self._text.startswith(_OPENS_ROLE, end) or _is_title(self._text[max(0, start - 24) : start])

    def _office_at(self, start: int, end: int) -> Office:
        """Return the role beside one mention: behind it (apposition, seat), else before it (title, apposition)."""
        after, title = self._text[end : end + _WINDOW], self._titled(start)
        seat = _SEAT.match(after)
        if seat is not None:
            return Office(title.role if title else None, seat[1].rstrip(".").replace("–", "-"))
        behind = self._behind(after, end)
        if title is None or behind is None:
            return behind or title or _NOTHING
        partisan = behind.role is not None and behind.role.split()[-1].lower() in _PARTISANS
        role = behind.role if behind.affiliation and not partisan else title.role
        return Office(role or behind.role, behind.affiliation or title.affiliation)

    def _behind(self, after: str, at: int) -> Office | None:
        """Ann Lee, chief executive of Acme,; Ann Lee, who heads the agency,; Ann Lee of Acme."""
        relative = _IS.match(after)
        if relative is not None:
            stretch = _stretch(after[relative.end() :])
            office = _VERBS_OF_OFFICE.get(relative[1])
            return self._read([office, "of", *stretch] if office else stretch, at)
        if after.startswith(_OF):
            office_of = read_office(["member", "of", *_stretch(after.lstrip(", "))[1:]])
            body = office_of.affiliation if office_of is not None else None
            return Office(None, body) if body is not None and body.lower() not in PLACES else None
        return self._read(_stretch(after[2:]), at) if after.startswith(", ") else None

    def _titled(self, at: int) -> Office | None:
        """Foreign Secretary Ann Lee; Acme’s chief executive, Ann Lee; the analyst Ann Lee."""
        before = self._text[max(0, at - _WINDOW) : at]
        apposed = before.endswith(", ")
        if not apposed and not _is_title(before):
            return None
        stretch = _WORD.findall(_BREAK.split(before[:-2] if apposed else before)[-1])
        first = len(stretch)
        while first and not _ends_title(stretch, first - 1):
            first -= 1
        if apposed and not any(is_role(word.lower()) for word in stretch[first:]):
            return None
        return self._read(stretch[first:], at)

    def _read(self, stretch: list[str], at: int) -> Office | None:
        if not stretch or any(word.lower() in SPEECH_FORMS for word in stretch[:2]):
            return None
        office = read_office(stretch)
        if office is None or office.affiliation is not None:
            return office
        owner = next((w[:-2].lower() for w in stretch[:4] if w.endswith(("’s", "'s"))), "")
        if owner not in ORGANISATION_NOUNS:
            return office
        return Office(office.role, company(self._resolver.names, Mention(at, at, "phrase", (), owner)))

    def _phrase_office(self, mention: Mention) -> Office:
        return read_office(_WORD.findall(self._text[mention.start : mention.end])) or _NOTHING


def _is_title(before: str) -> bool:
    """Tell whether the last word before a name is a title or role."""
    last = before.rsplit(None, 1)[-1:]
    word = last[0].strip(".,").lower() if last else ""
    return is_role(word) or word in TITLES


def _stretch(text: str) -> list[str]:
    """Return the words as far as the next break."""
    stop = _BREAK.search(text)
    return _WORD.findall(text[: stop.start()] if stop is not None else text)


def _ends_title(stretch: list[str], at: int) -> bool:
    """Tell whether what stands before a name's titles ends with this word."""
    word = stretch[at].lower()
    if word in _BEFORE_TITLE or word[0].isdigit():
        return True
    if stretch[at][0].islower() and word.endswith(("ed", "ing")):
        return word not in _PARTICIPIAL
    return word in _SMALL and not (word in {"of", "for", "and"} and at > 0 and is_role(stretch[at - 1].lower()))


def speaker_type(speaker: Speaker) -> SpeakerType:
    """Return whether a speaker is a person, an organisation or unnamed (the report and the like among them)."""
    if speaker.kind == "person" or (speaker.kind == "narrator" and " " in speaker.name):
        return "person"
    return "organisation" if speaker.kind == "organisation" and speaker.way != "text" else "unnamed"
