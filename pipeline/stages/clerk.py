"""Who takes down what a coder does, and what is asked of the place where the coder sits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol

from pipeline.labels.events import Event
from pipeline.labels.gold import utc
from pipeline.labels.journal import Journal
from pipeline.labels.session import Session
from pipeline.labels.steps import Sheet, step

_TICK = timedelta(milliseconds=1)
"""Between two answers at least: whoever sorts them by their times has them in order."""


class Desk(Protocol):
    """Where the coder sits: shows where a session is, and brings what the coder does."""

    def ask(self, session: Session, told: str) -> Event | None:
        """Return what the coder does; None ends the session.

        Parameters
        ----------
        told
            A line about what has just happened.

        Raises
        ------
        EOFError
            If nothing more will come.
        """


class Clerk:
    """Takes down what the coder does: every row is on disk before the next thing is asked."""

    def __init__(
        self,
        session: Session,
        files: Mapping[Sheet, Journal],
        now: Callable[[], datetime],
        clock: Callable[[], float],
    ) -> None:
        self._session, self._files, self._now, self._clock = session, files, now, clock
        self.answers = 0
        # Of two answers the newest counts, also where the system's clock has been put back between them.
        written = [*files["labels"].rows, *files["corrections"].rows]
        times = [utc(row["time"]) for row in written if row.get("time")]
        self._last = max(map(datetime.fromisoformat, times), default=datetime.min.replace(tzinfo=UTC))

    def work(self, desk: Desk, told: str) -> None:
        """Go on until the coder leaves."""
        shown: int | None = -1
        since = 0.0
        while True:
            at = self._at()
            if at != shown:
                shown, since = at, self._clock()
            event = desk.ask(self._session, told)
            if event is None:
                return
            taken = step(self._session, event, time=self._moment(), seconds=self._clock() - since)
            for sheet, row in taken.writes:
                self._files[sheet].append(row)
                self.answers += sheet == "labels"
            self._session, told = taken.session, taken.told

    def _at(self) -> int | None:
        """Return which item is asked, whatever its span is by now."""
        item = self._session.current
        return self._session.items.index(item) if item else None

    def _moment(self) -> str:
        now = self._now().astimezone(UTC)
        self._last = max(self._last + _TICK, now.replace(microsecond=now.microsecond // 1000 * 1000))
        return self._last.isoformat(timespec="milliseconds").replace("+00:00", "Z")
