"""A terminal in which each key counts at once: drawn anew for each statement, and left as it was found."""

from __future__ import annotations

import codecs
import os
import re
import select
import signal
import sys
from types import FrameType, TracebackType
from typing import Any, Self

from pipeline.desk.frame import Frame, frame, help_page
from pipeline.desk.scene import Scene
from pipeline.highlight import Screen

_CURSOR, _NO_CURSOR = "\x1b[?25h", "\x1b[?25l"
_ENTER = f"\x1b[?1049h\x1b[?2004h{_NO_CURSOR}"  # a screen of our own, and pastes told from keys
_LEAVE = f"{_CURSOR}\x1b[?2004l\x1b[?1049l"
_PASTED = re.compile(r"\x1b\[200~.*?\x1b\[201~", re.DOTALL)
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|[^\[O])", re.DOTALL)
_MOVES = {
    "\x1b[A": "up", "\x1bOA": "up", "\x1b[B": "down", "\x1bOB": "down", "\x1b[5~": "page up", "\x1b[6~": "page down",
}  # fmt: skip
_SCROLLS = {"up": -1, "down": 1}
_PAGES = {"page up": -1, "page down": 1, " ": 1}
_END = "\x04"  # Ctrl-D
_PATIENCE = 0.5  # seconds between two looks at the size of the terminal
_ALONE = 0.05  # seconds after which an escape character is a key of its own


class Terminal:
    """Draws scenes on the whole screen and reads single keys.

    Parameters
    ----------
    stdin
        File descriptor of the keyboard.
    """

    def __init__(self, stdin: int | None = None, *, styled: bool = True) -> None:
        self._in = sys.stdin.fileno() if stdin is None else stdin
        self._out, self._styled = sys.stderr, styled
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._waiting = ""
        self._scene: Scene | None = None
        self._frame = Frame([], 0, 0, 1)
        self._size = os.terminal_size((0, 0))
        self._prompt = ""
        self._asleep: Any = None

    def __enter__(self) -> Self:
        import termios

        self._before = termios.tcgetattr(self._in)
        self._wake()
        termios.tcflush(self._in, termios.TCIFLUSH)  # what was typed before anything was shown is no answer
        self._asleep = signal.signal(signal.SIGTSTP, self._sleep)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGTSTP, self._asleep)
        self._rest()

    def _wake(self) -> None:
        import termios
        import tty

        tty.setcbreak(self._in, termios.TCSADRAIN)  # keys typed ahead are kept
        self._write(_ENTER)

    def _rest(self) -> None:
        import termios

        self._write(_LEAVE)
        termios.tcsetattr(self._in, termios.TCSADRAIN, self._before)

    def _sleep(self, number: int, shown: FrameType | None) -> None:
        """Give the terminal back while the process is stopped by Ctrl-Z."""
        self._rest()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        # From here on it goes on again.
        signal.signal(signal.SIGTSTP, self._sleep)
        self._wake()
        self._draw()
        if self._prompt:
            self._ask()

    def show(self, scene: Scene) -> None:
        """Draw a scene."""
        moved = self._scene is None or (scene.facts, scene.text) != (self._scene.facts, self._scene.text)
        self._scene = scene
        self._draw(None if moved else self._frame.first)

    def key(self) -> str:
        """Return the next key; those that move through the text are seen to here.

        Raises
        ------
        EOFError
            If the terminal has gone, or at Ctrl-D.
        """
        while True:
            key = self._next()
            if key == _END:
                raise EOFError
            if key in _SCROLLS:
                self._draw(self._frame.first + _SCROLLS[key])
            elif key in _PAGES:
                self._draw(self._frame.first + _PAGES[key] * self._frame.page)
            elif key:
                return key.casefold()

    def line(self, prompt: str) -> str:
        """Return a line of text, typed and edited as the terminal has it; empty at Ctrl-D."""
        import termios
        import tty

        self._prompt = f"{prompt} {self._waiting}"
        typed, self._waiting = self._waiting, ""
        try:
            self._ask()
            while "\n" not in typed and (data := os.read(self._in, 4096)):
                typed += self._decoder.decode(data)
        finally:
            self._prompt = ""
            tty.setcbreak(self._in, termios.TCSADRAIN)
            self._write(_NO_CURSOR)
        line, _, self._waiting = typed.partition("\n")
        return _SEQUENCE.sub("", line)

    def _ask(self) -> None:
        """Show the prompt, and let the terminal echo and edit what is typed."""
        import termios

        self._write(f"{_CURSOR}\r\x1b[K{self._prompt}")
        termios.tcsetattr(self._in, termios.TCSADRAIN, self._before)

    def help(self) -> None:
        """Show what the keys do until a key is pressed."""
        self._paint(help_page(self._screen()))
        while not self._next():
            pass

    def _next(self) -> str:
        """Return the next key, or "" where the terminal has another size or something is no key."""
        while not self._waiting:
            if not self._more(_PATIENCE):
                if self._size != self._measured():
                    self._draw()
                continue
        if self._waiting[0] != "\x1b":
            key, self._waiting = self._waiting[0], self._waiting[1:]
            return {"\n": "enter", "\r": "enter"}.get(key, key)
        return self._escape()

    def _escape(self) -> str:
        """Return the key that an escape character begins; what was pasted is none."""
        while True:
            found = _PASTED.match(self._waiting) or _SEQUENCE.match(self._waiting)
            if found and found[0] == "\x1b[200~":
                found = None  # the paste is not through yet
            elif found:
                self._waiting = self._waiting[found.end() :]
                return _MOVES.get(found[0], "")
            if not self._more(_ALONE if self._waiting == "\x1b" else _PATIENCE) and len(self._waiting) < 3:
                self._waiting = ""
                return "escape"

    def _more(self, seconds: float) -> bool:
        """Read what has been typed; False where that is nothing within so many seconds."""
        if not select.select([self._in], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._in, 4096)
        except OSError as error:  # the window was closed
            raise EOFError from error
        if not data:
            raise EOFError
        self._waiting += self._decoder.decode(data)
        return True

    def _measured(self) -> os.terminal_size:
        try:
            return os.get_terminal_size(self._out.fileno())
        except OSError:
            return os.terminal_size((80, 24))

    def _screen(self) -> Screen:
        return Screen(max(self._size.columns, 20), self._styled)

    def _draw(self, first: int | None = None) -> None:
        self._size = self._measured()
        if self._scene is not None:
            self._frame = frame(self._scene, self._screen(), max(self._size.lines, 5), first)
            self._paint(self._frame.lines)

    def _paint(self, lines: list[str]) -> None:
        """Draw lines over what is there: nothing flickers."""
        # Each is cleared first: behind one that fills its width, some terminals clear its last character.
        rest = "\r\n\x1b[J" if len(lines) < self._size.lines else ""
        self._write("\x1b[H" + "\r\n".join(f"\x1b[2K{line}" for line in lines) + rest)

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
