"""When something was published, as far as it was told: a day, a month or a year."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

_PART = re.compile(r"(\d{4})(?:[-/.](\d{1,2}))?(?:[-/.](\d{1,2}))?(?=\D|$)")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?=T|$)")
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_NAME = "|".join(f"{name[:3]}[a-z]*" for name in _MONTHS)
_DAY_FIRST = re.compile(rf"(?:(\d{{1,2}})\.? )?({_NAME})\.? (\d{{4}})\b", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"({_NAME})\.? (\d{{1,2}}),? (\d{{4}})\b", re.IGNORECASE)
_YEARS = range(1700, 2200)
"""Other years are faults of a page (0001, 9999), not dates."""


@dataclass(frozen=True, order=True, slots=True)
class Published:
    """The days on which something may have been published: one, or those of a month or year."""

    first: date
    last: date

    @property
    def day(self) -> str | None:
        """The day as ``2032-03-01``; None where only a month or year was told."""
        return self.first.isoformat() if self.first == self.last else None

    @property
    def month(self) -> str | None:
        """The month as ``2032-03``; None where only a year was told."""
        same = (self.first.year, self.first.month) == (self.last.year, self.last.month)
        return f"{self.first:%Y-%m}" if same else None

    @property
    def year(self) -> str:
        """The year."""
        return f"{self.first:%Y}"

    def __str__(self) -> str:
        return self.day or self.month or self.year

    def apart(self, other: Published) -> int:
        """Return the least number of days between the two, 0 where they may be the same day."""
        return max((self.first - other.last).days, (other.first - self.last).days, 0)


@lru_cache(maxsize=10_000)
def parse_published(told: str) -> Published | None:
    """Return the date that a page or record tells; None where it is no date, or could be two.

    Read are ISO 8601 down to a year alone, RFC 2822 (feeds) and English dates with the month in letters. The day is
    that of the place named by the offset, as a reader there has it. ``03/04/2032`` is two days, and so none.

    Examples
    --------
    >>> [str(parse_published(told)) for told in ("2032-03-01T23:30:00-05:00", "2032-03", "March 1, 2032", "3/4/2032")]
    ['2032-03-01', '2032-03', '2032-03-01', 'None']
    """
    told = told.strip()
    try:
        found = _COMPACT.match(told) or _PART.match(told)
        if found and (found[2] or found.end() == len(told)):  # "2032 in review" is no date
            return _dates(*(int(part) if part else None for part in found.groups()))
        if found := _MONTH_FIRST.match(told):
            return _dates(int(found[3]), _month(found[1]), int(found[2]))
        if found := _DAY_FIRST.match(told):
            return _dates(int(found[3]), _month(found[2]), int(found[1]) if found[1] else None)
        moment: datetime = parsedate_to_datetime(told)
    except (ValueError, KeyError):
        return None
    return _dates(moment.year, moment.month, moment.day)


def _month(name: str) -> int:
    """Return the number of a month by its name or the beginning of it; raise ``ValueError`` where it is none."""
    for known, number in _MONTHS.items():
        if known.startswith(name.lower()):
            return number
    raise ValueError(f"{name} is no month")


def _dates(year: int | None, month: int | None = None, day: int | None = None) -> Published | None:
    """Return the days; raise ``ValueError`` where there are no such ones."""
    if year is None or year not in _YEARS:
        return None
    if month is None:
        return Published(date(year, 1, 1), date(year, 12, 31))
    if day is None:
        return Published(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
    return Published(date(year, month, day), date(year, month, day))


def every_month(first: str, last: str) -> list[str]:
    """Return the months from first to last, both included.

    Examples
    --------
    >>> every_month("2031-11", "2032-02")
    ['2031-11', '2031-12', '2032-01', '2032-02']
    """
    start, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    return [f"{index // 12:04d}-{index % 12 + 1:02d}" for index in range(start, end + 1)]
