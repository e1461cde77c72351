"""Keys line by line, for pipes and for people who listen to the screen: nothing is redrawn."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import TracebackType
from typing import Self, TextIO

from pipeline.desk import spoken
from pipeline.desk.scene import Scene


class Lines:
    """Shows scenes as text and reads a line for each key.

    Parameters
    ----------
    stdin, out
        None takes standard input, and standard error.
    """

    def __init__(self, stdin: TextIO | None = None, out: TextIO | None = None) -> None:
        self._in, self._out = stdin or sys.stdin, out or sys.stderr
        self._scene: Scene | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def show(self, scene: Scene) -> None:
        """Write what is new."""
        if scene.told:
            self._write([scene.told])
        before, self._scene = self._scene, scene
        if before is None or before.facts != scene.facts or before.progress != scene.progress:
            self._write(["", *spoken.statement(scene), *scene.status])
        elif before.text != scene.text:
            self._write(spoken.text(scene))
        elif before.status != scene.status:
            self._write(scene.status)
        if scene.keys and (before is None or before.keys != scene.keys):
            self._write([spoken.keys(scene.keys)])

    def key(self) -> str:
        """Return the key that a line stands for, or else the line; an empty one shows the statement again.

        Raises
        ------
        EOFError
            At the end of the input.
        """
        typed = self._read().strip().casefold()
        if not typed:
            self._scene = None
            return ""
        keys = [entry for row in (self._scene.keys if self._scene else ()) for entry in row]
        return next((key for key, name in keys if typed in (key, name)), typed)

    def line(self, prompt: str) -> str:
        """Return a line of text.

        Raises
        ------
        EOFError
            At the end of the input.
        """
        self._write([prompt])
        return self._read()

    def help(self) -> None:
        """Write what the keys do."""
        self._write(spoken.help_lines())

    def _read(self) -> str:
        if self._in.isatty():
            self._out.write("> ")
            self._out.flush()
        typed = self._in.readline()
        if not typed:
            raise EOFError
        return typed.rstrip("\n")

    def _write(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._out.write(f"{line}\n")
        self._out.flush()
