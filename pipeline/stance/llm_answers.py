"""Answers of language models on disk, by the hash of what was asked: JSON lines without a word of any article."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import InputError
from pipeline.stance.prompts import Answer

_POLL = 0.005
"""Seconds between looks at a lock that another process has; it is held for a line."""

_log = logging.getLogger(__name__)


class Answers:
    """Answers by SHA-256, in a folder that several processes may share; without a folder they live in memory.

    Each answer is one line, written in one go under a lock as soon as it is there. What a killed process leaves of a
    line is passed over, and costs one question.

    Parameters
    ----------
    folder
        Made when the first answer comes.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._known: dict[str, Answer] = {}

    def read(self) -> dict[str, Answer]:
        """Return all answers there are, those of other processes included; of two to one question the older."""
        if self.folder is not None and (path := self._path(self.folder)).is_file():
            with self._locked(self.folder):
                lines = path.read_bytes().split(b"\n")
            found = [_answer(line) for line in lines if line.strip()]
            if broken := found.count(None):
                _log.warning("%s: %d lines that cannot be read are passed over", path, broken)
            self._known = dict(reversed([entry for entry in found if entry])) | self._known
        return self._known

    def add(self, sha256: str, answer: Answer, *, model: str) -> None:
        """Keep an answer.

        Raises
        ------
        InputError
            If the folder cannot be written to.
        """
        self._known[sha256] = answer
        if self.folder is None:
            return
        row = {"sha256": sha256, "model": model, "stance": answer.stance, "confidence": answer.confidence}
        with self._locked(self.folder):
            _append(self._path(self.folder), json.dumps(row).encode("ascii") + b"\n")

    def _path(self, folder: Path) -> Path:
        return folder / "answers.jsonl"

    @contextmanager
    def _locked(self, folder: Path) -> Iterator[None]:
        from filelock import FileLock

        try:
            folder.mkdir(parents=True, exist_ok=True)
            with FileLock(folder / "answers.lock", poll_interval=_POLL):
                yield
        except OSError as error:
            raise InputError(
                f"{folder}: answers cannot be kept here ({error.strerror or error}); set batch_cache to another folder"
            ) from error


def _append(path: Path, line: bytes) -> None:
    """Write a line at the end of a file with one call; a broken last line is closed first."""
    with path.open("a+b", buffering=0) as handle:
        if size := handle.seek(0, os.SEEK_END):
            handle.seek(size - 1)
            line = line if handle.read(1) == b"\n" else b"\n" + line
        handle.write(line)


def _answer(line: bytes) -> tuple[str, Answer] | None:
    try:
        row = json.loads(line)
        return str(row["sha256"]), Answer(row["stance"], row["confidence"])
    except (ValueError, KeyError, TypeError):
        return None
