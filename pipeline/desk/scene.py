"""What is shown of a session, whatever it is shown on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.highlight.views import printable
from pipeline.labels.items import Item, Span
from pipeline.labels.progress import Progress, progress
from pipeline.labels.session import Answer, Session

Keys = tuple[tuple[tuple[str, str], ...], ...]
"""Keys and what they are called, in rows of those that belong together."""

MAIN: Keys = (
    (("p", "pro"), ("a", "anti"), ("n", "neutral"), ("u", "unclear"), ("s", "skip"), ("b", "back")),
    (("m", "more"), ("t", "note"), ("c", "correct"), ("?", "help"), ("q", "quit")),
)
CORRECT: Keys = ((("s", "speaker"), ("e", "ends"), ("x", "no statement"), ("l", "leave")),)
DONE: Keys = ((("b", "back"), ("?", "help"), ("q", "quit")),)
ENDS: Keys = (
    (("1", "begin a word earlier"), ("2", "a word later"), ("3", "end a word earlier"), ("4", "a word later")),
    (("w", "type its words"), ("m", "more"), ("y", "yes, keep"), ("l", "leave")),
)

SHORT = {"anti-restriction": "anti", "neutral": "neutral", "pro-restriction": "pro"}

HELP = (
    ("p, a, n", "label the statement pro-restriction, anti-restriction or neutral, and go on"),
    ("u", "unclear: careful coders could differ; marks the label that follows as ambiguous"),
    ("s", "skip: comes again behind all others; of an answer seen again: leave it as it is"),
    ("b", "back to the answer before; a new one counts instead, the earlier one stays in the file"),
    ("m", "more of the article, in two steps; arrows and page keys move through a long text"),
    ("t", "a note, kept with the label"),
    ("c s", "put the speaker right"),
    ("c e", "put the ends of the quotation right, by words or by typing it"),
    ("c x", "no statement: a term, a name, a title or scare quotes"),
    ("q", "quit, as does Ctrl-C; every answer is on disk already"),
)


@dataclass(frozen=True, slots=True)
class Scene:
    """One view of a session.

    Parameters
    ----------
    facts
        Names and values about the statement.
    text
        What stands before the quotation, the quotation, and what stands behind it; empty where nothing is asked.
    status
        Lines about the answer to come: unclear, note, earlier answer, guess.
    told
        What has just happened.
    """

    progress: Progress
    facts: tuple[tuple[str, str], ...]
    text: tuple[str, str, str]
    status: tuple[str, ...]
    told: str
    keys: Keys


def scene(
    session: Session, *, told: str = "", hint: str = "", level: int = 0, span: Span | None = None, keys: Keys = MAIN
) -> Scene:
    """Return what is shown of a session.

    Parameters
    ----------
    hint
        A line that helps with what is asked next.
    level
        Amount of context, from 0.
    span
        Marked in place of the quotation's own.
    """
    item = session.current
    if item is None:
        done = "Every statement has an answer. b shows the last one again, q ends."
        return Scene(progress(session), (), (done, "", ""), (), told, DONE)
    text = printable(item.article.text)
    start, end = span or item.span
    low, high = item.around(level)
    low, high = min(low, start), max(high, end)
    parts = (text[low:start].lstrip("\n"), text[start:end], text[end:high].rstrip("\n"))
    status = tuple(filter(None, (*_status(session, item), hint)))
    return Scene(progress(session), tuple(_facts(item)), parts, status, told, keys)


def _facts(item: Item) -> Iterator[tuple[str, str]]:
    row = item.row
    known = [row[column] for column in ("speaker", "speaker_role", "speaker_affiliation") if row[column]]
    yield "target", printable(item.target)
    if item.is_term:
        yield "taken for", "a term; p, a or n make it a statement"
    else:
        yield "speaker", printable(", ".join(known) if row["speaker"] else "not known")
    place = [row[column] for column in ("outlet", "published") if row[column]] or [row["source"]]
    yield "in", printable(", ".join(place))
    if row["title"]:
        yield "title", printable(" ".join(row["title"].split()))


def _status(session: Session, item: Item) -> Iterator[str]:
    if item.guess:
        yield f"the model's guess: {item.guess.stance}, {item.guess.confidence:.2f}"
    if session.earlier:
        yield f"your earlier answer: {_named(session.earlier)}; s leaves it"
    if session.note:
        yield f"note: {printable(session.note)}"
    if session.unclear:
        yield "unclear: the label will be marked ambiguous"


def _named(answer: Answer) -> str:
    return (answer.label or "no statement") + (", ambiguous" if answer.ambiguous else "")


def balance(done: Progress) -> str:
    """Return the labels so far in one line."""
    counts = [(SHORT[label], count) for label, count in done.labels.items()]
    counts += [("no statement", done.terms)] if done.terms else []
    return "  ".join(f"{name} {count}" for name, count in counts)


def how_far(done: Progress) -> str:
    """Return how many statements have an answer."""
    return f"{done.done} of {done.total} done" + (f", {done.skipped} skipped" if done.skipped else "")


def pace(done: Progress) -> str:
    """Return how fast it goes and how long it still takes; empty where that is not known."""
    if done.an_hour is None or done.seconds_left is None:
        return ""
    return f"{done.an_hour:.0f} an hour" + (f", {_time(done.seconds_left)} left" if done.done < done.total else "")


def _time(seconds: float) -> str:
    """Return a length of time, to the minute.

    Examples
    --------
    >>> [_time(seconds) for seconds in (20, 100, 7260)]
    ['under a minute', '2 min', '2 h 1 min']
    """
    minutes = round(seconds / 60)
    if minutes < 1:
        return "under a minute"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
