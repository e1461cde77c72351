"""Where a coder sits: what is shown of a session, and what the keys mean."""

from __future__ import annotations

import re
import sys
import unicodedata
from types import TracebackType
from typing import Protocol, Self

from pipeline.desk.lines import Lines
from pipeline.desk.scene import CORRECT, ENDS, Keys, Scene, scene
from pipeline.desk.terminal import Terminal
from pipeline.highlight.views import printable
from pipeline.labels.events import Back, Event, Extent, Label, NoStatement, Note, Skip, Speaker, Unclear
from pipeline.labels.items import CONTEXTS, Item, Key, Span
from pipeline.labels.retyping import Edge, find_typed, moved
from pipeline.labels.session import Session

__all__ = ["Desk", "Lines", "Surface", "Terminal", "open_desk"]

_LABELS = {"p": "pro-restriction", "a": "anti-restriction", "n": "neutral"}
_AT_ONCE: dict[str, Event] = {"u": Unclear(), "s": Skip(), "b": Back()}
_MOVES: dict[str, tuple[Edge, int]] = {"1": ("start", -1), "2": ("start", 1), "3": ("end", -1), "4": ("end", 1)}
_LEAVES = {"l", "escape", "enter", "q"}
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class Surface(Protocol):
    """What scenes are shown on, and keys come from."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave everything as it was."""

    def show(self, scene: Scene) -> None:
        """Show a scene."""

    def key(self) -> str:
        """Return the next key, "" where it is none; ``EOFError`` where none will come."""

    def line(self, prompt: str) -> str:
        """Return a line of text."""

    def help(self) -> None:
        """Tell what the keys do."""


def open_desk(*, lines: bool = False) -> Desk:
    """Return a desk at the terminal; with ``lines``, or where there is no terminal, one that goes line by line."""
    if lines or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return Desk(Lines())
    try:
        import termios  # noqa: F401 - whether there is one
    except ImportError:
        return Desk(Lines())
    from rich.console import Console

    console = Console(stderr=True)
    if console.is_dumb_terminal:
        return Desk(Lines())
    return Desk(Terminal(styled=console.color_system is not None and not console.no_color))


class Desk:
    """Turns keys into what a coder does."""

    def __init__(self, surface: Surface) -> None:
        self._surface = surface
        self._seen: Key | None = None
        self._level = 0

    def __enter__(self) -> Self:
        self._surface.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._surface.__exit__(kind, error, trace)

    def ask(self, session: Session, told: str) -> Event | None:
        """Return what the coder does; None ends the session."""
        item = session.current
        if (key := item.key if item else None) != self._seen:
            self._seen, self._level = key, 0
        while True:
            self._surface.show(scene(session, told=told, level=self._level))
            told, key_pressed = "", self._surface.key()
            if key_pressed == "q":
                return None
            event, told = self._done(key_pressed, session)
            if event is not None:
                return event

    def _done(self, key: str, session: Session) -> tuple[Event | None, str]:
        """Return what a key does to the session, or what it has come to otherwise."""
        if key in _LABELS:
            return Label(_LABELS[key]), ""
        if key in _AT_ONCE:
            return _AT_ONCE[key], ""
        if key == "?":
            self._surface.help()
        elif key == "m":
            self._level = (self._level + 1) % CONTEXTS
        elif key in ("t", "c") and session.current is not None:
            return self._noted(session) if key == "t" else self._corrected(session, session.current)
        elif key not in ("", "enter", "escape", "t", "c"):
            return None, f"{printable(key)} is no key here; ? tells what the keys do"
        return None, ""

    def _noted(self, session: Session) -> tuple[Event | None, str]:
        hint = " (nothing keeps the note there is, - takes it away)" if session.note else ""
        text = self._typed(f"Note{hint}:")
        return (Note("" if text == "-" else text), "") if text else (None, "")

    def _corrected(self, session: Session, item: Item) -> tuple[Event | None, str]:
        self._surface.show(scene(session, told="What is wrong?", level=self._level, keys=CORRECT))
        key = self._surface.key()
        if key == "x":
            return (None, "it is taken for a term already") if item.is_term and session.earlier else (NoStatement(), "")
        if key == "s":
            return self._speaker(session, item)
        return self._ends(session, item) if key == "e" else (None, "")

    def _speaker(self, session: Session, item: Item) -> tuple[Event | None, str]:
        rows = session.stock.rows[item.article.article_id]
        names = list(dict.fromkeys(row["speaker"] for row in rows if row["speaker"] not in (None, item.row["speaker"])))
        listed = "; ".join(f"{number} {printable(name)}" for number, name in enumerate(names, start=1))
        hint = f"In this article: {listed}" if names else "Nobody else is named in this article."
        self._surface.show(scene(session, hint=hint, level=self._level, keys=_NONE))
        typed = self._typed("Speaker (name or number, - for nobody, nothing leaves it):")
        if not typed:
            return None, ""
        if typed.isdecimal():
            known = 0 < int(typed) <= len(names)
            return (Speaker(names[int(typed) - 1]), "") if known else (None, f"{typed} is none of the numbers")
        return Speaker(None if typed == "-" else typed), ""

    def _ends(self, session: Session, item: Item) -> tuple[Event | None, str]:
        """Let the coder move the ends of the quotation until they are right."""
        text, span, told = item.article.text, item.span, ""
        while True:
            self._surface.show(scene(session, told=told, level=self._level, span=span, keys=ENDS))
            told, key = "", self._surface.key()
            if key in _LEAVES:
                return None, "left as it was"
            if key == "y":
                return Extent(span), ""
            if key == "m":
                self._level = (self._level + 1) % CONTEXTS
            elif key in _MOVES:
                span = moved(text, span, *_MOVES[key])
            elif key == "w":
                span, told = self._retyped(text, span)
            elif key:
                told = f"{printable(key)} is no key here; l leaves"

    def _retyped(self, text: str, span: Span) -> tuple[Span, str]:
        typed = self._typed("Its words (... for some left out):")
        found = find_typed(text, typed, span) if typed else span
        return (span, "these words do not stand in the article") if found is None else (found, "")

    def _typed(self, prompt: str) -> str:
        """Return what was typed, without what a terminal cannot show or a file cannot hold."""
        typed = self._surface.line(prompt).encode("utf-8", "replace").decode("utf-8")
        return " ".join(unicodedata.normalize("NFC", _CONTROLS.sub(" ", typed)).split())


_NONE: Keys = ()
